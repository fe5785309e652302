import { expect } from "vitest";

import { allRules } from "../../src/domain/rules/catalogue.ts";
import { compareFindings, type Finding } from "../../src/domain/finding.ts";

const known = new Set(allRules.map(({ id }) => id));
/** A file with more says enough: YAML, schema and unknown keys are cut off each on its own. */
const mostPerFile = 400;
/** Words of libraries and of JavaScript that no person should read. */
const foreignWords =
  /must match|must NOT|oneOf|anyOf|\bundefined\b|\[object|NaN\b|TypeError|RangeError/;

/** What holds of findings, whatever they are about. */
export function expectSound(
  findings: readonly Finding[],
  texts: ReadonlyMap<string, string>,
): void {
  const perFile = new Map<string, number>();
  for (const finding of findings) {
    const { rule, message, path } = finding;
    perFile.set(path, (perFile.get(path) ?? 0) + 1);
    expect(flawOf(finding, texts.get(path)), `${rule} ${message}`).toBeUndefined();
  }
  expect(Math.max(0, ...perFile.values())).toBeLessThanOrEqual(mostPerFile);
  expect([...findings].sort(compareFindings)).toEqual(findings);
  expect(({} as Record<string, unknown>)["isAdmin"]).toBeUndefined();
}

function flawOf(finding: Finding, text: string | undefined): string | undefined {
  const { rule, message, line = 1, column = 1 } = finding;
  const lines = text === undefined ? line : text.split(/\r\n|\r|\n/).length;
  if (!known.has(rule)) return `there is no rule ${rule}`;
  if (line < 1 || line > lines + 1 || column < 1) return `${line}:${column} of ${lines} lines`;
  if (!/^\S.*[.…?!]$/su.test(message) || message.length > 4000) return "it is no sentence";
  return foreignWords.exec(message.replaceAll(/"[^"]*"/g, ""))?.[0];
}
