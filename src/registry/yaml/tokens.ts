import { CST, Lexer, Parser } from "yaml";

import type { Problem } from "../problem.ts";
import { createPatientLexer } from "./patient-lexer.ts";
import { yamlLimits } from "./limits.ts";

export type Tokens = readonly CST.Token[];

export interface TokenScan {
  /** Undefined when the text breaks a bound and must not be composed. */
  readonly tokens: Tokens | undefined;
  readonly problems: readonly Problem[];
  /** Offsets at which lines start. */
  readonly lineStarts: readonly number[];
}

/**
 * Splits text into tokens and looks at each on the way: the depth bound must hold before anything
 * is composed, because the composer's recursion can abort the whole process (reliability 0.1).
 */
export function scanTokens(
  text: string,
  { maxKeys, isPatient = false }: { readonly maxKeys: number; readonly isPatient?: boolean },
): TokenScan {
  const lineStarts: number[] = [0];
  const parser = new Parser((offset) => {
    if (lineStarts.at(-1) !== offset) lineStarts.push(offset);
  });
  const guard = new Guard(maxKeys, (offset) => placeOfOffset(lineStarts, offset));
  const tokens: CST.Token[] = [];
  const lexer = isPatient ? createPatientLexer() : new Lexer();
  for (const lexeme of lexer.lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    guard.see(lexeme, parser.stack.length);
    if (guard.isBroken) return { tokens: undefined, problems: guard.problems, lineStarts };
  }
  for (const token of parser.end()) tokens.push(token);
  return { tokens, problems: guard.problems, lineStarts };
}

/** The comments of a text, in their order. */
export function commentsOf(text: string): readonly string[] {
  const comments: string[] = [];
  let isScalarNext = false;
  for (const lexeme of new Lexer().lex(text.replaceAll(/\r(?!\n)/g, "\n"))) {
    const type: string | null = isScalarNext ? "text" : CST.tokenType(lexeme);
    isScalarNext = type === "scalar";
    if (type === "comment") comments.push(lexeme);
  }
  return comments;
}

export interface LinePlace {
  readonly line: number;
  readonly column: number;
}

export function placeOfOffset(lineStarts: readonly number[], offset: number): LinePlace {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
}

/** Counts what is bounded and names what is refused, lexeme by lexeme. */
class Guard {
  readonly problems: Problem[] = [];
  isBroken = false;
  readonly #maxKeys: number;
  readonly #placeOf: (offset: number) => LinePlace;
  #offset = 0;
  #isScalarNext = false;
  #isBlockNext = false;
  #keys = 0;
  #anchors = 0;
  #aliases = 0;

  constructor(maxKeys: number, placeOf: (offset: number) => LinePlace) {
    this.#maxKeys = maxKeys;
    this.#placeOf = placeOf;
  }

  see(lexeme: string, depth: number): void {
    const type = this.#isScalarNext ? "text" : CST.tokenType(lexeme);
    this.#isScalarNext = type === "scalar";
    if (depth > yamlLimits.depth) {
      this.#stop("yaml-depth", `Nested deeper than ${yamlLimits.depth} levels: flatten it.`);
    }
    this.#count(type);
    this.#seeTab(lexeme, type);
    if (type === "tag" && lexeme !== "!") {
      this.#report(
        "yaml-tag",
        `The tag "${lexeme.slice(0, 60)}" is not allowed: write the plain value.`,
      );
    } else if (type === "directive-line") {
      this.#report("yaml-directive", "YAML directives (%…) are not allowed: remove the line.");
    }
    if (type !== "scalar" && type !== "doc-mode" && type !== "flow-error-end") {
      this.#offset += lexeme.length;
    }
  }

  /** PyYAML refuses a tab wherever it is not part of a quoted or block text, or of a comment. */
  #seeTab(lexeme: string, type: string | null): void {
    const isHeader = type === "block-scalar-header";
    const isPlain = type === "text" && !this.#isBlockNext && !/^["']/.test(lexeme);
    if (isHeader || type === "text") this.#isBlockNext = isHeader;
    if (!lexeme.includes("\t") || !(type === "space" || isPlain || isHeader)) return;
    const message =
      "Azure ML's client refuses a tab here: write spaces, or put the text in quotes.";
    this.#report("yaml-syntax", message, lexeme.indexOf("\t"));
  }

  #count(type: string | null): void {
    if (type === "map-value-ind") this.#keys += 1;
    else if (type === "anchor") this.#anchors += 1;
    else if (type === "alias") this.#aliases += 1;
    else return;
    if (this.#keys > this.#maxKeys) {
      this.#stop("yaml-too-large", `More than ${this.#maxKeys} keys: split the file.`);
    }
    if (this.#anchors > yamlLimits.anchors || this.#aliases > yamlLimits.aliases) {
      this.#stop(
        "yaml-alias",
        `More than ${yamlLimits.aliases} anchors or aliases: write the values out.`,
      );
    }
  }

  #stop(rule: string, message: string): void {
    if (!this.isBroken) this.#report(rule, message);
    this.isBroken = true;
  }

  #report(rule: string, message: string, within = 0): void {
    if (this.problems.length >= yamlLimits.problems) return;
    const place = this.#placeOf(this.#offset + within);
    this.problems.push({ rule, severity: "error", message, ...place });
  }
}
