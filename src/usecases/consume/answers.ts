import { formatAssetKey, parseAssetKey, type AssetId, type AssetKey } from "../../domain/asset.ts";
import {
  assetState,
  findVersion,
  latestVersion,
  stageVersion,
  stateKeys,
  type AssetState,
  type LedgerState,
  type PublishedVersion,
} from "../../domain/ledger/state.ts";
import type { AssetSummary, Page, ResolvedReference, StageItem, VersionDetail } from "../app.ts";

/** One line of `cairn list`; `stages` gives their order, those it does not know come last. */
export function summarizeAsset(
  id: AssetId,
  state: AssetState,
  stages: readonly string[] = [],
): AssetSummary {
  return {
    kind: id.kind,
    name: id.name,
    latest: latestVersion(state)?.version,
    versions: state.versions.length,
    stages: Object.fromEntries(
      [...new Set([...stages, ...Object.keys(state.stages)])].flatMap((stage) => {
        const entry = stageVersion(state, stage);
        return entry === undefined ? [] : [[stage, entry.version]];
      }),
    ),
  };
}

export function describeVersion(state: AssetState, published: PublishedVersion): VersionDetail {
  const { version, digest, commit, author, publishedAt, manifest, sameAs } = published;
  return {
    version,
    digest,
    commit,
    author,
    publishedAt,
    manifest,
    ...(sameAs === undefined ? {} : { sameAs }),
    tag: published.tags[0]?.name,
    stages: Object.keys(state.stages).filter(
      (stage) => stageVersion(state, stage)?.version === version,
    ),
  };
}

export function resolvedReference(
  registry: string,
  id: AssetId,
  published: PublishedVersion,
): ResolvedReference {
  const asset = formatAssetKey(id);
  return {
    asset,
    kind: id.kind,
    name: id.name,
    version: published.version,
    digest: published.digest,
    commit: published.commit,
    tag: published.tags[0]?.name,
    uri: `azureml://registries/${registry}/${asset}/versions/${published.version}`,
  };
}

/** What a stage runs, or ran at a moment; sorted by asset. */
export function stageItems(
  state: LedgerState,
  stage: string,
  at: string | undefined,
): readonly StageItem[] {
  return stateKeys(state).flatMap((key) => {
    const asset = assetState(state, key);
    const entry = stageVersion(asset, stage, at);
    const published = entry === undefined ? undefined : findVersion(asset, entry.version);
    const id = parseAssetKey(key);
    if (entry === undefined || published === undefined || !id.ok) return [];
    const tag = entry.tags[0]?.name ?? published.tags[0]?.name;
    return [
      { ...id.value, version: entry.version, digest: published.digest, tag, since: entry.since },
    ];
  });
}

/** Every stage that ever ran something. */
export function knownStages(state: LedgerState): readonly string[] {
  return [
    ...new Set(Object.values(state.assets).flatMap((asset) => Object.keys(asset.stages))),
  ].sort();
}

/** Cuts a sorted list after a cursor, which is the key of the last item of the page before. */
export function pageAfter<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Page<Item> {
  const start = cursor === undefined ? 0 : items.findIndex((item) => keyOf(item) > cursor);
  const rest = start < 0 ? [] : items.slice(start);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return { items: page, next: rest.length > limit && last !== undefined ? keyOf(last) : undefined };
}

export function keyOfSummary(item: AssetSummary): AssetKey {
  return formatAssetKey(item);
}
