import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Fix } from "../../src/domain/finding.ts";
import { applyFixes } from "../../src/registry/apply-fix.ts";
import { parseYaml } from "../../src/registry/yaml/parse-yaml.ts";
import { renderYaml } from "../../src/registry/yaml/render-yaml.ts";
import { commentsOf } from "../../src/registry/yaml/tokens.ts";
import { canonicalJson, type JsonValue } from "../../src/shared/json.ts";

const set = (pointer: readonly (string | number)[], value: JsonValue): Fix => ({
  type: "set",
  pointer,
  value,
});
const rename = (pointer: readonly (string | number)[], key: string): Fix => ({
  type: "rename",
  pointer,
  key,
});
const remove = (pointer: readonly (string | number)[]): Fix => ({ type: "remove", pointer });
const strip: Fix = { type: "strip-byte-order-mark" };

function fixed(text: string, ...fixes: readonly Fix[]): string {
  return Buffer.from(applyFixes(Buffer.from(text), fixes).bytes).toString();
}

describe("a fix", () => {
  it.each([
    {
      name: "quotes",
      from: "version: 1.10 # x\n",
      fix: set(["version"], "1.10"),
      to: 'version: "1.10" # x\n',
    },
    {
      name: "quotes what only YAML 1.1 mangles",
      from: "v: 1_000\n",
      fix: set(["v"], "1_000"),
      to: 'v: "1_000"\n',
    },
    {
      name: "quotes a date",
      from: "v: 2024-01-02",
      fix: set(["v"], "2024-01-02"),
      to: 'v: "2024-01-02"',
    },
    { name: "keeps single quotes", from: "a: 'x'\n", fix: set(["a"], "it's"), to: "a: 'it''s'\n" },
    {
      name: "keeps double quotes",
      from: 'a: "x"\n',
      fix: set(["a"], 'say "y"'),
      to: 'a: "say \\"y\\""\n',
    },
    {
      name: "writes plain text plainly",
      from: "a:   uri_fiel # x\n",
      fix: set(["a"], "uri_file"),
      to: "a:   uri_file # x\n",
    },
    { name: "writes a number", from: "a: '3'\n", fix: set(["a"], 3), to: "a: 3\n" },
    {
      name: "fills what is empty",
      from: "a: # x\nb: 1\n",
      fix: set(["a"], "z"),
      to: "a: z # x\nb: 1\n",
    },
    {
      name: "in braces",
      from: "{a: 1, b: 1.10}\n",
      fix: set(["b"], "1.10"),
      to: '{a: 1, b: "1.10"}\n',
    },
    {
      name: "in braces, what would end them",
      from: "a: [x, y]\n",
      fix: set(["a", 0], "p, q"),
      to: 'a: ["p, q", y]\n',
    },
    {
      name: "in brackets, what PyYAML takes for a key",
      from: "a: [x, y]\n",
      fix: set(["a", 0], "?p: q"),
      to: 'a: ["?p: q", y]\n',
    },
    {
      name: "what PyYAML refuses unless it is escaped",
      from: "a: 'x'\n",
      fix: set(["a"], "\u0085\ufeff"),
      to: 'a: "\\u0085\\ufeff"\n',
    },
    {
      name: "a reference plainly, in brackets too",
      from: "a: [x]\n",
      fix: set(["a", 0], "azureml:env:1"),
      to: "a: [azureml:env:1]\n",
    },
    {
      name: "a list in brackets",
      from: "a: x # c\n",
      fix: set(["a"], ["z", 1]),
      to: "a: [ z, 1 ] # c\n",
    },
    {
      name: "adds a key",
      from: "a:\n  b: 1 # x\nc: 2\n",
      fix: set(["a", "d"], "z"),
      to: "a:\n  b: 1 # x\n  d: z\nc: 2\n",
    },
    {
      name: "keeps the line ends of Windows",
      from: "a: 1\r\nv: 1.10\r\nb: |\r\n  x\r\n",
      fix: set(["v"], "1.10"),
      to: 'a: 1\r\nv: "1.10"\r\nb: |\r\n  x\r\n',
    },
    {
      name: "keeps the line ends of long ago",
      from: "a: 1\rv: 1.10\r",
      fix: set(["v"], "1.10"),
      to: 'a: 1\rv: "1.10"\r',
    },
    {
      name: "keeps a byte order mark",
      from: "\ufeffv: 1.10\n",
      fix: set(["v"], "1.10"),
      to: '\ufeffv: "1.10"\n',
    },
    { name: "strips a byte order mark", from: "\ufeffv: 1.10\n", fix: strip, to: "v: 1.10\n" },
    {
      name: "renames a key",
      from: "a:\n  'vresion' : 1 # x\n",
      fix: rename(["a", "vresion"], "version"),
      to: "a:\n  'version' : 1 # x\n",
    },
    {
      name: "renames in braces",
      from: "{a: {b: 1}}",
      fix: rename(["a", "b"], "c"),
      to: "{a: {c: 1}}",
    },
    {
      name: "renames to what needs quotes",
      from: "a: 1\n",
      fix: rename(["a"], "yes"),
      to: '"yes": 1\n',
    },
    {
      name: "removes a line",
      from: "a: 1 # x\nb: 2\nc: 3\n",
      fix: remove(["b"]),
      to: "a: 1 # x\nc: 3\n",
    },
    {
      name: "removes lines",
      from: "a: 1\nb:\n  - x\n  - y\n\n# z\nc: 3\n",
      fix: remove(["b"]),
      to: "a: 1\n\n# z\nc: 3\n",
    },
    { name: "removes the last line", from: "a: 1\nb: 2", fix: remove(["b"]), to: "a: 1\n" },
    {
      name: "removes in braces",
      from: "{a: 1, b: 2, c: 3}\n",
      fix: remove(["b"]),
      to: "{a: 1, c: 3}\n",
    },
    {
      name: "removes the last in braces",
      from: "{a: 1, b: 2}\n",
      fix: remove(["b"]),
      to: "{a: 1}\n",
    },
    {
      name: "removes an item",
      from: "a:\n  - x\n  - y # z\n",
      fix: remove(["a", 0]),
      to: "a:\n  - y # z\n",
    },
    {
      name: "removes the first key of an item",
      from: "a:\n  - b: 1\n    c: 2\n",
      fix: remove(["a", 0, "b"]),
      to: "a:\n  - c: 2\n",
    },
  ])("$name", ({ from, fix, to }) => {
    expect(fixed(from, fix)).toBe(to);
  });

  it.each([
    { name: "behind an alias", text: "a: &x {v: 1.10}\nb: *x\n", fix: set(["b", "v"], "1.10") },
    { name: "an alias", text: "a: &x 1.10\nb: *x\n", fix: set(["b"], "1.10") },
    { name: "what an alias repeats", text: "a: &x 1.10\nb: *x\n", fix: set(["a"], "9") },
    { name: "what is gone", text: "a: 1\n", fix: remove(["b"]) },
    { name: "below a plain value", text: "a: 1\n", fix: set(["a", "b"], 1) },
    { name: "past the end of a list", text: "a: [1]\n", fix: set(["a", 3], 1) },
    { name: "a key that is there already", text: "a: 1\nb: 2\n", fix: rename(["a"], "b") },
    { name: "lines with a comment", text: "a: 1\nb: 2 # why\n", fix: remove(["b"]) },
    { name: "a text in lines, with a comment", text: "a: | # why\n  x\n", fix: set(["a"], "y") },
    { name: "the only key of a mapping", text: "a:\n  b: 1\n", fix: remove(["a", "b"]) },
    { name: "no YAML", text: "a: [\n", fix: set(["a"], "y") },
    { name: "nothing", text: "", fix: set(["a"], "y") },
    { name: "the whole file", text: "a: 1\n", fix: set([], "y") },
    { name: "what is right", text: 'a: "1.10"\n', fix: set(["a"], "1.10") },
    { name: "no mark", text: "a: 1\n", fix: strip },
  ])("leaves: $name", ({ text, fix }) => {
    const { bytes, changes } = applyFixes(Buffer.from(text), [fix]);

    expect(Buffer.from(bytes).toString()).toBe(text);
    expect(changes).toEqual([undefined]);
  });

  it("leaves what is no text alone", () => {
    const bytes = Buffer.from([0x61, 0xff]);

    expect(applyFixes(bytes, [set(["a"], 1)])).toEqual({ bytes, changes: [undefined] });
  });

  it("says which lines change", () => {
    const { changes } = applyFixes(Buffer.from("a: 1\r\nv: 1.10\r\n"), [set(["v"], "1.10")]);

    expect(changes).toEqual([{ line: 2, before: ["v: 1.10"], after: ['v: "1.10"'] }]);
  });
});

