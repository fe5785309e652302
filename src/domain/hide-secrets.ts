import { valueAt, type JsonObject } from "../shared/json.ts";
import { findSecrets, secretDocuments } from "./find-secrets.ts";
import type { Finding } from "./finding.ts";
import type { Registry } from "./registry.ts";
import { secretIn } from "./secrets.ts";

const mask = "***";
/** Shorter values are parts of other words. */
const shortestValue = 4;

/** Messages quote no more than the start of a long value; this much of it tells which one it is. */
const startLength = 12;

/**
 * Takes secrets out of what any rule says of the file that they stand in: findings are printed,
 * posted and kept. A fix that would repeat one is left out. It does not matter whether the secret
 * is reported itself: a registry may have chosen not to be told of it.
 */
export function hideSecrets(findings: readonly Finding[], registry: Registry): readonly Finding[] {
  if (findings.length === 0) return findings;
  const paths = new Set(findings.map(({ path }) => path));
  const values = new Map<string, readonly string[]>();
  for (const { path, value } of secretDocuments(registry)) {
    if (!paths.has(path)) continue;
    const found = secretValues(value);
    if (found.length > 0) values.set(path, [...(values.get(path) ?? []), ...found]);
  }
  return findings.map((finding) => hideIn(finding, values.get(finding.path) ?? []));
}

function hideIn(finding: Finding, values: readonly string[]): Finding {
  const message = hideInText(finding.message, values);
  const { fix, ...rest } = finding;
  const written = fix === undefined ? "" : JSON.stringify(fix);
  const repeats =
    values.some((value) => written.includes(value)) || secretIn(written) !== undefined;
  if (message === finding.message && !repeats) return finding;
  const hidden = { ...rest, message };
  return fix === undefined || repeats ? hidden : { ...hidden, fix };
}

function hideInText(text: string, values: readonly string[]): string {
  let hidden = text;
  for (const value of values) hidden = hideValue(hidden, value);
  if (secretIn(hidden) === undefined) return hidden;
  return hidden.replaceAll(/\S+/g, (word) => (secretIn(word) === undefined ? word : mask));
}

/** A value as it is or as JSON writes it, and as much as is quoted of one that was cut. */
function hideValue(text: string, value: string): string {
  const forms = [value, JSON.stringify(value).slice(1, -1)];
  let hidden = text;
  for (const start of new Set(forms.map((form) => form.slice(0, startLength)))) {
    const [before = "", ...others] = hidden.split(start);
    const rests = forms
      .filter((form) => form.startsWith(start))
      .map((form) => form.slice(start.length));
    hidden = others.reduce((shown, after) => {
      const length = Math.max(...rests.map((rest) => commonLength(rest, after)));
      return shown + mask + after.slice(length);
    }, before);
  }
  return hidden;
}

function commonLength(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length += 1;
  return length;
}

function secretValues(document: JsonObject): readonly string[] {
  return findSecrets(document).flatMap(({ pointer }) => {
    const value = valueAt(document, pointer);
    return typeof value === "string" && value.length >= shortestValue ? [value] : [];
  });
}
