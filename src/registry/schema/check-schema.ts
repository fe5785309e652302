import type { ErrorObject } from "ajv/dist/2020.js";

import { isJsonObject } from "../../shared/json.ts";
import type { Problem } from "../problem.ts";
import type { ParsedYaml } from "../yaml/parse-yaml.ts";
import { parsePointer } from "../yaml/pointer.ts";
import type { TextPlace } from "../yaml/places.ts";
import { describeChoice, describeError, descriptionOf, params } from "./describe-error.ts";
import { pythonView } from "./python-view.ts";
import { fixOf } from "./schema-fix.ts";
import { schemaValidator } from "./schema-validator.ts";
import { ownSchemaNames, type SchemaName } from "./schemas.ts";
import { keysThatAreNoText } from "./text-keys.ts";
import { findUnknownKeys } from "./unknown-keys.ts";

/** Problems reported of one file. */
const maxProblems = 50;

const ownSchemas: ReadonlySet<SchemaName> = new Set<SchemaName>(ownSchemaNames);

/** Checks a document against one of the files in schemas/: one sentence per problem, at its place. */
export function checkSchema(name: SchemaName, parsed: ParsedYaml): readonly Problem[] {
  const validate = schemaValidator(name);
  const value = parsed.value ?? null;
  const problems: Problem[] = [];
  if (!validate(ownSchemas.has(name) ? value : pythonView(parsed))) {
    const notes = withoutEchoes(mergeErrors(validate.errors ?? []));
    const found = notes.map((note) => toProblem(note, parsed));
    problems.push(...distinct(found).slice(0, maxProblems));
  }
  if (!ownSchemas.has(name)) problems.push(...oddKeyProblems(name, parsed, problems));
  for (const { path, message } of findUnknownKeys(name, value)) {
    const place = parsed.places.ofKey(path);
    problems.push({ rule: "schema-unknown-key", severity: "warning", message, ...place });
  }
  return problems;
}

/** Without those that the schema refuses whatever Python reads. */
function oddKeyProblems(
  name: SchemaName,
  parsed: ParsedYaml,
  problems: readonly Problem[],
): readonly Problem[] {
  const said = new Set(problems.map(({ line, column }) => `${line}:${column}`));
  return keysThatAreNoText(name, parsed)
    .filter(({ line, column }) => !said.has(`${line}:${column}`))
    .slice(0, maxProblems);
}

/**
 * One mistake is said once: where the allowed words are named there is no need to say that they are
 * text, nor to give the length of what is of the wrong form, and a key that is always needed is not
 * needed because of another.
 */
function withoutEchoes(notes: readonly Note[]): readonly Note[] {
  const said = new Set(notes.map(({ error }) => demandOf(error)));
  return notes.filter(({ error }) =>
    (strongerThan[error.keyword] ?? []).every(
      (keyword) => !said.has(demandOf({ ...error, keyword })),
    ),
  );
}

/** By keyword of an error those that say the same better. */
const strongerThan: Readonly<Record<string, readonly string[]>> = {
  type: ["enum", "const"],
  minLength: ["pattern"],
  maxLength: ["pattern"],
  dependentRequired: ["required"],
};

function demandOf(error: ErrorObject): string {
  const missing = params(error)["missingProperty"] ?? "";
  return [error.keyword, error.instancePath, missing].join("\n");
}

/** Two parts of a schema may ask for the same. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const byText = new Map(
    problems.map((problem) => [`${problem.line}:${problem.column} ${problem.message}`, problem]),
  );
  return [...byText.values()];
}

/** An error of ajv that is worth saying, perhaps with better words than it has itself. */
interface Note {
  readonly error: ErrorObject;
  /** From the `then` or `else` that made the demand. */
  readonly sentence?: string;
  /** The types that an `anyOf` offers. */
  readonly choice?: readonly string[];
}

