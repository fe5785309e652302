import { existsSync, readdirSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { allRules } from "../../src/domain/rules/catalogue.ts";
import { validateTree } from "../../src/usecases/validate.ts";
import { MemorySourceTree } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles } from "../support/registry-files.ts";
import { readRulePage, rulePages, type Example } from "../support/rule-page.ts";

/** Found only where bytes, tags or pull requests are at hand, or in files too large for a page. */
const withoutExamples = new Set([
  "bytes-unavailable",
  "dependency-unpublished",
  "file-unusable",
  "path-too-many-files",
  "policy-test",
  "reference-moved",
  "registry-missing",
  "tag-taken",
  "unreviewed-content",
  "version-immutable",
  "yaml-too-large",
]);

it("has a page for every rule, and no other", () => {
  const pages = readdirSync(rulePages).filter((name) => name !== "README.md");
  expect(pages.toSorted()).toEqual(allRules.map(({ id }) => `${id}.md`).toSorted());
});

/** What a person must act on, and whatever this rule says. */
async function findingsOf(id: string, { files, state }: Example): Promise<readonly string[]> {
  const tree = new MemorySourceTree({ ...emptyRegistryFiles, ...files });
  const { findings } = await validateTree(tree, { state, now: new Date("2026-11-21") });
  return findings
    .filter(({ severity, rule }) => severity !== "info" || rule === id)
    .map(({ rule, severity, message }) => `${rule} ${severity}: ${message}`);
}

const documented = allRules.filter(({ id }) => existsSync(new URL(`${id}.md`, rulePages)));

describe.each(documented)("the page of $id", ({ id, severity }) => {
  it("says which rule it is, and how it counts", () => {
    const page = readRulePage(id);
    expect(page.title).toBe(id);
    expect(page.severity).toBe(severity);
  });
});

describe.each(documented.filter(({ id }) => !withoutExamples.has(id)))(
  "the examples of $id",
  ({ id }) => {
    const { bad, good } = readRulePage(id);

    it("give its finding where they are bad", async () => {
      const found = bad === undefined ? [] : await findingsOf(id, bad);
      expect(found.filter((finding) => finding.startsWith(`${id} `))).not.toEqual([]);
    });

    it("give none where they are good", async () => {
      expect(good === undefined ? ["no example"] : await findingsOf(id, good)).toEqual([]);
    });
  },
);
