import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { writePortableYaml } from "../../src/registry/portable-yaml.ts";
import type { JsonValue } from "../../src/shared/json.ts";

describe("YAML for readers of YAML 1.1", () => {
  it.each([
    { name: "words that were booleans", value: "no", text: '"no"\n' },
    { name: "octal numbers", value: "010", text: '"010"\n' },
    { name: "times of day", value: "12:30", text: '"12:30"\n' },
    { name: "dates", value: "2024-01-01", text: '"2024-01-01"\n' },
    { name: "the default value", value: "=", text: '"="\n' },
    { name: "merge keys", value: { "<<": "<<" }, text: '\n  "<<": "<<"\n' },
    { name: "tabs", value: "a\tb", text: '"a\\tb"\n' },
    { name: "line ends of Unicode", value: "a\u2028b\u0085", text: '"a\\u2028b\\u0085"\n' },
    { name: "control characters", value: "\u007F\u0001", text: '"\\u007f\\x01"\n' },
    { name: "blank lines alone", value: " \n", text: '"\\ \\n"\n' },
    { name: "large numbers", value: 1e21, text: "1.0e+21\n" },
    { name: "small numbers", value: -1.5e-7, text: "-1.5e-7\n" },
    { name: "plain texts", value: "${{inputs.x}} and more", text: "${{inputs.x}} and more\n" },
    { name: "long lines", value: "a ".repeat(99).trim(), text: `${"a ".repeat(99).trim()}\n` },
  ])("writes $name so that they stay", ({ value, text }) => {
    expect(writePortableYaml({ key: value }).replace("key: ", "key:")).toBe(`key:${text}`);
  });

  it("is read as what was written", () => {
    const values = fc.jsonValue({ maxDepth: 4, stringUnit: "grapheme" });
    fc.assert(
      fc.property(values, (value) => {
        const json = { key: JSON.parse(JSON.stringify(value)) as JsonValue };
        expect(parse(writePortableYaml(json), { version: "1.1", merge: false })).toEqual(json);
      }),
      { numRuns: 500 },
    );
  });
});
