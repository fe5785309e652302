import { Document, visit, type ToStringOptions } from "yaml";

import type { JsonValue } from "../../shared/json.ts";
import { readLikePython } from "./scalar.ts";

/**
 * A value as YAML that every reader understands alike: what YAML 1.1 would take for a number, a
 * date or a truth value is quoted. Lines are never folded.
 */
export function renderYaml(value: JsonValue, style: ToStringOptions = {}): string {
  const document = new Document(value, {
    version: "1.2",
    schema: "core",
    compat: "yaml-1.1",
    aliasDuplicateObjects: false,
  });
  quoteTraps(document);
  return document.toString({ lineWidth: 0, ...style });
}

/** Marks every text of a document that Azure ML's client would not read as a text. */
export function quoteTraps(document: Document): void {
  visit(document, {
    Scalar: (_key, scalar) => {
      const isTrap =
        typeof scalar.value === "string" &&
        scalar.type === undefined &&
        readLikePython(scalar.value).type !== "string";
      if (isTrap) scalar.type = "QUOTE_DOUBLE";
    },
  });
}
