import type { GarbageReport } from "../app.ts";
import { collectGarbage as collectStoreGarbage } from "../deliver/collect-garbage.ts";
import { observe } from "../reconcile/observe.ts";
import { requireBranch } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";
import { selectsWorkspace } from "./sync.ts";

/** Deletes from the workspaces' stores what no index has named for a day; lists it with `dryRun`. */
export async function collectGarbage(
  session: RegistrySession,
  request: { readonly dryRun: boolean; readonly workspaces: readonly string[] },
): Promise<GarbageReport> {
  const observation = await observe(session.mirror, session.cache);
  const { head } = requireBranch(session, observation);
  const registry = await session.reader.registryAt(head);
  const selects = selectsWorkspace(request.workspaces);
  const workspaces: GarbageReport["workspaces"][number][] = [];
  for (const workspace of registry.workspaces.filter(
    ({ name, isBroken }) => !isBroken && selects(name),
  )) {
    const store = await session.openStore(workspace.store);
    const { dryRun } = request;
    const result = await collectStoreGarbage({ store, clock: session.clock, dryRun });
    workspaces.push({ workspace: workspace.name, ...result });
  }
  return { dryRun: request.dryRun, workspaces };
}
