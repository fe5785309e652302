import type { AssetKey } from "../../domain/asset.ts";

import type { Finding, Place } from "../../domain/finding.ts";
import type { LandingMark } from "../../domain/ledger/event.ts";
import {
  assetState,
  emptyAsset,
  findVersion,
  latestVersion,
  stageVersion,
  type AssetState,
  type LedgerState,
} from "../../domain/ledger/state.ts";
import { manifestOfPath, targetOf, versionSchemeOf } from "../../domain/lookup.ts";
import { becomesLatest, decidePublication } from "../../domain/plan/publication.ts";
import type { VersionSelector } from "../../domain/reference.ts";
import type { Asset, Registry, RegistrySettings } from "../../domain/registry.ts";
import { toCairnError } from "../../shared/errors.ts";
import type { RegistryReader } from "../registry-reader.ts";
import type { EventDraft } from "../ledger/draft.ts";
import { inDependencyOrder } from "./dependency-order.ts";

export interface PublicationInput {
  readonly reader: RegistryReader;
  readonly commit: string;
  readonly landing: LandingMark;
  readonly registry: Registry;
  readonly settings: RegistrySettings;
  readonly state: LedgerState;
  /** Files with an error: what they describe is not published, and neither is what builds on it. */
  readonly blockedPaths: ReadonlySet<string>;
  readonly isTagTaken: (tag: string) => boolean;
}

export type PublishedDraft = Extract<EventDraft, { readonly type: "published" }>;

export interface Publications {
  readonly drafts: readonly PublishedDraft[];
  readonly findings: readonly Finding[];
}

/** Assets whose content may differ from what is published, without reading it. */
export function changedAssets(input: Omit<PublicationInput, "isTagTaken">): readonly Asset[] {
  return input.registry.assets.filter((asset) => {
    if (isBlocked(asset, input.blockedPaths)) return false;
    const published = assetState(input.state, asset.key);
    const comparable =
      asset.explicitVersion === undefined
        ? published?.versions.at(-1)
        : findVersion(published, asset.explicitVersion);
    if (comparable === undefined) return true;
    const objects = input.reader.objectsDigest(input.registry, asset);
    if (objects === undefined) return true;
    // Other objects may be the same content: a description was changed. It is read once.
    return (
      comparable.objects !== objects && input.reader.knownDigest(objects) !== comparable.digest
    );
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
  const refused = new Set<AssetKey>(blockedAssets(input).map(({ key }) => key));
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
    { key, explicitVersion, digest, scheme: versionSchemeOf(asset, registry) },
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

/**
 * Everything the asset refers to in this registry, resolved; or why that cannot be done. What does
 * not say its version means the same one everywhere: only then can it be told again from `uses`.
 */
function resolveUses(deciding: Deciding, asset: Asset): Uses {
  const uses = new Set<string>();
  const unsaid = new Map<AssetKey, string>();
  for (const { key, version, isSaid, text, place } of usesOf(deciding, asset)) {
    if ("problem" in version) return { broken: place, message: version.problem };
    const other = isSaid ? undefined : unsaid.get(key);
    if (other !== undefined && other !== version.value) {
      const message = `${text} means ${key} ${version.value}, and another part of this manifest ${other}: write the versions out.`;
      return { broken: place, message };
    }
    if (!isSaid) unsaid.set(key, version.value);
    uses.add(`${key}@${version.value}`);
  }
  return { resolved: [...uses].sort() };
}

interface Use {
  readonly key: AssetKey;
  readonly version: { readonly value: string } | { readonly problem: string };
  /** Whether the manifest itself, or the one that it names, says which version. */
  readonly isSaid: boolean;
  readonly text: string;
  readonly place: Place;
}

function* usesOf(deciding: Deciding, asset: Asset): Iterable<Use> {
  const { registry, refused } = deciding;
  for (const local of asset.localPaths) {
    const { asset: key, text, place } = local;
    if (key === undefined) continue;
    const said = manifestOfPath(local, registry)?.explicitVersion;
    const value = refused.has(key) ? undefined : partVersion(deciding, key, said);
    const problem = `${text} is ${key}, which cannot be published as it is: mend it first.`;
    const version = value === undefined ? { problem } : { value };
    yield { key, version, isSaid: said !== undefined, text, place };
  }
  for (const use of asset.references) {
    const target = targetOf(use, registry);
    if (target === undefined) continue;
    const { key, selector } = target;
    const { text, place } = use;
    const value = resolveVersion(deciding, key, selector);
    const problem = `${text} did not come true: ${key} has no such version after this change.`;
    const version = value === undefined ? { problem } : { value };
    yield { key, version, isSaid: selector.type === "version", text, place };
  }
}

function resolveVersion(
  deciding: Deciding,
  target: AssetKey,
  selector: VersionSelector,
): string | undefined {
  const state = assetNow(deciding, target);
  if (selector.type === "version") return findVersion(state, selector.version)?.version;
  if (selector.type === "label" && selector.label !== "latest") {
    return stageVersion(state, selector.label)?.version;
  }
  return latestVersion(state)?.version;
}

/** The version of a manifest that another one names: the one it says, else its newest. */
function partVersion(
  deciding: Deciding,
  target: AssetKey,
  said: string | undefined,
): string | undefined {
  const state = assetNow(deciding, target);
  return (said === undefined ? state?.versions.at(-1) : findVersion(state, said))?.version;
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
  const known = asset ?? emptyAsset;
  return { ...known, versions: [...known.versions, ...added] };
}

export function blockedAssets({
  registry,
  blockedPaths,
}: Pick<PublicationInput, "registry" | "blockedPaths">): readonly Asset[] {
  return registry.assets.filter((asset) => isBlocked(asset, blockedPaths));
}

/** An error in the Dockerfile or the MLmodel of an asset is one of the asset. */
function isBlocked({ isBroken, document, localPaths }: Asset, paths: ReadonlySet<string>): boolean {
  if (isBroken || paths.has(document.path)) return true;
  if (paths.size === 0) return false;
  return localPaths.some(({ texts }) => texts.some(({ path }) => paths.has(path)));
}
