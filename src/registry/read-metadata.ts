import type { Finding } from "../domain/finding.ts";
import type { Metadata, VersionMarks } from "../domain/registry.ts";
import { isJsonObject, type JsonValue } from "../shared/json.ts";
import { YamlDocument } from "./manifest-document.ts";
import { hasErrors } from "./problem.ts";
import type { TextReader } from "./text-reader.ts";
import { strings, textOf } from "./values.ts";

/** `model.meta.yaml` beside `model.yaml`: the path, if there is such a file. */
export function companionPath(
  manifestPath: string,
  kind: "meta" | "lock",
  has: (path: string) => boolean,
): string | undefined {
  const stem = manifestPath.replace(/\.ya?ml$/, "");
  return [`${stem}.${kind}.yaml`, `${stem}.${kind}.yml`].find(has);
}

export function readMetadata(
  texts: TextReader,
  path: string,
): { readonly metadata: Metadata | undefined; readonly findings: readonly Finding[] } {
  const findings = texts.findings(path, "metadata");
  const parsed = texts.parsed(path);
  if (parsed === undefined || hasErrors(findings)) return { metadata: undefined, findings };
  const document = new YamlDocument(path, parsed);
  const { value } = document;
  const metadata: Metadata = {
    document,
    owner: textOf(value["owner"]),
    workspaces: strings(value["workspaces"]),
    versions: toMarks(value["versions"]),
  };
  return { metadata, findings };
}

function toMarks(value: JsonValue | undefined): ReadonlyMap<string, VersionMarks> {
  const marks = new Map<string, VersionMarks>();
  if (!isJsonObject(value)) return marks;
  for (const [version, mark] of Object.entries(value)) {
    if (isJsonObject(mark)) {
      marks.set(version, {
        isArchived: mark["archived"] === true,
        deprecated: toDeprecation(mark["deprecated"]),
      });
    }
  }
  return marks;
}

function toDeprecation(value: JsonValue | undefined): VersionMarks["deprecated"] {
  if (!isJsonObject(value)) return undefined;
  const reason = textOf(value["reason"]) ?? "";
  const successor = textOf(value["successor"]);
  return successor === undefined ? { reason } : { reason, successor };
}
