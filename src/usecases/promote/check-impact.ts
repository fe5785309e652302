import type { AssetKey } from "../../domain/asset.ts";
import { assetState, stageVersion } from "../../domain/ledger/state.ts";
import { targetOf } from "../../domain/lookup.ts";
import type { LocalPath, ReferenceUse, Registry } from "../../domain/registry.ts";
import type { ImpactItem, MoveReport } from "../app-promote.ts";
import type { EventDraft } from "../ledger/draft.ts";
import type { Change } from "./change.ts";

/** Who uses what gets a version or moves, and where it runs now. */
export function impactOf(
  { registry, state }: Change,
  drafts: readonly EventDraft[],
  moves: readonly MoveReport[],
): readonly ImpactItem[] {
  const published = drafts.flatMap((draft) => (draft.type === "published" ? [draft.asset] : []));
  const keys = new Set<AssetKey>([...published, ...moves.map(({ asset }) => asset)]);
  const users = usersOf(registry, keys);
  return [...keys].sort().map((asset) => {
    const known = assetState(state, asset);
    const runsIn = (registry.settings?.stages ?? []).flatMap((stage) => {
      const entry = stageVersion(known, stage);
      return entry === undefined ? [] : [`${stage} ${entry.version}`];
    });
    return { asset, usedBy: [...(users.get(asset) ?? [])].sort(), runsIn };
  });
}

function usersOf(
  registry: Registry,
  keys: ReadonlySet<AssetKey>,
): ReadonlyMap<AssetKey, ReadonlySet<string>> {
  const users = new Map<AssetKey, Set<string>>();
  const add = (key: AssetKey | undefined, user: string): void => {
    if (key === undefined || !keys.has(key) || key === user) return;
    const known = users.get(key) ?? new Set();
    users.set(key, known.add(user));
  };
  const addAll = (user: string, uses: Uses): void => {
    for (const use of uses.references) add(targetOf(use, registry)?.key, user);
    for (const { asset } of uses.localPaths ?? []) add(asset, user);
  };
  for (const asset of registry.assets) addAll(asset.key, asset);
  for (const deployment of registry.deployments) {
    addAll(`endpoints/${deployment.endpoint}/${deployment.name}`, deployment);
  }
  for (const job of registry.jobs) addAll(job.document.path, job);
  return users;
}

interface Uses {
  readonly references: readonly ReferenceUse[];
  readonly localPaths?: readonly LocalPath[];
}
