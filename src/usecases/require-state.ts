import type { LedgerState } from "../domain/ledger/state.ts";
import { CairnError } from "../shared/errors.ts";
import { observe } from "./reconcile/observe.ts";
import type { RegistrySession } from "./session.ts";

/** What the ledger says now. Rejects with `REGISTRY_NOT_ADOPTED`. */
export async function requireState(session: RegistrySession): Promise<LedgerState> {
  const { state } = await observe(session.mirror, session.cache);
  if (state === undefined) throw registryNotAdopted(session.url);
  return state;
}

export function registryNotAdopted(url: string): CairnError {
  return new CairnError({
    code: "REGISTRY_NOT_ADOPTED",
    kind: "invalid",
    message: `The registry ${url} is not adopted: Cairn has written nothing to it yet.`,
    hint: "Run cairn adopt once; from then on changes that land get versions.",
  });
}
