import type { Digest } from "../../shared/digest.ts";
import type { AssetKey } from "../asset.ts";
import { emptyAsset, findVersion, latestVersion, type AssetState } from "../ledger/state.ts";
import { versionTagName } from "../ledger/tag.ts";
import { isPrerelease, nextInteger, versionProblem, type VersionScheme } from "../version.ts";

/** One asset as a landing brought it. */
export interface LandedAsset {
  readonly key: AssetKey;
  readonly explicitVersion: string | undefined;
  readonly digest: Digest;
  readonly scheme: VersionScheme;
}

export type PublicationDecision =
  | { readonly outcome: "publish"; readonly version: string; readonly sameAs: string | undefined }
  /** The content already has this version. */
  | { readonly outcome: "unchanged"; readonly version: string }
  | {
      readonly outcome: "refuse";
      readonly rule: "version-immutable" | "tag-taken" | "version-scheme";
      readonly message: string;
    };

/**
 * Which version, if any, a landed asset gets. `isTagTaken` tells whether a tag of that
 * name exists that the ledger did not make: such a name is passed over, or refused if it was asked for.
 */
export function decidePublication(
  landed: LandedAsset,
  state: AssetState | undefined,
  isTagTaken: (tag: string) => boolean,
): PublicationDecision {
  // `v1` and `1` are two versions and would share one tag.
  const own = new Set(state?.versions.map(({ version }) => versionTagName(landed.key, version)));
  const isTaken = (tag: string): boolean => own.has(tag) || isTagTaken(tag);
  return landed.explicitVersion === undefined
    ? decideAssigned(landed, state, isTaken)
    : decideExplicit(landed, landed.explicitVersion, state, isTaken);
}

function decideAssigned(
  landed: LandedAsset,
  state: AssetState | undefined,
  isTagTaken: (tag: string) => boolean,
): PublicationDecision {
  const versions = state?.versions ?? [];
  const newest = versions.at(-1);
  if (newest?.digest === landed.digest) return { outcome: "unchanged", version: newest.version };
  if (landed.scheme !== "integer") {
    return {
      outcome: "refuse",
      rule: "version-scheme",
      message: `${landed.key} has no version, and versioning is "${landed.scheme}": write the version in the manifest.`,
    };
  }
  const version = nextInteger(
    versions.map((published) => published.version),
    (candidate) => isTagTaken(versionTagName(landed.key, candidate)),
  );
  return { outcome: "publish", version, sameAs: sameContent(landed, state) };
}

function decideExplicit(
  landed: LandedAsset,
  version: string,
  state: AssetState | undefined,
  isTagTaken: (tag: string) => boolean,
): PublicationDecision {
  const published = findVersion(state, version);
  if (published?.digest === landed.digest) return { outcome: "unchanged", version };
  if (published !== undefined) {
    return {
      outcome: "refuse",
      rule: "version-immutable",
      message: `${landed.key} ${version} is published with other content (${short(published.digest)}, now ${short(landed.digest)}): give the new content a new version.`,
    };
  }
  const problem = versionProblem(version, landed.scheme);
  if (problem !== undefined) return { outcome: "refuse", rule: "version-scheme", message: problem };
  const tag = versionTagName(landed.key, version);
  if (isTagTaken(tag)) {
    return {
      outcome: "refuse",
      rule: "tag-taken",
      message: `The tag ${tag} exists and is not that of this version: choose another version, or have a tag that Cairn did not make removed.`,
    };
  }
  return { outcome: "publish", version, sameAs: sameContent(landed, state) };
}

function sameContent(landed: LandedAsset, state: AssetState | undefined): string | undefined {
  return state?.versions.findLast((published) => published.digest === landed.digest)?.version;
}

/** Stages that follow take a version only when it becomes the latest. */
export function becomesLatest(state: AssetState | undefined, version: string): boolean {
  const newest = state?.versions.at(-1);
  if (newest === undefined) return !isPrerelease(version);
  const candidate = { ...newest, version };
  return (
    latestVersion({ ...emptyAsset, versions: [...(state?.versions ?? []), candidate] }) ===
    candidate
  );
}

function short(digest: Digest): string {
  return digest.slice(0, "sha256:".length + 12);
}
