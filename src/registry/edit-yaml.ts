import { parseDocument, type Document } from "yaml";

import { canonicalJson, isJsonObject, valueAt, type JsonValue } from "../shared/json.ts";
import { yamlUneditable } from "./errors.ts";
import { lockBounds, parseYaml } from "./yaml/parse-yaml.ts";
import { describePointer, formatPointer, type PointerPath } from "./yaml/pointer.ts";
import { quoteTraps, renderYaml } from "./yaml/render-yaml.ts";
import { spliceYaml } from "./yaml/splice-yaml.ts";

export interface YamlEdit {
  readonly pointer: PointerPath;
  /** `undefined` removes what is there. */
  readonly value: JsonValue | undefined;
}

/** Each step reads the text anew; past this a collection is written anew instead. */
const maxSteps = 200;

/**
 * Changes values of a YAML text one after the other and leaves everything else as it is written:
 * comments, order, quotes. Parents that are missing are made; an index that is the length of its
 * list appends; an empty text is an empty mapping. Of a mapping that replaces a mapping only the
 * members that differ are touched. Texts that YAML 1.1 would mangle are quoted.
 *
 * Throws `YAML_UNEDITABLE` for a text that is not valid YAML, or has no such place.
 */
export function editYaml(text: string, edits: readonly YamlEdit[]): string {
  let edited = text.replace(/^\ufeff/, "");
  for (const edit of edits) edited = applyEdit(edited, edit);
  return edited;
}

/** One change that is made at once. */
interface Step extends YamlEdit {
  /** The list at `pointer` keeps its items and gets more. */
  readonly isAppend?: true;
}

function applyEdit(text: string, edit: YamlEdit): string {
  const before = valueOf(text);
  let edited = text;
  const steps = stepsOf(valueAt(before, edit.pointer), edit);
  for (const step of steps.length > maxSteps ? [edit] : steps) {
    edited = applyStep(edited, step);
  }
  return edited;
}

function applyStep(text: string, step: Step): string {
  const before = valueOf(text);
  const wanted = setAt(before, step);
  if (same(before, wanted)) return text;
  if (before === null) return startDocument(text, wanted);
  const spliced = spliceYaml({
    text,
    pointer: step.pointer,
    isAppend: step.isAppend === true,
    valueAfter: (at) => valueAt(wanted, at),
  });
  if (spliced !== undefined && says(spliced, wanted)) return spliced;
  const rewritten = rewrite(text, step, wanted);
  if (rewritten !== undefined && says(rewritten, wanted)) return rewritten;
  throw yamlUneditable(`${describe(step.pointer)} cannot be changed where it stands`);
}

function startDocument(text: string, value: JsonValue): string {
  if (/^\s*(?:#.*)?$/m.test(text) && !/^[^#\s]/m.test(text)) {
    const start = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    return start + renderYaml(value);
  }
  return renderYaml(value);
}

/** Keeps comments and order, not every space. */
function rewrite(
  text: string,
  { pointer, value }: YamlEdit,
  wanted: JsonValue,
): string | undefined {
  if (pointer.length === 0) return renderYaml(wanted);
  const document = parseDocument(text, { version: "1.2", schema: "core" });
  if (!setNode(document, pointer, value)) return undefined;
  quoteTraps(document);
  return document.toString({
    lineWidth: 0,
    flowCollectionPadding: !/[{[]\S/.test(text),
  });
}

function setNode(document: Document, pointer: PointerPath, value: JsonValue | undefined): boolean {
  try {
    if (value === undefined) return document.deleteIn(pointer);
    document.setIn(pointer, document.createNode(value));
    return true;
  } catch {
    return false; // A parent is no collection.
  }
}

/** Splits the change of a collection into changes of what differs in it. */
function stepsOf(before: JsonValue | undefined, edit: YamlEdit): readonly Step[] {
  const { pointer, value } = edit;
  if (value === undefined || before === undefined || same(before, value)) return [edit];
  if (isList(before) && isList(value) && before.length > 0 && value.length >= before.length) {
    return stepsOfList(before, value, pointer);
  }
  if (!isJsonObject(before) || !isJsonObject(value)) return [edit];
  const kept = Object.keys(before).filter((key) => Object.hasOwn(value, key));
  if (kept.length === 0) return [edit];
  const removed = Object.keys(before).filter((key) => !Object.hasOwn(value, key));
  return [
    ...removed.map((key) => ({ pointer: [...pointer, key], value: undefined })),
    ...Object.entries(value).flatMap(([key, member]) =>
      stepsOf(before[key], { pointer: [...pointer, key], value: member }),
    ),
  ];
}

/** Several items more are written at once: each step reads the whole text. */
function stepsOfList(
  before: readonly JsonValue[],
  value: readonly JsonValue[],
  pointer: PointerPath,
): readonly Step[] {
  const isBulk = value.length > before.length + 1 && typeof pointer.at(-1) === "string";
  const single = value.slice(0, isBulk ? before.length : value.length);
  const steps = single.flatMap((item, index) =>
    stepsOf(before[index], { pointer: [...pointer, index], value: item }),
  );
  return isBulk ? [...steps, { pointer, value, isAppend: true }] : steps;
}

function valueOf(text: string): JsonValue {
  const { value, problems } = parseYaml(new TextEncoder().encode(text), lockBounds);
  const problem = problems.find(({ severity }) => severity === "error");
  if (problem !== undefined) {
    const place = problem.line === undefined ? "" : ` (line ${problem.line})`;
    throw yamlUneditable(`it is not valid${place}: ${problem.message}`);
  }
  return value ?? null;
}

function says(text: string, wanted: JsonValue): boolean {
  try {
    return same(valueOf(text), wanted);
  } catch {
    return false;
  }
}

function same(left: JsonValue, right: JsonValue): boolean {
  return canonicalJson(left) === canonicalJson(right);
}

function setAt(value: JsonValue, { pointer, value: next }: YamlEdit): JsonValue {
  return setBelow(value, pointer, next) ?? null;
}

function setBelow(
  value: JsonValue | undefined,
  pointer: PointerPath,
  next: JsonValue | undefined,
): JsonValue | undefined {
  const [key, ...rest] = pointer;
  if (key === undefined) return next;
  if (isList(value) || (isNothing(value) && typeof key === "number")) {
    return setItem(isList(value) ? value : [], [key, ...rest], next);
  }
  if (!isNothing(value) && !isJsonObject(value)) {
    throw yamlUneditable(`${describe(pointer)} is below a plain value`);
  }
  const members = Object.entries(value ?? {});
  const changed = setBelow(value?.[key], rest, next);
  const others = members.filter(([name]) => name !== String(key));
  if (changed === undefined) return value === undefined ? undefined : Object.fromEntries(others);
  return Object.fromEntries([...others, [key, changed]]);
}

function setItem(
  list: readonly JsonValue[],
  [key, ...rest]: PointerPath,
  next: JsonValue | undefined,
): JsonValue {
  const index = Number(key);
  if (!Number.isInteger(index) || index < 0 || index > list.length) {
    throw yamlUneditable(`a list of ${list.length} has no place ${String(key)}`);
  }
  const changed = setBelow(list[index], rest, next);
  return list.toSpliced(index, 1, ...(changed === undefined ? [] : [changed]));
}

function isList(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isNothing(value: JsonValue | undefined): value is null | undefined {
  return value === undefined || value === null;
}

function describe(pointer: PointerPath): string {
  return describePointer(formatPointer(pointer)) || "the whole file";
}
