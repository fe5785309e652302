import { Document, Scalar, visit, type ScalarTag, type Tags } from "yaml";

import type { JsonObject } from "../shared/json.ts";

/**
 * YAML for every reader: those of YAML 1.1 (PyYAML, so `az ml` too) see the values that were
 * given. Keys keep their order.
 */
export function writePortableYaml(value: JsonObject): string {
  const document = new Document(value, {
    version: "1.1",
    aliasDuplicateObjects: false,
    customTags: (tags: Tags) => [exponent, ...tags.filter((tag) => !isMerge(tag))],
  });
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value === "string" && needsQuotes(scalar.value)) {
        scalar.type = Scalar.QUOTE_DOUBLE;
      }
    },
  });
  return document
    .toString({ lineWidth: 0, defaultStringType: "PLAIN" })
    .replace(unprintable, toEscape);
}

/** Without a point a number with an exponent is a text in YAML 1.1. */
const exponent: ScalarTag = {
  identify: (value) => typeof value === "number" && String(value).includes("e"),
  default: true,
  tag: "tag:yaml.org,2002:float",
  // Tags that can read plain texts go first; this one reads none.
  test: /(?!)/,
  resolve: Number,
  stringify: ({ value }) => String(value).replace(/^(-?\d+)e/, "$1.0e"),
};

/** A key `<<` is a key like any other here. */
function isMerge(tag: Tags[number]): boolean {
  return typeof tag === "string" ? tag === "merge" : tag.tag === "tag:yaml.org,2002:merge";
}

/** What PyYAML refuses or takes for the end of a line, wherever it stands. */
const unprintable = /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g;

/** `=` and `<<` mean something in YAML 1.1; PyYAML loses blanks alone and stops at a tab. */
function needsQuotes(text: string): boolean {
  return text === "=" || text === "<<" || /^\s+$|\t/.test(text) || text.search(unprintable) >= 0;
}

/** All of these stand in double quotes by now. */
function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
