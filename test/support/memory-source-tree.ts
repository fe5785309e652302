import { createHash } from "node:crypto";

import { CairnError } from "../../src/shared/errors.ts";
import type { SourceEntry, SourceTree } from "../../src/source/source-tree.ts";

export type MemoryFiles = Readonly<Record<string, string | Uint8Array>>;

/** A snapshot that a test writes out; counts what is read from it. */
export class MemorySourceTree implements SourceTree {
  readonly origin = "a test";
  readonly reads: string[] = [];
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #extra: readonly SourceEntry[];

  constructor(files: MemoryFiles, extra: readonly SourceEntry[] = []) {
    this.#files = new Map(
      Object.entries(files).map(([path, content]) => [path, Buffer.from(content)] as const),
    );
    this.#extra = extra;
  }

  list(): Promise<readonly SourceEntry[]> {
    const files = [...this.#files].map(([path, bytes]) => ({
      path,
      type: "file" as const,
      sizeBytes: bytes.byteLength,
      objectId: createHash("sha1").update(bytes).digest("hex"),
    }));
    const entries = [...files, ...this.#extra];
    return Promise.resolve(entries.sort((a, b) => (a.path < b.path ? -1 : 1)));
  }

  read(path: string): Promise<Uint8Array> {
    this.reads.push(path);
    const bytes = this.#files.get(path);
    if (bytes !== undefined) return Promise.resolve(bytes);
    const message = `no ${path}`;
    throw new CairnError({ code: "SOURCE_FILE_MISSING", kind: "missing", message });
  }

  async *readMany(
    paths: readonly string[],
    { maxBytes }: { readonly maxBytes: number },
  ): AsyncIterable<{ readonly path: string; readonly bytes: Uint8Array }> {
    for (const path of paths) {
      const bytes = this.#files.get(path);
      if (bytes === undefined || bytes.byteLength > maxBytes) continue;
      this.reads.push(path);
      yield { path, bytes };
    }
  }

  async *open(path: string): AsyncIterable<Uint8Array> {
    yield await this.read(path);
  }
}
