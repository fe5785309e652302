import type { RegistryFile } from "../domain/registry.ts";
import { digestHex, DigestMeter, type Digest } from "../shared/digest.ts";
import { CairnError, hasCode } from "../shared/errors.ts";
import type { SourceTree } from "../source/source-tree.ts";
import { digestMismatch, objectMissing } from "./errors.ts";

/** Remembers the sha256 of Git blobs, so that each is read once. */
export interface HashCache {
  get(objectId: string): Digest | undefined;
  set(objectId: string, digest: Digest): void;
}

/** Where the bytes of a registry's files come from. */
export interface ByteSources {
  readonly tree: SourceTree;
  /** The bytes of an object that Git does not hold; rejects with a code ending in `OBJECT_MISSING`. */
  openObject(sha256: string): AsyncIterable<Uint8Array>;
  readonly hashes?: HashCache;
}

/** Reads and hashes files; what a lock file or LFS pointer claims is checked, not believed. */
export class FileHasher {
  readonly #sources: ByteSources;
  readonly #objects = new Map<string, Promise<Digest>>();

  constructor(sources: ByteSources) {
    this.#sources = sources;
  }

  async hash(file: RegistryFile): Promise<Digest> {
    const { content, path } = file;
    if (content.type === "tree") return this.hashTreeFile(path, content.objectId);
    const { sha256 } = content;
    const known = this.#objects.get(sha256);
    if (known !== undefined) return known;
    const hashed = this.#hashObject(file, sha256);
    this.#objects.set(sha256, hashed);
    hashed.catch(() => this.#objects.delete(sha256));
    return hashed;
  }

  async hashTreeFile(path: string, objectId: string | undefined): Promise<Digest> {
    const { tree, hashes } = this.#sources;
    const known = objectId === undefined ? undefined : hashes?.get(objectId);
    if (known !== undefined) return known;
    const meter = new DigestMeter();
    for await (const chunk of tree.open(path)) meter.update(chunk);
    const digest = meter.digest();
    if (objectId !== undefined) hashes?.set(objectId, digest);
    return digest;
  }

  async #hashObject({ path, sizeBytes }: RegistryFile, sha256: string): Promise<Digest> {
    const meter = new DigestMeter();
    try {
      for await (const chunk of this.#sources.openObject(sha256)) meter.update(chunk);
    } catch (error) {
      throw isMissing(error) ? objectMissing(path, sha256, error) : error;
    }
    const digest = meter.digest();
    if (digestHex(digest) !== sha256) throw digestMismatch(path, sha256, digestHex(digest));
    if (meter.sizeBytes !== sizeBytes) {
      throw digestMismatch(path, `${sizeBytes} bytes`, `${meter.sizeBytes} bytes`);
    }
    return digest;
  }
}

function isMissing(error: unknown): boolean {
  return (error instanceof CairnError && error.kind === "missing") || hasCode(error, "ENOENT");
}
