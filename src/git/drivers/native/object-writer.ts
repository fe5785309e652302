import { promises as nodeFs } from "node:fs";
import { writeCommit, writeTag, writeTree, type PromiseFsClient } from "isomorphic-git";
import { writeFileAtomically } from "../../../disk/atomic-write.ts";
import type { CommitDraft, Signature, TagDraft } from "../../git.ts";

/** isomorphic-git writes objects in place: killed half-way it leaves a torn one for ever. */
const fs: PromiseFsClient = {
  promises: {
    ...nodeFs,
    writeFile: async (path: string, bytes: Uint8Array | string) => writeFileAtomically(path, bytes),
  },
};

/** Makes objects, each on disk before its id is returned. Absolute paths only. */
export class ObjectWriter {
  readonly #gitDirectory: string;

  constructor(gitDirectory: string) {
    this.#gitDirectory = gitDirectory;
  }

  async writeEmptyTree(): Promise<string> {
    return writeTree({ fs, gitdir: this.#gitDirectory, tree: [] });
  }

  async writeCommit(draft: CommitDraft): Promise<string> {
    const author = toAuthor(draft.author);
    const commit = {
      tree: draft.tree,
      parent: [...draft.parents],
      author,
      committer: author,
      message: toMessage(draft.message),
    };
    return writeCommit({ fs, gitdir: this.#gitDirectory, commit });
  }

  async writeTag(draft: TagDraft, type: "commit" | "tree" | "blob" | "tag"): Promise<string> {
    const tag = {
      object: draft.target,
      type,
      tag: draft.name.replace(/^refs\/tags\//, ""),
      tagger: toAuthor(draft.tagger),
      message: toMessage(draft.message).trimEnd(),
    };
    return writeTag({ fs, gitdir: this.#gitDirectory, tag });
  }
}

/** Git takes angle brackets and line ends in names as the end of the name. */
function toAuthor({ name, email, timestamp }: Signature): AuthorLine {
  const clean = (text: string) => text.replaceAll(/[<>\p{Cc}]+/gu, " ").trim();
  return {
    name: clean(name) || "unknown",
    email: clean(email).replaceAll(" ", ""),
    timestamp: Math.max(0, Math.trunc(timestamp)),
    timezoneOffset: 0,
  };
}

interface AuthorLine {
  readonly name: string;
  readonly email: string;
  readonly timestamp: number;
  readonly timezoneOffset: number;
}

/** Messages hold no NUL, and end in one line feed. */
function toMessage(message: string): string {
  return `${message.replaceAll("\0", "\uFFFD").replaceAll("\r", "").trim()}\n`;
}
