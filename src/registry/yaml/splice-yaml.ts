import {
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";

import type { JsonValue } from "../../shared/json.ts";
import type { PointerPath } from "./pointer.ts";
import { renderYaml } from "./render-yaml.ts";

/** One change of a text, and what the whole text says after it. */
export interface Splice {
  readonly text: string;
  readonly pointer: PointerPath;
  /** The list at `pointer` gets more items, and keeps those it has. */
  readonly isAppend?: boolean;
  /** The value of a place after the change. */
  valueAfter(pointer: PointerPath): JsonValue | undefined;
}

/**
 * Changes only the lines that must change; everything else stays byte for byte. `undefined` where
 * no simple way is seen. The caller compares what the text says then with what it should.
 */
export function spliceYaml(splice: Splice): string | undefined {
  const document = parseDocument(splice.text, { version: "1.2", schema: "core" });
  const { pointer } = splice;
  let node: unknown = document.contents;
  for (const [depth, key] of pointer.entries()) {
    if (isCollection(node) && node.flow === true) {
      return spliceFlow(splice, node, pointer.slice(0, depth));
    }
    const here = pointer.slice(0, depth + 1);
    const isLast = depth === pointer.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => keyOf(item) === String(key));
      if (pair === undefined) return insertPair(splice, node, here);
      if (isLast || !isCollection(pair.value)) return spliceMember(splice, node, pair, here);
      node = pair.value;
    } else if (isSeq(node)) {
      if (Number(key) === node.items.length) return appendItem(splice, node, here);
      const item = node.items[Number(key)];
      if (isLast || !isCollection(item)) return spliceItem(splice, node, item, here);
      node = item;
    } else return undefined;
  }
  return undefined;
}

function keyOf(pair: Pair): string | undefined {
  if (!isScalar(pair.key)) return undefined;
  return typeof pair.key.value === "string" ? pair.key.value : pair.key.source;
}

