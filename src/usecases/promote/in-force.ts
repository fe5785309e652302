import { policyInForce, type LedgerState } from "../../domain/ledger/state.ts";
import type { Registry } from "../../domain/registry.ts";
import type { RegistryReader } from "../registry-reader.ts";

/**
 * The registry at the commit whose policy is in force: its settings, workspaces and policies are
 * the ones that count (DESIGN 5). Rejects with `GIT_OBJECT_MISSING` when that commit is gone.
 */
export async function readInForce(
  reader: RegistryReader,
  state: LedgerState,
  at?: string,
): Promise<Registry> {
  return reader.policyAt(policyInForce(state, at).commit);
}

/** A registry with the assets of one commit, under the policy of another. */
export function underPolicy(registry: Registry, inForce: Registry): Registry {
  const { settings, workspaces, policies } = inForce;
  return { ...registry, settings, workspaces, policies };
}
