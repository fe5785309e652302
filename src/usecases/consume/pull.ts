import type { DownloadFolder } from "../../store/download-folder.ts";
import type { Store } from "../../store/store.ts";
import { CairnError } from "../../shared/errors.ts";
import type { PullReport, PullRequest } from "../app.ts";
import { pullVersion } from "../deliver/pull-version.ts";
import type { LazySession } from "../lazy-session.ts";
import { workspaceUnknown } from "../operate/sync.ts";
import { observe } from "../reconcile/observe.ts";
import { readInForce } from "../promote/in-force.ts";
import { requireBranch } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";

export interface PullPorts {
  readonly session: LazySession;
  openStoreUrl(url: string): Store;
  openFolder(path: string): DownloadFolder;
}

/** A version out of a workspace, or out of a store alone: then nothing else is needed. */
export async function pull(ports: PullPorts, request: PullRequest): Promise<PullReport> {
  const { reference, to, signal, onProgress } = request;
  const store = await sourceStore(ports, request);
  return pullVersion({
    store,
    reference,
    folder: ports.openFolder(to),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined
      ? {}
      : { onProgress: (progress) => onProgress({ step: "pull", ...progress }) }),
  });
}

async function sourceStore(ports: PullPorts, { store, workspace }: PullRequest): Promise<Store> {
  if (store !== undefined) return ports.openStoreUrl(store);
  if (workspace !== undefined) return workspaceStore(await ports.session.get(), workspace);
  throw new CairnError({
    code: "PULL_SOURCE_NOT_SAID",
    kind: "invalid",
    message: "It is not clear where to read from.",
    hint: "Give a workspace or a store.",
  });
}

async function workspaceStore(session: RegistrySession, name: string): Promise<Store> {
  const observation = await observe(session.mirror, session.cache);
  const { state } = requireBranch(session, observation);
  const { workspaces } = await readInForce(session.reader, state);
  const workspace = workspaces.find((known) => known.name === name);
  if (workspace === undefined)
    throw workspaceUnknown(
      name,
      workspaces.map((known) => known.name),
    );
  return session.openStore(workspace.store);
}
