import type { Registry } from "../../domain/registry.ts";
import type { Store } from "../../store/store.ts";
import type { GarbageReport } from "../app.ts";
import { collectGarbage as collectStoreGarbage } from "../deliver/collect-garbage.ts";
import { observe } from "../reconcile/observe.ts";
import { readInForce } from "../promote/in-force.ts";
import { requireBranch } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";
import { selectsWorkspace } from "./sync.ts";

/** Deletes from the workspaces' stores what no index has named for a day; lists it with `dryRun`. */
export async function collectGarbage(
  session: RegistrySession,
  request: { readonly dryRun: boolean; readonly workspaces: readonly string[] },
): Promise<GarbageReport> {
  const observation = await observe(session.mirror, session.cache);
  const { state } = requireBranch(session, observation);
  const registry = await readInForce(session.reader, state);
  const selects = selectsWorkspace(request.workspaces);
  const replicas = await openReplicas(session, registry);
  const workspaces: GarbageReport["workspaces"][number][] = [];
  for (const workspace of registry.workspaces.filter(
    ({ name, isBroken }) => !isBroken && selects(name),
  )) {
    const store = await session.openStore(workspace.store);
    const { dryRun } = request;
    const result = await collectStoreGarbage({
      store,
      clock: session.clock,
      dryRun,
      isReplica: replicas.has(store),
    });
    workspaces.push({ workspace: workspace.name, ...result });
  }
  return { dryRun: request.dryRun, workspaces };
}

/** A store is opened once, so a workspace that shares a replica's store has the very same one. */
async function openReplicas(
  session: RegistrySession,
  { settings }: Registry,
): Promise<ReadonlySet<Store>> {
  const replicas = new Set<Store>();
  for (const { store } of settings?.replicas ?? []) {
    if (store === undefined) continue;
    // What cannot be opened is no store of a workspace that can.
    const opened = await session.openStore(store).catch(() => undefined);
    if (opened !== undefined) replicas.add(opened);
  }
  return replicas;
}
