import { blobId } from "../shared/digest.ts";
import type { SourceEntry, SourceTree } from "./source-tree.ts";

interface Remembered {
  readonly fingerprint: string;
  readonly objectId: string;
}

/** The blob ids of files of one folder that were read before, for as long as they look the same. */
export class RememberedIds {
  #ids = new Map<string, Remembered>();

  /** The same entries, with the ids that are known; what is not among them is forgotten. */
  complete(entries: readonly SourceEntry[]): readonly SourceEntry[] {
    const kept = new Map<string, Remembered>();
    const completed = entries.map((entry) => {
      const known = this.#ids.get(entry.path);
      const { text, isSettled = false } = entry.fingerprint ?? {};
      if (known === undefined || !isSettled || known.fingerprint !== text) return entry;
      kept.set(entry.path, known);
      return { ...entry, objectId: known.objectId };
    });
    this.#ids = kept;
    return completed;
  }

  set(path: string, fingerprint: string, bytes: Uint8Array): void {
    this.#ids.set(path, { fingerprint, objectId: blobId(bytes) });
  }
}

/** A folder whose files are read once, and again when they look different. */
export class RememberedSourceTree implements SourceTree {
  readonly origin: string;
  readonly #tree: SourceTree;
  readonly #ids: RememberedIds;
  #entries: Promise<readonly SourceEntry[]> | undefined;
  #fingerprints: ReadonlyMap<string, string> = new Map();

  constructor(tree: SourceTree, ids: RememberedIds) {
    this.#tree = tree;
    this.#ids = ids;
    this.origin = tree.origin;
  }

  /** One look for the life of this tree. */
  list(): Promise<readonly SourceEntry[]> {
    this.#entries ??= this.#list();
    return this.#entries;
  }

  read(path: string, options: { readonly maxBytes: number }): Promise<Uint8Array> {
    return this.#tree.read(path, options);
  }

  async *readMany(
    paths: readonly string[],
    options: { readonly maxBytes: number },
  ): AsyncIterable<{ readonly path: string; readonly bytes: Uint8Array }> {
    for await (const file of this.#tree.readMany(paths, options)) {
      // Changed since it was listed, it has another fingerprint in the next listing.
      const fingerprint = this.#fingerprints.get(file.path);
      if (fingerprint !== undefined) this.#ids.set(file.path, fingerprint, file.bytes);
      yield file;
    }
  }

  open(path: string): AsyncIterable<Uint8Array> {
    return this.#tree.open(path);
  }

  async #list(): Promise<readonly SourceEntry[]> {
    const entries = await this.#tree.list();
    this.#fingerprints = new Map(
      entries.flatMap(({ path, fingerprint }) =>
        fingerprint?.isSettled === true ? [[path, fingerprint.text] as const] : [],
      ),
    );
    return this.#ids.complete(entries);
  }
}
