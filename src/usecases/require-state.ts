import { branchOfRef } from "../domain/branch-of-ref.ts";
import type { LedgerState } from "../domain/ledger/state.ts";
import { CairnError } from "../shared/errors.ts";
import { observe, type Observation } from "./reconcile/observe.ts";
import type { RegistrySession } from "./session.ts";

/** What the ledger says now. Rejects with `REGISTRY_NOT_ADOPTED`. */
export async function requireState(session: RegistrySession): Promise<LedgerState> {
  const { state } = await observe(session.mirror, session.cache);
  if (state === undefined) throw registryNotAdopted(session.url);
  return state;
}

/** For what needs the branch as well: its workspaces are described there. Rejects with `REGISTRY_BRANCH_MISSING` too. */
export function requireBranch(
  session: RegistrySession,
  { state, head }: Observation,
): { readonly state: LedgerState; readonly head: string } {
  if (state === undefined) throw registryNotAdopted(session.url);
  if (head === undefined) throw branchMissing(session);
  return { state, head };
}

function branchMissing({ url, mirror }: RegistrySession): CairnError {
  return new CairnError({
    code: "REGISTRY_BRANCH_MISSING",
    kind: "missing",
    message: `The registry ${url} has no commit on ${branchOfRef(mirror.branch)} any more.`,
    hint: "Restore the branch, or name another one as branch in cairn.yaml. Workspaces keep what they have: cairn pull --store reads them without the registry.",
  });
}

export function registryNotAdopted(url: string): CairnError {
  return new CairnError({
    code: "REGISTRY_NOT_ADOPTED",
    kind: "invalid",
    message: `The registry ${url} is not adopted: Cairn has written nothing to it yet.`,
    hint: "Run cairn adopt once; from then on changes that land get versions.",
  });
}
