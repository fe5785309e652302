import { isJsonObject, type JsonValue } from "../../shared/json.ts";
import type { Metadata, Registry } from "../registry.ts";
import type { Rule, Violation } from "./rule.ts";

export const metadataEvidenceMissing: Rule = {
  id: "metadata-evidence-missing",
  severity: "error",
  states: "The files that a metadata file names are there.",

  *check({ registry }) {
    for (const { metadata } of [...registry.assets, ...registry.endpoints]) {
      if (metadata !== undefined) yield* missingFiles(metadata, registry);
    }
  },
};

function* missingFiles({ document }: Metadata, { files }: Registry): Iterable<Violation> {
  const folder = document.path.slice(0, document.path.lastIndexOf("/") + 1);
  for (const { pointer, name } of namedFiles(document.value)) {
    const path = folder + name.replace(/^(?:\.\/)+/, "");
    if (!files.has(path)) {
      yield {
        message: `There is no file "${name}" (looked for ${path}).`,
        at: document.placeOf(pointer),
      };
    }
  }
}

interface NamedFile {
  readonly pointer: readonly (string | number)[];
  readonly name: string;
}

function* namedFiles(value: { readonly [key: string]: JsonValue }): Iterable<NamedFile> {
  const { evaluations, description_file: description } = value;
  if (typeof description === "string") yield { pointer: ["description_file"], name: description };
  for (const [index, evaluation] of (Array.isArray(evaluations) ? evaluations : []).entries()) {
    const file = isJsonObject(evaluation) ? evaluation["file"] : undefined;
    if (typeof file === "string") yield { pointer: ["evaluations", index, "file"], name: file };
  }
}
