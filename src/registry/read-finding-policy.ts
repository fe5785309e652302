import { noFindingPolicy } from "../domain/finding-policy.ts";
import { severities, type FindingPolicy, type Severity } from "../domain/finding.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import { compileGlobs, type Glob } from "./glob.ts";
import type { YamlDocument } from "./manifest-document.ts";
import { strings, textOf } from "./values.ts";

/** `severity` and `accept` of registry.yaml; `now` says what has expired. */
export function readFindingPolicy(document: YamlDocument, now: Date): FindingPolicy {
  const { severity, accept } = document.value;
  if (severity === undefined && accept === undefined) return noFindingPolicy;
  return {
    severities: items(severity).map(({ item, index }) => ({
      rule: textOf(item["rule"]) ?? "",
      level: levelOf(item["level"]),
      place: document.placeOf(["severity", index]),
      matches: pathsOf(item),
    })),
    acceptances: items(accept).map(({ item, index }) => {
      const until = textOf(item["until"]);
      const { count } = item;
      return {
        rule: textOf(item["rule"]) ?? "",
        reason: textOf(item["reason"]) ?? "",
        ...(until === undefined ? {} : { until }),
        count: typeof count === "number" ? count : undefined,
        // The day that is named is still covered.
        isExpired: until !== undefined && until < now.toISOString().slice(0, until.length),
        place: document.placeOf(["accept", index]),
        matches: pathsOf(item),
      };
    }),
  };
}

function items(
  value: JsonValue | undefined,
): readonly { readonly item: JsonObject; readonly index: number }[] {
  return (Array.isArray(value) ? value : []).flatMap((item: JsonValue, index) =>
    isJsonObject(item) ? [{ item, index }] : [],
  );
}

function pathsOf({ path, paths }: JsonObject): Glob {
  const exact = textOf(path);
  // A path is taken as it is: file names may hold what a glob gives a meaning.
  if (exact !== undefined) return (candidate) => candidate === exact;
  return paths === undefined ? () => true : compileGlobs(strings(paths));
}

function levelOf(value: JsonValue | undefined): Severity | "none" {
  return value === "none" ? value : (severities.find((level) => level === value) ?? "error");
}
