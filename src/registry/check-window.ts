import type { Finding } from "../domain/finding.ts";
import { parseCron } from "../domain/gates/cron.ts";
import { parseTimeZone } from "../domain/gates/time-zone.ts";
import { isJsonObject, type JsonObject } from "../shared/json.ts";
import { fail, type Result } from "../shared/result.ts";
import { parseDuration } from "../shared/units.ts";
import { errorAt } from "./local-paths.ts";
import type { YamlDocument } from "./manifest-document.ts";

/** What a window's schema cannot say of its periods: whether there is such a time. */
export function* windowFindings(
  document: YamlDocument,
  pointer: readonly (string | number)[],
  window: JsonObject,
): Iterable<Finding> {
  for (const list of ["allow", "deny"]) {
    const periods = window[list];
    for (const [index, period] of (Array.isArray(periods) ? periods : []).entries()) {
      if (!isJsonObject(period)) continue;
      for (const [key, message] of periodProblems(period)) {
        yield errorAt("policy-window", message, document.placeOf([...pointer, list, index, key]));
      }
    }
  }
}

function* periodProblems({
  cron,
  duration,
  timezone,
}: JsonObject): Iterable<readonly [string, string]> {
  const fields = [
    ["cron", cron, parseCron],
    ["duration", duration, parseLength],
    ["timezone", timezone, parseTimeZone],
  ] as const;
  for (const [key, text, parse] of fields) {
    const parsed = typeof text === "string" ? parse(text) : undefined;
    if (parsed?.ok === false) yield [key, `The window stays closed: ${parsed.problem}`];
  }
}

function parseLength(text: string): Result<number, string> {
  const length = parseDuration(text);
  return length.ok && length.value === 0 ? fail(`"${text}" is no length of time.`) : length;
}
