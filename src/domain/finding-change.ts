import { groupBy } from "../shared/group-by.ts";
import type { Finding, Severity } from "./finding.ts";

/** What became of the findings of one state of a registry in another. */
export interface FindingChange {
  /** In `after` and not in `before`, or worse than there; in the order of `after`. */
  readonly introduced: readonly Finding[];
  /** In `before` and not in `after`; in the order of `before`. */
  readonly resolved: readonly Finding[];
}

export interface FindingStates {
  readonly before: readonly Finding[];
  readonly after: readonly Finding[];
  /** Where files of `before` lie in `after`, for those that were moved. */
  readonly moved?: ReadonlyMap<string, string>;
}

/**
 * Tells new findings from old by rule, path and message. The line says nothing, since text above a
 * finding comes and goes; of several that are alike as many are old as there were before.
 */
export function compareStates({ before, after, moved }: FindingStates): FindingChange {
  const unmatched = groupBy(before, (finding) => identityOf(finding, moved));
  const introduced = new Set<Finding>();
  const resolved = new Set<Finding>();
  for (const [identity, group] of groupBy(after, (finding) => identityOf(finding))) {
    const match = matchLines(unmatched.get(identity) ?? [], group);
    unmatched.delete(identity);
    for (const finding of match.introduced) introduced.add(finding);
    for (const finding of match.resolved) resolved.add(finding);
  }
  for (const group of unmatched.values()) for (const finding of group) resolved.add(finding);
  return {
    introduced: after.filter((finding) => introduced.has(finding)),
    resolved: before.filter((finding) => resolved.has(finding)),
  };
}

/** Pairs findings that differ at most in their line: in order, each with the nearest there is. */
function matchLines(before: readonly Finding[], after: readonly Finding[]): FindingChange {
  const [fewer, more] = before.length <= after.length ? [before, after] : [after, before];
  const [left, right] = [byLine(fewer), byLine(more)];
  const single: Finding[] = [];
  const worse: Finding[] = [];
  let spare = right.length - left.length;
  let at = 0;
  for (const finding of left) {
    while (spare > 0 && distance(finding, right[at + 1]) < distance(finding, right[at])) {
      single.push(...right.slice(at, at + 1));
      at += 1;
      spare -= 1;
    }
    const other = right[at] ?? finding;
    at += 1;
    const [old, now] = fewer === before ? [finding, other] : [other, finding];
    if (weightOf(now) > weightOf(old)) worse.push(now);
  }
  for (const finding of right.slice(at)) single.push(finding);
  return fewer === before
    ? { introduced: [...single, ...worse], resolved: [] }
    : { introduced: worse, resolved: single };
}

const weights: Readonly<Record<Severity, number>> = { info: 1, warning: 2, error: 3 };

/** A finding that is no longer accepted, or graded up, is as good as new. */
function weightOf({ severity, accepted }: Finding): number {
  return accepted === undefined ? weights[severity] : 0;
}

function byLine(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((left, right) => lineOf(left) - lineOf(right));
}

function lineOf({ line }: Finding): number {
  return line ?? 0;
}

function distance(finding: Finding, other: Finding | undefined): number {
  return other === undefined ? Infinity : Math.abs(lineOf(finding) - lineOf(other));
}

function identityOf(
  { rule, path, message }: Finding,
  moved: ReadonlyMap<string, string> = noMoves,
): string {
  const words = moved.size === 0 ? message : renamePaths(message, moved);
  // The parser says lines in its sentences, too.
  const text = words.replaceAll(/\bline \d+(?:, column \d+)?|(?<=\.ya?ml):\d+(?::\d+)?/g, "");
  return `${rule}\0${moved.get(path) ?? path}\0${text}`;
}

const noMoves: ReadonlyMap<string, string> = new Map();

function renamePaths(message: string, moved: ReadonlyMap<string, string>): string {
  return message.replaceAll(
    /[^\s"'`,;:()]*[^\s"'`,;:().]/g,
    (word) => moved.get(word.replace(/^\.\//, "")) ?? word,
  );
}
