import type { PushOutcome, RefUpdate } from "../../src/git/git.ts";
import { MemoryObjects, type Files } from "./memory-objects.ts";

/** Who made a commit and what it says, as far as a test cares. */
export interface MemoryCommit {
  readonly author?: string;
  readonly email?: string;
  readonly message?: string;
  /** The public key itself, in place of the path of a private one. */
  readonly signingKey?: string;
}

/** A repository that several mirrors and tests share: the truth. */
export class MemoryRemote {
  readonly objects = new MemoryObjects();
  readonly refs = new Map<string, string>();
  /** Why a ref is refused; asked for every ref of a push. */
  refuse: (update: RefUpdate) => string | undefined = () => undefined;
  /** The next pushes break off after the remote took them: nobody knows whether it did. */
  connectionBreaks = 0;
  pushes = 0;
  /** Other repositories on the machine, by folder: where mirrors may bring commits from. */
  readonly folders = new Map<string, MemoryRemote>();
  #seconds = 1_767_000_000;

  /** Commits these files, complete, on a branch; the time moves on by a minute. */
  commit(
    files: Files,
    options: MemoryCommit & { readonly parents?: readonly string[] } = {},
  ): string {
    this.#seconds += 60;
    const { author = "Ann", email = "ann@contoso.example", signingKey } = options;
    return this.objects.writeCommit({
      tree: this.objects.writeTree(files),
      parents: options.parents ?? [],
      author: { name: author, email, timestamp: this.#seconds },
      message: options.message ?? "change",
      ...(signingKey === undefined ? {} : { signingKey }),
    });
  }

  /** A commit on top of a branch, which it becomes. */
  land(files: Files, options: MemoryCommit & { readonly branch?: string } = {}): string {
    const { branch = "refs/heads/main" } = options;
    const head = this.refs.get(branch);
    const id = this.commit(files, { ...options, parents: head === undefined ? [] : [head] });
    this.refs.set(branch, id);
    return id;
  }

  /** All or nothing, against the ids that the refs hold now. */
  push(objects: MemoryObjects, updates: readonly RefUpdate[]): PushOutcome {
    this.pushes += 1;
    const refused = new Map<string, string>();
    for (const update of updates) {
      const isStale = this.refs.get(update.ref) !== update.expected;
      const isTwice = updates.filter(({ ref }) => ref === update.ref).length > 1;
      const reason = isStale || isTwice ? "stale info" : this.refuse(update);
      if (reason !== undefined) refused.set(update.ref, reason);
    }
    if (refused.size > 0) {
      for (const { ref } of updates) {
        if (!refused.has(ref)) refused.set(ref, "atomic push failed");
      }
      return { accepted: false, refs: refused };
    }
    this.objects.addFrom(objects);
    for (const { ref, next } of updates) this.refs.set(ref, next);
    return { accepted: true };
  }
}
