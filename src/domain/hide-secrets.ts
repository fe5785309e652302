import type { JsonObject, JsonValue } from "../shared/json.ts";
import { isJsonObject } from "../shared/json.ts";
import { findSecrets, secretDocuments } from "./find-secrets.ts";
import type { Finding } from "./finding.ts";
import type { Registry } from "./registry.ts";
import { secretIn } from "./secrets.ts";

const mask = "***";
/** Shorter values are parts of other words. */
const shortestValue = 4;

/**
 * Takes secrets out of what any rule says of the file that they stand in: findings are printed,
 * posted and kept. A fix that would repeat one is left out.
 */
export function hideSecrets(findings: readonly Finding[], registry: Registry): readonly Finding[] {
  const paths = new Set(findings.flatMap(({ rule, path }) => (rule === ruleId ? [path] : [])));
  if (paths.size === 0) return findings;
  const values = new Map<string, readonly string[]>();
  for (const { path, value } of secretDocuments(registry)) {
    if (paths.has(path)) values.set(path, [...(values.get(path) ?? []), ...secretValues(value)]);
  }
  return findings.map((finding) =>
    paths.has(finding.path) ? hideIn(finding, values.get(finding.path) ?? []) : finding,
  );
}

const ruleId = "secret-in-manifest";

function hideIn(finding: Finding, values: readonly string[]): Finding {
  let { message } = finding;
  for (const value of values) message = message.replaceAll(value, mask);
  if (secretIn(message) !== undefined) {
    message = message.replaceAll(/\S+/g, (word) => (secretIn(word) === undefined ? word : mask));
  }
  const { fix, ...rest } = finding;
  const hidden = { ...rest, message };
  if (fix === undefined) return hidden;
  const written = JSON.stringify(fix);
  const repeats =
    values.some((value) => written.includes(value)) || secretIn(written) !== undefined;
  return repeats ? hidden : { ...hidden, fix };
}

function secretValues(document: JsonObject): readonly string[] {
  return findSecrets(document).flatMap(({ pointer }) => {
    const value = valueAt(document, pointer);
    return typeof value === "string" && value.length >= shortestValue ? [value] : [];
  });
}

function valueAt(
  document: JsonValue,
  pointer: readonly (string | number)[],
): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const key of pointer) {
    if (Array.isArray(value) && typeof key === "number") value = value[key];
    else if (isJsonObject(value)) value = value[key];
    else return undefined;
  }
  return value;
}
