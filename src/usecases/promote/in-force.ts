import { policyInForce, type LedgerState } from "../../domain/ledger/state.ts";
import type { Registry } from "../../domain/registry.ts";
import type { RegistryReader } from "../registry-reader.ts";

/**
 * The registry at the commit whose policy is in force: its settings, workspaces and policies are
 * the ones that count. Rejects with `GIT_OBJECT_MISSING` when that commit is gone.
 */
export async function readInForce(
  reader: RegistryReader,
  state: LedgerState,
  at?: string,
): Promise<Registry> {
  return reader.policyAt(policyInForce(state, at).commit);
}

/**
 * The registry of a commit as the policy in force reads it: what was changed in registry.yaml,
 * workspaces/ and policies/ without being accepted has no effect, not even on which files count.
 */
export async function readUnderPolicy(
  reader: RegistryReader,
  commit: string,
  state: LedgerState,
): Promise<Registry> {
  return reader.registryUnder(commit, policyInForce(state).commit);
}
