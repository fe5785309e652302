import { readFileSync } from "node:fs";

import { expect, it } from "vitest";
import { parse } from "yaml";

import { errorsOf, schemaFiles } from "./compile.ts";

interface Row {
  readonly name: string;
  readonly set?: object;
  readonly unset?: readonly string[];
  readonly error?: string;
}

const table = parse(readFileSync(new URL("documents.yaml", import.meta.url), "utf8")) as Readonly<
  Record<string, readonly Row[]>
>;

const rows = Object.entries(table).flatMap(([kind, list]) => list.map((row) => ({ kind, ...row })));

function documentOf(kind: string, { set = {}, unset = [] }: Row): unknown {
  const examples = schemaFiles.find(({ name }) => name === kind)?.schema["examples"];
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined;
  const entries = Object.entries({ ...(example as object), ...set });
  return Object.fromEntries(entries.filter(([key]) => !unset.includes(key)));
}

it.each(rows.filter(({ error }) => error === undefined))("$kind accepts $name", (row) => {
  expect(errorsOf(row.kind, documentOf(row.kind, row))).toEqual([]);
});

it.each(rows.filter(({ error }) => error !== undefined))("$kind refuses $name", (row) => {
  expect(errorsOf(row.kind, documentOf(row.kind, row))).toContain(row.error);
});

it("has rows for every schema", () => {
  const checked = schemaFiles.map(({ name }) => name).filter((name) => name !== "common");

  expect(Object.keys(table).sort()).toEqual(checked.toSorted());
});
