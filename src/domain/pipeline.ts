import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import { findExpressions, onlyExpression } from "./expression.ts";
import { creatorOf, manifestOfPath, targetOf } from "./lookup.ts";
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
  readonly pointer: readonly string[];
  readonly value: JsonObject;
  /** What the step runs, as far as it is known here. */
  readonly component: JsonObject | undefined;
}

/** A binding of a step: `${{parent.inputs.x}}` and where it stands. */
export interface Binding {
  readonly path: string;
  /** All that stands there. */
  readonly text: string;
  readonly pointer: readonly string[];
}

/** Every manifest with steps: components and jobs, and whether it is a job. */
export function* pipelinesOf({
  registry,
}: RuleContext): Iterable<{ readonly pipeline: Pipeline; readonly isJob: boolean }> {
  for (const asset of registry.assets) {
    if (asset.id.kind === "component" && isPipeline(asset.document.value)) {
      yield { pipeline: asset, isJob: false };
    }
  }
  for (const job of registry.jobs) {
    if (isPipeline(job.document.value)) yield { pipeline: job, isJob: true };
  }
}

function isPipeline({ type, jobs }: JsonObject): boolean {
  return isJsonObject(jobs) || (typeof type === "string" && type.toLowerCase() === "pipeline");
}

export function stepsOf(pipeline: Pipeline, context: RuleContext): readonly Step[] {
  const { jobs } = pipeline.document.value;
  const named = new NamedComponents(pipeline, context);
  return Object.entries(isJsonObject(jobs) ? jobs : {}).flatMap(([name, value]) =>
    isJsonObject(value) ? [toStep(name, value, ["jobs", name], named)] : [],
  );
}

/** A job that takes its steps from a component gives it inputs like a step. */
export function jobAsStep(pipeline: Pipeline, context: RuleContext): Step | undefined {
  const { value } = pipeline.document;
  if (value["component"] === undefined) return undefined;
  return toStep("", value, [], new NamedComponents(pipeline, context));
}

function toStep(
  name: string,
  value: JsonObject,
  pointer: readonly string[],
  named: NamedComponents,
): Step {
  return { name, value, pointer, component: named.of(value, pointer) ?? writtenOut(value) };
}

/** Whether a step names a registered component: those the client does not look into, files it does. */
export function isReferenced({ value }: Step): boolean {
  const named = value["component"] ?? value["trial"];
  return typeof named === "string" && named.startsWith("azureml:");
}

/** A step with a command of its own declares by what it is given. */
function writtenOut(value: JsonObject): JsonObject | undefined {
  const { component, trial } = value;
  if (component !== undefined || trial !== undefined) return undefined;
  return runsItself(value) ? value : undefined;
}

/** What `component` (or `trial`) of a step means, whether written out, a path or a reference. */
class NamedComponents {
  readonly #context: RuleContext;
  readonly #paths: ReadonlyMap<string, LocalPath>;
  readonly #uses: ReadonlyMap<string, ReferenceUse>;

  constructor({ localPaths, references }: Pipeline, context: RuleContext) {
    this.#context = context;
    this.#paths = byPointer(localPaths);
    this.#uses = byPointer(references);
  }

  of(value: JsonObject, owner: readonly string[]): JsonObject | undefined {
    const field = value["component"] === undefined ? "trial" : "component";
    const written = value[field];
    if (isJsonObject(written)) return written;
    const pointer = JSON.stringify([...owner, field]);
    const path = this.#paths.get(pointer);
    if (path !== undefined) return manifestBehind(path, this.#context)?.document.value;
    const use = this.#uses.get(pointer);
    return use === undefined ? undefined : referencedComponent(use, this.#context);
  }
}

/** The component that a path names: an asset of this registry, or a file that is none. */
export function manifestBehind(path: LocalPath, { registry }: RuleContext): Pipeline | undefined {
  if (path.asset !== undefined) return manifestOfPath(path, registry);
  const document = path.texts.find(({ role }) => role === "component")?.document;
  // Prompt flows are taken as components too, and declare in their own way.
  const isKnown = document !== undefined && runsItself(document.value);
  return isKnown ? { document, references: [], localPaths: [] } : undefined;
}

function runsItself({ command, task, entry, jobs }: JsonObject): boolean {
  return typeof command === "string" || [task, entry, jobs].some(isJsonObject);
}

function byPointer<T extends { readonly pointer: readonly (string | number)[] }>(
  uses: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(uses.map((use) => [JSON.stringify(use.pointer), use]));
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
        text,
        pointer: [...step.pointer, axis, name, ...(key === undefined ? [] : [key])],
      })),
    ),
  );
}

/** What an input of a step is bound to, if that is one expression and nothing else. */
export function boundPath(value: JsonValue | undefined): string | undefined {
  const [first] = value === undefined ? [] : textsOf(value);
  return first === undefined ? undefined : onlyExpression(first.text);
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

/** The bindings that stand elsewhere in a step: `compute`, `resources`, `environment_variables`. */
export function otherBindingsOf(step: Step): readonly Binding[] {
  const bindings: Binding[] = [];
  const collect = (value: JsonValue, pointer: readonly string[]): void => {
    if (typeof value === "string") {
      for (const { path } of findExpressions(value)) bindings.push({ path, text: value, pointer });
    } else if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) collect(member, [...pointer, key]);
    }
  };
  for (const [key, value] of Object.entries(step.value)) {
    if (!notBound.has(key)) collect(value, [...step.pointer, key]);
  }
  return bindings.filter(({ path }) => path.startsWith("parent."));
}

/** Looked at on their own, texts for people, or a world of their own. */
const notBound = new Set(
  "inputs outputs command args component trial task description display_name comment tags properties".split(
    " ",
  ),
);

/** The steps whose outputs a step takes. */
function stepsBefore(step: Step): readonly string[] {
  return bindingsOf(step, "inputs").flatMap(({ path }) => {
    const match = /^parent\.jobs\.([^.]+)\.outputs\./.exec(path);
    return match?.[1] === undefined ? [] : [match[1]];
  });
}

/** The names of the steps that wait for each other for ever, in the order of the file. */
export function stepsInCycle(steps: readonly Step[]): readonly string[] {
  const names = new Set(steps.map(({ name }) => name));
  const before = new Map(
    steps.map((step) => [
      step.name,
      [...new Set(stepsBefore(step))].filter((name) => names.has(name)),
    ]),
  );
  const after = new Map(steps.map(({ name }): [string, string[]] => [name, []]));
  for (const [name, sources] of before) {
    for (const source of sources) after.get(source)?.push(name);
  }
  // What only waits for a cycle is no part of it, so both ends are taken off.
  const waiting = takeOff(names, before, after);
  return [...takeOff(waiting, after, before)];
}

type Edges = ReadonlyMap<string, readonly string[]>;

/** What is left once everything that waits for nothing is gone, again and again. */
function takeOff(names: ReadonlySet<string>, sources: Edges, targets: Edges): ReadonlySet<string> {
  const left = new Set(names);
  const open = new Map(
    [...names].map((name) => [
      name,
      (sources.get(name) ?? []).filter((each) => names.has(each)).length,
    ]),
  );
  const free = [...names].filter((name) => open.get(name) === 0);
  for (let name = free.pop(); name !== undefined; name = free.pop()) {
    left.delete(name);
    for (const target of targets.get(name) ?? []) {
      const count = (open.get(target) ?? 0) - 1;
      open.set(target, count);
      if (count === 0) free.push(target);
    }
  }
  return left;
}
