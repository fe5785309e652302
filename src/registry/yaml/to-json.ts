import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Alias,
  type Document,
  type Scalar,
  type YAMLMap,
} from "yaml";

import type { JsonObject, JsonValue } from "../../shared/json.ts";
import { yamlLimits } from "./limits.ts";
import { childPointer } from "./pointer.ts";
import { readLikePython } from "./scalar.ts";

/** Where a value, or with `isKey` the key in front of it, starts. */
export interface ValuePlace {
  readonly offset: number;
  readonly isKey: boolean;
  /** Where it is written, when an alias stands at `offset`. */
  readonly anchorOffset: number | undefined;
}

export interface ValueSink {
  place(pointer: string, place: ValuePlace): void;
  /** The text of an unquoted value. */
  source(pointer: string, source: string): void;
  /** The value behind an unquoted key that is no text to Python. */
  oddKey(pointer: string): void;
  problem(rule: string, message: string, offset: number): void;
}

/** Turns composed nodes into plain values: strict keys, aliases written out within a bound. */
export class JsonConverter {
  readonly #document: Document;
  readonly #sink: ValueSink;
  readonly #open = new Set<unknown>();
  readonly #targets = new Map<Alias, unknown>();
  #budget: number = yamlLimits.expanded;
  /** Where the outermost alias stands whose value is being written out. */
  #alias: number | undefined;

  constructor(document: Document, sink: ValueSink) {
    this.#document = document;
    this.#sink = sink;
  }

  convert(): JsonValue {
    return this.#value(this.#document.contents, "", 0);
  }

  #value(node: unknown, pointer: string, depth: number): JsonValue {
    const offset = offsetOf(node);
    if (depth > yamlLimits.depth) {
      return this.#refuse("yaml-depth", `Nested deeper than ${yamlLimits.depth} levels.`, offset);
    }
    if (this.#budget < 0) return null;
    this.#spend(16, offset);
    this.#place(pointer, offset, false);
    if (isAlias(node)) return this.#resolve(node, pointer, depth);
    if (isScalar(node)) return this.#scalar(node, pointer);
    if (this.#open.has(node)) {
      return this.#refuse("yaml-alias", "An alias refers to the value it stands in.", offset);
    }
    this.#open.add(node);
    const value = this.#collection(node, pointer, depth);
    this.#open.delete(node);
    return value;
  }

  #collection(node: unknown, pointer: string, depth: number): JsonValue {
    if (isMap(node)) return this.#map(node, pointer, depth);
    if (isSeq(node)) {
      return node.items.map((item, index) => this.#value(item, `${pointer}/${index}`, depth + 1));
    }
    return null;
  }

  #map(map: YAMLMap, pointer: string, depth: number): JsonObject {
    const members: Record<string, JsonValue> = {};
    // What needs quotes in `{{NAME}}` is all of it, not the key that YAML sees in it.
    const start = map.flow === true ? offsetOf(map) : undefined;
    for (const pair of map.items) {
      const key = this.#key(pair.key, start);
      if (key === undefined) continue;
      const at = childPointer(pointer, key);
      const offset = offsetOf(pair.key);
      if (Object.hasOwn(members, key)) {
        this.#refuse("yaml-duplicate-key", `The key "${key}" is given twice: remove one.`, offset);
        continue;
      }
      this.#place(at, offset, true);
      if (isOddKey(pair.key)) this.#sink.oddKey(at);
      // What is not written stands nowhere: its key does.
      if (isUnwritten(pair.value)) this.#place(at, offset, false);
      members[key] = this.#value(pair.value, at, depth + 1);
    }
    return members;
  }

  #key(node: unknown, start: number | undefined): string | undefined {
    const offset = offsetOf(node);
    if (!isScalar(node) || node.value === null) {
      this.#refuse(
        "yaml-key",
        "Only plain text can be a key: put a text that starts with { or [ in quotes.",
        start ?? offset,
      );
      return undefined;
    }
    const key = typeof node.value === "string" ? node.value : (node.source ?? "");
    this.#spend(key.length, offset);
    if (key === "<<") {
      this.#refuse("yaml-merge", "Merge keys (<<) are not allowed: write the keys out.", offset);
      return undefined;
    }
    if (key === "__proto__") {
      this.#refuse("yaml-key", 'The key "__proto__" is not allowed.', offset);
      return undefined;
    }
    return key;
  }

  #resolve(node: Alias, pointer: string, depth: number): JsonValue {
    const target = this.#targets.get(node) ?? node.resolve(this.#document);
    if (target === undefined) {
      return this.#refuse("yaml-alias", `There is no anchor &${node.source}.`, offsetOf(node));
    }
    this.#targets.set(node, target);
    const outer = this.#alias;
    this.#alias = outer ?? offsetOf(node);
    this.#sink.place(pointer, {
      offset: this.#alias,
      isKey: false,
      anchorOffset: offsetOf(target),
    });
    const value = this.#value(target, pointer, depth + 1);
    this.#alias = outer;
    return value;
  }

  /** Everything behind an alias stands where the alias does. */
  #place(pointer: string, offset: number, isKey: boolean): void {
    const isBehind = this.#alias !== undefined;
    this.#sink.place(pointer, {
      offset: this.#alias ?? offset,
      isKey,
      anchorOffset: isBehind ? offset : undefined,
    });
  }

  #scalar(node: Scalar, pointer: string): JsonValue {
    const { value } = node;
    const offset = offsetOf(node);
    if (node.type === "PLAIN" && node.source !== undefined && isSpecial(value, node.source)) {
      this.#sink.source(pointer, node.source);
    }
    if (typeof value === "string") {
      this.#spend(value.length, offset);
      if (/\p{Cs}|\0/u.test(value)) {
        return this.#refuse("yaml-encoding", "The text holds half a character or a NUL.", offset);
      }
      return value;
    }
    if (typeof value === "number") return this.#number(value, node.source ?? "", offset);
    return typeof value === "boolean" ? value : null;
  }

  #number(value: number, source: string, offset: number): JsonValue {
    const isExact =
      Number.isFinite(value) && (!Number.isInteger(value) || Math.abs(value) < 2 ** 53);
    // JSON has no negative zero.
    if (isExact || (Number.isFinite(value) && /[.eE]/.test(source))) return value + 0;
    const message = `The number ${source.slice(0, 60)} is too large to keep: quote it.`;
    return this.#refuse("yaml-number", message, offset);
  }

  #spend(amount: number, offset: number): void {
    const before = this.#budget;
    this.#budget -= amount;
    if (before >= 0 && this.#budget < 0) {
      this.#refuse("yaml-alias", "With its aliases written out the file is too large.", offset);
    }
  }

  #refuse(rule: string, message: string, offset: number): null {
    this.#sink.problem(rule, message, offset);
    return null;
  }
}

/** True for what is no text, to us or to Python: everything that loses how it was written. */
function isSpecial(value: unknown, source: string): boolean {
  if (typeof value !== "string") return true;
  return /^[-+.0-9yYnNoOtTfF~]/.test(source) && readLikePython(source).type !== "string";
}

function isOddKey(key: unknown): boolean {
  return isScalar(key) && key.type === "PLAIN" && isSpecial(key.value, key.source ?? "");
}

function isUnwritten(node: unknown): boolean {
  return node === null || (isScalar(node) && node.type === "PLAIN" && node.source === "");
}

function offsetOf(node: unknown): number {
  const hasRange = typeof node === "object" && node !== null && "range" in node;
  const range = hasRange ? node.range : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : undefined;
  return typeof start === "number" ? start : 0;
}
