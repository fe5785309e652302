import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { editYaml, type YamlEdit } from "../../src/registry/edit-yaml.ts";
import { parseYaml } from "../../src/registry/yaml/parse-yaml.ts";
import { renderYaml } from "../../src/registry/yaml/render-yaml.ts";
import type { JsonValue } from "../../src/shared/json.ts";

function set(pointer: YamlEdit["pointer"], value: JsonValue | undefined): YamlEdit {
  return { pointer, value };
}

function valueOf(text: string): JsonValue | undefined {
  return parseYaml(Buffer.from(text)).value;
}

const stage = `# which model prod runs
version: 1.3.0   # asked for by ops
reason: >-
  better recall
  at weekends
hold: {until: 2026-12-31}

# see the runbook
override:
  version:   1.3.0
  gates: [soak]
`;

describe("edits leave everything else as it is written", () => {
  it.each([
    {
      name: "a plain value",
      edit: set(["version"], "1.4.0"),
      from: "version: 1.3.0   # asked",
      to: "version: 1.4.0   # asked",
    },
    {
      name: "a value that needs quotes",
      edit: set(["version"], "1.10"),
      from: "version: 1.3.0   #",
      to: 'version: "1.10"   #',
    },
    {
      name: "a nested value",
      edit: set(["override", "version"], "1.4.0"),
      from: "version:   1.3.0",
      to: "version:   1.4.0",
    },
    {
      name: "a folded text",
      edit: set(["reason"], "short"),
      from: "reason: >-\n  better recall\n  at weekends\n",
      to: "reason: short\n",
    },
    {
      name: "a value in braces",
      edit: set(["hold", "reason"], "a, b"),
      from: "{until: 2026-12-31}",
      to: '{until: "2026-12-31", reason: "a, b"}',
    },
    {
      name: "an item in brackets",
      edit: set(["override", "gates", 1], "metrics"),
      from: "[soak]",
      to: "[soak, metrics]",
    },
    {
      name: "a new key",
      edit: set(["override", "reason"], "x"),
      from: "gates: [soak]\n",
      to: "gates: [soak]\n  reason: x\n",
    },
    {
      name: "a new mapping",
      edit: set(["a", "b"], ["c", { d: 1, e: 2 }]),
      from: "gates: [soak]\n",
      to: "gates: [soak]\na:\n  b:\n    - c\n    - d: 1\n      e: 2\n",
    },
    {
      name: "a removed key",
      edit: set(["hold"], undefined),
      from: "hold: {until: 2026-12-31}\n",
      to: "",
    },
    {
      name: "a removed block",
      edit: set(["override"], undefined),
      from: "override:\n  version:   1.3.0\n  gates: [soak]\n",
      to: "",
    },
    {
      name: "a mapping that mostly stays",
      edit: set(["override"], { version: "1.4.0", gates: ["soak"] }),
      from: "version:   1.3.0",
      to: "version:   1.4.0",
    },
  ])("$name", ({ edit, from, to }) => {
    expect(stage).toContain(from);
    expect(editYaml(stage, [edit])).toBe(stage.replace(from, to));
  });
});

