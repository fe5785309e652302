import type { Fix } from "../domain/finding.ts";
import { canonicalJson, type JsonValue } from "../shared/json.ts";
import { fixCandidates } from "./yaml/fix-candidates.ts";
import { fixedValue } from "./yaml/fixed-value.ts";
import { lockBounds, parseYaml, type ParsedYaml } from "./yaml/parse-yaml.ts";
import type { PointerPath } from "./yaml/pointer.ts";
import { commentsOf } from "./yaml/tokens.ts";

export interface FixedText {
  readonly bytes: Uint8Array;
  /** For each fix the lines that it changed; `undefined` for one that was not applied. */
  readonly changes: readonly (LineChange | undefined)[];
}

export interface LineChange {
  /** Of the first line that changed, as the text was at that time. */
  readonly line: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

type ValueFix = Exclude<Fix, { readonly type: "strip-byte-order-mark" }>;

/** Each fix reads the text several times. */
const maxFixes = 200;
const byteOrderMark = "\ufeff";

/**
 * Applies fixes to one file and leaves every other byte as it is. A fix is left out when it
 * touches what one before it has changed, when its place is behind an alias, or when it cannot be
 * made without changing another value or a comment.
 */
export function applyFixes(bytes: Uint8Array, fixes: readonly Fix[]): FixedText {
  let text = decode(bytes);
  if (text === undefined) return { bytes, changes: fixes.map(() => undefined) };
  const applied: ValueFix[] = [];
  const changes: (LineChange | undefined)[] = [];
  for (const fix of fixes) {
    const next: string | undefined =
      changes.length < maxFixes ? applyFix(text, fix, applied) : undefined;
    changes.push(next === undefined ? undefined : changedLines(text, next));
    if (next === undefined) continue;
    text = next;
    if (fix.type !== "strip-byte-order-mark") applied.push(fix);
  }
  return { bytes: new TextEncoder().encode(text), changes };
}

/** `undefined` for what is no UTF-8: writing it again would change it. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function applyFix(text: string, fix: Fix, applied: readonly ValueFix[]): string | undefined {
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : "";
  const body = text.slice(mark.length);
  if (fix.type === "strip-byte-order-mark") return mark === "" ? undefined : body;
  const moved = afterOthers(fix, applied);
  const changed = moved && changeValue(body, moved);
  return changed === undefined ? undefined : mark + changed;
}

/** A fix as it reads once others are applied; `undefined` when one of them was at its place. */
function afterOthers(fix: ValueFix, applied: readonly ValueFix[]): ValueFix | undefined {
  const pointer = [...fix.pointer];
  for (const other of applied) {
    if (overlaps(other.pointer, pointer)) return undefined;
    const last = other.pointer.length - 1;
    const [removed, index] = [other.pointer[last], pointer[last]];
    const isBehind =
      other.type === "remove" &&
      typeof removed === "number" &&
      typeof index === "number" &&
      index > removed &&
      overlaps(other.pointer.slice(0, last), pointer);
    if (isBehind) pointer[last] = index - 1;
  }
  return { ...fix, pointer };
}

/** Whether one of two places is, or is within, the other. */
function overlaps(left: PointerPath, right: PointerPath): boolean {
  const length = Math.min(left.length, right.length);
  return left.slice(0, length).every((key, index) => String(key) === String(right[index]));
}

function changeValue(text: string, fix: ValueFix): string | undefined {
  const before = read(text);
  if (before.value === undefined) return undefined;
  const wanted = fixedValue(before.value, fix);
  if (wanted === undefined) return undefined;
  const comments = commentsOf(text);
  for (const candidate of fixCandidates(text, fix, wanted)) {
    if (candidate === text) continue;
    const after = read(candidate);
    const isKept =
      says(after, wanted, fix) &&
      after.problems.length <= before.problems.length &&
      commentsOf(candidate).join("\n") === comments.join("\n");
    if (isKept) return candidate;
  }
  return undefined;
}

function read(text: string): ParsedYaml {
  return parseYaml(new TextEncoder().encode(text), lockBounds);
}

/** Whether a text means what is wanted to every reader of YAML. */
function says({ value, places }: ParsedYaml, wanted: JsonValue, fix: ValueFix): boolean {
  if (value === undefined || canonicalJson(value) !== canonicalJson(wanted)) return false;
  const isText = fix.type === "set" && typeof fix.value === "string";
  return !isText || places.sourceOf(fix.pointer) === undefined;
}

/** The lines between those that two texts have in common at their start and end. */
function changedLines(before: string, after: string): LineChange {
  const [old, next] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < old.length && start < next.length && old[start] === next[start]) start += 1;
  let end = 0;
  const most = Math.min(old.length, next.length) - start;
  while (end < most && old.at(-1 - end) === next.at(-1 - end)) end += 1;
  return {
    line: start + 1,
    before: old.slice(start, old.length - end),
    after: next.slice(start, next.length - end),
  };
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r\n|\r|\n/);
}
