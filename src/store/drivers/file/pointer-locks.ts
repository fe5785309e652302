import type { FileTree } from "./file-tree.ts";

/** One writer at a time for each pointer, in this process and among all that share the folder. */
export class PointerLocks {
  readonly #tree: FileTree;
  readonly #tails = new Map<string, Promise<void>>();

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  /** `assertHeld` rejects when the lock was lost on the way; ask right before the change. */
  async hold<Value>(
    key: string,
    action: (assertHeld: () => Promise<void>) => Promise<Value>,
  ): Promise<Value> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(async () => {
      await this.#tree.find(key);
      return action(async () => {});
    });
    const tail = result.then(
      () => {},
      () => {},
    );
    this.#tails.set(key, tail);
    try {
      return await result;
    } finally {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    }
  }
}
