import type { Finding } from "../domain/finding.ts";
import { isJsonObject, type JsonObject } from "../shared/json.ts";
import { errorAt } from "./local-paths.ts";
import type { YamlDocument } from "./manifest-document.ts";

/** What a window's schema cannot say of its periods: whether there is such a time zone. */
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

function* periodProblems({ timezone }: JsonObject): Iterable<readonly [string, string]> {
  if (typeof timezone === "string" && !isTimeZone(timezone)) {
    yield [
      "timezone",
      `There is no time zone "${timezone}": write one of the IANA database, such as Europe/Berlin.`,
    ];
  }
}

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
