import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { yamlLimits } from "../../src/registry/yaml/limits.ts";
import { parseYaml } from "../../src/registry/yaml/parse-yaml.ts";
import { readLikePython } from "../../src/registry/yaml/scalar.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

function rulesOf(text: string | Uint8Array): readonly string[] {
  const input = typeof text === "string" ? bytes(text) : text;
  return parseYaml(input).problems.map(({ rule, line, column }) => `${rule} ${line}:${column}`);
}

describe("what is refused, at its place", () => {
  it.each([
    {
      name: "a duplicate key",
      text: "a: 1\nb:\n  c: 1\n  c: 2\n",
      found: "yaml-duplicate-key 4:3",
    },
    { name: "several documents", text: "a: 1\n---\nb: 2\n", found: "yaml-documents 2:1" },
    { name: "a directive", text: "%YAML 1.1\n---\na: yes\n", found: "yaml-directive 1:1" },
    { name: "an explicit tag", text: "a: 1\nb: !!binary aGk=\n", found: "yaml-tag 2:4" },
    { name: "a tag of one's own", text: "a: !js/function x\n", found: "yaml-tag 1:4" },
    { name: "a merge key", text: "x: &x {a: 1}\ny:\n  <<: *x\n", found: "yaml-merge 3:3" },
    { name: "an unknown alias", text: "a: *b\n", found: "yaml-alias 1:4" },
    { name: "an alias to itself", text: "a: &a [*a]\n", found: "yaml-alias 1:7" },
    { name: "the prototype", text: "a: 1\n__proto__: {isAdmin: true}\n", found: "yaml-key 2:1" },
    { name: "a template without quotes", text: "a: {{NAME}}\n", found: "yaml-key 1:4" },
    { name: "a mapping as key", text: "a: 1\n? { b: 1 }\n: c\n", found: "yaml-key 2:3" },
    { name: "a syntax error", text: "a: [1, 2\nb: 3\n", found: "yaml-syntax 2:1" },
    { name: "a tab", text: "a:\n\tb: 1\n", found: "yaml-syntax 2:1" },
    { name: "a number too large", text: "a: 1e400\n", found: "yaml-number 1:4" },
    { name: "an integer too large", text: "a: 12345678901234567890\n", found: "yaml-number 1:4" },
    { name: "infinity", text: "a: .inf\n", found: "yaml-number 1:4" },
    { name: "half a character", text: 'a: "\\ud800"\n', found: "yaml-encoding 1:4" },
    { name: "a byte order mark", text: "\ufeffa: 1\n", found: "yaml-encoding 1:1" },
  ])("$name", ({ text, found }) => {
    expect(rulesOf(text)).toContain(found);
  });

  it.each([
    { name: "between a key and its value", text: "a:\t1\n", at: "1:3" },
    { name: "before a comment", text: "a: 1\t# c\n", at: "1:5" },
    { name: "alone on a line", text: "a: 1\n \t\nb: 2\n", at: "2:2" },
    { name: "in an unquoted text", text: "a: x\ty\n", at: "1:5" },
    { name: "in a list", text: "a: [1,\t2]\n", at: "1:7" },
  ])("a tab $name, as PyYAML does", ({ text, at }) => {
    const { problems } = parseYaml(bytes(text));
    expect(problems.map(({ rule, line, column }) => `${rule} ${line}:${column}`)).toContain(
      `yaml-syntax ${at}`,
    );
  });

  it.each(["a: 'x\ty'\n", 'a: "x\ty"\n', "a: |\n  x\ty\n", "a: >-\n\n  x\ty\n", "a: 1 # x\ty\n"])(
    "no tab that is part of a text: %j",
    (text) => {
      expect(parseYaml(bytes(text)).problems).toEqual([]);
    },
  );

  it("control characters, as PyYAML does", () => {
    const { problems } = parseYaml(bytes("a: 1\nb: x\u0007\n"));
    expect(problems).toMatchObject([{ rule: "yaml-encoding", line: 2, column: 5 }]);
  });

  it("bytes that are not UTF-8", () => {
    expect(rulesOf(Buffer.from([0x61, 0x3a, 0x20, 0xff]))).toEqual([
      "yaml-encoding undefined:undefined",
    ]);
  });

  it("a file past the size bound", () => {
    expect(rulesOf("a: ".padEnd(1024 * 1024 + 1, "x"))[0]).toContain("yaml-too-large");
  });
});

describe("lines that YAML wants further in, and PyYAML does not", () => {
  it.each([
    { text: 'a:\n  b: "foo\n  bar"\n  c: 1\n', value: { a: { b: "foo bar", c: 1 } } },
    { text: "a: 'foo\nbar'\nb: 1\n", value: { a: "foo bar", b: 1 } },
    { text: "a:\n  b: 'x\n\n  y'\n", value: { a: { b: "x\ny" } } },
    { text: "a: [\n1,\n2\n]\nb: 3\n", value: { a: [1, 2], b: 3 } },
    { text: "a:\n  b: {\n  c: 1,\n  }\n  d: 2\n", value: { a: { b: { c: 1 }, d: 2 } } },
    { text: 'a:\n  - [x, "y\nz"]\n  - w\n', value: { a: [["x", "y z"], "w"] } },
  ])("reads $text", ({ text, value }) => {
    expect(parseYaml(bytes(text))).toMatchObject({ value, problems: [] });
  });
});

