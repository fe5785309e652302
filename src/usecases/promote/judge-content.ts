import type { AssetKey } from "../../domain/asset.ts";
import { openIncidents } from "../../domain/plan/incidents.ts";
import { manifestsOf } from "../../domain/lookup.ts";
import type { Asset, Registry } from "../../domain/registry.ts";
import type { PullRequest } from "../../domain/pull-request.ts";
import type { RegistryReader } from "../registry-reader.ts";
import { approvalsOfChange } from "./approvals-of-change.ts";
import type { Change, JudgeContext } from "./change.ts";
import { digestIfKnown } from "./evidence.ts";
import { readUnderPolicy } from "./in-force.ts";

/** An asset whose content is on the branch otherwise than it was proposed. */
export interface UnreviewedAsset {
  readonly asset: Asset;
  readonly reason: string;
}

export interface ContentJudgement {
  /** They may be published. */
  readonly published: readonly Asset[];
  /** Not reviewed as they are, by this change. */
  readonly unreviewed: readonly UnreviewedAsset[];
  /** Held back by what an earlier landing brought. */
  readonly held: readonly UnreviewedAsset[];
  /** Ids of incidents that this change ends. */
  readonly ended: readonly { readonly id: string; readonly how: "reviewed" | "restored" }[];
}

export interface ChangedContent {
  /** What may differ from its published version. */
  readonly changed: readonly Asset[];
  /** Assets with an error: they are not published now, and may be once the error is gone. */
  readonly blocked: readonly Asset[];
}

/**
 * The landing check: the content of each asset that a landing changes is what the pull
 * request had at its head; and where registry.yaml asks for a pull request, there was one. What
 * fails gets no version until an approved pull request touches the asset.
 */
export async function judgeContent(
  context: JudgeContext,
  change: Change,
  { changed, blocked }: ChangedContent,
): Promise<ContentJudgement> {
  const published: Asset[] = [];
  const unreviewed: UnreviewedAsset[] = [];
  const held: UnreviewedAsset[] = [];
  const ended: ContentJudgement["ended"][number][] = [];
  const incidents = unreviewedIncidents(change);
  for (const asset of changed) {
    const open = incidents.get(asset.key);
    const reason = await objection(context, change, asset);
    if (reason !== undefined) {
      unreviewed.push({ asset, reason });
    } else if (open === undefined) {
      published.push(asset);
    } else if (
      isTouched(change, context.reader, asset) &&
      (await isApproved(context, change, asset))
    ) {
      ended.push(...open.map((id) => ({ id, how: "reviewed" as const })));
      published.push(asset);
    } else {
      held.push({ asset, reason: heldReason(asset.key) });
    }
  }
  for (const asset of blocked) {
    // Else an error would carry in what nobody reviewed, and its correction publish it.
    const reason = await objection(context, change, asset);
    if (reason !== undefined) unreviewed.push({ asset, reason });
  }
  const different = new Set([...changed, ...blocked].map(({ key }) => key));
  for (const [key, open] of incidents) {
    if (different.has(key)) continue;
    // Nothing is left of it: the content is what was published, or the asset is gone.
    ended.push(...open.map((id) => ({ id, how: "restored" as const })));
  }
  return { published, unreviewed, held, ended };
}

/** Why this change may not bring this asset's content, if so. */
async function objection(
  { reader }: JudgeContext,
  change: Change,
  asset: Asset,
): Promise<string | undefined> {
  if (!isTouched(change, reader, asset)) return undefined;
  const { pullRequest, inForce } = change;
  const { key, document } = asset;
  if (pullRequest === undefined) {
    const isAsked =
      inForce.settings?.requiresPullRequest(key) === true ||
      inForce.settings?.requiresPullRequest(document.path) === true;
    return isAsked
      ? `${key} was changed without a pull request, which registry.yaml asks for: propose it in one.`
      : undefined;
  }
  const isOwn = isUnchangedSince(reader, change, asset);
  if (isOwn && (await isAsProposed(reader, change, asset, pullRequest))) return undefined;
  const advice =
    pullRequest.state === "merged"
      ? "bring it in another pull request, up to date with the branch"
      : "the branch has changed it since, so bring the pull request up to date with it";
  return `${key} is not as pull request #${pullRequest.number} proposed it: ${advice}.`;
}

function isTouched(
  { registryBefore, registry, before, after }: Change,
  reader: RegistryReader,
  asset: Asset,
): boolean {
  if (before === after) return false;
  const now = reader.objectsDigest(registry, asset);
  if (now === undefined) return true;
  return !manifestsOf(asset.key, registryBefore).some(
    (old) =>
      old.document.path === asset.document.path &&
      reader.objectsDigest(registryBefore, old) === now,
  );
}

/**
 * Whether the branch has of this asset what it had where the pull request left it. Else the merge
 * takes back what came since, and nobody who looked at the pull request saw that.
 */
function isUnchangedSince(
  reader: RegistryReader,
  { registryBase, registryBefore }: Change,
  { key }: Asset,
): boolean {
  if (registryBase === undefined) return false;
  return contentIds(reader, registryBase, key) === contentIds(reader, registryBefore, key);
}

function contentIds(reader: RegistryReader, registry: Registry, key: AssetKey): string {
  const ids = manifestsOf(key, registry).map((manifest) => {
    const { path } = manifest.document;
    return `${path} ${reader.objectsDigest(registry, manifest) ?? registry.files.objectIdOf(path) ?? ""}`;
  });
  return ids.sort().join("\n");
}

async function isAsProposed(
  reader: RegistryReader,
  { registry, after, state }: Change,
  asset: Asset,
  { head }: PullRequest,
): Promise<boolean> {
  const proposed = await readUnderPolicy(reader, head, state);
  const objects = reader.objectsDigest(registry, asset);
  const same = manifestsOf(asset.key, proposed).filter(
    ({ explicitVersion }) => explicitVersion === asset.explicitVersion,
  );
  for (const manifest of same) {
    if (objects !== undefined && reader.objectsDigest(proposed, manifest) === objects) return true;
    const digest = await digestIfKnown(reader, after, registry, asset);
    if (digest !== undefined && digest === (await digestIfKnown(reader, head, proposed, manifest)))
      return true;
  }
  return false;
}

/** Somebody who may approve the asset, and did not write it, approved the head as it landed. */
async function isApproved(context: JudgeContext, change: Change, asset: Asset): Promise<boolean> {
  const approvals = await approvalsOfChange(context, change, {
    asset: asset.key,
    subjectOf: ({ commit }) =>
      commit === change.pullRequest?.head
        ? { outcome: "same" }
        : { outcome: "changed", what: ["the head"] },
  });
  return approvals.some(
    ({ verdict, mayApprove, isAuthor, isImplied, problem }) =>
      verdict === "approved" && mayApprove && !isAuthor && !isImplied && problem === undefined,
  );
}

function heldReason(key: AssetKey): string {
  return `${key} holds content that was never reviewed: an approved pull request that touches it ends this.`;
}

/** Open incidents about content, by asset: several, when it was changed again and again. */
function unreviewedIncidents({ state }: Change): ReadonlyMap<AssetKey, readonly string[]> {
  const incidents = new Map<AssetKey, readonly string[]>();
  for (const { event } of openIncidents(state)) {
    const { kind, asset, id } = event;
    if (kind !== "unreviewed-content" || asset === undefined) continue;
    incidents.set(asset, [...(incidents.get(asset) ?? []), id]);
  }
  return incidents;
}