/** Flow collections on one line are written anew, as tight as they were. */
function spliceFlow(splice: Splice, node: Node, pointer: PointerPath): string | undefined {
  const [start, end] = node.range ?? [0, 0];
  const before = splice.text.slice(start, end);
  const value = splice.valueAfter(pointer);
  if (/[\n#&*]/.test(before) || value === undefined) return undefined;
  const flowCollectionPadding = /^\{\s/.test(before) || !before.startsWith("{");
  const rendered = renderYaml(value, { collectionStyle: "flow", flowCollectionPadding });
  const tight = before.startsWith("[") && !/^\[\s/.test(before) ? unpad(rendered) : rendered;
  return replace(splice.text, [start, end], tight.trim());
}

/** `[ a, b ]` as people write it: `[a, b]`. */
function unpad(rendered: string): string {
  return rendered.trim().replace(/^\[ (.*) \]$/s, "[$1]");
}

function spliceMember(
  splice: Splice,
  map: YAMLMap,
  pair: Pair,
  pointer: PointerPath,
): string | undefined {
  const isAppend = splice.isAppend === true && pointer.length === splice.pointer.length;
  return isAppend ? appendAll(splice, pair.value, pointer) : splicePair(splice, map, pair, pointer);
}

function splicePair(
  splice: Splice,
  map: YAMLMap,
  pair: Pair,
  pointer: PointerPath,
): string | undefined {
  const { text } = splice;
  const value = splice.valueAfter(pointer);
  if (!isNode(pair.key) || !isNode(pair.value)) return undefined;
  const [start = 0, keyEnd = 0] = pair.key.range ?? [];
  const end = pairEnd(text, keyEnd, pair.value);
  if (value === undefined) {
    if (map.items.length > 1) return removeLines(text, [start, end], /^\s*$/);
    return pointer.length === 1 ? replace(text, [start, end], "{}") : undefined;
  }
  if (isPlainScalar(pair.value) && isOneLine(value)) {
    return replace(text, [startOf(pair.value), end], renderYaml(value).trimEnd());
  }
  const key = text.slice(start, keyEnd);
  return replace(text, [start, end], pairText(key, value, columnOf(text, start)));
}

/** A pair without a value ends with its colon, whatever comment follows. */
function pairEnd(text: string, keyEnd: number, value: Node): number {
  const isEmpty = isScalar(value) && value.source === "";
  return isEmpty ? text.indexOf(":", keyEnd) + 1 : contentEnd(text, value);
}

/** Removes whole lines, unless something else stands in front on the first of them. */
function removeLines(
  text: string,
  [start, end]: readonly [number, number],
  front: RegExp,
): string | undefined {
  const from = lineStart(text, start);
  return front.test(text.slice(from, start))
    ? replace(text, [from, nextLine(text, end)], "")
    : undefined;
}

function insertPair(splice: Splice, map: YAMLMap, pointer: PointerPath): string | undefined {
  const { text } = splice;
  const last = map.items.at(-1);
  const value = splice.valueAfter(pointer);
  if (value === undefined || !isNode(last?.value) || !isNode(last.key)) return undefined;
  const key = renderYaml(String(pointer.at(-1))).trimEnd();
  const at = nextLine(text, contentEnd(text, last.value));
  const column = columnOf(text, map.items[0] === undefined ? 0 : startOf(map.items[0].key));
  return insertLine(text, at, " ".repeat(column) + pairText(key, value, column));
}

function spliceItem(
  splice: Splice,
  sequence: YAMLSeq,
  item: unknown,
  pointer: PointerPath,
): string | undefined {
  const { text } = splice;
  const value = splice.valueAfter(pointer);
  if (!isNode(item)) return undefined;
  const start = startOf(item);
  const end = contentEnd(text, item);
  if (value !== undefined) {
    return replace(text, [start, end], itemText(value, columnOf(text, start) - 2).slice(2));
  }
  return sequence.items.length === 1 ? undefined : removeLines(text, [start, end], /^\s*-\s+$/);
}

function appendItem(splice: Splice, sequence: YAMLSeq, pointer: PointerPath): string | undefined {
  const value = splice.valueAfter(pointer);
  return value === undefined ? undefined : appendItems(splice.text, sequence, [value]);
}

function appendAll(splice: Splice, list: unknown, pointer: PointerPath): string | undefined {
  const after = splice.valueAfter(pointer);
  if (!isSeq(list) || !Array.isArray(after)) return undefined;
  if (list.flow === true) return spliceFlow(splice, list, pointer);
  return appendItems(splice.text, list, after.slice(list.items.length));
}

function appendItems(
  text: string,
  sequence: YAMLSeq,
  values: readonly JsonValue[],
): string | undefined {
  const last = sequence.items.at(-1);
  if (!isNode(last)) return undefined;
  const column = columnOf(text, startOf(sequence));
  const at = nextLine(text, contentEnd(text, last));
  const lines = values.map((value) => " ".repeat(column) + itemText(value, column));
  return insertLine(text, at, lines.join("\n"));
}

function pairText(key: string, value: JsonValue, column: number): string {
  const rendered = renderYaml({ k: value }).trimEnd().slice(1);
  return key + indentLines(rendered, column);
}

function itemText(value: JsonValue, column: number): string {
  return indentLines(renderYaml([value]).trimEnd(), column);
}

/** Every line but the first, which stands where it is put. */
function indentLines(text: string, column: number): string {
  return text.replaceAll(/\n(?=[^\n])/g, `\n${" ".repeat(Math.max(0, column))}`);
}

function isPlainScalar(node: Node): boolean {
  if (!isScalar(node) || node.range === undefined || node.range === null) return false;
  return !node.type?.startsWith("BLOCK") && node.range[1] > node.range[0];
}

function isOneLine(value: JsonValue): boolean {
  return typeof value !== "object" && !(typeof value === "string" && value.includes("\n"));
}

/** Where the last character of a value is, without the comments and line breaks after it. */
export function contentEnd(text: string, node: unknown): number {
  if (!isNode(node)) return 0;
  const end = node.range?.[1] ?? 0;
  if (isCollection(node) && node.flow !== true) {
    const last: unknown = node.items.at(-1);
    if (isNode(last)) return contentEnd(text, last);
    if (isMap(node)) return contentEnd(text, node.items.at(-1)?.value);
  }
  const isBlock = isScalar(node) && node.type?.startsWith("BLOCK") === true;
  return isBlock ? text.slice(0, end).trimEnd().length : end;
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

export function nextLine(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end + 1;
}

function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

function insertLine(text: string, at: number, line: string): string {
  const needsBreak = at > 0 && text[at - 1] !== "\n";
  return replace(text, [at, at], `${needsBreak ? "\n" : ""}${line}\n`);
}

function replace(text: string, [start, end]: readonly [number, number], next: string): string {
  const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
  return text.slice(0, start) + next.replaceAll("\n", lineBreak) + text.slice(end);
}
