import { Composer, type YAMLParseError } from "yaml";

import type { JsonValue } from "../../shared/json.ts";
import type { Problem } from "../problem.ts";
import { yamlLimits } from "./limits.ts";
import { YamlPlaces } from "./places.ts";
import { JsonConverter } from "./to-json.ts";
import { placeOfOffset, scanTokens, type Tokens, type TokenScan } from "./tokens.ts";

/** One YAML text, read: everything that is wrong with it, and its value if it has one. */
export interface ParsedYaml {
  /** Undefined when nothing of the text can be used. */
  readonly value: JsonValue | undefined;
  readonly places: YamlPlaces;
  readonly problems: readonly Problem[];
}

export interface YamlBounds {
  readonly maxBytes: number;
  readonly maxKeys: number;
}

const manifestBounds: YamlBounds = { maxBytes: yamlLimits.sizeBytes, maxKeys: yamlLimits.keys };
export const lockBounds: YamlBounds = {
  maxBytes: yamlLimits.lockSizeBytes,
  maxKeys: yamlLimits.lockKeys,
};

/** Reads one YAML document as strictly as Azure ML's client and a little more. Never throws. */
export function parseYaml(bytes: Uint8Array, bounds: YamlBounds = manifestBounds): ParsedYaml {
  if (bytes.byteLength > bounds.maxBytes) {
    const message = `The file has ${bytes.byteLength} bytes, more than the ${bounds.maxBytes} that are read: move what is large into a file of its own.`;
    return unusable([problemOf("yaml-too-large", message)]);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return unusable([problemOf("yaml-encoding", "The file is not UTF-8: save it as UTF-8.")]);
  }
  // A carriage return alone ends a line too (YAML 1.2, 5.4); the parser knows only the others.
  const parsed = parseText(text.replaceAll(/\r(?!\n)/g, "\n"), bounds.maxKeys);
  return hasByteOrderMark(bytes)
    ? { ...parsed, problems: [byteOrderMark, ...parsed.problems] }
    : parsed;
}

/** What PyYAML refuses a whole file for, wherever it stands. */
const unprintable = /[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * By the rules of YAML, or else by PyYAML's, which is more patient with indentation. What neither
 * reads is explained by the rules, which say more precisely where it goes wrong.
 */
function parseText(text: string, maxKeys: number): ParsedYaml {
  const strict = parseTokens(text, scanTokens(text, { maxKeys }));
  const isUnreadable = strict.problems.some(({ rule }) => rule === "yaml-syntax");
  if (strict.value !== undefined || !isUnreadable) return strict;
  const patient = parseTokens(text, scanTokens(text, { maxKeys, isPatient: true }));
  return patient.value === undefined ? strict : patient;
}

function parseTokens(text: string, { tokens, problems: met, lineStarts }: TokenScan): ParsedYaml {
  const control = unprintable.exec(text);
  const problems = control === null ? met : [...met, unprintableAt(control, lineStarts)];
  if (tokens === undefined) return unusable(problems);
  try {
    return composeTokens({ tokens, problems, lineStarts, length: text.length });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return unusable([...problems, problemOf("yaml-syntax", `The file cannot be read: ${message}`)]);
  }
}

function unprintableAt(match: RegExpExecArray, lineStarts: readonly number[]): Problem {
  const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const message = `The file holds the control character U+${code}, which Azure ML's client refuses: remove it.`;
  return { ...problemOf("yaml-encoding", message), ...placeOfOffset(lineStarts, match.index) };
}

interface Composition {
  readonly tokens: Tokens;
  readonly problems: readonly Problem[];
  readonly lineStarts: readonly number[];
  readonly length: number;
}

function composeTokens({ tokens, problems, lineStarts, length }: Composition): ParsedYaml {
  const found = new ProblemList(problems, lineStarts);
  const composer = new Composer({
    version: "1.2",
    schema: "core",
    merge: false,
    // Ours is linear in the number of keys, and reports each at its line.
    uniqueKeys: false,
    keepSourceTokens: false,
  });
  const documents = [...composer.compose(tokens, true, length)];
  const [document, second] = documents;
  for (const { errors, warnings } of documents) {
    for (const error of [...errors, ...warnings]) found.addSyntax(error);
  }
  if (second !== undefined) {
    const start = second.range[0];
    found.add("yaml-documents", "The file holds several documents: only one is allowed.", start);
  }
  if (document === undefined || !found.isReadable) return unusable(found.problems);
  const places = new YamlPlaces(lineStarts);
  const converter = new JsonConverter(document, {
    place: (pointer, place) => places.add(pointer, place),
    source: (pointer, source) => places.addSource(pointer, source),
    oddKey: (pointer) => places.addOddKey(pointer),
    problem: (rule, message, offset) => found.add(rule, message, offset),
  });
  const value = converter.convert();
  return { value, places, problems: found.problems };
}

class ProblemList {
  readonly problems: Problem[];
  readonly #lineStarts: readonly number[];
  #isReadable = true;

  constructor(problems: readonly Problem[], lineStarts: readonly number[]) {
    this.problems = [...problems];
    this.#lineStarts = lineStarts;
  }

  /** False once there was a syntax error: values would be guesses. */
  get isReadable(): boolean {
    return this.#isReadable;
  }

  addSyntax(error: Pick<YAMLParseError, "code" | "message" | "pos">): void {
    // Tags and directives are reported where they stand.
    if (error.code === "TAG_RESOLVE_FAILED" || error.code === "BAD_DIRECTIVE") return;
    if (error.code === "MULTIPLE_DOCS") return;
    this.#isReadable = false;
    const sentence = error.message.replace(/\s+/g, " ").slice(0, 300);
    this.add(
      "yaml-syntax",
      `The YAML cannot be read: ${sentence}.`.replace(/\.\.$/, "."),
      error.pos[0],
    );
  }

  add(rule: string, message: string, offset: number): void {
    if (this.problems.length >= yamlLimits.problems) return;
    const place = placeOfOffset(this.#lineStarts, offset);
    this.problems.push({ rule, severity: "error", message, ...place });
  }
}

/** A file of which nothing is known. */
export const emptyYaml: ParsedYaml = { value: {}, places: new YamlPlaces([0]), problems: [] };

function unusable(problems: readonly Problem[]): ParsedYaml {
  return { value: undefined, places: new YamlPlaces([0]), problems };
}

function problemOf(rule: string, message: string): Problem {
  return { rule, severity: "error", message };
}

const byteOrderMark: Problem = {
  rule: "yaml-encoding",
  severity: "warning",
  message: "The file starts with a byte order mark: save it as plain UTF-8.",
  line: 1,
  column: 1,
  fix: { type: "strip-byte-order-mark" },
};

function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
