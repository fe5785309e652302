import { formatAssetKey } from "../../domain/asset.ts";
import type { Workspace } from "../../domain/registry.ts";
import { CairnError } from "../../shared/errors.ts";
import type { Page, StageItem, WhichRequest } from "../app.ts";
import { readIndex } from "../deliver/read-index.ts";
import { workspaceUnknown } from "../operate/sync.ts";
import { observe } from "../reconcile/observe.ts";
import { readInForce } from "../promote/in-force.ts";
import { registryNotAdopted } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";
import { knownStages, stageItems } from "./answers.ts";
import { entryId } from "../../domain/workspace/index-document.ts";

/**
 * What a stage runs, or ran at a moment; with a workspace, what that workspace has of it. Rejects
 * with `STAGE_UNKNOWN`, `DATE_INVALID` or `WORKSPACE_UNKNOWN`.
 */
export async function listStage(
  session: RegistrySession,
  request: WhichRequest,
): Promise<Page<StageItem>> {
  const { state } = await observe(session.mirror, session.cache);
  if (state === undefined) throw registryNotAdopted(session.url);
  const { settings, workspaces } = await readInForce(session.reader, state);
  const known = knownStages(state);
  const stages = settings?.stages ?? known;
  if (!stages.includes(request.stage) && !known.includes(request.stage)) {
    throw stageUnknown(request.stage, stages);
  }
  const at = request.at === undefined ? undefined : parseMoment(request.at);
  const items = stageItems(state, request.stage, at);
  if (request.workspace === undefined) return { items, next: undefined };
  const has = await versionsOf(session, workspaces, request.workspace);
  return { items: items.filter((item) => has.has(keyOf(item))), next: undefined };
}

async function versionsOf(
  session: RegistrySession,
  workspaces: readonly Workspace[],
  name: string,
): Promise<ReadonlySet<string>> {
  const workspace = workspaces.find((known) => known.name === name);
  if (workspace === undefined)
    throw workspaceUnknown(
      name,
      workspaces.map((known) => known.name),
    );
  const index = await readIndex(await session.openStore(workspace.store));
  return new Set(index?.document.assets.map((entry) => `${entryId(entry).asset}@${entry.version}`));
}

function keyOf(item: StageItem): string {
  return `${formatAssetKey(item)}@${item.version}`;
}

/** A date means its end: what ran on that day. ISO 8601 in UTC with seconds, as in the ledger. */
function parseMoment(text: string): string {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const moment = new Date(isDate ? `${text}T23:59:59Z` : text);
  if (!Number.isNaN(moment.getTime())) return `${moment.toISOString().slice(0, 19)}Z`;
  throw new CairnError({
    code: "DATE_INVALID",
    kind: "invalid",
    message: `"${text}" is not a date.`,
    hint: "Write 2026-05-17, or a moment as in 2026-05-17T12:00:00Z.",
  });
}

function stageUnknown(stage: string, stages: readonly string[]): CairnError {
  return new CairnError({
    code: "STAGE_UNKNOWN",
    kind: "missing",
    message: `The registry has no stage "${stage}".`,
    hint: `Its stages are ${stages.join(", ")}.`,
  });
}
