import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import type { Gate } from "./gate.ts";

/** Settings of the fields gate: names of fields, with dots for nested ones. */
export type FieldsSettings = { readonly required: readonly string[] };

export const fields: Gate<FieldsSettings> = {
  name: "fields",
  states: "Fields of the metadata file are filled in.",
  bindsRollback: false,

  evaluate({ required }, { metadata, asset, version }) {
    const wanted = required.join(", ");
    if (metadata === undefined) {
      return {
        outcome: "failed",
        reason: `Version ${version} of ${asset} has no metadata file: add one beside its manifest, with ${wanted}.`,
      };
    }
    const missing = required.filter((name) => isEmpty(readField(metadata, name)));
    if (missing.length > 0) {
      return {
        outcome: "failed",
        reason: `The metadata file of ${asset} lacks ${missing.join(", ")}: fill in what is missing.`,
      };
    }
    return { outcome: "passed", reason: `The metadata file has ${wanted}.` };
  },
};

function readField(metadata: JsonObject, name: string): JsonValue | undefined {
  let value: JsonValue | undefined = metadata;
  for (const key of name.split(".")) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** `false` and 0 are answers; blanks, empty lists and empty maps are none. */
function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === "string") return value.trim() === "";
  return typeof value === "object" && Object.keys(value).length === 0;
}
