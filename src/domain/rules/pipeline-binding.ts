import { isJsonObject, type JsonValue } from "../../shared/json.ts";
import {
  bindingsOf,
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
    const components = context.registry.assets.filter(({ id }) => id.kind === "component");
    for (const pipeline of [...components, ...context.registry.jobs]) {
      if (!isJsonObject(pipeline.document.value["jobs"])) continue;
      yield* checkPipeline(pipeline, context);
    }
  },
};

function* checkPipeline(pipeline: Pipeline, context: RuleContext): Iterable<Violation> {
  const steps = stepsOf(pipeline, context);
  const byName = new Map(steps.map((step) => [step.name, step]));
  const { document } = pipeline;
  for (const step of steps) {
    for (const binding of [...bindingsOf(step, "inputs"), ...bindingsOf(step, "outputs")]) {
      const message = bindingProblem(binding, document.value, byName);
      if (message !== undefined) yield { message, at: document.placeOf(binding.pointer) };
    }
    yield* checkNames(step, pipeline);
  }
  const cycle = stepsInCycle(steps);
  const [first] = cycle;
  if (first !== undefined) {
    const message = `The steps ${cycle.slice(0, 10).join(", ")} wait for each other's outputs.`;
    yield { message, at: document.placeOf(["jobs", first]) };
  }
}

function bindingProblem(
  { path }: Binding,
  pipeline: { readonly [key: string]: JsonValue },
  steps: ReadonlyMap<string, Step>,
): string | undefined {
  const [parent, axis, ...rest] = path.split(".");
  if (parent !== "parent") return undefined;
  if (axis === "inputs" || axis === "outputs") {
    if (isDeclared(pipeline[axis], rest.join("."))) return undefined;
    const what = axis === "inputs" ? "input" : "output";
    return `The pipeline declares no ${what} "${rest.join(".")}" (\${{${path}}}).`;
  }
  return axis === "jobs" ? stepProblem(rest, steps) : undefined;
}

function stepProblem(
  [name = "", axis, ...rest]: readonly string[],
  steps: ReadonlyMap<string, Step>,
): string | undefined {
  const step = steps.get(name);
  if (step === undefined) return `The pipeline has no step "${name}".`;
  if (axis !== "outputs" || step.component === undefined) return undefined;
  const output = rest.join(".");
  const declared = step.component["outputs"];
  if (isDeclared(declared, output) || isDeclared(step.value["outputs"], output)) return undefined;
  return `The step "${name}" has no output "${output}".`;
}

/** What a step hands to its component, the component must declare; what it needs, it must get. */
function* checkNames(step: Step, { document }: Pipeline): Iterable<Violation> {
  if (step.component === undefined) return;
  for (const axis of ["inputs", "outputs"] as const) {
    const given = step.value[axis];
    const declared = step.component[axis];
    for (const name of Object.keys(isJsonObject(given) ? given : {})) {
      if (isDeclared(declared, name)) continue;
      const what = axis === "inputs" ? "input" : "output";
      yield {
        message: `The component of step "${step.name}" declares no ${what} "${name}".`,
        at: document.placeOf(["jobs", step.name, axis, name]),
        // Azure ML drops it without a word.
        severity: "warning",
      };
    }
  }
  yield* missingInputs(step, document);
}

function* missingInputs(
  { name, value, component }: Step,
  document: Pipeline["document"],
): Iterable<Violation> {
  const given = isJsonObject(value["inputs"]) ? value["inputs"] : {};
  const declared = component?.["inputs"];
  // A sweep draws inputs from its search space.
  if (value["search_space"] !== undefined) return;
  for (const [input, port] of Object.entries(isJsonObject(declared) ? declared : {})) {
    const isNeeded =
      isJsonObject(port) && port["optional"] !== true && port["default"] === undefined;
    if (!isNeeded || isDeclared(given, input)) continue;
    yield {
      message: `The step "${name}" gives its component no input "${input}", which has no default.`,
      at: document.placeOf(["jobs", name]),
    };
  }
}

/** Names may have dots: `group.x` is declared by `group` or `group.x`. */
function isDeclared(declarations: JsonValue | undefined, name: string): boolean {
  if (!isJsonObject(declarations)) return false;
  const parts = name.split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    if (Object.hasOwn(declarations, parts.slice(0, length).join("."))) return true;
  }
  return Object.keys(declarations).some((key) => key.startsWith(`${name}.`));
}
