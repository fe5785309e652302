import { readdirSync } from "node:fs";

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
  "path-too-many-files",
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

describe.each(allRules)("docs/rules/$id.md", ({ id, severity }) => {
  const page = readRulePage(id);

  it("says which rule it is, and how it counts", () => {
    expect(page.title).toBe(id);
    expect(page.severity).toBe(severity);
  });

  it.runIf(!withoutExamples.has(id))("has a bad example that gives its finding", async () => {
    const found = page.bad === undefined ? [] : await findingsOf(id, page.bad);
    expect(found.filter((finding) => finding.startsWith(`${id} `))).not.toEqual([]);
  });

  it.runIf(!withoutExamples.has(id))("has a good example without a finding", async () => {
    const { good } = page;
    expect(good === undefined ? ["no example"] : await findingsOf(id, good)).toEqual([]);
  });
});
