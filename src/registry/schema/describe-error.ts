import type { ErrorObject } from "ajv/dist/2020.js";

import { isJsonObject, type JsonValue } from "../../shared/json.ts";
import { nearestWord } from "../nearest.ts";
import { describePointer } from "../yaml/pointer.ts";

/** One sentence for an error of the schema check, about the value or key it stands at. */
export function describeError(error: ErrorObject, sentence: string | undefined): string {
  const describe = describers[error.keyword] ?? describeOther;
  return describe(error, sentence);
}

type Describer = (error: ErrorObject, sentence: string | undefined) => string;

const describers: Readonly<Record<string, Describer>> = {
  required: (error, sentence) => {
    const { missingProperty } = params(error);
    const missing = `${placeWords(error)}lacks the key "${missingProperty}"`;
    const meaning = sentence ?? descriptionOfKey(error.parentSchema, missingProperty ?? "");
    return meaning === "" ? `${missing}.` : `${missing}. ${firstSentence(meaning)}`;
  },
  dependentRequired: (error) => {
    const { property, missingProperty } = params(error);
    return `${placeWords(error)}has "${property}" and so needs "${missingProperty}".`;
  },
  additionalProperties: (error) => {
    const key = params(error)["additionalProperty"] ?? "";
    return `${subject(error)}${unknownKeyWords(key, knownKeys(error.parentSchema))}`;
  },
  "false schema": (error, sentence) =>
    sentence ?? `"${describePointer(error.instancePath)}" is not allowed here.`,
  type: (error) => {
    const wanted = typeWords[params(error)["type"] ?? ""] ?? params(error)["type"];
    return `${named(error)} must be ${wanted}, not ${valueWords(error.data)}.${quoteHint(error)}`;
  },
  enum: (error) => {
    const isOfNumbers = Array.isArray(error.schema) && error.schema.every(Number.isFinite);
    const described = descriptionOf(error.parentSchema);
    if (isOfNumbers && described !== "")
      return `${named(error)} cannot be ${valueWords(error.data)}. ${described}`;
    const allowed = Array.isArray(error.schema) ? error.schema.map(String) : [];
    const meaning = allowed.length === 1 ? ` ${described}`.trimEnd() : "";
    const hint = nearestHint(error.data, allowed) || meaning;
    const wanted = allowed.length === 1 ? `"${allowed[0]}"` : `one of ${allowed.join(", ")}`;
    return `${named(error)} must be ${wanted}, not ${valueWords(error.data)}.${hint}`;
  },
  const: (error) =>
    `${named(error)} must be ${valueWords(error.schema)}, not ${valueWords(error.data)}.`,
  pattern: (error, sentence) => {
    const meaning = sentence ?? descriptionOf(error.parentSchema);
    const sentences = `${named(error)} cannot be ${valueWords(error.data)}. ${meaning}`.trimEnd();
    return `${sentences}${nearestHint(error.data, choicesIn(meaning))}`;
  },
  not: (error) => {
    const meaning = descriptionOf(error.parentSchema);
    return meaning === "" ? `${named(error)} is not allowed here.` : meaning;
  },
  uniqueItems: (error) => `${named(error)} names one thing twice: remove one.`,
  propertyNames: (error, sentence) => {
    const name = `"${params(error)["propertyName"]}" cannot be a name here.`;
    return `${subject(error)}${name} ${sentence ?? ""}`.trimEnd();
  },
};

function nearestHint(value: unknown, words: readonly string[]): string {
  const nearest = typeof value === "string" ? nearestWord(value.toLowerCase(), words) : undefined;
  return nearest === undefined ? "" : ` Did you mean "${nearest}"?`;
}

/** The words that a description offers: `One of: managed, kubernetes (upper or lower case).` */
function choicesIn(meaning: string): readonly string[] {
  return /One of: ([^.(]{1,500})/.exec(meaning)?.[1]?.trim().split(/,\s*/) ?? [];
}

/** `maximum` and its kin: ajv's words in English ("must be at most 50") after the name. */
function describeOther(error: ErrorObject): string {
  const words = (error.message ?? "is not valid")
    .replace("NOT", "not")
    .replace(">=", "at least")
    .replace("<=", "at most")
    .replace(/^must not have fewer than 1 \w+$/, "must not be empty")
    .replace("must not have more than 1 properties", "must not have more than one entry");
  if (words.endsWith("empty")) return `${named(error)} ${words}.`;
  const isShort = typeof error.data !== "object" || error.data === null;
  return `${named(error)} ${words}${isShort ? `, not ${valueWords(error.data)}` : ""}.`;
}

/** What stands for a key that no schema knows. */
export function unknownKeyWords(key: string, known: readonly string[]): string {
  const nearest = nearestWord(key, known);
  const hint =
    nearest === undefined ? " Remove it or correct its name." : ` Did you mean "${nearest}"?`;
  return `"${key.slice(0, 100)}" is not a known key.${hint}`;
}

export function describeChoice(error: ErrorObject, types: readonly string[]): string {
  const words = alternatives(types.map((type) => typeWords[type] ?? type));
  const isText = types.includes("string") && ["number", "symbol"].includes(typeof error.data);
  const hint = isText || typeof error.data === "boolean" ? " Put it in quotes." : "";
  const quotes = types.every((type) => type === "string" || type === "null") ? hint : "";
  return `${named(error)} must be ${words}, not ${valueWords(error.data)}.${quotes}`;
}

/** `a`, `a or b`, `a, b or c`. */
function alternatives(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

export function params(error: ErrorObject): Readonly<Record<string, string>> {
  const entries = Object.entries<unknown>(error.params).map(
    ([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  return Object.fromEntries(entries);
}

const typeWords: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  object: "a mapping",
  array: "a list",
  null: "empty",
};

function name(error: ErrorObject): string {
  return describePointer(error.instancePath);
}

/** The subject of a sentence. */
function named(error: ErrorObject): string {
  return error.instancePath === "" ? "The file" : `"${name(error)}"`;
}

function subject(error: ErrorObject): string {
  return error.instancePath === "" ? "" : `In "${name(error)}": `;
}

function placeWords(error: ErrorObject): string {
  return error.instancePath === "" ? "The file " : `${named(error)} `;
}

function valueWords(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (typeof value === "symbol") return `the date ${value.description ?? ""}`;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  const text = JSON.stringify(value) ?? "";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function quoteHint(error: ErrorObject): string {
  const isText = params(error)["type"] === "string";
  const isPlain = ["number", "boolean", "symbol"].includes(typeof error.data);
  if (isText && isPlain) return " Put it in quotes.";
  const isWord = typeof error.data === "string" && /^(?:yes|no|on|off)$/i.test(error.data);
  return params(error)["type"] === "boolean" && isWord ? " Write true or false." : "";
}

function knownKeys(schema: unknown): readonly string[] {
  const properties = isJsonObject(schema) ? schema["properties"] : undefined;
  return isJsonObject(properties) ? Object.keys(properties) : [];
}

function descriptionOfKey(schema: unknown, key: string): string {
  const properties = isJsonObject(schema) ? schema["properties"] : undefined;
  return isJsonObject(properties) ? descriptionOf(properties[key]) : "";
}

export function descriptionOf(schema: JsonValue | undefined | object): string {
  const description = isJsonObject(schema) ? schema["description"] : undefined;
  return typeof description === "string" ? description : "";
}

function firstSentence(text: string): string {
  return /^.*?\.(?=\s|$)/s.exec(text)?.[0] ?? text;
}
