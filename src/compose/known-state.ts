import type { LedgerState } from "../domain/ledger/state.ts";
import { CairnError } from "../shared/errors.ts";
import type { LazySession } from "../usecases/lazy-session.ts";
import { observe } from "../usecases/reconcile/observe.ts";

/** What the ledger says, if it can be asked: validation works without a network too. */
export async function knownState(lazy: LazySession): Promise<LedgerState | undefined> {
  try {
    const { mirror, cache } = await lazy.get();
    return (await observe(mirror, cache)).state;
  } catch (error) {
    if (error instanceof CairnError && error.kind !== "internal") return undefined;
    throw error;
  }
}
