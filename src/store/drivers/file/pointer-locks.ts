import { OwnedLock } from "../../../disk/owned-lock.ts";
import { digestHex, sha256 } from "../../../shared/digest.ts";
import { hasCode } from "../../../shared/errors.ts";
import { preconditionFailed, storeBusy } from "../../errors.ts";
import { stagingFolder } from "../../key.ts";
import type { FileTree } from "./file-tree.ts";

/** Whoever holds a lock only writes one small file: longer means that something is stuck. */
const waitMs = 10_000;
export const locksFolder = `${stagingFolder}/locks`;

/** One writer at a time for each pointer, in this process and among all that share the folder. */
export class PointerLocks {
  readonly #tree: FileTree;
  readonly #tails = new Map<string, Promise<void>>();

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  /**
   * `assertHeld` rejects when the lock was lost on the way: to be asked right before the change.
   * Rejects with `STORE_BUSY` when the lock does not become free.
   */
  async hold<Value>(
    key: string,
    action: (assertHeld: () => Promise<void>) => Promise<Value>,
  ): Promise<Value> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(() => this.#holdOnDisk(key, action));
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

  async #holdOnDisk<Value>(
    key: string,
    action: (assertHeld: () => Promise<void>) => Promise<Value>,
  ): Promise<Value> {
    const path = await this.#tree.prepare(`${locksFolder}/${digestHex(sha256(key))}.lock`);
    const lock = await OwnedLock.acquire({ path, waitMs }).catch((error: unknown) => {
      throw hasCode(error, "LOCK_BUSY") ? storeBusy(key, error) : error;
    });
    try {
      return await action(() => lock.renew());
    } catch (error) {
      throw hasCode(error, "LOCK_LOST") ? preconditionFailed(key, error) : error;
    } finally {
      await lock.release();
    }
  }
}
