import type { AssetKey } from "../../domain/asset.ts";
import type { LedgerState, PublishedVersion } from "../../domain/ledger/state.ts";
import { manifestsOf } from "../../domain/lookup.ts";
import type { Asset, Registry } from "../../domain/registry.ts";
import { toCairnError } from "../../shared/errors.ts";
import { sha256, type Digest } from "../../shared/digest.ts";
import type { Evidence, RegistryReader } from "../registry-reader.ts";
import { readUnderPolicy } from "./in-force.ts";

/** What a commit has to say for nothing at all. */
const noEvidence: Evidence = { digest: sha256("none"), metadata: undefined, evaluations: [] };

/**
 * The evidence for a version as a commit has it: of the manifest whose content is that version.
 * Where the commit has other content by now, its metadata speaks of that, and the evidence of the
 * commit that published the version counts: an old version never borrows the numbers of a new one.
 */
export async function evidenceOf(
  source: EvidenceSource,
  commit: string,
  asset: AssetKey,
  published: PublishedVersion,
): Promise<Evidence> {
  const { reader, state } = source;
  const registry = await readUnderPolicy(reader, commit, state);
  for (const manifest of manifestsOf(asset, registry)) {
    if (await isVersion(reader, commit, registry, { manifest, published })) {
      return reader.evidence(commit, registry, manifest);
    }
  }
  return publishedEvidence(source, asset, published);
}

/** Where to read, and the ledger that says which policy is in force. */
export interface EvidenceSource {
  readonly reader: RegistryReader;
  readonly state: LedgerState;
}

async function publishedEvidence(
  { reader, state }: EvidenceSource,
  asset: AssetKey,
  { commit, manifest: path }: PublishedVersion,
): Promise<Evidence> {
  const registry = await readUnderPolicy(reader, commit, state);
  const manifest = manifestsOf(asset, registry).find(({ document }) => document.path === path);
  return manifest === undefined ? noEvidence : reader.evidence(commit, registry, manifest);
}

async function isVersion(
  reader: RegistryReader,
  commit: string,
  registry: Registry,
  { manifest, published }: { readonly manifest: Asset; readonly published: PublishedVersion },
): Promise<boolean> {
  if (manifest.isBroken) return false;
  const { explicitVersion } = manifest;
  if (explicitVersion !== undefined && explicitVersion !== published.version) return false;
  const objects = reader.objectsDigest(registry, manifest);
  if (objects !== undefined && objects === published.objects) return true;
  return (await digestIfKnown(reader, commit, registry, manifest)) === published.digest;
}

/** The digest of an asset's content; of bytes that cannot be had, nothing is known. */
export async function digestIfKnown(
  reader: RegistryReader,
  commit: string,
  registry: Registry,
  asset: Asset,
): Promise<Digest | undefined> {
  if (asset.isBroken) return undefined;
  try {
    return await reader.contentDigest(commit, registry, asset);
  } catch (error) {
    if (!toCairnError(error).code.startsWith("SOURCE_")) throw error;
    return undefined;
  }
}
