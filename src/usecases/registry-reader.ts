import type { Asset, Registry } from "../domain/registry.ts";
import type { Digest } from "../shared/digest.ts";
import type { SourceTree } from "../source/source-tree.ts";

/** Reads the registry as a commit has it; what was read for one blob is kept for the next commit. */
export interface RegistryReader {
  treeAt(commit: string): SourceTree;
  registryAt(commit: string): Promise<Registry>;
  /** From Git object ids alone; equal means equal content, different means look. */
  objectsDigest(registry: Registry, asset: Asset): Digest;
  /** Reads and hashes every byte the asset refers to. Rejects with `SOURCE_…` if one cannot be had. */
  contentDigest(commit: string, registry: Registry, asset: Asset): Promise<Digest>;
  /** Over the metadata file and the metric files it names. */
  evidenceDigest(commit: string, registry: Registry, asset: Asset): Promise<Digest>;
  /** Over policies/, registry.yaml and workspaces/. */
  policyDigest(commit: string): Promise<Digest>;
  /** Which recipe `contentDigest` follows. */
  readonly recipe: number;
}
