import type { Finding } from "../../domain/finding.ts";
import { isSecretName, secretIn } from "../../domain/secrets.ts";
import type { SourceTree } from "../../source/source-tree.ts";
import type { Excerpt } from "../app-validate.ts";

/** Larger files are no manifests, or a finding themselves. */
const maxFileBytes = 1024 * 1024;
/** Who has more findings reads them in an editor. */
const maxExcerpts = 2000;
/** Characters of one line: more than a terminal is wide, also where it starts far right. */
const maxLength = 2000;

/**
 * The lines that findings stand in, read in bulk. A line that may hold a secret is left out, for
 * whichever finding; `known` are all findings of the tree, where only some of them are shown.
 */
export async function readExcerpts(
  tree: SourceTree,
  findings: readonly Finding[],
  known = findings,
): Promise<readonly Excerpt[]> {
  const wanted = new Map<string, Set<number>>();
  let count = 0;
  for (const { path, line } of findings) {
    if (line === undefined || count >= maxExcerpts) continue;
    const lines = wanted.get(path) ?? new Set<number>();
    if (!lines.has(line)) count += 1;
    wanted.set(path, lines.add(line));
  }
  const excerpts: Excerpt[] = [];
  const read = tree.readMany([...wanted.keys()], { maxBytes: maxFileBytes });
  for await (const { path, bytes } of read) {
    const lines = linesOf(bytes);
    const hidden = secretLines(lines, path, known);
    for (const line of wanted.get(path) ?? []) {
      const text = lines[line - 1];
      if (text === undefined || hidden.has(line)) continue;
      excerpts.push({ path, line, text: text.slice(0, maxLength) });
    }
  }
  return excerpts;
}

/** As YAML counts lines; a byte order mark is in no column. */
export function linesOf(bytes: Uint8Array): readonly string[] {
  return new TextDecoder("utf-8").decode(bytes).split(/\r\n|\r|\n/);
}

/**
 * The lines of a file that a finding of a secret speaks of, and those that look like one: what
 * cannot be parsed has no such finding, and a registry may have chosen not to be told. Each with
 * those indented below it.
 */
export function secretLines(
  lines: readonly string[],
  path: string,
  findings: readonly Finding[],
): ReadonlySet<number> {
  const hidden = new Set<number>();
  for (const [index, text] of lines.entries()) {
    if (mayHoldSecret(text)) hideFrom(lines, index + 1, hidden);
  }
  for (const finding of findings) {
    if (finding.path !== path || !finding.rule.startsWith("secret-")) continue;
    for (const line of [finding.line, finding.anchor?.line]) {
      if (line !== undefined) hideFrom(lines, line, hidden);
    }
  }
  return hidden;
}

/** A key or variable with something after it: `password: x`, `{"token": x`, `ENV API_KEY=x`. */
const named = /(?<![\w.-])([\w.-]{3,200})["']?\s{0,9}[:=]\s{0,9}[^\s,}\]]/g;

function mayHoldSecret(text: string): boolean {
  const start = text.slice(0, maxLength);
  if (secretIn(start) !== undefined) return true;
  for (const [, name = ""] of start.matchAll(named)) if (isSecretName(name)) return true;
  return false;
}

function hideFrom(lines: readonly string[], line: number, hidden: Set<number>): void {
  hidden.add(line);
  const indent = indentOf(lines[line - 1] ?? "");
  for (let next = line + 1; next <= lines.length; next += 1) {
    const text = lines[next - 1] ?? "";
    if (text.trim() !== "" && indentOf(text) <= indent) return;
    hidden.add(next);
  }
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
