import { isJsonObject, type JsonObject } from "../../shared/json.ts";
import { findDeclared } from "../declarations.ts";
import { onlyExpression } from "../expression.ts";
import {
  bindingsOf,
  isReferenced,
  jobAsStep,
  otherBindingsOf,
  pipelinesOf,
  stepsInCycle,
  stepsOf,
  type Binding,
  type Pipeline,
  type Step,
} from "../pipeline.ts";
import type { Rule, RuleContext, Violation } from "./rule.ts";

export const pipelineBinding: Rule = {
  id: "pipeline-binding",
  severity: "error",
  states:
    "The steps of a pipeline take inputs and outputs that are declared, and none waits for itself.",

  *check(context) {
    for (const { pipeline, isJob } of pipelinesOf(context)) {
      yield* checkPipeline(pipeline, context);
      const whole = isJob ? jobAsStep(pipeline, context) : undefined;
      if (whole !== undefined) yield* checkNames(whole, pipeline);
    }
  },
};

function* checkPipeline(pipeline: Pipeline, context: RuleContext): Iterable<Violation> {
  const steps = stepsOf(pipeline, context);
  const byName = new Map(steps.map((step) => [step.name, step]));
  const { document } = pipeline;
  for (const step of steps) {
    const bound = [...bindingsOf(step, "inputs"), ...bindingsOf(step, "outputs")];
    for (const binding of [...bound, ...otherBindingsOf(step)]) {
      const problem = bindingProblem(binding, pipeline, byName);
      if (problem === undefined) continue;
      const at = document.placeOf(binding.pointer);
      // A step that names its compute runs there, whatever its resources say.
      const isIdle = binding.pointer[step.pointer.length] === "resources";
      yield isIdle ? { ...problem, severity: "warning", at } : { ...problem, at };
    }
    yield* checkNames(step, pipeline);
    yield* checkSearchSpace(step, pipeline);
  }
  const cycle = stepsInCycle(steps);
  const [first] = cycle;
  if (first !== undefined) {
    const names = cycle.slice(0, 10).join(", ");
    const message =
      cycle.length === 1
        ? `The step ${names} waits for its own output: bind another.`
        : `The steps ${names} wait for each other's outputs: take one of the bindings out.`;
    yield { message, at: document.placeOf(["jobs", first]) };
  }
}

type Problem = Omit<Violation, "at">;

function bindingProblem(
  binding: Binding,
  { document: { value: pipeline } }: Pipeline,
  steps: ReadonlyMap<string, Step>,
): Problem | undefined {
  const { path } = binding;
  const [parent, axis, ...rest] = path.split(".");
  if (parent !== "parent") return orphanProblem(binding, pipeline);
  if (axis === "inputs" || axis === "outputs") {
    const name = rest.join(".");
    if (findDeclared(objectOf(pipeline[axis]), name) !== undefined) return undefined;
    const what = axis === "inputs" ? "input" : "output";
    return { message: `The pipeline declares no ${what} "${name}" (\${{${path}}}).` };
  }
  return axis === "jobs" ? stepProblem(path, rest, steps) : unknownPlace(path);
}

function unknownPlace(path: string): Problem {
  return {
    message: `Azure ML does not fill in \${{${path}}}: write parent.inputs.<name>, parent.outputs.<name> or parent.jobs.<step>.outputs.<name>.`,
    severity: "warning",
  };
}

function orphanProblem(
  { path, pointer, text }: Binding,
  pipeline: JsonObject,
): Problem | undefined {
  const [axis = "", ...rest] = path.split(".");
  // Other names, such as `name` and `default_datastore`, are the service's own.
  if (/^parents?$/i.test(axis)) return unknownPlace(path);
  if (!["inputs", "outputs", "jobs"].includes(axis) || rest.length === 0) return undefined;
  const message = `A step binds \${{${path}}}, which Azure ML does not fill in here: write \${{parent.${path}}}.`;
  const problem = { message, severity: "warning" } as const;
  const isMeant = findDeclared(objectOf(pipeline[axis]), rest.join(".")) !== undefined;
  if (!isMeant || onlyExpression(text) !== path) return problem;
  return { ...problem, fix: { type: "set", pointer, value: `\${{parent.${path}}}` } };
}

function stepProblem(
  path: string,
  [name = "", axis, ...rest]: readonly string[],
  steps: ReadonlyMap<string, Step>,
): Problem | undefined {
  const step = steps.get(name);
  if (step === undefined) return { message: `The pipeline has no step "${name}".` };
  if (axis !== undefined && axis !== "outputs" && axis !== "inputs") return unknownPlace(path);
  if (axis !== "outputs" || step.component === undefined) return undefined;
  const output = rest.join(".");
  const isDeclared = [step.component["outputs"], step.value["outputs"]].some(
    (declared) => findDeclared(objectOf(declared), output) !== undefined,
  );
  // Every job has this output without declaring it.
  if (isDeclared || output === "default") return undefined;
  return { message: `The step "${name}" has no output "${output}".` };
}

/** What a step hands to its component, the component must declare; what it needs, it must get. */
function* checkNames(step: Step, { document }: Pipeline): Iterable<Violation> {
  if (step.component === undefined) return;
  for (const axis of ["inputs", "outputs"] as const) {
    const declared = objectOf(step.component[axis]);
    for (const name of Object.keys(objectOf(step.value[axis]))) {
      if (findDeclared(declared, name) !== undefined) continue;
      const what = axis === "inputs" ? "input" : "output";
      yield {
        message: `The component of ${callOf(step)} declares no ${what} "${name}".`,
        at: document.placeOf([...step.pointer, axis, name]),
        // Azure ML drops it without a word.
        severity: "warning",
      };
    }
  }
  yield* missingInputs(step, document);
}

/** Reported of one step: thousands of steps may each lack thousands of inputs. */
const maxMissing = 20;

function* missingInputs(step: Step, document: Pipeline["document"]): Iterable<Violation> {
  const { pointer, value, component } = step;
  // A sweep draws inputs from its search space.
  const given = { ...objectOf(value["search_space"]), ...objectOf(value["inputs"]) };
  // The service goes by names whatever their case, the client does not.
  const names = isReferenced(step) ? Object.keys(given) : [];
  const similar = new Set(names.map((name) => name.toLowerCase()));
  let count = 0;
  for (const [input, port] of Object.entries(objectOf(component?.["inputs"]))) {
    const isNeeded =
      isJsonObject(port) && port["optional"] !== true && port["default"] === undefined;
    if (!isNeeded || findDeclared(given, input) !== undefined) continue;
    if (similar.has(input.toLowerCase())) continue;
    yield {
      message: `No input "${input}" is given to the component of ${callOf(step)}, and it has no default.`,
      at: document.placeOf(pointer.length === 0 ? ["component"] : pointer),
    };
    count += 1;
    if (count >= maxMissing) return;
  }
}

function callOf({ name, pointer }: Step): string {
  return pointer.length === 0 ? "the job" : `step "${name}"`;
}

/** A sweep draws inputs of its trial. */
function* checkSearchSpace(step: Step, { document }: Pipeline): Iterable<Violation> {
  if (step.component === undefined) return;
  const declared = objectOf(step.component["inputs"]);
  for (const name of Object.keys(objectOf(step.value["search_space"]))) {
    if (findDeclared(declared, name) !== undefined) continue;
    yield {
      message: `The search space of step "${step.name}" has "${name}", and its trial declares no such input.`,
      at: document.placeOf([...step.pointer, "search_space", name]),
      severity: "warning",
    };
  }
}

const nothing: JsonObject = {};

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : nothing;
}