describe("several fixes of one file", () => {
  it.each([
    {
      name: "both, wherever they are",
      fixes: [set(["b"], "2"), strip, set(["a"], "1")],
      to: 'a: "1"\nb: "2"\nl: [x, y, z]\n',
      applied: [true, true, true],
    },
    {
      name: "the first of two at one place",
      fixes: [set(["a"], "1"), set(["a"], "2"), remove(["a"])],
      to: '\ufeffa: "1"\nb: 2\nl: [x, y, z]\n',
      applied: [true, false, false],
    },
    {
      name: "not what is within a renamed key",
      fixes: [rename(["l"], "m"), set(["l", 0], "p")],
      to: "\ufeffa: 1\nb: 2\nm: [x, y, z]\n",
      applied: [true, false],
    },
    {
      name: "items of one list",
      fixes: [remove(["l", 0]), set(["l", 2], "p"), remove(["l", 1])],
      to: "\ufeffa: 1\nb: 2\nl: [p]\n",
      applied: [true, true, true],
    },
    {
      name: "not two that want one key",
      fixes: [rename(["a"], "c"), rename(["b"], "c")],
      to: "\ufeffc: 1\nb: 2\nl: [x, y, z]\n",
      applied: [true, false],
    },
  ])("$name", ({ fixes, to, applied }) => {
    const { bytes, changes } = applyFixes(Buffer.from("\ufeffa: 1\nb: 2\nl: [x, y, z]\n"), fixes);

    expect(Buffer.from(bytes).toString()).toBe(to);
    expect(changes.map((change) => change !== undefined)).toEqual(applied);
  });
});

