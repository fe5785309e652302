import type { LedgerState } from "../domain/ledger/state.ts";
import type { Registry } from "../domain/registry.ts";
import { judgeFindings, noFindingPolicy, policyFindings } from "../domain/finding-policy.ts";
import { compareFindings, type Finding } from "../domain/finding.ts";
import { hideSecrets } from "../domain/hide-secrets.ts";
import { rules } from "../domain/rules/index.ts";
import { runRules } from "../domain/rules/rule.ts";
import { readManifest, type ReadManifestOptions } from "../registry/read-manifest.ts";
import { readRegistry, type ReadRegistryOptions } from "../registry/read-registry.ts";
import type { SourceTree } from "../source/source-tree.ts";
import type { ValidateReport } from "./app-validate.ts";

export interface ValidateTreeOptions extends ReadRegistryOptions {
  /** What the ledger says; absent before adoption. */
  readonly state?: LedgerState | undefined;
}

/** Checks a whole registry: YAML, schema, files, and every rule. */
export async function validateTree(
  tree: SourceTree,
  options: ValidateTreeOptions = {},
): Promise<ValidateReport> {
  return report(await readRegistry(tree, options), options.state);
}

/** Checks one manifest without a registry around it; what it refers to is not looked up. */
export async function validateManifest(
  tree: SourceTree,
  options: ReadManifestOptions,
): Promise<ValidateReport> {
  return report(await readManifest(tree, options), undefined);
}

const known = new WeakMap<Registry, WeakMap<object, readonly Finding[]>>();
const unadopted = {};

/** All that is wrong with a registry that was read already; asked again, the same list. */
export function findProblems(
  registry: Registry,
  state: LedgerState | undefined,
): readonly Finding[] {
  const ofRegistry = known.get(registry) ?? new WeakMap<object, readonly Finding[]>();
  known.set(registry, ofRegistry);
  const findings = ofRegistry.get(state ?? unadopted) ?? judgeRegistry(registry, state);
  ofRegistry.set(state ?? unadopted, findings);
  return findings;
}

function judgeRegistry(registry: Registry, state: LedgerState | undefined): readonly Finding[] {
  const broken = registry.findings.some(({ rule }) => rule === "format-too-new");
  const found = broken ? [] : runRules(rules, { registry, state });
  const policy = registry.settings?.findingPolicy ?? noFindingPolicy;
  const findings = judgeFindings([...registry.findings, ...found], policy);
  const all = [...findings, ...policyFindings(policy, findings)].sort(compareFindings);
  return hideSecrets(all, registry);
}

function report(registry: Registry, state: LedgerState | undefined): ValidateReport {
  const findings = findProblems(registry, state);
  return { findings, assets: registry.assets.length, files: registry.files.count };
}
