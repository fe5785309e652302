import { describe, expect, it } from "vitest";

import { checkSchema } from "../../src/registry/schema/check-schema.ts";
import { parseYaml } from "../../src/registry/yaml/parse-yaml.ts";
import type { PointerPath } from "../../src/registry/yaml/pointer.ts";

/** The line of a place, and below it a caret under its column. */
function picture(text: string, { line, column }: { line: number; column: number }): string {
  const lines = text.split(/\r\n|\r|\n/);
  return `${lines[line - 1] ?? ""}\n${" ".repeat(column - 1)}^`;
}

interface Row {
  readonly name: string;
  readonly text: string;
  readonly path: PointerPath;
  readonly shown: string;
}

const rows: readonly Row[] = [
  { name: "a value", text: "a: 1\nb:   two # x\n", path: ["b"], shown: "b:   two # x\n     ^" },
  { name: "a quoted value", text: "a: 'x'\n", path: ["a"], shown: "a: 'x'\n   ^" },
  { name: "a nested value", text: "a:\n  b: 1\n", path: ["a", "b"], shown: "  b: 1\n     ^" },
  { name: "a mapping", text: "a:\n  b: 1\n", path: ["a"], shown: "  b: 1\n  ^" },
  { name: "an item", text: "a:\n  - x\n  -   y\n", path: ["a", 1], shown: "  -   y\n      ^" },
  {
    name: "a key that lacks in a mapping: the mapping's key",
    text: "x: 1\na:\n  b:\n    c: 1\n",
    path: ["a", "b", "d"],
    shown: "  b:\n  ^",
  },
  {
    name: "a key that lacks two levels down",
    text: "x: 1\na:\n  b: 1\n",
    path: ["a", "c", "d"],
    shown: "a:\n^",
  },
  {
    name: "a key that lacks at the top: the first key",
    text: "# words\n\nname: x\n",
    path: ["version"],
    shown: "name: x\n^",
  },
  {
    name: "the whole file: the first key",
    text: "# words\n---\nname: x\n",
    path: [],
    shown: "name: x\n^",
  },
  {
    name: "a key that lacks in an item: the item",
    text: "a:\n  - b: 1\n",
    path: ["a", 0, "c"],
    shown: "  - b: 1\n    ^",
  },
  { name: "a value that is not written", text: "a: 1\nb:\nc: 2\n", path: ["b"], shown: "b:\n^" },
  {
    name: "in braces",
    text: "a: {b: 1, c: two}\n",
    path: ["a", "c"],
    shown: "a: {b: 1, c: two}\n             ^",
  },
  {
    name: "a key that lacks in braces",
    text: "a: {b: 1}\n",
    path: ["a", "c"],
    shown: "a: {b: 1}\n^",
  },
  {
    name: "braces over several lines",
    text: "a: {\n  b: 1,\n  c: 2 }\n",
    path: ["a", "c"],
    shown: "  c: 2 }\n     ^",
  },
  { name: "in brackets", text: "a: [x,  y]\n", path: ["a", 1], shown: "a: [x,  y]\n        ^" },
  { name: "a block of text", text: "a: |\n  x\n  y\nb: 1\n", path: ["a"], shown: "a: |\n   ^" },
  {
    name: "behind a block of text",
    text: "a: |\n  x\n\n  y\nb: 1\n",
    path: ["b"],
    shown: "b: 1\n   ^",
  },
  { name: "a folded text", text: "a: >-\n  x\n  y\nb: 1\n", path: ["b"], shown: "b: 1\n   ^" },
  {
    name: "a plain text over lines",
    text: "a: one\n  two\nb: 1\n",
    path: ["b"],
    shown: "b: 1\n   ^",
  },
  {
    name: "a quoted text over lines",
    text: 'a: "one\n  two"\nb: 1\n',
    path: ["b"],
    shown: "b: 1\n   ^",
  },
  { name: "a tab counts one", text: "a:\tx\n", path: ["a"], shown: "a:\tx\n   ^" },
  {
    name: "a wide character counts one",
    text: "{版: 1, b: x}\n",
    path: ["b"],
    shown: "{版: 1, b: x}\n           ^".replace("           ^", "          ^"),
  },
  {
    name: "a character beyond the plane counts two, as in editors",
    text: "{🚕: 1, b: x}\n",
    path: ["b"],
    shown: "{🚕: 1, b: x}\n           ^",
  },
  {
    name: "lines that end as on Windows",
    text: "a: 1\r\nb:\r\n  c: 2\r\n",
    path: ["b", "c"],
    shown: "  c: 2\n     ^",
  },
  {
    name: "lines that end as long ago",
    text: "a: 1\rb:\r  c: 2\r",
    path: ["b", "c"],
    shown: "  c: 2\n     ^",
  },
  { name: "an anchored value", text: "a: &x  1\n", path: ["a"], shown: "a: &x  1\n       ^" },
];

describe("places", () => {
  it.each(rows)("$name", ({ text, path, shown }) => {
    expect(picture(text, parseYaml(Buffer.from(text)).places.of(path))).toBe(shown);
  });

  it("leaves out a byte order mark", () => {
    const text = "\ufeffa: 1\n";

    expect(parseYaml(Buffer.from(text)).places.of(["a"])).toEqual({ line: 1, column: 4 });
  });

  it.each([
    { name: "the value", path: ["b"], at: "b: *x\n   ^", written: "  k: [1]\n  ^" },
    { name: "within it", path: ["b", "k", 0], at: "b: *x\n   ^", written: "  k: [1]\n      ^" },
    { name: "what lacks in it", path: ["b", "z"], at: "b: *x\n^", written: undefined },
    { name: "through two", path: ["c", 0, "k"], at: "c: [*x]\n    ^", written: "  k: [1]\n     ^" },
    { name: "the original", path: ["a", "k", 0], at: "  k: [1]\n      ^", written: undefined },
  ])("stand where the alias does, and name the anchor: $name", ({ path, at, written }) => {
    const text = "a: &x\n  k: [1]\nb: *x\nc: [*x]\n";
    const { anchor, ...place } = parseYaml(Buffer.from(text)).places.of(path);

    expect(picture(text, place)).toBe(at);
    expect(anchor && picture(text, anchor)).toBe(written);
  });
});

describe("places of what a schema says", () => {
  it.each([
    {
      name: "an unknown key",
      text: "name: a\npath: ./x\nvresion: '1'\n",
      shown: "vresion: '1'\n^",
    },
    { name: "a missing key at the top", text: "# a\npath: ./x\n", shown: "path: ./x\n^" },
    { name: "a value", text: "name: a\npath: [1]\n", shown: "path: [1]\n      ^" },
  ])("$name", ({ text, shown }) => {
    const [problem] = checkSchema("model", parseYaml(Buffer.from(text)));

    expect(problem && picture(text, { line: 0, column: 0, ...problem })).toBe(shown);
  });

  it("a missing key below: its parent's key", () => {
    const text =
      "$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\nname: a\ntype: command\ncommand: x\nenvironment: azureml:e:1\ninputs:\n  trips:\n    description: y\n";
    const [problem] = checkSchema("command-component", parseYaml(Buffer.from(text)));

    expect(problem && picture(text, { line: 0, column: 0, ...problem })).toBe("  trips:\n  ^");
  });
});
