import { policyInForce, type LedgerState } from "../../domain/ledger/state.ts";
import { policyOwnersRole, type PromotionRule } from "../../domain/promotion/policy.ts";
import { emptyTeams, formatEmptyTeam } from "../../domain/promotion/teams.ts";
import type { Registry } from "../../domain/registry.ts";
import type { JsonValue } from "../../shared/json.ts";
import type { PolicyAcceptRequest, PolicyExplainReport } from "../app-promote.ts";
import { ledgerUnwritable } from "../errors.ts";
import { Races } from "../ledger/races.ts";
import { recordEvents } from "../ledger/record.ts";
import { observe } from "../reconcile/observe.ts";
import { requireBranch } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";
import { nothingToPropose } from "./errors.ts";
import { brokenPolicy } from "./judge-policy.ts";
import { landingMark } from "./read-change.ts";
import { readDeciding } from "./teams.ts";

/** The policy in force, stage by stage. */
export async function explainPolicy(session: RegistrySession): Promise<PolicyExplainReport> {
  const observation = await observe(session.mirror, session.cache);
  const { state, head } = requireBranch(session, observation);
  const { digest, commit, since } = policyInForce(state);
  const inForce = await readDeciding(session, state);
  const { policies, settings } = inForce;
  return {
    digest,
    commit,
    since,
    differs: (await session.reader.policyDigest(head)) !== digest,
    owners: policies.access?.roles.get(policyOwnersRole) ?? [],
    emptyTeams: emptyTeams(policies.access).map(formatEmptyTeam),
    stages: (settings?.stages ?? []).map((stage) => ({
      stage,
      follows: settings?.followedStages.includes(stage) === true,
      rules: rulesOf(inForce, stage).map(ruleReport),
    })),
  };
}

function rulesOf({ policies }: Registry, stage: string): readonly PromotionRule[] {
  return (policies.promotion?.rules ?? []).filter((rule) => rule.stage === stage);
}

function ruleReport({
  assets,
  gates,
  rollback,
  place,
}: PromotionRule): PolicyExplainReport["stages"][number]["rules"][number] {
  const { count = 1, from } = rollback?.approvals ?? {};
  const whose = from === undefined ? "those who may approve" : from.join(" or ");
  return {
    assets,
    gates: Object.entries(gates).map(([gate, settings]) => describe(gate, settings)),
    rollback: `${count} of ${whose}`,
    path: place.path,
    ...(place.line === undefined ? {} : { line: place.line }),
  };
}

/** `soak: hours 24`: settings in the words of the policy, without its brackets. */
function describe(gate: string, settings: Readonly<Record<string, JsonValue>>): string {
  const words = Object.entries(settings).map(([key, value]) => `${key} ${inWords(value)}`);
  return words.length === 0 ? gate : `${gate}: ${words.join(", ")}`;
}

function inWords(value: JsonValue): string {
  if (Array.isArray(value)) return value.map(inWords).join(" + ");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${inWords(inner)}`)
    .join(" ");
}

/** A rewritten history may have taken the commit that the policy in force is read from. */
async function isThere({ mirror }: RegistrySession, state: LedgerState): Promise<boolean> {
  return (await mirror.resolveCommit(policyInForce(state).commit)) !== undefined;
}

/**
 * Puts the branch's policy in force by the word of whoever runs Cairn: the way out when nobody owns
 * the policy, or its commit is lost. Recorded like every decision.
 */
export async function acceptPolicy(
  session: RegistrySession,
  { by, reason }: PolicyAcceptRequest,
): Promise<PolicyExplainReport> {
  const races = new Races();
  for (;;) {
    const observation = await observe(session.mirror, session.cache);
    const { state, head } = requireBranch(session, observation);
    const policy = await session.reader.policyDigest(head);
    const isInForce = policyInForce(state).digest === policy && (await isThere(session, state));
    if (isInForce && races.isInDoubt) return explainPolicy(session);
    if (isInForce) {
      throw nothingToPropose(
        "The branch's policy is the one in force.",
        "There is nothing to accept.",
      );
    }
    const [problem] = brokenPolicy(await session.reader.policyAt(head));
    if (problem !== undefined) {
      throw nothingToPropose(problem, "cairn validate shows everything that is wrong.");
    }
    const commit = await session.mirror.readCommit(head);
    const outcome = await recordEvents(session, state, [
      {
        type: "policy-accepted",
        processed: state.processed,
        policy,
        commit: head,
        cause: "operator",
        approvals: [],
        by: by.slice(0, 300),
        reason: reason.slice(0, 1000),
        landing: landingMark(commit, undefined, undefined),
      },
    ]);
    if (outcome.outcome === "lost-race") {
      await races.lose(outcome);
      continue;
    }
    const [refused] = outcome.refused;
    if (refused !== undefined) throw ledgerUnwritable(refused.reason);
    return explainPolicy(session);
  }
}
