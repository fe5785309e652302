import type { VerifyReport, VerifyRequest } from "../app.ts";
import { syncRequest } from "../deliver/deliver-workspaces.ts";
import { verifyWorkspace } from "../deliver/verify-workspace.ts";
import { observe } from "../reconcile/observe.ts";
import { readUnderPolicy } from "../promote/in-force.ts";
import { requireBranch } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";
import { selectsWorkspace } from "./sync.ts";

/** Hashes every byte that the workspaces' indexes name, and holds it against the ledger. */
export async function verify(
  session: RegistrySession,
  request: VerifyRequest,
): Promise<VerifyReport> {
  const observation = await observe(session.mirror, session.cache, request.signal);
  const { state, head } = requireBranch(session, observation);
  const registry = await readUnderPolicy(session.reader, head, state);
  const selects = selectsWorkspace(request.workspaces);
  const workspaces: VerifyReport["workspaces"][number][] = [];
  for (const workspace of registry.workspaces.filter(
    ({ name, isBroken }) => !isBroken && selects(name),
  )) {
    const delivery = await syncRequest(session, { state, registry, request }, workspace);
    const { store, source, replica, clock, signal } = delivery;
    const { onProgress } = request;
    const result = await verifyWorkspace({
      store,
      state,
      ...(request.repair
        ? { repair: { state, source, clock, ...(replica === undefined ? {} : { replica }) } }
        : {}),
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined
        ? {}
        : {
            onProgress: (progress) => onProgress({ step: `verify ${workspace.name}`, ...progress }),
          }),
    });
    workspaces.push({ workspace: workspace.name, ...result });
  }
  return { workspaces };
}
