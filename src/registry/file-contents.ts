import type { RegistryFile } from "../domain/registry.ts";
import type { SourceEntry, SourceTree } from "../source/source-tree.ts";
import { CompanionText } from "./companion-text.ts";
import type { DocumentCache, LfsPointer } from "./document-cache.ts";
import { isAttributesFile, LfsAttributes } from "./lfs-attributes.ts";
import type { FileTable } from "./file-table.ts";

/** Pointers have three short lines; the sizes spare reading other files. */
const pointerBytes = { min: 110, max: 600 };
const companionBytes = 1024 * 1024;
/** Larger ones are read again: the cache must not grow with them. */
const cachedCompanionBytes = 64 * 1024;

const maxAttributesFiles = 1000;

/** A file that a lock file names. */
export interface LockedFile {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Knows what stands behind files: LFS pointers, ignore files, `MLmodel`s. Read in bulk, first. */
export class FileContents {
  readonly #tree: SourceTree;
  readonly #files: FileTable;
  readonly #cache: DocumentCache;
  readonly #pointers = new Map<string, LfsPointer>();
  readonly #lfs = new LfsAttributes();
  readonly #companions = new Map<string, CompanionText>();

  constructor(tree: SourceTree, files: FileTable, cache: DocumentCache) {
    this.#tree = tree;
    this.#files = files;
    this.#cache = cache;
  }

  async load(options: {
    readonly covered: Iterable<SourceEntry>;
    readonly companions: Iterable<string>;
  }): Promise<void> {
    const attributes = this.#attributesFiles();
    await this.#loadCompanions([...options.companions, ...attributes]);
    for (const path of attributes) this.#lfs.add(path, this.companion(path)?.text ?? "");
    await this.#loadPointers(options.covered);
  }

  /** A commit shows pointers where Git LFS keeps the file; a folder shows the file itself. */
  #attributesFiles(): readonly string[] {
    return this.#files.entries
      .filter(({ path, objectId }) => objectId === undefined && isAttributesFile(path))
      .map(({ path }) => path)
      .slice(0, maxAttributesFiles);
  }

  /** A small file, if it is there and in Git itself or a folder. */
  companion(path: string): CompanionText | undefined {
    return this.#companions.get(path);
  }

  toFile(entry: SourceEntry, relativePath: string): RegistryFile {
    const pointer = this.#pointers.get(entry.path);
    const { path, objectId } = entry;
    if (pointer === undefined) {
      const content = { type: "tree", objectId } as const;
      const file = { path, relativePath, sizeBytes: entry.sizeBytes, content };
      return objectId === undefined && this.#lfs.has(path) ? { ...file, isOutsideGit: true } : file;
    }
    const content = { type: "object", sha256: pointer.sha256 } as const;
    return { path, relativePath, sizeBytes: pointer.sizeBytes, content };
  }

  async #loadCompanions(paths: Iterable<string>): Promise<void> {
    const unknown: string[] = [];
    for (const path of new Set(paths)) {
      const id = this.#files.objectIdOf(path);
      const cached = id === undefined ? undefined : this.#cache.companions.get(id);
      if (cached !== undefined) this.#companions.set(path, cached);
      else if (this.#files.has(path)) unknown.push(path);
    }
    const sameTexts = new Map<string, CompanionText>();
    const maxBytes = companionBytes;
    for await (const { path, bytes } of this.#tree.readMany(unknown, { maxBytes })) {
      const read = new CompanionText(bytes);
      // A folder has no ids: many models share one conda.yaml there all the same.
      const companion = sameTexts.get(read.text) ?? read;
      sameTexts.set(read.text, companion);
      this.#companions.set(path, companion);
      const id = this.#files.objectIdOf(path);
      if (id !== undefined && companion.sizeBytes <= cachedCompanionBytes) {
        this.#cache.companions.set(id, companion);
      }
    }
  }

  async #loadPointers(covered: Iterable<SourceEntry>): Promise<void> {
    const unknown = new Set<string>();
    for (const entry of covered) {
      if (!mayBePointer(entry)) continue;
      const { path, objectId } = entry;
      const cached = objectId === undefined ? undefined : this.#knownPointer(objectId);
      if (cached === undefined) unknown.add(path);
      else if (cached !== false) this.#pointers.set(path, cached);
    }
    const { max: maxBytes } = pointerBytes;
    for await (const { path, bytes } of this.#tree.readMany([...unknown], { maxBytes })) {
      const pointer = parseLfsPointer(Buffer.from(bytes).toString("utf8"));
      if (pointer !== undefined) this.#pointers.set(path, pointer);
      const id = this.#files.objectIdOf(path);
      if (id === undefined) continue;
      this.#cache.pointers.set(id, pointer ?? false);
      this.#cache.storage?.set(`pointer:${id}`, JSON.stringify(pointer ?? false));
    }
  }

  #knownPointer(id: string): LfsPointer | false | undefined {
    const known = this.#cache.pointers.get(id);
    if (known !== undefined) return known;
    const line = this.#cache.storage?.get(`pointer:${id}`);
    const stored = line === undefined ? undefined : unpackPointer(line);
    if (stored !== undefined) this.#cache.pointers.set(id, stored);
    return stored;
  }
}

function mayBePointer({ type, sizeBytes }: SourceEntry): boolean {
  return type === "file" && sizeBytes >= pointerBytes.min && sizeBytes <= pointerBytes.max;
}

function unpackPointer(line: string): LfsPointer | false | undefined {
  if (line === "false") return false;
  const match = /^\{"sha256":"([0-9a-f]{64})","sizeBytes":(\d{1,16})\}$/.exec(line);
  const [, sha256, size] = match ?? [];
  return sha256 === undefined ? undefined : { sha256, sizeBytes: Number(size) };
}

/** https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
function parseLfsPointer(text: string): LfsPointer | undefined {
  const match =
    /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:ext-[^\n]{1,200}\n){0,4}oid sha256:([0-9a-f]{64})\nsize (\d{1,16})\n?$/.exec(
      text,
    );
  const [, sha256, size] = match ?? [];
  return sha256 === undefined ? undefined : { sha256, sizeBytes: Number(size) };
}
