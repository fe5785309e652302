import { existsSync } from "node:fs";

import { expect, it } from "vitest";

import { isFixable } from "../../src/domain/finding.ts";
import { allRules } from "../../src/domain/rules/catalogue.ts";
import { fixFindings } from "../../src/usecases/author/fix-findings.ts";
import { validateTree } from "../../src/usecases/validate.ts";
import { MemorySourceTree, type MemoryFiles } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles } from "../support/registry-files.ts";
import { readRulePage, rulePages } from "../support/rule-page.ts";

const documented = allRules
  .map(({ id }) => id)
  .filter((id) => existsSync(new URL(`${id}.md`, rulePages)));

/** What is wrong in the bad example of a page, and what is left once its fixes are made. */
async function fixExample(id: string): Promise<{
  readonly fixable: readonly string[];
  readonly left: readonly string[];
  readonly outcomes: readonly string[];
}> {
  const { bad } = readRulePage(id);
  let files: MemoryFiles = { ...emptyRegistryFiles, ...bad?.files };
  const options = { state: bad?.state, now: new Date("2026-11-21") };
  const tree = new MemorySourceTree(files);
  const { findings } = await validateTree(tree, options);
  const editable = {
    replace: async (path: string, { after }: { readonly after: Uint8Array }) => {
      files = { ...files, [path]: after };
      return "written" as const;
    },
  };
  const reports = await fixFindings({ tree, files: editable }, findings, { isDryRun: false });
  const again = await validateTree(new MemorySourceTree(files), options);
  return {
    fixable: findings.filter(isFixable).map(({ rule, path }) => `${rule} ${path}`),
    left: again.findings.filter(isFixable).map(({ rule, path }) => `${rule} ${path}`),
    outcomes: reports.map(({ outcome }) => outcome),
  };
}

it("every fix of an example is made, and ends what it was for", async () => {
  const fixed: string[] = [];
  for (const id of documented) {
    const { fixable, left, outcomes } = await fixExample(id);
    expect({ id, left }).toEqual({ id, left: [] });
    expect({ id, outcomes: [...new Set(outcomes)] }).toEqual({
      id,
      outcomes: fixable.length === 0 ? [] : ["fixed"],
    });
    fixed.push(...fixable);
  }
  expect(fixed).toContain("version-mangled models/taxi-fare/model.yaml");
}, 60_000);
