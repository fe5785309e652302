import { describe, expect, it } from "vitest";

import { assignments, baseImages, parseDockerfile } from "../../src/domain/dockerfile.ts";
import { shellCommands } from "../../src/domain/shell-words.ts";

const linesOf = (text: string): readonly string[] =>
  parseDockerfile(text).map(
    ({ keyword, args, line, body }) =>
      `${line} ${keyword} ${args}${body === "" ? "" : ` <${body}>`}`,
  );

describe("a Dockerfile", () => {
  it.each([
    { name: "plain", text: "from a:1\nRUN b\n", lines: ["1 FROM a:1", "2 RUN b"] },
    {
      name: "comments, empty lines, a byte order mark",
      text: "\ufeff# syntax=docker/dockerfile:1\n\n# why\n  FROM a:1\r\n",
      lines: ["4 FROM a:1"],
    },
    {
      name: "continuations with comments between",
      text: "RUN a \\\n  # not this\n\n  b \\\n c\nUSER d\n",
      lines: ["1 RUN a  b  c", "6 USER d"],
    },
    {
      name: "another escape",
      text: "# escape=`\nRUN a `\n b\\\nUSER c\n",
      lines: ["2 RUN a  b\\", "4 USER c"],
    },
    {
      name: "here-documents",
      text: "RUN <<EOF\npip install a\nFROM b\nEOF\nCOPY <<-'A' <<B /x/\n1\nA\n2\nB\nUSER c\n",
      lines: ["1 RUN <<EOF <pip install a\nFROM b>", "5 COPY <<-'A' <<B /x/ <1\n2>", "10 USER c"],
    },
    { name: "an open end", text: "RUN a \\", lines: ["1 RUN a"] },
    { name: "an open here-document", text: "RUN <<EOF\na", lines: ["1 RUN <<EOF <a>"] },
    { name: "nothing", text: "# nothing\n\n", lines: [] },
  ])("with $name", ({ text, lines }) => {
    expect(linesOf(text)).toEqual(lines);
  });

  it.each([
    { name: "a tag", text: "FROM a:1\n", images: ["a:1"] },
    {
      name: "a platform and a stage",
      text: "FROM --platform=linux/amd64 a:1 AS build\n",
      images: ["a:1"],
    },
    {
      name: "its own stage",
      text: "FROM a:1 as Build\nFROM build\nFROM scratch\n",
      images: ["a:1"],
    },
    {
      name: "arguments",
      text: 'ARG BASE=a\nARG TAG="1"\nFROM ${BASE}:$TAG\nFROM ${NONE:-b}:2\n',
      images: ["a:1", "b:2"],
    },
    { name: "an unknown argument", text: "ARG TAG\nFROM a:$TAG\n", images: [undefined] },
    {
      name: "an argument of a stage",
      text: "FROM a:1\nARG B=c\nFROM $B\n",
      images: ["a:1", undefined],
    },
    { name: "a template", text: "FROM a:{{latest-image-tag}}\n", images: [undefined] },
  ])("builds on $name", ({ text, images }) => {
    expect(baseImages(parseDockerfile(text)).map(({ image }) => image)).toEqual(images);
  });

  it.each([
    ["A=b", [["A", "b"]]],
    [
      "A=\"b c\" D='e'",
      [
        ["A", "b c"],
        ["D", "e"],
      ],
    ],
    ["A b c", [["A", "b c"]]],
    ["A", []],
  ])("assigns %s", (args, expected) => {
    expect([...assignments(args)]).toEqual(expected);
  });

  it.each([
    { name: "100 000 instructions", text: "RUN a <<EOF\n".repeat(100_000) },
    { name: "100 000 continuations", text: "RUN a \\\n".repeat(100_000) },
    { name: "100 000 stages", text: `ARG A=b\n${"FROM $A AS c\n".repeat(100_000)}` },
    { name: "one long line", text: `FROM ${"$A".repeat(400_000)}` },
    { name: "quotes without end", text: `ENV ${'A="'.repeat(200_000)}` },
  ])("with $name is read once", ({ text }) => {
    const started = performance.now();
    const instructions = parseDockerfile(text);
    baseImages(instructions);
    for (const { args } of instructions) [...assignments(args)].at(0);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describe("a shell line", () => {
  it.each([
    ["a b && c; d | e\nf", [["a", "b"], ["c"], ["d"], ["e"], ["f"]]],
    [`a 'b c' "d \\" e" f\\ g`, [["a", "b c", 'd \\" e', "f g"]]],
    ["(a || b) &", [["a"], ["b"]]],
    ["a '", [["a", "'"]]],
    ["", []],
  ])("%s has its commands", (script, commands) => {
    expect(shellCommands(script)).toEqual(commands);
  });

  it.each([
    `"${"\\".repeat(500_000)}`,
    `"'`.repeat(300_000),
    "'\"\\".repeat(200_000),
    "a".repeat(1e6),
  ])("that is long is read once", (script) => {
    const started = performance.now();
    shellCommands(script);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
