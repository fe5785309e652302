import { compileGlob } from "../../registry/glob.ts";
import { CairnError } from "../../shared/errors.ts";
import type { SyncReport, SyncRequest } from "../app.ts";
import { deliverWorkspaces } from "../deliver/deliver-workspaces.ts";
import { observe } from "../reconcile/observe.ts";
import { readUnderPolicy } from "../promote/in-force.ts";
import { requireBranch } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";

/** The last steps of a reconcile alone: needs to read Git and to write the stores, nothing more. */
export async function sync(
  session: RegistrySession,
  request: SyncRequest = {},
): Promise<SyncReport> {
  const observation = await observe(session.mirror, session.cache, request.signal);
  const { state, head } = requireBranch(session, observation);
  const registry = await readUnderPolicy(session.reader, head, state);
  const selects = selectsWorkspace(request.workspaces ?? []);
  if (request.workspaces?.length && !registry.workspaces.some(({ name }) => selects(name))) {
    throw workspaceUnknown(
      request.workspaces.join(", "),
      registry.workspaces.map(({ name }) => name),
    );
  }
  const { outcomes } = await deliverWorkspaces(session, { state, registry, request, selects });
  return { registry: state.registry, workspaces: outcomes };
}

/** Globs over names; none means every workspace. */
export function selectsWorkspace(globs: readonly string[]): (name: string) => boolean {
  const matchers = globs.map((glob) => compileGlob(glob));
  return (name) => matchers.length === 0 || matchers.some((matches) => matches(name));
}

export function workspaceUnknown(wanted: string, known: readonly string[]): CairnError {
  return new CairnError({
    code: "WORKSPACE_UNKNOWN",
    kind: "missing",
    message: `The registry has no workspace "${wanted}".`,
    hint: known.length === 0 ? "Write one in workspaces/." : `It has ${known.join(", ")}.`,
  });
}
