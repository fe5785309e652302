import { assetsInCycles, localAssetGraph } from "../domain/asset-graph.ts";
import type { Asset, LocalPath, Registry } from "../domain/registry.ts";
import { sha256, type Digest } from "../shared/digest.ts";
import { canonicalJson, type JsonObject, type JsonValue } from "../shared/json.ts";
import { FileHasher, type ByteSources } from "./file-hasher.ts";
import { replaceValues, type Replacement } from "./replace-values.ts";
import { formatPointer } from "./yaml/pointer.ts";

/** The way of computing a content digest; a change of it is a new number. */
export const digestRecipe = 1;

/** What may change without making a new version. */
const notContent = ["$schema", "description", "tags", "properties", "stage", "version"];

/** The first key of the pointers of paths that a manifest has beside its fields (asset.yaml). */
export const besideKey = "asset.yaml";

/** Named by asset.yaml and in no field of the manifest. */
export function isBeside({ pointer }: LocalPath): boolean {
  return pointer[0] === besideKey;
}

const indexes = new WeakMap<Registry, ReadonlyMap<string, Asset>>();

/** The asset whose manifest stands there: asked only where assets contain each other. */
export function assetAt(path: string, registry: Registry): Asset | undefined {
  const index =
    indexes.get(registry) ??
    new Map(registry.assets.map((asset) => [asset.document.path, asset] as const));
  indexes.set(registry, index);
  return index.get(path);
}

/** Computes the content digests of one snapshot, each asset and file once. */
export class ContentDigester {
  readonly #hasher: FileHasher;
  readonly #registry: Registry;
  readonly #cyclic: ReadonlySet<Asset>;
  readonly #digests = new Map<Asset, Promise<Digest>>();

  constructor(registry: Registry, sources: ByteSources) {
    this.#hasher = new FileHasher(sources);
    this.#registry = registry;
    this.#cyclic = assetsInCycles(localAssetGraph(registry));
  }

  /**
   * Reads every byte that the asset refers to. Rejects with `SOURCE_OBJECT_MISSING`,
   * `SOURCE_DIGEST_MISMATCH` or what the source rejects with.
   */
  digest(asset: Asset): Promise<Digest> {
    const known = this.#digests.get(asset);
    if (known !== undefined) return known;
    const computed = this.#compute(asset);
    this.#digests.set(asset, computed);
    // A source that is down today may answer tomorrow.
    computed.catch(() => this.#digests.delete(asset));
    return computed;
  }

  async #compute(asset: Asset): Promise<Digest> {
    // Lets the caller's stack go first: chains of assets may be long.
    await Promise.resolve();
    const members = Object.entries(asset.document.value).filter(
      ([key]) => !notContent.includes(key),
    );
    const replacements: Replacement[] = [];
    const beside: [string, JsonValue][] = [];
    for (const path of asset.localPaths) {
      const replacement = await this.#replacement(path);
      // What asset.yaml names stands in no field of the manifest.
      if (isBeside(path)) beside.push([formatPointer(path.pointer), replacement]);
      else replacements.push({ pointer: path.pointer, value: replacement });
    }
    const content = replaceValues(Object.fromEntries(members), replacements);
    const kind = asset.id.kind;
    if (beside.length === 0) return sha256(canonicalJson({ recipe: digestRecipe, kind, content }));
    const files = Object.fromEntries(beside);
    return sha256(canonicalJson({ recipe: digestRecipe, kind, content, [besideKey]: files }));
  }

  async #replacement(path: LocalPath): Promise<JsonValue> {
    if (path.asset !== undefined) return this.#nested(path.asset, path.target);
    const files: [string, Digest][] = [];
    for (const file of path.files) {
      files.push([file.relativePath, await this.#hasher.hash(file)]);
    }
    return files;
  }

  /** An asset on a cycle has no digest of its own to give; it is reported and never published. */
  async #nested(key: string, path: string): Promise<JsonObject> {
    const asset = assetAt(path, this.#registry);
    if (asset === undefined || this.#cyclic.has(asset)) return { asset: key, digest: "cycle" };
    return { asset: key, digest: await this.digest(asset) };
  }
}