/**
 * With `allErrors` ajv reports every branch it tried, each before the keyword that tried it. This
 * keeps the branch that was meant, and takes what `if`, `anyOf` and `discriminator` add out again.
 */
function mergeErrors(errors: readonly ErrorObject[]): readonly Note[] {
  const notes: Note[] = [];
  let nameMeaning = "";
  for (const error of errors) {
    // What a name must be is said by the error before the one that says it is wrong.
    if (error.propertyName !== undefined) nameMeaning = descriptionOf(error.parentSchema);
    if (error.keyword === "anyOf") mergeChoice(notes, error);
    else if (error.keyword === "if") nameCondition(notes, error);
    else if (error.keyword === "propertyNames") notes.push({ error, sentence: nameMeaning });
    else if (!isEcho(error)) notes.push({ error });
  }
  return notes;
}

/** Errors that only repeat another: the tag of a union is checked by `required` and `enum` too. */
function isEcho(error: ErrorObject): boolean {
  return error.keyword === "discriminator" || error.propertyName !== undefined;
}

function mergeChoice(notes: Note[], error: ErrorObject): void {
  const tried = notes.splice(startOfBranch(notes, error));
  const isOwnType = (note: Note): boolean =>
    note.error.keyword === "type" && note.error.instancePath === error.instancePath;
  const meant = tried.filter((note) => !isOwnType(note));
  const choice = tried.map((note) => params(note.error)["type"] ?? "");
  for (const note of meant) notes.push(note);
  if (meant.length === 0) notes.push({ error, choice });
}

function nameCondition(notes: Note[], error: ErrorObject): void {
  const branch = params(error)["failingKeyword"] ?? "";
  const schema: unknown = error.parentSchema?.[branch];
  const description = isJsonObject(schema) ? schema["description"] : undefined;
  if (typeof description !== "string") return;
  const isItsDemand = (note: Note): boolean =>
    note.sentence === undefined &&
    ["required", "false schema"].includes(note.error.keyword) &&
    note.error.schemaPath.includes(`/${branch}/`);
  const branchNotes = notes.splice(startOfBranch(notes, error));
  for (const note of branchNotes) {
    notes.push(isItsDemand(note) ? { ...note, sentence: description } : note);
  }
}

/** What a keyword tried stands right before it: only the end of the list is ever looked at. */
function startOfBranch(notes: readonly Note[], { instancePath }: ErrorObject): number {
  return notes.findLastIndex((note) => !isWithin(note.error, instancePath)) + 1;
}

function isWithin(error: ErrorObject, pointer: string): boolean {
  return error.instancePath === pointer || error.instancePath.startsWith(`${pointer}/`);
}

function toProblem(note: Note, parsed: ParsedYaml): Problem {
  const { error } = note;
  const message =
    note.choice === undefined
      ? describeError(error, note.sentence)
      : describeChoice(error, note.choice);
  const types = note.choice ?? (error.keyword === "type" ? [params(error)["type"] ?? ""] : []);
  const fix = fixOf(error, types, parsed);
  const problem = { rule: ruleOf(error), severity: "error", message } as const;
  return { ...problem, ...placeOf(error, parsed), ...(fix === undefined ? {} : { fix }) };
}

function ruleOf(error: ErrorObject): string {
  return error.keyword === "additionalProperties" ? "schema-unknown-key" : "schema";
}

function placeOf(error: ErrorObject, { places }: ParsedYaml): TextPlace {
  const path = resolvePath(error);
  const isAboutKey = ["additionalProperties", "propertyNames", "false schema"].includes(
    error.keyword,
  );
  return isAboutKey ? places.ofKey(path) : places.of(path);
}

function resolvePath(error: ErrorObject): readonly string[] {
  const path = parsePointer(error.instancePath);
  const { additionalProperty, propertyName, missingProperty } = params(error);
  const key = additionalProperty ?? propertyName ?? missingProperty;
  return key === undefined ? path : [...path, key];
}
