import { byCodeUnits } from "../shared/json.ts";
import type { SourceEntry, SourceTree } from "./source-tree.ts";

/** A folder of which some paths can be asked for without listing all of it. */
export interface FolderTree extends SourceTree {
  entriesAt(paths: readonly string[]): Promise<readonly SourceEntry[]>;
}

/**
 * What a commit of all that is in a work tree would hold: what did not change is that of the
 * commit under it (LFS pointers, line ends, what a sparse checkout left out), the rest that of the
 * folder. Ignored files are not in it.
 */
export class WorkTreeSourceTree implements SourceTree {
  readonly origin: string;
  readonly #committed: SourceTree | undefined;
  readonly #folder: FolderTree;
  readonly #changed: ReadonlySet<string>;

  constructor(options: {
    /** Absent before the first commit. */
    readonly committed: SourceTree | undefined;
    readonly folder: FolderTree;
    /** Paths that are not as the commit has them: changed, deleted, new. */
    readonly changed: ReadonlySet<string>;
  }) {
    this.#committed = options.committed;
    this.#folder = options.folder;
    this.#changed = options.changed;
    this.origin = options.folder.origin;
  }

  async list(): Promise<readonly SourceEntry[]> {
    const committed = (await this.#committed?.list()) ?? [];
    const kept = committed.filter(({ path }) => !this.#changed.has(path));
    const changed = await this.#folder.entriesAt([...this.#changed]);
    return [...kept, ...changed].sort((left, right) => byCodeUnits(left.path, right.path));
  }

  read(path: string, options: { readonly maxBytes: number }): Promise<Uint8Array> {
    return this.#treeOf(path).read(path, options);
  }

  async *readMany(
    paths: readonly string[],
    options: { readonly maxBytes: number },
  ): AsyncIterable<{ readonly path: string; readonly bytes: Uint8Array }> {
    const changed = paths.filter((path) => this.#treeOf(path) === this.#folder);
    const kept = paths.filter((path) => this.#treeOf(path) !== this.#folder);
    if (this.#committed !== undefined) yield* this.#committed.readMany(kept, options);
    yield* this.#folder.readMany(changed, options);
  }

  open(path: string): AsyncIterable<Uint8Array> {
    return this.#treeOf(path).open(path);
  }

  #treeOf(path: string): SourceTree {
    return this.#changed.has(path) ? this.#folder : (this.#committed ?? this.#folder);
  }
}
