import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import { findDeclared } from "../declarations.ts";
import { isMangled } from "../plain-scalars.ts";
import { literalProblem } from "../literals.ts";
import {
  boundPath,
  isReferenced,
  pipelinesOf,
  stepsOf,
  type Pipeline,
  type Step,
} from "../pipeline.ts";
import type { Rule, RuleContext, Violation } from "./rule.ts";

export const pipelineType: Rule = {
  id: "pipeline-type",
  severity: "error",
  states: "What a step of a pipeline is given is of the type that its component asks for.",

  *check(context) {
    for (const { pipeline } of pipelinesOf(context)) yield* checkPipeline(pipeline, context);
  },
};

function* checkPipeline(pipeline: Pipeline, context: RuleContext): Iterable<Violation> {
  const steps = stepsOf(pipeline, context);
  const byName = new Map(steps.map((step) => [step.name, step]));
  for (const step of steps) {
    const declared = step.component?.["inputs"];
    const given = step.value["inputs"];
    if (!isJsonObject(declared) || !isJsonObject(given)) continue;
    for (const [name, value] of Object.entries(given)) {
      const input = Object.hasOwn(declared, name) ? declared[name] : undefined;
      if (!isJsonObject(input)) continue;
      const pointer = ["jobs", step.name, "inputs", name];
      // What PyYAML makes of it is another value: `yaml11-value` says so.
      if (isMangled(pipeline.document, pointer)) continue;
      const source = sourceOf(value, pipeline.document.value, byName);
      const problem =
        source === undefined
          ? undefined
          : (needProblem(source, input, step) ?? mismatch(source, input));
      if (problem === undefined) continue;
      const message = `The input "${name}" of step "${step.name}" ${problem.message}.`;
      yield { ...problem, message, at: pipeline.document.placeOf(pointer) };
    }
  }
}

/** What an input is given, as far as that is certain. */
interface Source {
  readonly kind: Kind;
  /** The declared type, if there is one. */
  readonly type?: string;
  readonly words: string;
  /** A value that is written out. */
  readonly literal?: JsonValue;
  readonly isOptional?: boolean;
}

type Kind = "literal" | "data" | "model";

function sourceOf(
  value: JsonValue,
  pipeline: JsonObject,
  steps: ReadonlyMap<string, Step>,
): Source | undefined {
  const path = boundPath(value);
  if (path !== undefined) return boundSource(path, pipeline, steps);
  if (typeof value === "number" || typeof value === "boolean") return literal(value);
  // A text may be an address, a reference or a path.
  if (typeof value === "string" && !value.includes("${{")) {
    return { kind: "literal", words: "a text", literal: value };
  }
  return isJsonObject(value) ? declaredSource(value, "a value") : undefined;
}

function literal(value: number | boolean): Source {
  const words = typeof value === "number" ? "a number" : "true or false";
  return { kind: "literal", words, literal: value };
}

function boundSource(
  path: string,
  pipeline: JsonObject,
  steps: ReadonlyMap<string, Step>,
): Source | undefined {
  const [parent, axis, ...rest] = path.split(".");
  if (parent !== "parent") return undefined;
  if (axis === "inputs") {
    const input = declarationOf(pipeline["inputs"], rest.join("."));
    if (isJsonObject(input)) return declaredSource(input, "an input of the pipeline");
    return typeof input === "number" || typeof input === "boolean" ? literal(input) : undefined;
  }
  return axis === "jobs" ? outputSource(rest, steps) : undefined;
}

function outputSource(
  [name = "", direction, ...output]: readonly string[],
  steps: ReadonlyMap<string, Step>,
): Source | undefined {
  if (direction !== "outputs") return undefined;
  const step = steps.get(name);
  const declared = declarationOf(step?.component?.["outputs"], output.join("."));
  const source = isJsonObject(declared) ? declaredSource(declared, "an output") : undefined;
  // What a step gives out as a value (`is_control`) lies in a file, and is taken as one too.
  return source?.kind === "literal" ? undefined : source;
}

function declarationOf(declarations: JsonValue | undefined, name: string): JsonValue | undefined {
  const found = isJsonObject(declarations) ? findDeclared(declarations, name) : undefined;
  return found?.rest.length === 0 ? found.value : undefined;
}

function declaredSource(declaration: JsonObject, what: string): Source | undefined {
  const type = typeName(declaration);
  const kind = kindOfType(type);
  if (kind === undefined) return undefined;
  const isOptional = declaration["optional"] === true;
  return { kind, type, words: `${what} of type ${type}`, isOptional };
}

function typeName({ type }: JsonObject): string {
  return typeof type === "string" ? type.toLowerCase() : "";
}

function kindOfType(type: string): Kind | undefined {
  if (["number", "integer", "boolean", "string"].includes(type)) return "literal";
  if (["uri_file", "uri_folder", "mltable"].includes(type)) return "data";
  return ["custom_model", "mlflow_model", "triton_model"].includes(type) ? "model" : undefined;
}

function needProblem(
  { isOptional, words }: Source,
  input: JsonObject,
  step: Step,
): Omit<Violation, "at"> | undefined {
  const isKnown = kindOfType(typeName(input)) !== undefined;
  if (isOptional !== true || input["optional"] === true || !isKnown) return undefined;
  const message = `is required, and is given ${words} that is optional: make both the same`;
  // A registered component is looked into only when the pipeline runs, and then a value may be there.
  return isReferenced(step) ? { message, severity: "warning" } : { message };
}

/** Models are folders and may be taken as data; folders and files are mounted alike. */
function mismatch(source: Source, input: JsonObject): Omit<Violation, "at"> | undefined {
  const type = typeName(input);
  const wanted = kindOfType(type);
  if (wanted === undefined) return undefined;
  if (wanted === "literal") {
    if (source.literal !== undefined) return literalMismatch(source.literal, input);
    if (source.kind === "literal") return undefined;
    const message = `is a ${type}, and is given ${source.words}`;
    return type === "string" ? { message, severity: "warning" } : { message };
  }
  if (source.kind === "literal" && typeof source.literal !== "string") {
    return { message: `is a ${type}, and is given ${source.words}` };
  }
  const isImpossible = wanted === "model" && isNoModel(source.type, type);
  return isImpossible ? { message: `is a ${type}, and is given ${source.words}` } : undefined;
}

/** A folder may hold a model of any type, a file only one of the team's own making. */
function isNoModel(given: string | undefined, wanted: string): boolean {
  return given === "mltable" || (given === "uri_file" && wanted !== "custom_model");
}

function literalMismatch(value: JsonValue, input: JsonObject): Omit<Violation, "at"> | undefined {
  const problem = literalProblem(value, input);
  if (problem === undefined) return undefined;
  const message = `cannot have this value: ${problem.message}`;
  return problem.isLimit ? { message, severity: "warning" } : { message };
}
