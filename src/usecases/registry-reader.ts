import type { Evaluation } from "../domain/promotion/facts.ts";
import type { Asset, Registry, RegistryFile, RegistrySettings } from "../domain/registry.ts";
import { ContentDigester, digestRecipe } from "../registry/content-digest.ts";
import { createDocumentCache, type DocumentCache } from "../registry/document-cache.ts";
import { FileHasher, type ByteSources, type HashCache } from "../registry/file-hasher.ts";
import { evidenceDigest, objectsDigest, policyDigest } from "../registry/other-digests.ts";
import { readEvaluations } from "../registry/read-evidence.ts";
import { isPolicyPath } from "../registry/policy-path.ts";
import { hasSamePolicy, partOfTree, underPolicyTree } from "../registry/policy-tree.ts";
import { readRegistry } from "../registry/read-registry.ts";
import type { Clock } from "../shared/clock.ts";
import type { Digest } from "../shared/digest.ts";
import type { JsonObject } from "../shared/json.ts";
import type { SourceTree } from "../source/source-tree.ts";

/** Reads the registry as a commit has it; what was read for one blob is kept for the next commit. */
export interface RegistryReader {
  registryAt(commit: string): Promise<Registry>;
  /**
   * A commit as the policy of another reads it: registry.yaml, policies/ and workspaces/ are those
   * of `policy`, so that what is not in force hides or shows no file either.
   */
  registryUnder(commit: string, policy: string): Promise<Registry>;
  /** registry.yaml alone, for questions that need no manifest: cheap in a large registry. */
  settingsAt(commit: string): Promise<RegistrySettings | undefined>;
  /** What of a registry can be in force: settings, workspaces, policies. No manifest is read. */
  policyAt(commit: string): Promise<Registry>;
  /** From Git object ids alone: equal means equal content, different or unknown means look. */
  objectsDigest(registry: Registry, asset: Asset): Digest | undefined;
  /** The content digest that objects of this digest were once found to have. */
  knownDigest(objects: Digest): Digest | undefined;
  /** Reads and hashes every byte the asset refers to. Rejects with `SOURCE_…` if one cannot be had. */
  contentDigest(commit: string, registry: Registry, asset: Asset): Promise<Digest>;
  /** Over the metadata file and the metric files it names. */
  evidenceDigest(commit: string, registry: Registry, asset: Asset): Promise<Digest>;
  /**
   * What gates look at: the metadata file and the evaluations, metric files read. `digest` is that
   * of `evidenceDigest`. A metric file that cannot be read is an evaluation with a `problem`.
   */
  evidence(commit: string, registry: Registry, asset: Asset): Promise<Evidence>;
  /** Over policies/, registry.yaml and workspaces/. */
  policyDigest(commit: string): Promise<Digest>;
  fileDigest(commit: string, registry: Registry, file: RegistryFile): Promise<Digest>;
  openFile(commit: string, registry: Registry, file: RegistryFile): AsyncIterable<Uint8Array>;
  /** Which recipe `contentDigest` follows. */
  readonly recipe: number;
}

export interface Evidence {
  readonly digest: Digest;
  readonly metadata: JsonObject | undefined;
  readonly evaluations: readonly Evaluation[];
}

export interface RegistryReaderPorts {
  treeAt(commit: string): SourceTree;
  /** The bytes of an object that Git does not hold, from the stores of this registry. */
  openObject(registry: Registry, sha256: string): AsyncIterable<Uint8Array>;
  readonly hashes: HashCache;
  /** What other reads know already. */
  readonly documents?: DocumentCache;
  /** Says which acceptances of findings have expired. */
  readonly clock?: Clock;
}

/**
 * Snapshots that are kept: the head, what is proposed, and the few commits whose versions are being
 * delivered. What they share is kept once; one that was forgotten is read by its difference.
 */
const keptSnapshots = 8;

/** The reader over commits of a Git repository. */
export class CommitRegistryReader implements RegistryReader {
  readonly recipe = digestRecipe;
  readonly #ports: RegistryReaderPorts;
  readonly #documents: DocumentCache;
  readonly #trees = new Map<string, SourceTree>();
  readonly #snapshots = new Map<string, Promise<Registry>>();
  readonly #under = new Map<string, Promise<Registry>>();
  readonly #policies = new Map<string, Promise<Registry>>();
  readonly #policyDigests = new Map<string, Promise<Digest>>();
  readonly #digesters = new WeakMap<Registry, ContentDigester>();

  constructor(ports: RegistryReaderPorts) {
    this.#ports = ports;
    this.#documents = ports.documents ?? createDocumentCache();
  }

  registryAt(commit: string): Promise<Registry> {
    const tree = this.#treeAt(commit);
    return this.#snapshot(tree, () => this.#contentId(commit, tree));
  }

  registryUnder(commit: string, policy: string): Promise<Registry> {
    return remember(this.#under, `${commit} ${policy} ${this.#day()}`, () =>
      this.#readUnder(commit, policy),
    );
  }

