import type { Finding } from "../domain/finding.ts";
import type { Policies } from "../domain/promotion/policy.ts";
import type { SourceTree } from "../source/source-tree.ts";
import { createDocumentCache } from "./document-cache.ts";
import { FileTable } from "./file-table.ts";
import { policyTestPaths, readPolicyTests, type PolicyTest } from "./policy-tests.ts";
import { accessPath, promotionPath, readPolicies } from "./read-policies.ts";
import { TextReader } from "./text-reader.ts";

/** The policies of a tree and their tests, whatever else is in it. */
export interface PolicyTree {
  readonly policies: Policies;
  readonly tests: readonly PolicyTest[];
  /** Of these files alone; what needs the rest of the registry is not looked for. */
  readonly findings: readonly Finding[];
}

/** Reads policies/ and nothing else: of a folder, a commit, or whatever else is a tree. */
export async function readPolicyTree(tree: SourceTree): Promise<PolicyTree> {
  const files = new FileTable(await tree.list());
  const paths = policyTestPaths(files);
  const texts = new TextReader(tree, files, createDocumentCache());
  await texts.load([promotionPath, accessPath, ...paths]);
  const { policies, findings } = readPolicies({ texts, files, settings: undefined });
  const read = paths.map((path) => readPolicyTests(texts, path, policies.access));
  return {
    policies,
    tests: read.flatMap(({ tests }) => tests),
    findings: [...findings, ...read.flatMap((each) => each.findings)],
  };
}
