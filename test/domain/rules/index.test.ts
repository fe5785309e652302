import { readdirSync } from "node:fs";

import { expect, it } from "vitest";

import { rules } from "../../../src/domain/rules/index.ts";

it("has one file per rule, named after its id, and a sentence that holds", () => {
  const folder = new URL("../../../src/domain/rules/", import.meta.url);
  const files = readdirSync(folder).filter(
    (file) => !["catalogue.ts", "index.ts", "reading-rules.ts", "rule.ts"].includes(file),
  );

  expect(rules.map(({ id }) => `${id}.ts`).toSorted()).toEqual(files.toSorted());
  for (const { states } of rules) expect(states).toMatch(/^[A-Z].*\.$/s);
});
