import { assetsInCycles, localAssetGraph } from "../domain/asset-graph.ts";
import type { Asset, FileContent, Registry } from "../domain/registry.ts";
import { sha256, type Digest } from "../shared/digest.ts";
import { byCodeUnits, canonicalJson, isJsonObject, type JsonValue } from "../shared/json.ts";
import type { SourceTree } from "../source/source-tree.ts";
import { assetAt, digestRecipe } from "./content-digest.ts";
import { FileHasher, type HashCache } from "./file-hasher.ts";
import { isPolicyPath } from "./policy-path.ts";
import { resolvePath } from "./resolve-path.ts";

/** Objects digests of one snapshot, kept because assets contain each other. */
const known = new WeakMap<Registry, ObjectDigests>();

interface ObjectDigests {
  readonly cyclic: ReadonlySet<Asset>;
  readonly digests: Map<Asset, Digest | undefined>;
  depth: number;
}

const maxDepth = 100;

/**
 * Over the ids of the Git objects and locked files behind an asset's content: when it is equal, so
 * is the content digest, and nothing has to be read. `undefined` where files have no ids (a folder).
 */
export function objectsDigest(asset: Asset, registry: Registry): Digest | undefined {
  const state = known.get(registry) ?? prepare(registry);
  known.set(registry, state);
  return digestObjects(asset, registry, state);
}

function prepare(registry: Registry): ObjectDigests {
  return {
    cyclic: assetsInCycles(localAssetGraph(registry)),
    digests: new Map(),
    depth: 0,
  };
}

/**
 * Of assets that contain no other one, by their manifest: such an asset is the same object in all
 * snapshots that have the same files of it.
 */
const simple = new WeakMap<Asset, { readonly manifest: string; readonly digest: Digest }>();

function digestObjects(asset: Asset, registry: Registry, state: ObjectDigests): Digest | undefined {
  const manifest = registry.files.objectIdOf(asset.document.path);
  const found = simple.get(asset);
  if (found !== undefined && found.manifest === manifest) return found.digest;
  if (state.digests.has(asset)) return state.digests.get(asset);
  // Deeper chains have no short cut: nobody writes them, and the stack is finite.
  if (state.cyclic.has(asset) || state.depth > maxDepth) return undefined;
  state.depth += 1;
  const digest = compute(asset, registry, state);
  state.depth -= 1;
  const isSimple = asset.localPaths.every((path) => path.asset === undefined);
  if (manifest === undefined || digest === undefined || !isSimple) state.digests.set(asset, digest);
  else simple.set(asset, { manifest, digest });
  return digest;
}

function compute(asset: Asset, registry: Registry, state: ObjectDigests): Digest | undefined {
  const manifest = registry.files.objectIdOf(asset.document.path);
  if (manifest === undefined) return undefined;
  const paths: JsonValue[] = [];
  for (const path of asset.localPaths) {
    const nested = path.asset === undefined ? undefined : assetAt(path.target, registry);
    if (nested !== undefined) {
      const digest = digestObjects(nested, registry, state);
      if (digest === undefined) return undefined;
      paths.push([[...path.pointer], nested.key, digest]);
      continue;
    }
    const files: JsonValue[] = [];
    for (const { relativePath, content } of path.files) {
      const id = idOf(content);
      if (id === undefined) return undefined;
      files.push([relativePath, id]);
    }
    paths.push([[...path.pointer], files]);
  }
  // The name is not always in the manifest itself (asset.yaml).
  return sha256(canonicalJson({ recipe: digestRecipe, asset: asset.key, manifest, paths }));
}

function idOf(content: FileContent): string | undefined {
  return content.type === "object" ? `sha256:${content.sha256}` : content.objectId;
}

/** Over the metadata file and the metric files it names: what approvals and gates looked at. */
export async function evidenceDigest(
  asset: Asset,
  registry: Registry,
  sources: { readonly tree: SourceTree; readonly hashes?: HashCache },
): Promise<Digest> {
  const metadata = asset.metadata?.document;
  if (metadata === undefined) return digestFiles([], registry, sources);
  return digestFiles([metadata.path, ...metricFiles(asset)], registry, sources);
}

/** The paths of the metric files that an asset's metadata names. */
function metricFiles(asset: Asset): readonly string[] {
  const document = asset.metadata?.document;
  const evaluations = document?.value["evaluations"];
  if (document === undefined || !Array.isArray(evaluations)) return [];
  return evaluations.filter(isJsonObject).flatMap(({ file }) => {
    const target = typeof file === "string" ? resolvePath(document.path, file) : undefined;
    return target?.ok === true ? [target.value] : [];
  });
}

/** Over policies/, registry.yaml and workspaces/: which policy is in force. Its tests are no part of it. */
export async function policyDigest(
  registry: Registry,
  sources: { readonly tree: SourceTree; readonly hashes?: HashCache },
): Promise<Digest> {
  const entries = await sources.tree.list();
  const paths = entries
    .filter(({ type, path }) => type === "file" && isPolicyPath(path))
    .map(({ path }) => path);
  return digestFiles(paths, registry, sources);
}

async function digestFiles(
  paths: readonly string[],
  { files }: Registry,
  sources: { readonly tree: SourceTree; readonly hashes?: HashCache },
): Promise<Digest> {
  const hasher = new FileHasher({ ...sources, openObject: () => noBytes() });
  const hashed: [string, Digest][] = [];
  for (const path of [...new Set(paths)].sort(byCodeUnits)) {
    if (files.has(path))
      hashed.push([path, await hasher.hashTreeFile(path, files.objectIdOf(path))]);
  }
  return sha256(canonicalJson(hashed));
}

async function* noBytes(): AsyncIterable<Uint8Array> {
  // Evidence and policies lie in Git.
}
