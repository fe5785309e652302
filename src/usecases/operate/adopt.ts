import { formatAssetKey, parseAssetKey } from "../../domain/asset.ts";
import { branchOfRef } from "../../domain/branch-of-ref.ts";
import { isCairnTagName } from "../../domain/ledger/tag.ts";
import type { Registry } from "../../domain/registry.ts";
import { CairnError } from "../../shared/errors.ts";
import type { AdoptRequest, ApplyReport } from "../app.ts";
import { ledgerUnwritable } from "../errors.ts";
import type { EventDraft } from "../ledger/draft.ts";
import { Races } from "../ledger/races.ts";
import { recordEvents } from "../ledger/record.ts";
import { observe, type Observation } from "../reconcile/observe.ts";
import type { RegistrySession } from "../session.ts";
import { apply } from "./apply.ts";

/**
 * Writes the first event, then reconciles: what the branch holds now gets its first versions, what
 * came before never does. On a registry that is adopted already it only reconciles, so it can be
 * repeated after a crash. Rejects with `REGISTRY_EMPTY` or `REGISTRY_UNUSABLE`.
 */
export async function adopt(session: RegistrySession, request: AdoptRequest): Promise<ApplyReport> {
  const races = new Races();
  for (;;) {
    const observation = await observe(session.mirror, session.cache);
    if (observation.state !== undefined) return apply(session);
    const draft = await draftAdoption(session, observation, request);
    const outcome = await recordEvents(session, undefined, [draft]);
    if (outcome.outcome === "lost-race") {
      await races.lose(outcome);
      continue;
    }
    const [refused] = outcome.refused;
    if (refused !== undefined) throw ledgerUnwritable(refused.reason);
  }
}

async function draftAdoption(
  session: RegistrySession,
  { head, tags }: Observation,
  request: AdoptRequest,
): Promise<EventDraft> {
  if (head === undefined) throw registryEmpty(session);
  const registry = await session.reader.registryAt(head);
  const { settings } = registry;
  if (settings === undefined) throw registryUnusable(registry);
  const existing = [...(await tags.all())].filter(([name]) => isCairnTagName(name));
  return {
    type: "adopted",
    processed: head,
    registry: settings.name,
    commit: head,
    policy: await session.reader.policyDigest(head),
    stages: request.withStages ? stagesNow(registry) : {},
    existing_tags: existing.map(([name, object]) => ({ name, object })),
  };
}

type AdoptedStages = Extract<EventDraft, { readonly type: "adopted" }>["stages"];

function stagesNow(registry: Registry): AdoptedStages {
  const stages: Record<string, Record<string, string>> = {};
  for (const file of registry.stageFiles) {
    const id = parseAssetKey(file.asset);
    if (file.isBroken || !id.ok) continue;
    stages[file.stage] = { ...stages[file.stage], [formatAssetKey(id.value)]: file.version };
  }
  return stages;
}

function registryEmpty(session: RegistrySession): CairnError {
  return new CairnError({
    code: "REGISTRY_EMPTY",
    kind: "invalid",
    message: `The registry ${session.url} has no commit on ${branchOfRef(session.mirror.branch)}.`,
    hint: "Run cairn init in a clone of it, commit and push, then adopt.",
  });
}

function registryUnusable(registry: Registry): CairnError {
  const finding = registry.findings.find(({ severity }) => severity === "error");
  return new CairnError({
    code: "REGISTRY_UNUSABLE",
    kind: "invalid",
    message:
      finding === undefined
        ? "registry.yaml cannot be used."
        : `${finding.path}: ${finding.message}`,
    hint: "cairn validate shows everything that is wrong.",
  });
}
