import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import { findExpressions } from "./expression.ts";
import { creatorOf, manifestsOf, targetOf } from "./lookup.ts";
import type { LocalPath, ManifestDocument, ReferenceUse } from "./registry.ts";
import type { RuleContext } from "./rules/rule.ts";

/** A manifest with steps. */
export interface Pipeline {
  readonly document: ManifestDocument;
  readonly references: readonly ReferenceUse[];
  readonly localPaths: readonly LocalPath[];
}

export interface Step {
  readonly name: string;
  readonly value: JsonObject;
  /** What the step runs, as far as it is known here. */
  readonly component: JsonObject | undefined;
}

/** A binding of a step: `${{parent.inputs.x}}` and where it stands. */
export interface Binding {
  readonly path: string;
  readonly pointer: readonly string[];
}

export function stepsOf(pipeline: Pipeline, context: RuleContext): readonly Step[] {
  const { jobs } = pipeline.document.value;
  return Object.entries(isJsonObject(jobs) ? jobs : {}).flatMap(([name, value]) =>
    isJsonObject(value)
      ? [{ name, value, component: componentOf(pipeline, { name, value }, context) }]
      : [],
  );
}

function componentOf(
  pipeline: Pipeline,
  { name, value }: { readonly name: string; readonly value: JsonObject },
  context: RuleContext,
): JsonObject | undefined {
  const field = value["component"] === undefined ? "trial" : "component";
  const component = value[field];
  if (isJsonObject(component)) return component;
  const isHere = ({ pointer }: { readonly pointer: readonly (string | number)[] }): boolean =>
    pointer.length === 3 && pointer[1] === name && pointer[2] === field;
  const path = pipeline.localPaths.find(isHere);
  if (path?.asset !== undefined) {
    const manifests = manifestsOf(path.asset, context.registry);
    return manifests.find(({ document }) => document.path === path.target)?.document.value;
  }
  const use = pipeline.references.find(isHere);
  return use === undefined ? undefined : referencedComponent(use, context);
}

/** The manifest speaks for a version only if that version is yet to be made from it. */
function referencedComponent(use: ReferenceUse, context: RuleContext): JsonObject | undefined {
  const target = targetOf(use, context.registry);
  if (target?.selector.type !== "version") return undefined;
  const creator = creatorOf(target.key, target.selector.version, context);
  return creator?.document.value;
}

/** The bindings of a step's inputs or outputs. */
export function bindingsOf(step: Step, axis: "inputs" | "outputs"): readonly Binding[] {
  const bound = step.value[axis];
  return Object.entries(isJsonObject(bound) ? bound : {}).flatMap(([name, value]) =>
    textsOf(value).flatMap(({ text, key }) =>
      findExpressions(text).map(({ path }) => ({
        path,
        pointer: ["jobs", step.name, axis, name, ...(key === undefined ? [] : [key])],
      })),
    ),
  );
}

function textsOf(
  value: JsonValue,
): readonly { readonly text: string; readonly key: string | undefined }[] {
  if (typeof value === "string") return [{ text: value, key: undefined }];
  if (!isJsonObject(value)) return [];
  return ["path", "value"].flatMap((key) => {
    const text = value[key];
    return typeof text === "string" ? [{ text, key }] : [];
  });
}

/** The steps whose outputs a step takes. */
function stepsBefore(step: Step): readonly string[] {
  return bindingsOf(step, "inputs").flatMap(({ path }) => {
    const match = /^parent\.jobs\.([^.]+)\.outputs\./.exec(path);
    return match?.[1] === undefined ? [] : [match[1]];
  });
}

/** The names of the steps that wait for each other for ever. */
export function stepsInCycle(steps: readonly Step[]): readonly string[] {
  const waiting = new Map(steps.map((step) => [step.name, new Set(stepsBefore(step))]));
  let hasMoved = true;
  while (hasMoved) {
    hasMoved = false;
    for (const [name, before] of waiting) {
      if ([...before].some((other) => waiting.has(other))) continue;
      waiting.delete(name);
      hasMoved = true;
    }
  }
  return [...waiting.keys()];
}
