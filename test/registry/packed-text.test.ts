import * as fc from "fast-check";
import { expect, it } from "vitest";
import { stringify } from "yaml";

import { packText, unpackText } from "../../src/registry/packed-text.ts";
import { parseAndCheckText } from "../../src/registry/parse-text.ts";
import type { CachedText } from "../../src/registry/document-cache.ts";

const samples = [
  "name: a\npath: ./b\ntags: { x: 010, y: 'no', z: no }\n",
  "name: &a taxi\nversion: 1.10\nlist:\n  - *a\n  - { b: [1, 2] }\n",
  "a: 1\na: 2\n<<: {}\n",
  "# nothing\n",
  "a: [1, 2\n",
  '\u00e9: \u{1f600}\n"a/b~c": 1\n',
];

function parse(text: string): CachedText {
  return parseAndCheckText({
    path: "models/a/model.yaml",
    bytes: Buffer.from(text),
    isWanted: true,
    isSpec: false,
  });
}

/** Everything that anybody can ask of a text. */
function answersOf({ schemaHint, schemaProblems, parsed }: CachedText): unknown {
  const paths = [
    [],
    ["name"],
    ["tags", "x"],
    ["list", 0],
    ["list", 1, "b"],
    ["missing"],
    ["a/b~c"],
  ];
  return {
    schemaHint,
    checks: [...schemaProblems],
    value: parsed?.value,
    problems: parsed?.problems,
    places: paths.map((path) => [
      parsed?.places.of(path),
      parsed?.places.ofKey(path),
      parsed?.places.sourceOf(path),
    ]),
  };
}

it.each(samples)("gives the same answers packed and unpacked: %j", (text) => {
  const original = parse(text);
  const line = packText(original);
  const copy = unpackText(line);
  expect(line).not.toContain("\n");
  expect(copy === undefined ? undefined : answersOf(copy)).toEqual(answersOf(original));
  expect(copy === undefined ? undefined : packText(copy)).toBe(line);
});

it("gives the same answers for any value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const original = parse(stringify({ name: value }));
      const copy = unpackText(packText(original));
      expect(copy === undefined ? undefined : answersOf(copy)).toEqual(answersOf(original));
    }),
    { numRuns: 200 },
  );
});

it.each([
  "",
  "{}",
  "null",
  "[]",
  '{"checks":1}',
  '{"checks":[],"parsed":{}}',
  '{"checks":[],"parsed":{"problems":[],"places":{}}}',
])("takes %j for no text at all", (line) => {
  expect(unpackText(line)).toBeUndefined();
});
