import type { Finding } from "../domain/finding.ts";
import { valueAt } from "../shared/json.ts";
import type { YamlDocument } from "./manifest-document.ts";
import { readLikePython } from "./yaml/scalar.ts";

/** The version a document names, as its author wrote it. */
export interface VersionField {
  readonly version: string | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Reads `version`, or another field that holds one, as text. Azure ML's client hands it through
 * PyYAML first, so an unquoted one may become another: that is refused, with what it would become.
 */
export function readVersion(
  document: YamlDocument,
  pointer: readonly [string, ...string[]] = ["version"],
): VersionField {
  const value = valueAt(document.value, pointer);
  if (value === undefined) return { version: undefined, findings: [] };
  const source = document.sourceOf(pointer);
  if (source === undefined) {
    return { version: typeof value === "string" ? value : undefined, findings: [] };
  }
  const meaning = readLikePython(source);
  if (meaning.type === "string") return { version: source, findings: [] };
  // Nothing at all is what the schema refuses.
  if (value === null) return { version: undefined, findings: [] };
  const becomes = "text" in meaning ? meaning.text : "None";
  if (meaning.type === "number" && becomes === source) return { version: source, findings: [] };
  const effect =
    meaning.type === "date" ? "a date, which Azure ML refuses" : `the version "${becomes}"`;
  const finding: Finding = {
    rule: "version-mangled",
    severity: "error",
    message: `YAML makes of ${source} ${effect}: write version: "${source}", in quotes.`,
    ...document.placeOf(pointer),
    fix: { type: "set", pointer, value: source },
  };
  return { version: undefined, findings: [finding] };
}