  async #readUnder(commit: string, policy: string): Promise<Registry> {
    const [own, other] = [this.#treeAt(commit), this.#treeAt(policy)];
    if (commit === policy || (await hasSamePolicy(own, other))) return this.registryAt(commit);
    return this.#snapshot(underPolicyTree(own, other), async () => {
      const ids = [await this.#contentId(commit, own), await this.#contentId(policy, other)];
      return ids.join(" ");
    });
  }

  async settingsAt(commit: string): Promise<RegistrySettings | undefined> {
    return (await this.#partAt(commit, (path) => path === "registry.yaml")).settings;
  }

  policyAt(commit: string): Promise<Registry> {
    return remember(this.#policies, commit, () => this.#partAt(commit, isPolicyPath));
  }

  #partAt(commit: string, isWanted: (path: string) => boolean): Promise<Registry> {
    return readRegistry(partOfTree(this.#treeAt(commit), isWanted), {
      cache: this.#documents,
      ...this.#today(),
    });
  }

  objectsDigest(registry: Registry, asset: Asset): Digest | undefined {
    return objectsDigest(asset, registry);
  }

  knownDigest(objects: Digest): Digest | undefined {
    return this.#ports.hashes.get(objects);
  }

  async contentDigest(commit: string, registry: Registry, asset: Asset): Promise<Digest> {
    const digester =
      this.#digesters.get(registry) ??
      new ContentDigester(registry, this.#sources(commit, registry));
    this.#digesters.set(registry, digester);
    const digest = await digester.digest(asset);
    const objects = objectsDigest(asset, registry);
    const { hashes } = this.#ports;
    if (objects !== undefined && hashes.get(objects) !== digest) hashes.set(objects, digest);
    return digest;
  }

  evidenceDigest(commit: string, registry: Registry, asset: Asset): Promise<Digest> {
    return evidenceDigest(asset, registry, this.#sources(commit, registry));
  }

  async evidence(commit: string, registry: Registry, asset: Asset): Promise<Evidence> {
    return {
      digest: await this.evidenceDigest(commit, registry, asset),
      metadata: asset.metadata?.document.value,
      evaluations: await readEvaluations(asset, registry, this.#treeAt(commit)),
    };
  }

  policyDigest(commit: string): Promise<Digest> {
    return remember(this.#policyDigests, commit, () => this.#digestPolicy(commit));
  }

  async #digestPolicy(commit: string): Promise<Digest> {
    const registry = await this.policyAt(commit);
    return policyDigest(registry, {
      tree: this.#treeAt(commit),
      hashes: this.#ports.hashes,
    });
  }

  fileDigest(commit: string, registry: Registry, file: RegistryFile): Promise<Digest> {
    return new FileHasher(this.#sources(commit, registry)).hash(file);
  }

  openFile(commit: string, registry: Registry, file: RegistryFile): AsyncIterable<Uint8Array> {
    return file.content.type === "object"
      ? this.#ports.openObject(registry, file.content.sha256)
      : this.#treeAt(commit).open(file.path);
  }

  #today(): { readonly now?: Date } {
    const { clock } = this.#ports;
    return clock === undefined ? {} : { now: clock.now() };
  }

  /** What was accepted until yesterday is reported today. */
  #day(): string {
    return this.#ports.clock?.now().toISOString().slice(0, 10) ?? "";
  }

  #sources(commit: string, registry: Registry): ByteSources {
    return {
      tree: this.#treeAt(commit),
      openObject: (sha256) => this.#ports.openObject(registry, sha256),
      hashes: this.#ports.hashes,
    };
  }

  #treeAt(commit: string): SourceTree {
    const tree = this.#trees.get(commit) ?? this.#ports.treeAt(commit);
    keepNewest(this.#trees, commit, tree);
    return tree;
  }

  /** Commits of the same files are one: a merge that changed nothing more, its preview, its head. */
  async #contentId(commit: string, tree: SourceTree): Promise<string> {
    return (await tree.contentId?.()) ?? commit;
  }

  async #snapshot(tree: SourceTree, idOf: () => Promise<string>): Promise<Registry> {
    return remember(this.#snapshots, `${await idOf()} ${this.#day()}`, () =>
      readRegistry(tree, { cache: this.#documents, ...this.#today() }),
    );
  }
}

/** Asked for again, it goes to the end of the line of those to be forgotten. */
function keepNewest<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > keptSnapshots && oldest !== undefined) map.delete(oldest);
}

/** Asked twice about one commit, it is read once; a failed read is not an answer to keep. */
function remember<Value>(
  map: Map<string, Promise<Value>>,
  key: string,
  read: () => Promise<Value>,
): Promise<Value> {
  const known = map.get(key) ?? read();
  known.catch(() => map.delete(key));
  keepNewest(map, key, known);
  return known;
}
