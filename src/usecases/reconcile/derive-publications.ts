import { formatAssetKey, type AssetKey } from "../../domain/asset.ts";
import type { Finding, Place } from "../../domain/finding.ts";
import type { LandingMark } from "../../domain/ledger/event.ts";
import {
  assetState,
  findVersion,
  latestVersion,
  stageVersion,
  type AssetState,
  type LedgerState,
} from "../../domain/ledger/state.ts";
import { becomesLatest, decidePublication } from "../../domain/plan/publication.ts";
import type { Asset, ReferenceUse, Registry, RegistrySettings } from "../../domain/registry.ts";
import { compareVersions } from "../../domain/version.ts";
import { toCairnError } from "../../shared/errors.ts";
import { byCodeUnits } from "../../shared/json.ts";
import type { RegistryReader } from "../registry-reader.ts";
import type { EventDraft } from "../ledger/draft.ts";

export interface PublicationInput {
  readonly reader: RegistryReader;
  readonly commit: string;
  readonly landing: LandingMark;
  readonly registry: Registry;
  readonly settings: RegistrySettings;
  readonly state: LedgerState;
  /** Manifests with an error: they are not published, and neither is what builds on them. */
  readonly blockedPaths: ReadonlySet<string>;
  readonly isTagTaken: (tag: string) => boolean;
}

export type PublishedDraft = Extract<EventDraft, { readonly type: "published" }>;

export interface Publications {
  readonly drafts: readonly PublishedDraft[];
  readonly findings: readonly Finding[];
}

/** Assets whose content may differ from what is published, by object ids alone. */
export function changedAssets(input: Omit<PublicationInput, "isTagTaken">): readonly Asset[] {
  return input.registry.assets.filter((asset) => {
    if (asset.isBroken || input.blockedPaths.has(asset.document.path)) return false;
    const published = assetState(input.state, asset.key);
    const comparable =
      asset.explicitVersion === undefined
        ? published?.versions.at(-1)
        : findVersion(published, asset.explicitVersion);
    return comparable?.objects !== input.reader.objectsDigest(input.registry, asset);
  });
}

/**
 * Decides which of the changed assets get which version in this landing, those first that others
 * refer to. An asset whose reference does not come true (`reference-moved`) is left out.
 */
export async function derivePublications(
  input: PublicationInput,
  changed: readonly Asset[],
): Promise<Publications> {
  const findings: Finding[] = [];
  const refused = new Set<AssetKey>(blockedKeys(input));
  const deciding: Deciding = { ...input, drafts: new Map(), findings, refused };
  const drafts: PublishedDraft[] = [];
  for (const asset of inDependencyOrder(changed, input.registry)) {
    const draft = await decideAsset(deciding, asset);
    if (draft === undefined) continue;
    drafts.push(draft);
    deciding.drafts.set(asset.key, [...(deciding.drafts.get(asset.key) ?? []), draft]);
  }
  return { drafts, findings };
}

interface Deciding extends PublicationInput {
  readonly drafts: Map<AssetKey, readonly PublishedDraft[]>;
  readonly findings: Finding[];
  readonly refused: Set<AssetKey>;
}

async function decideAsset(deciding: Deciding, asset: Asset): Promise<PublishedDraft | undefined> {
  try {
    return await draftPublication(deciding, asset);
  } catch (error) {
    const { code, message, hint } = toCairnError(error);
    if (!code.startsWith("SOURCE_")) throw error;
    const words = [message, hint].filter((text) => text !== undefined).join(" ");
    return refuse(deciding, asset, { rule: "bytes-unavailable", message: words });
  }
}

async function draftPublication(
  deciding: Deciding,
  asset: Asset,
): Promise<PublishedDraft | undefined> {
  const { reader, commit, registry, state, settings, landing } = deciding;
  const { key, explicitVersion } = asset;
  const published = assetNow(deciding, key);
  const digest = await reader.contentDigest(commit, registry, asset);
  const decision = decidePublication(
    { key, explicitVersion, digest, scheme: settings.versioning[asset.id.kind] },
    published,
    deciding.isTagTaken,
  );
  if (decision.outcome === "unchanged") return undefined;
  if (decision.outcome === "refuse") return refuse(deciding, asset, decision);
  const objects = reader.objectsDigest(registry, asset);
  if (objects === undefined) {
    return refuse(deciding, asset, { rule: "reference-cycle", message: `${key} contains itself.` });
  }
  const uses = resolveUses(deciding, asset);
  if ("broken" in uses) {
    const { message, broken: at } = uses;
    return refuse(deciding, asset, { rule: "reference-moved", message, at });
  }
  return {
    type: "published",
    processed: state.processed,
    asset: key,
    version: decision.version,
    digest,
    recipe: reader.recipe,
    objects,
    manifest: asset.document.path,
    evidence: await reader.evidenceDigest(commit, registry, asset),
    uses: uses.resolved,
    ...(decision.sameAs === undefined ? {} : { same_as: decision.sameAs }),
    stages: becomesLatest(published, decision.version) ? settings.followedStages : [],
    landing,
  };
}