describe("bounds", () => {
  it.each([
    { name: "flow sequences", text: "[".repeat(1000) },
    { name: "block sequences", text: `${"- ".repeat(1000)}x` },
    { name: "flow mappings", text: "{a: ".repeat(1000) },
    { name: "explicit keys", text: "? ".repeat(1000) },
    { name: "100 000 brackets", text: "[".repeat(100_000) },
    {
      name: "1000 steps of indentation",
      text: Array.from({ length: 1000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
    },
  ])("depth: $name", ({ text }) => {
    expect(rulesOf(text).join()).toContain("yaml-depth");
  });

  it("survives the two files that abort the process together", () => {
    for (let round = 0; round < 20; round += 1) {
      expect(rulesOf("[".repeat(1000)).join()).toContain("yaml-depth");
      expect(rulesOf(`${"- ".repeat(1000)}x`).join()).toContain("yaml-depth");
    }
  });

  it.each([
    {
      name: "an alias bomb",
      text: Array.from({ length: 9 }, (_, level) =>
        level === 0
          ? "a0: &a0 [x,x,x,x,x,x,x,x,x,x]"
          : `a${level}: &a${level} [${`*a${level - 1},`.repeat(10)}]`,
      ).join("\n"),
      rule: "yaml-alias",
    },
    {
      name: "a long text, many times",
      text: `a: &a ${"x".repeat(900_000)}\nb: [${"*a,".repeat(99)}]`,
      rule: "yaml-alias",
    },
    {
      name: "many anchors",
      text: Array.from({ length: 40_000 }, (_, index) => `- &a${index} x`).join("\n"),
      rule: "yaml-alias",
    },
    {
      name: "many keys",
      text: Array.from({ length: 40_000 }, (_, index) => `key${index}: x`).join("\n"),
      rule: "yaml-too-large",
    },
    {
      name: "most keys that are allowed",
      text: Array.from({ length: 19_000 }, (_, index) => `key${index}: x`).join("\n"),
      rule: "",
    },
  ])("nodes and bytes: $name", ({ text, rule }) => {
    expect(rulesOf(text).join()).toContain(rule);
    const { value, problems } = parseYaml(bytes(text));
    expect(JSON.stringify(value ?? null).length).toBeLessThan(2 * yamlLimits.expanded);
    expect(problems.length).toBeLessThanOrEqual(yamlLimits.problems);
  });

  it("never throws, whatever the text", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "a",
        ": ",
        "- ",
        "\n",
        " ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&a ",
        "*a",
        "? ",
        "|\n",
      ),
      fc.constantFrom(
        "!!x ",
        "%YAML 1.1\n",
        "---\n",
        "'",
        '"',
        "#",
        "<<: ",
        "\t",
        "\u0000",
        "\r\n",
      ),
      fc.string({ unit: "binary", maxLength: 5 }),
      fc.nat(40).map((depth) => "- ".repeat(depth)),
    );
    const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(text, (input) => {
        const { problems } = parseYaml(bytes(input));
        expect(problems.length).toBeLessThanOrEqual(yamlLimits.problems + 1);
      }),
      { numRuns: 1000 },
    );
  });

  it("never throws on bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        expect(() => parseYaml(input)).not.toThrow();
      }),
    );
  });
});

const refused = /^yaml-(?:key|merge|number|encoding)$/;

describe("what is read", () => {
  it("gives every value its place, and a missing one that of its parent", () => {
    const { value, places } = parseYaml(bytes("name: x\ninputs:\n  a:\n    type: number\n"));

    expect(value).toEqual({ name: "x", inputs: { a: { type: "number" } } });
    expect(places.of(["inputs", "a", "type"])).toEqual({ line: 4, column: 11 });
    expect(places.ofKey(["inputs", "a"])).toEqual({ line: 3, column: 3 });
    expect(places.of(["inputs", "a", "default"])).toEqual({ line: 3, column: 3 });
  });

  it("is JSON for every JSON value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5, noUnicodeString: true }), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as unknown;
        const { value: read, problems } = parseYaml(bytes(JSON.stringify(json)));
        // Keys that are refused (`__proto__`, `<<`) and numbers that cannot be kept are no values.
        expect(problems.length === 0 ? read : json).toEqual(json);
        expect(problems.map(({ rule }) => rule).filter((rule) => !refused.test(rule))).toEqual([]);
      }),
    );
  });

  it("keeps plain tags as Azure ML's samples have them", () => {
    const { value, problems } = parseYaml(bytes("a: &x {b: [1, two]}\nc: *x\n"));

    expect(problems).toEqual([]);
    expect(value).toEqual({ a: { b: [1, "two"] }, c: { b: [1, "two"] } });
  });
});

describe("what PyYAML makes of an unquoted scalar", () => {
  it.each([
    ["1.10", "1.1"],
    ["0x10", "16"],
    ["010", "8"],
    ["01", "1"],
    ["1_000", "1000"],
    ["12:30:45", "45045"],
    ["true", "True"],
    ["off", "False"],
    ["1.0", "1.0"],
    ["1.", "1.0"],
    ["3", "3"],
    ["-0b11", "-3"],
    [".5", "0.5"],
    ["1.5e+20", "1.5e+20"],
    ["100000000000000000.0", "1e+17"],
    ["2024-01-01", "2024-01-01"],
  ])("%s is %s", (source, text) => {
    expect(readLikePython(source)).toMatchObject({ text });
  });

  it.each(["1.2.3", "5e1234567", "v1", "0o17", "1e3", "08", "y"])("%s is text", (source) => {
    expect(readLikePython(source)).toEqual({ type: "string" });
  });
});