describe("places", () => {
  it.each([
    { name: "an empty text", text: "", edit: set(["a"], "yes"), after: 'a: "yes"\n' },
    { name: "only comments", text: "# why\n", edit: set(["a"], 1), after: "# why\na: 1\n" },
    { name: "no last line break", text: "a: 1", edit: set(["b"], 2), after: "a: 1\nb: 2\n" },
    {
      name: "Windows lines",
      text: "a: 1\r\nb: 1\r\n",
      edit: set(["c"], [1]),
      after: "a: 1\r\nb: 1\r\nc:\r\n  - 1\r\n",
    },
    {
      name: "no value",
      text: "a: # later\nb: 1\n",
      edit: set(["a"], "x"),
      after: "a: x # later\nb: 1\n",
    },
    {
      name: "no value for a parent",
      text: "a:\nb: 1\n",
      edit: set(["a", "c"], "x"),
      after: "a:\n  c: x\nb: 1\n",
    },
    {
      name: "a list",
      text: "a:\n- 1 # one\n- x: 2\n",
      edit: set(["a", 2], { z: 3 }),
      after: "a:\n- 1 # one\n- x: 2\n- z: 3\n",
    },
    {
      name: "a list, with several items more",
      text: "a:\n  # first\n  - 1 # one\n  - { x: 2 }\n\n# last\nb: 1\n",
      edit: set(["a"], [1, { x: 2 }, { z: 3, k: [4] }, "no"]),
      after:
        'a:\n  # first\n  - 1 # one\n  - { x: 2 }\n  - z: 3\n    k:\n      - 4\n  - "no"\n\n# last\nb: 1\n',
    },
    {
      name: "a list, with one item changed and several more",
      text: "a:\r\n  - 1 # one\r\n  - x: 2 # two\r\n",
      edit: set(["a"], [1, { x: 3 }, 4, 5]),
      after: "a:\r\n  - 1 # one\r\n  - x: 3 # two\r\n  - 4\r\n  - 5\r\n",
    },
    {
      name: "a list in brackets, with several items more",
      text: "a: [1] # one\n",
      edit: set(["a"], [1, 2, 3]),
      after: "a: [1, 2, 3] # one\n",
    },
    {
      name: "an item",
      text: "a:\n  - 1 # one\n  - x: 2\n",
      edit: set(["a", 0], "z"),
      after: "a:\n  - z # one\n  - x: 2\n",
    },
    {
      name: "a key of an item",
      text: "a:\n  - x: 2\n    y: 3\n",
      edit: set(["a", 0, "z"], { b: 1 }),
      after: "a:\n  - x: 2\n    y: 3\n    z:\n      b: 1\n",
    },
    {
      name: "a removed item",
      text: "a:\n  - x: 2\n    y: 3\n  - b\n",
      edit: set(["a", 0], undefined),
      after: "a:\n  - b\n",
    },
    {
      name: "the last item",
      text: "a: 1\nb:\n  - x\n",
      edit: set(["b", 0], undefined),
      after: "a: 1\nb: []\n",
    },
    {
      name: "the last key",
      text: "# why\na: 1\n",
      edit: set(["a"], undefined),
      after: "# why\n{}\n",
    },
    {
      name: "what is not there",
      text: "a: 1\n",
      edit: set(["b", "c"], undefined),
      after: "a: 1\n",
    },
    {
      name: "an alias",
      text: "a: &x {b: 1}\nc: *x\n",
      edit: set(["c", "b"], 2),
      after: "a: &x {b: 1}\nc:\n  b: 2\n",
    },
    {
      name: "a block text",
      text: "a: |+\n  x\n\nb: 1\n",
      edit: set(["b"], 2),
      after: "a: |+\n  x\n\nb: 2\n",
    },
    {
      name: "a key that YAML 1.1 mangles",
      text: "a: 1\n",
      edit: set(["yes"], 2),
      after: 'a: 1\n"yes": 2\n',
    },
  ])("$name", ({ text, edit, after }) => {
    expect(editYaml(text, [edit])).toBe(after);
  });

  it.each([
    { name: "not YAML", text: "a: [1\n", edit: set(["a"], 1) },
    { name: "a duplicate key", text: "a: 1\na: 2\n", edit: set(["b"], 1) },
    { name: "two documents", text: "a: 1\n---\nb: 2\n", edit: set(["b"], 1) },
    { name: "too deep", text: "[".repeat(10_000), edit: set(["b"], 1) },
    { name: "below a text", text: "a: x\n", edit: set(["a", "b"], 1) },
    { name: "past the end of a list", text: "a: [1]\n", edit: set(["a", 3], 1) },
  ])("refused: $name", ({ text, edit }) => {
    expect(() => editYaml(text, [edit])).toThrow(
      expect.objectContaining({ code: "YAML_UNEDITABLE" }),
    );
  });
});

describe("any text, any edit", () => {
  const word = fc.constantFrom(
    "a",
    "b",
    "yes",
    "1.10",
    "010",
    "2026-12-31",
    "x: y",
    "# c",
    " lead",
    "l\nm\n",
    "",
  );
  const key = fc.constantFrom("a", "b", "c", "yes", "1");
  const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.oneof(word, fc.integer(), fc.boolean()),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 3 }),
    ),
  }));
  const root = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 4 });

  it("says what it should, and keeps the comments of what stays", () => {
    fc.assert(
      fc.property(root, key, tree, fc.boolean(), (before, name, value, isFlow) => {
        const text = `# first\n${renderYaml(before, { collectionStyle: isFlow ? "flow" : "any" })}`;
        const edited = editYaml(text, [set([name], value), set(["added", "deep"], value)]);
        expect(valueOf(edited)).toEqual({ ...before, [name]: value, added: { deep: value } });
        expect(edited).toMatch(/^# first\n/);
        expect(valueOf(editYaml(edited, [set(["added"], undefined)]))).toEqual({
          ...before,
          [name]: value,
        });
      }),
      { numRuns: 300 },
    );
  });

  it("turns any mapping into any other", () => {
    fc.assert(
      fc.property(root, root, (before, after) => {
        expect(valueOf(editYaml(renderYaml(before), [set([], after)]))).toEqual(after);
      }),
      { numRuns: 300 },
    );
  });

  it("is undone by the opposite edit where it only added", () => {
    const names = ["first", "second", "third"];
    const text = names.map((name) => `# about ${name}\n${name}:\n  - 1 # one\n`).join("");
    fc.assert(
      fc.property(tree, (value) => {
        const edited = editYaml(text, [set(["new"], value)]);
        expect(editYaml(edited, [set(["new"], undefined)])).toBe(text);
      }),
    );
  });
});
