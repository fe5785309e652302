import { assetKinds, pluralOfKind } from "../../../domain/asset.ts";
import { branchOfRef } from "../../../domain/branch-of-ref.ts";
import type { HostInspection } from "../../host-services.ts";
import { doubtful, fine, wrong, type Inspected } from "./inspection.ts";
import { readRules, readRulesets, type Rule, type Ruleset } from "./rulesets.ts";

const ledgerBranch = "cairn-ledger";
const importHint =
  "Import the rulesets that cairn init --github writes: Settings, Rules, Rulesets, New ruleset, Import.";

/** What must not change under Cairn, and what the registry's branch asks for. */
export async function inspectRules(
  { client, git, checkName }: Inspected,
  signal: AbortSignal | undefined,
): Promise<readonly HostInspection[]> {
  const branch = branchOfRef(git.branch);
  const [rulesets, ofBranch, ofLedger] = await Promise.all([
    readRulesets(client, signal),
    readRules(client, branch, signal),
    readRules(client, ledgerBranch, signal),
  ]);
  const isNone = rulesets.length + ofBranch.length + ofLedger.length === 0;
  const found = [
    guarded(`github branch ${ledgerBranch}`, ledgerBranch, {
      types: ofLedger.map(({ type }) => type),
      rulesets: rulesets.filter(({ id }) => ofLedger.some((rule) => rule.rulesetId === id)),
    }),
    ...inspectTags(rulesets),
    ...inspectBranch(branch, checkName, ofBranch),
  ];
  return isNone ? found.map(withClassic) : found;
}

/** What keeps branches the old way is not seen here. */
function withClassic(inspection: HostInspection): HostInspection {
  const { hint } = inspection;
  if (hint !== importHint) return inspection;
  return { ...inspection, hint: `${hint} Classic branch protection is not looked at.` };
}

function inspectTags(rulesets: readonly Ruleset[]): readonly HostInspection[] {
  const samples = assetKinds.map((kind) => `refs/tags/${pluralOfKind[kind]}/any/name@v1`);
  const ofTags = rulesets.filter(
    ({ target, covers }) => target === "tag" && samples.every((ref) => covers(ref)),
  );
  const types = ofTags.flatMap((ruleset) => ruleset.types);
  return [guarded("github tags of versions", "Tags of versions", { types, rulesets: ofTags })];
}

/** Who may write there what only Cairn should write. */
function guarded(
  check: string,
  what: string,
  { types, rulesets }: { readonly types: readonly string[]; readonly rulesets: readonly Ruleset[] },
): HostInspection {
  const missing = ["creation", "update", "deletion"].filter((type) => !types.includes(type));
  if (missing.length > 0) {
    const message = `${what} may be changed by everybody who may push: no rule against ${missing.join(", ")}.`;
    return wrong(check, message, importHint);
  }
  if (rulesets.some(({ ownBypass }) => ownBypass === "never")) {
    const hint = "Add Cairn's App to the ruleset's bypass list, always.";
    return wrong(check, `${what} is protected, also from Cairn.`, hint);
  }
  const others = rulesets.flatMap(({ bypassCount }) => (bypassCount ?? 1) - 1);
  if (others.some((count) => count > 0)) {
    const hint = "Leave only Cairn's App in the ruleset's bypass list.";
    return doubtful(check, `${what}: others than Cairn may bypass the protection.`, hint);
  }
  return fine(check, `${what}: only who is on the bypass list may write.`);
}

function inspectBranch(
  branch: string,
  checkName: string,
  rules: readonly Rule[],
): readonly HostInspection[] {
  const check = `github branch ${branch}`;
  const reviews = rules.filter(({ type }) => type === "pull_request");
  const required = rules.some(({ requiredChecks }) => requiredChecks.includes(checkName));
  return [
    reviews.length > 0
      ? fine(check, `${branch} is changed by pull requests only.`)
      : wrong(check, `${branch} may be pushed to without a pull request.`, importHint),
    required
      ? fine(`${check}: check`, `${branch} wants the check ${checkName}.`)
      : wrong(`${check}: check`, `${branch} does not want the check ${checkName}.`, importHint),
    reviews.some(({ dismissesStale, wantsLastPush }) => dismissesStale || wantsLastPush)
      ? fine(`${check}: reviews`, "An approval does not count for what is pushed after it.")
      : doubtful(
          `${check}: reviews`,
          "On GitHub an approval stays after a push. Cairn does not count it, but people see it.",
          "Switch on that stale approvals are dismissed, or that the last push needs an approval.",
        ),
  ];
}
