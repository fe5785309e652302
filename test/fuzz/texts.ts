import { readdirSync, readFileSync } from "node:fs";

import * as fc from "fast-check";

const samples = new URL("../../sample-registry/", import.meta.url);

/** What people write: every YAML file of the sample registry. */
export const sampleTexts: readonly string[] = readdirSync(samples, {
  recursive: true,
  encoding: "utf8",
})
  .filter((path) => /\.ya?ml$/.test(path))
  .sort()
  .map((path) => readFileSync(new URL(path, samples), "utf8"));

const characters = "[]{}:-?,#&*!|>'\"%@`~\n \t\r".split("");

/** Pieces that mean something to a YAML reader, and what readers have tripped over. */
const pieces = [
  ...characters,
  "\n  ",
  "\n    ",
  "- ",
  "? ",
  ": ",
  "---\n",
  "...\n",
  "<<: ",
  "%YAML 1.1\n",
  "%TAG ! x\n",
  "&a ",
  "*a",
  "&b ",
  "*b",
  "!!binary ",
  "!!js/function ",
  "!<x> ",
  "|\n",
  ">-\n",
  "|2+\n",
  "name",
  "path",
  "type",
  "version",
  "jobs",
  "inputs",
  "__proto__",
  "constructor",
  "$schema",
  "1",
  "010",
  "0x10",
  "1_000",
  "12:30:45",
  "1e999",
  ".inf",
  ".nan",
  "no",
  "~",
  "null",
  "-0",
  "\0",
  "\ufeff",
  "\u0085",
  "\u2028",
  "\ud83d\ude00",
  "\u202e",
  "\\ud800",
  "\\x00",
  "\x7f",
  "${{inputs.a}}",
  "$[[",
  "]]",
  "{{asset.name}}",
  "azureml:",
  "azureml://registries/",
  "@latest",
];
const anyPiece = fc.constantFrom(...pieces);

const soup = fc.array(anyPiece, { maxLength: 60 }).map((parts) => parts.join(""));

/** A real file in which some things were cut, doubled or put in. */
const damaged = fc
  .record({
    text: fc.constantFrom(...sampleTexts),
    cuts: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        length: fc.nat(40),
        insert: fc.oneof(soup, fc.string({ unit: "binary", maxLength: 10 })),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ text, cuts }) => {
    let result = text;
    for (const { at, length, insert } of cuts) {
      const start = Math.floor(at * result.length);
      result = result.slice(0, start) + insert + result.slice(start + length);
    }
    return result;
  });

export const anyYamlText: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: damaged, weight: 3 },
  { arbitrary: soup, weight: 2 },
  fc.string({ unit: "binary", maxLength: 200 }),
);
