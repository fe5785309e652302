import type { Finding, Place } from "../../domain/finding.ts";
import { decidePromotion, type PromotionDecision } from "../../domain/promotion/decide.ts";
import type { Policies, PromotionPolicy } from "../../domain/promotion/policy.ts";
import type { PolicyTest } from "../../registry/policy-tests.ts";
import { accessPath, promotionPath } from "../../registry/read-policies.ts";
import { readPolicyTree } from "../../registry/read-policy-tree.ts";
import type { SourceEntry, SourceTree } from "../../source/source-tree.ts";

export interface PolicyTestResult {
  readonly name: string;
  readonly outcome: "passed" | "failed";
  /** What was not as expected, and what the gates said. */
  readonly message: string;
  readonly place: Place;
}

/** Whether a policy says of each made-up move what its test expects. */
function runPolicyTests(options: {
  readonly policy: PromotionPolicy | undefined;
  readonly tests: readonly PolicyTest[];
}): readonly PolicyTestResult[] {
  return options.tests.map((test) => runPolicyTest(options.policy, test));
}

/**
 * Runs the tests in policies/ against the policy beside them. A file that cannot be used is a
 * failed test: it must not look as if everything were fine.
 */
export async function runPolicyTestsOfTree(tree: SourceTree): Promise<readonly PolicyTestResult[]> {
  const { policies, tests, findings } = await readPolicyTree(tree);
  const broken = findings
    .filter(({ severity, path }) => severity === "error" && isUnusable(path, policies))
    .map(brokenFile);
  return [...broken, ...runPolicyTests({ policy: policies.promotion, tests })];
}

function isUnusable(path: string, { promotion, access }: Policies): boolean {
  if (path === promotionPath) return promotion === undefined;
  return path === accessPath ? access === undefined : true;
}

function brokenFile({ message, path, line, column }: Finding): PolicyTestResult {
  const place = {
    path,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
  return { name: path, outcome: "failed", message, place };
}

/** The same for texts that are in no registry, as those of a manual. */
export function runPolicyTestsFromText(
  policyText: string,
  accessText: string | undefined,
  testsText: string,
): Promise<readonly PolicyTestResult[]> {
  const texts = new Map([
    ...(accessText === undefined ? [] : [[accessPath, accessText] as const]),
    [promotionPath, policyText],
    ["policies/promotion.test.yaml", testsText],
  ]);
  return runPolicyTestsOfTree(treeOfTexts(texts));
}

function treeOfTexts(texts: ReadonlyMap<string, string>): SourceTree {
  const bytesOf = (path: string): Uint8Array => Buffer.from(texts.get(path) ?? "");
  const list = [...texts.keys()].sort().map((path): SourceEntry => ({
    path,
    type: "file",
    sizeBytes: bytesOf(path).byteLength,
    objectId: undefined,
  }));
  async function* readMany(paths: readonly string[]): ReturnType<SourceTree["readMany"]> {
    for (const path of paths) yield await Promise.resolve({ path, bytes: bytesOf(path) });
  }
  return {
    origin: "texts",
    list: () => Promise.resolve(list),
    read: (path) => Promise.resolve(bytesOf(path)),
    readMany,
    async *open(path) {
      yield await Promise.resolve(bytesOf(path));
    },
  };
}

function runPolicyTest(policy: PromotionPolicy | undefined, test: PolicyTest): PolicyTestResult {
  const { name, facts, override, expect, place } = test;
  const decision = decidePromotion(facts, policy, override);
  const differences = [
    ...(expect.outcome === undefined || expect.outcome === decision.outcome
      ? []
      : [`expected ${expect.outcome}, got ${decision.outcome}`]),
    ...[...expect.gates].flatMap(([gate, expected]) => {
      const said = outcomeOf(gate, decision);
      return isAsExpected(expected, said) ? [] : [`${gate}: expected ${expected}, got ${said}`];
    }),
  ];
  const message = differences.length === 0 ? "" : `${differences.join("; ")}. ${explain(decision)}`;
  return { name, outcome: differences.length === 0 ? "passed" : "failed", message, place };
}

/** What is overridden passes. */
function isAsExpected(expected: string, said: string): boolean {
  return expected === said || (expected === "passed" && said === "overridden");
}

/** What all rules together say of a gate. */
function outcomeOf(gate: string, { results, overridden }: PromotionDecision): string {
  if (overridden.includes(gate)) return "overridden";
  const said = results.filter((result) => result.gate === gate).map(({ outcome }) => outcome);
  const worst = (["failed", "waiting", "passed"] as const).find((each) => said.includes(each));
  return worst ?? "not asked";
}

function explain({ results }: PromotionDecision): string {
  const notPassed = results.filter(({ outcome }) => outcome !== "passed");
  if (notPassed.length === 0) return "Every gate passed.";
  return notPassed.map(({ gate, outcome, reason }) => `${gate} ${outcome}: ${reason}`).join(" ");
}