describe("whatever the file", () => {
  const name = fc.stringMatching(/^[a-z]{1,4}$/);
  const text = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom("1.10", "yes", "010", "# no comment", "a: b", "- x", "line\nline", ""),
  );
  const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
  const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      scalar,
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(name, tie("tree"), { maxKeys: 4 }),
    ),
  }));
  const document = fc.record({
    value: fc.dictionary(name, tree, { minKeys: 2, maxKeys: 5 }),
    lineBreak: fc.constantFrom("\n", "\r\n"),
    flow: fc.boolean(),
    mark: fc.constantFrom("", "\ufeff"),
  });
  const chosen = fc.record({
    place: fc.nat(),
    kind: fc.constantFrom("set", "rename", "remove"),
    value: scalar,
    key: name,
  });

  it("keeps all other values, all comments and all other lines", () => {
    fc.assert(
      fc.property(document, fc.array(chosen, { minLength: 1, maxLength: 3 }), (file, choices) => {
        const source = file.mark + withComments(file);
        const places = placesOf(file.value);
        const fixes = choices.map(({ place, kind, value, key }): Fix => {
          const pointer = places[place % places.length] ?? [];
          if (kind === "remove") return remove(pointer);
          return kind === "rename" ? rename(pointer, key) : set(pointer, value);
        });
        const { bytes, changes } = applyFixes(Buffer.from(source), fixes);
        const after = Buffer.from(bytes).toString();
        const touched = fixes.filter((_, index) => changes[index] !== undefined);

        expect(commentsOf(after)).toEqual(commentsOf(source));
        expect(after.startsWith("\ufeff")).toBe(source.startsWith("\ufeff"));
        expect(/[^\r]\n/.test(after)).toBe(file.lineBreak === "\n");
        expect(after !== source).toBe(touched.length > 0);
        expect(untouched(valueOf(after), touched)).toEqual(untouched(valueOf(source), touched));
      }),
      { numRuns: 100 },
    );
  });

  function withComments(file: {
    readonly value: JsonValue;
    readonly lineBreak: string;
    readonly flow: boolean;
  }): string {
    const rendered = renderYaml(file.value, file.flow ? { collectionStyle: "flow" } : {});
    const whole = `# head\n${rendered}# tail\n`;
    return commentEachLine(whole, file.value).replaceAll("\n", file.lineBreak);
  }

  /** Wherever a comment can stand without a change of the value, one does. */
  function commentEachLine(whole: string, value: JsonValue): string {
    const lines = whole.split("\n");
    for (const [index, line] of lines.entries()) {
      if (line === "") continue;
      const commented = lines.with(index, `${line} # ${index}`);
      const read = valueOf(commented.join("\n"));
      if (read !== undefined && canonicalJson(read) === canonicalJson(value)) {
        lines[index] = `${line} # ${index}`;
      }
    }
    return lines.join("\n");
  }

  /** Top-level members that no applied fix names. */
  function untouched(value: JsonValue | undefined, fixes: readonly Fix[]): JsonValue {
    const names = fixes.flatMap((fix) => {
      if (fix.type === "strip-byte-order-mark") return [];
      return [fix.pointer[0], ...(fix.type === "rename" ? [fix.key] : [])];
    });
    const members = Object.entries((value ?? {}) as Record<string, JsonValue>);
    return Object.fromEntries(members.filter(([key]) => !names.includes(key)));
  }

  function valueOf(source: string): JsonValue | undefined {
    return parseYaml(Buffer.from(source)).value;
  }

  function placesOf(
    value: JsonValue,
    at: readonly (string | number)[] = [],
  ): readonly (readonly (string | number)[])[] {
    const isList = Array.isArray(value);
    if (typeof value !== "object" || value === null) return [at];
    const members = isList
      ? value.map((item, index) => [index, item] as const)
      : Object.entries(value as Record<string, JsonValue>);
    const below = members.flatMap(([key, member]) => placesOf(member as JsonValue, [...at, key]));
    return at.length === 0 ? below : [at, ...below];
  }
});
