import { expect } from "vitest";
import type { AssetKey } from "../../../src/domain/asset.ts";
import { ledgerTags } from "../../../src/domain/plan/incidents.ts";
import { assetState, stateKeys, type LedgerState } from "../../../src/domain/ledger/state.ts";
import { deriveLedgerPlan, type LedgerPlan } from "../../../src/usecases/reconcile/derive.ts";
import { observe } from "../../../src/usecases/reconcile/observe.ts";
import { recordEvents } from "../../../src/usecases/ledger/record.ts";
import type { RegistrySession } from "../../../src/usecases/session.ts";
import type { MemoryRemote } from "../../support/memory-mirror.ts";
import { openSession } from "./world.ts";

/** What the branch asks of the ledger now. */
export async function derive(session: RegistrySession): Promise<LedgerPlan> {
  return deriveLedgerPlan(session, await observe(session.mirror, session.cache));
}

/** One reconcile of the ledger: derives and records, again when somebody else was first. */
export async function settle(session: RegistrySession): Promise<LedgerPlan> {
  for (;;) {
    const observation = await observe(session.mirror, session.cache);
    const plan = await deriveLedgerPlan(session, observation);
    const outcome = await recordEvents(session, observation.state, plan.drafts);
    if (outcome.outcome === "recorded") return plan;
  }
}

/** What the remote's ledger says, read from scratch. */
export async function stateAt(remote: MemoryRemote): Promise<LedgerState> {
  const { mirror, cache } = openSession(remote);
  const { state } = await observe(mirror, cache);
  if (state === undefined) throw new Error("the registry is adopted");
  return state;
}

/** Asset to its versions in the order of publication; `3=1` is version 3 with the content of 1. */
export function versionsOf(state: LedgerState): Record<string, readonly string[]> {
  return Object.fromEntries(
    stateKeys(state).map((key) => [
      key,
      (assetState(state, key)?.versions ?? []).map(({ version, sameAs }) =>
        sameAs === undefined ? version : `${version}=${sameAs}`,
      ),
    ]),
  );
}

export async function versionsAt(remote: MemoryRemote): Promise<Record<string, readonly string[]>> {
  return versionsOf(await stateAt(remote));
}

export function usesOf(state: LedgerState, key: AssetKey): readonly string[] | undefined {
  return assetState(state, key)?.versions.at(-1)?.uses;
}

/** The ledger is one chain, no version stands in it twice, and the remote's tags are its tags. */
export async function expectSound(remote: MemoryRemote): Promise<void> {
  const state = await stateAt(remote);
  let count = 0;
  for (let next: string | undefined = state.head; next !== undefined; count += 1) {
    const parents: readonly string[] = remote.objects.commits.get(next)?.parents ?? [];
    expect(parents.length).toBeLessThanOrEqual(1);
    next = parents[0];
  }
  expect(count).toBe(state.eventCount);
  for (const key of stateKeys(state)) {
    const versions = (assetState(state, key)?.versions ?? []).map(({ version }) => version);
    expect(new Set(versions).size).toBe(versions.length);
  }
  const tags = [...remote.refs].filter(([ref]) => ref.startsWith("refs/tags/"));
  expect(new Map(tags.map(([ref, object]) => [ref.slice("refs/tags/".length), object]))).toEqual(
    ledgerTags(state),
  );
}
