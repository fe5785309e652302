import { promises as nodeFs } from "node:fs";
import { writeObject, writeTag, type PromiseFsClient } from "isomorphic-git";
import { writeFileAtomically } from "../../../disk/atomic-write.ts";
import type { CommitDraft, Signature, TagDraft } from "../../git.ts";
import { objectMissing } from "../../errors.ts";
import { isObjectId } from "../../objects.ts";

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

  /** An object with exactly these bytes. */
  async write(type: "blob" | "tree" | "commit", object: Uint8Array): Promise<string> {
    return writeObject({ fs, gitdir: this.#gitDirectory, type, object, format: "content" });
  }

  async writeEmptyTree(): Promise<string> {
    return this.write("tree", new Uint8Array());
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

/** A commit object without a signature; the same draft gives the same bytes. */
export function renderCommit(draft: CommitDraft): Uint8Array {
  for (const id of [draft.tree, ...draft.parents]) {
    if (!isObjectId(id)) throw objectMissing(id);
  }
  const { name, email, timestamp } = toAuthor(draft.author);
  const author = `${name} <${email}> ${timestamp} +0000`;
  const lines = [
    `tree ${draft.tree}`,
    ...draft.parents.map((parent) => `parent ${parent}`),
    `author ${author}`,
    `committer ${author}`,
  ];
  return Buffer.from(`${lines.join("\n")}\n\n${toMessage(draft.message)}`);
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
