import type { LedgerState } from "../../domain/ledger/state.ts";
import type { Registry } from "../../domain/registry.ts";
import { foldDrafts } from "../ledger/draft.ts";
import { deriveLedgerPlan } from "../reconcile/derive.ts";
import { observe, type Observation } from "../reconcile/observe.ts";
import { requireBranch } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";
import { readDeciding } from "./teams.ts";

/** The branch and the ledger as they will be once the controller has looked at them. */
export interface Situation {
  readonly head: string;
  readonly state: LedgerState;
  /** The registry whose policy is in force. */
  readonly inForce: Registry;
  readonly tags: Observation["tags"];
}

/**
 * Looks at the world for a question or a proposal. What landed and is not recorded yet counts as if
 * it were. Rejects with `REGISTRY_NOT_ADOPTED` or `REGISTRY_BRANCH_MISSING`.
 */
export async function readSituation(
  session: RegistrySession,
  signal?: AbortSignal,
): Promise<Situation> {
  const observation = await observe(session.mirror, session.cache, signal);
  const { tags } = observation;
  const { head, state: recorded } = requireBranch(session, observation);
  const { drafts } = await deriveLedgerPlan(session, observation);
  const state = foldDrafts(recorded, drafts, session.clock.now()) ?? recorded;
  return { head, state, inForce: await readDeciding(session, state), tags };
}
