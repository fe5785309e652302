import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";

import type { Fix } from "../../domain/finding.ts";
import { isJsonObject, valueAt, type JsonValue } from "../../shared/json.ts";
import type { PointerPath } from "./pointer.ts";
import { renderYaml } from "./render-yaml.ts";
import { contentEnd, lineStart, nextLine, spliceYaml } from "./splice-yaml.ts";

type ValueFix = Exclude<Fix, { readonly type: "strip-byte-order-mark" }>;
type Range = readonly [start: number, end: number];

/** The last step to a place: the collection, and the member of it that is meant, if it is there. */
type Target =
  | { readonly in: YAMLMap; readonly index: number; readonly pair: Pair }
  | { readonly in: YAMLSeq; readonly index: number; readonly item: unknown };

/**
 * Texts that may be what a fix asks for, the nicest first; none where the place is behind an
 * alias. The caller sees which of them says what it should, and keeps everything else.
 */
export function* fixCandidates(text: string, fix: ValueFix, wanted: JsonValue): Iterable<string> {
  // The same offsets, and line ends that the parser knows.
  const readable = text.replaceAll(/\r(?!\n)/g, "\n");
  const document = parseDocument(readable, { version: "1.2", schema: "core" });
  const target = findTarget(document.contents, fix.pointer);
  if (target === "alias") return;
  if (target !== undefined) {
    for (const [[start, end], next] of replacements(readable, target, fix)) {
      yield text.slice(0, start) + next + text.slice(end);
    }
  }
  // The rest adds or replaces whole lines.
  if (fix.type !== "set" || readable !== text) return;
  const valueAfter = (pointer: PointerPath): JsonValue | undefined => valueAt(wanted, pointer);
  const spliced = spliceYaml({ text, pointer: fix.pointer, valueAfter });
  if (spliced !== undefined) yield spliced;
}

function findTarget(root: unknown, pointer: PointerPath): Target | "alias" | undefined {
  let node = root;
  let target: Target | undefined;
  for (const key of pointer) {
    if (isAlias(node)) return "alias";
    if (isMap(node)) {
      const index = node.items.findIndex((pair) => keyOf(pair) === String(key));
      const pair = node.items[index];
      if (pair === undefined) return undefined;
      target = { in: node, index, pair };
      node = pair.value;
    } else if (isSeq(node)) {
      const index = Number(key);
      if (!(index < node.items.length)) return undefined;
      target = { in: node, index, item: node.items[index] };
      node = node.items[index];
    } else return undefined;
  }
  return isAlias(node) ? "alias" : target;
}

function* replacements(
  text: string,
  target: Target,
  fix: ValueFix,
): Iterable<readonly [Range, string]> {
  if (fix.type === "remove") {
    for (const range of removals(text, target)) yield [range, ""];
  } else if (fix.type === "rename") {
    const range =
      "pair" in target && isScalar(target.pair.key) ? rangeOf(target.pair.key) : undefined;
    if (range === undefined) return;
    for (const key of renderings(fix.key, quoteOf(text, range))) yield [range, key];
  } else {
    const range = valueRange(text, target);
    if (range === undefined) return;
    const isEmpty = range[0] === range[1];
    const values = renderings(fix.value, isEmpty ? "" : quoteOf(text, range));
    for (const value of values) yield [range, isEmpty ? ` ${value}` : value];
  }
}

/** Where a value of one piece stands, or would. */
function valueRange(text: string, target: Target): Range | undefined {
  const node = "pair" in target ? target.pair.value : target.item;
  if ("pair" in target && isUnwritten(node)) return emptyRange(text, target.pair);
  const isOnePiece = isScalar(node) && !isBlock(node);
  const isFlow = isCollection(node) && node.flow === true;
  return isOnePiece || isFlow ? rangeOf(node) : undefined;
}

/** Behind the colon of a pair without a value. */
function emptyRange(text: string, { key }: Pair): Range | undefined {
  const [, keyEnd] = (isScalar(key) ? rangeOf(key) : undefined) ?? [];
  const colon = keyEnd === undefined ? -1 : text.indexOf(":", keyEnd);
  return colon < 0 ? undefined : [colon + 1, colon + 1];
}

function isUnwritten(node: unknown): boolean {
  return node === null || (isScalar(node) && node.type === "PLAIN" && node.source === "");
}

function isBlock({ type }: Scalar): boolean {
  return type?.startsWith("BLOCK") === true;
}

/** A value as people would write it where one in these quotes stood. */
function* renderings(value: JsonValue, quote: string): Iterable<string> {
  if (typeof value !== "string") {
    const isNested = isJsonObject(value) || Array.isArray(value);
    const style = isNested ? ({ collectionStyle: "flow" } as const) : {};
    yield renderYaml(value, style).trimEnd();
    return;
  }
  if (quote === "'" && !special.test(value)) yield `'${value.replaceAll("'", "''")}'`;
  if (quote === "" && plain.test(value)) yield renderYaml(value).trimEnd();
  yield JSON.stringify(value).replaceAll(new RegExp(special, "gu"), toEscape);
}

/** What every reader takes for plain text at any place, within brackets too. */
const plain = /^[\p{L}\p{N}_./](?:[\p{L}\p{N}_./@+ -]|:(?=[\p{L}\p{N}_/]))*$/u;
/** Line breaks of one reader or another, and what PyYAML refuses unless it is escaped. */
const special = /[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/u;

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function quoteOf(text: string, [start]: Range): string {
  const first = text[start] ?? "";
  return first === "'" || first === '"' ? first : "";
}

/** What to cut out: whole lines, or up to the next member, or from the one before. */
function* removals(text: string, target: Target): Iterable<Range> {
  const { index } = target;
  const members = target.in.items.map(memberRange);
  const [before, own, after] = [members[index - 1], members[index], members[index + 1]];
  if (own === undefined) return;
  const end = "pair" in target ? pairEnd(text, target.pair) : contentEnd(text, target.item);
  if (target.in.flow !== true) {
    const from = lineStart(text, own[0]);
    const front = "pair" in target ? /^\s*$/ : /^\s*-\s+$/;
    if (front.test(text.slice(from, own[0]))) yield [from, nextLine(text, end)];
  }
  if (after !== undefined) yield [own[0], after[0]];
  if (before !== undefined && target.in.flow === true) yield [before[1], end];
}

function memberRange(member: unknown): Range | undefined {
  if (isNode(member)) return rangeOf(member);
  const { key, value } = isPair(member) ? member : { key: undefined, value: undefined };
  const [start, keyEnd] = (isNode(key) ? rangeOf(key) : undefined) ?? [];
  const [, end] = (isNode(value) ? rangeOf(value) : undefined) ?? [];
  return start === undefined || keyEnd === undefined ? undefined : [start, end ?? keyEnd];
}

/** A pair without a value ends with its colon. */
function pairEnd(text: string, pair: Pair): number {
  const [, end] = (isUnwritten(pair.value) ? emptyRange(text, pair) : undefined) ?? [];
  return end ?? contentEnd(text, pair.value);
}

function rangeOf({ range }: Node): Range | undefined {
  return range === null || range === undefined ? undefined : [range[0], range[1]];
}

function keyOf({ key }: Pair): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === "string" ? key.value : key.source;
}