function refuse(
  { refused, findings }: Deciding,
  asset: Asset,
  { rule, message, at = asset.document.placeOf(["version"]) }: Refusal,
): undefined {
  refused.add(asset.key);
  findings.push({ rule, severity: "error", message, ...at });
}

interface Refusal {
  readonly rule: string;
  readonly message: string;
  readonly at?: Place;
}

type Uses =
  | { readonly resolved: readonly string[] }
  | { readonly broken: Place; readonly message: string };

/** Everything the asset refers to in this registry, resolved; or why that cannot be done. */
function resolveUses(deciding: Deciding, asset: Asset): Uses {
  const uses = new Set<string>();
  for (const local of asset.localPaths) {
    if (local.asset === undefined) continue;
    const version = deciding.refused.has(local.asset)
      ? undefined
      : newestVersion(deciding, local.asset);
    if (version === undefined) {
      const message = `${local.text} is ${local.asset}, which cannot be published as it is: mend it first.`;
      return { broken: local.place, message };
    }
    uses.add(`${local.asset}@${version}`);
  }
  for (const use of asset.references) {
    const target = localTarget(use, deciding.settings.name);
    if (target === undefined) continue;
    const version = resolveVersion(deciding, target, use);
    if (version === undefined) {
      const message = `${use.text} did not come true: ${target} has no such version after this change.`;
      return { broken: use.place, message };
    }
    uses.add(`${target}@${version}`);
  }
  return { resolved: [...uses].sort() };
}

/** The asset of this registry that a reference names, if it names one. */
export function localTarget(
  { reference, kind }: ReferenceUse,
  registry: string,
): AssetKey | undefined {
  if (reference.type === "local") return formatAssetKey({ kind, name: reference.name });
  if (
    reference.type === "registry" &&
    reference.registry.toLowerCase() === registry.toLowerCase()
  ) {
    return formatAssetKey({ kind: reference.kind, name: reference.name });
  }
  return undefined;
}

function resolveVersion(
  deciding: Deciding,
  target: AssetKey,
  use: ReferenceUse,
): string | undefined {
  const { reference } = use;
  if (reference.type === "external") return undefined;
  const { selector } = reference;
  const state = assetNow(deciding, target);
  if (selector.type === "version") return findVersion(state, selector.version)?.version;
  if (selector.type === "label" && selector.label !== "latest") {
    return stageVersion(state, selector.label)?.version;
  }
  return latestVersion(state)?.version;
}

function newestVersion(deciding: Deciding, target: AssetKey): string | undefined {
  return assetNow(deciding, target)?.versions.at(-1)?.version;
}

/** An asset as it will be after the drafts so far: two manifests of one name may both be new. */
function assetNow({ state, drafts }: Deciding, key: AssetKey): AssetState | undefined {
  const asset = assetState(state, key);
  const added = (drafts.get(key) ?? []).map(({ landing, same_as: sameAs, ...rest }) => ({
    ...rest,
    ...(sameAs === undefined ? {} : { sameAs }),
    commit: landing.commit,
    author: landing.author,
    publishedAt: state.at,
    tags: [],
    ledgerCommit: state.head,
  }));
  if (added.length === 0) return asset;
  const { versions = [], stages = {}, stageTagCount = 0 } = asset ?? {};
  return { versions: [...versions, ...added], stages, stageTagCount };
}

function blockedKeys({ registry, blockedPaths }: PublicationInput): readonly AssetKey[] {
  return registry.assets
    .filter((asset) => asset.isBroken || blockedPaths.has(asset.document.path))
    .map((asset) => asset.key);
}

/** Depth first over local paths and references; a cycle (its own finding) is cut where it closes. */
function inDependencyOrder(assets: readonly Asset[], registry: Registry): readonly Asset[] {
  const wanted = new Map<AssetKey, Asset[]>();
  for (const asset of assets) wanted.set(asset.key, [...(wanted.get(asset.key) ?? []), asset]);
  const ordered: Asset[] = [];
  const seen = new Set<AssetKey>();
  const visit = (key: AssetKey): void => {
    if (seen.has(key)) return;
    seen.add(key);
    const manifests = inVersionOrder(wanted.get(key) ?? []);
    for (const asset of manifests) for (const next of dependencies(asset, registry)) visit(next);
    ordered.push(...manifests);
  };
  for (const key of [...wanted.keys()].sort()) visit(key);
  return ordered;
}

/** Manifests that share a name are published from the lowest version to the highest. */
function inVersionOrder(manifests: readonly Asset[]): readonly Asset[] {
  return manifests
    .toSorted((left, right) => byCodeUnits(left.document.path, right.document.path))
    .toSorted((left, right) =>
      compareVersions(left.explicitVersion ?? "", right.explicitVersion ?? ""),
    );
}

function dependencies(asset: Asset, registry: Registry): readonly AssetKey[] {
  const name = registry.settings?.name ?? "";
  return [
    ...asset.localPaths.flatMap((local) => local.asset ?? []),
    ...asset.references.flatMap((use) => localTarget(use, name) ?? []),
  ];
}
