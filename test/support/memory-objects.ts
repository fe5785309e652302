import { createHash } from "node:crypto";

import type {
  CommitDraft,
  CommitInfo,
  Signature,
  TagDraft,
  TreeFile,
  TreeItem,
} from "../../src/git/git.ts";
import { parseChanges } from "../../src/git/drivers/native/tree-changes.ts";
import { CairnError } from "../../src/shared/errors.ts";
import { byCodeUnits } from "../../src/shared/json.ts";

export type Files = Readonly<Record<string, string>>;

/** Objects by id, with the ids that Git would give to commits and tags. */
export class MemoryObjects {
  readonly commits = new Map<string, CommitInfo>();
  readonly tags = new Map<string, TagDraft>();
  readonly trees = new Map<string, ReadonlyMap<string, TreeItem>>();
  readonly blobs = new Map<string, Uint8Array>();
  /** The key of each signed commit. */
  readonly signingKeys = new Map<string, string>();

  addFrom(other: MemoryObjects): void {
    for (const [id, commit] of other.commits) this.commits.set(id, commit);
    for (const [id, tag] of other.tags) this.tags.set(id, tag);
    for (const [id, tree] of other.trees) this.trees.set(id, tree);
    for (const [id, blob] of other.blobs) this.blobs.set(id, blob);
    for (const [id, key] of other.signingKeys) this.signingKeys.set(id, key);
  }

  /** What stands for the signature is the name of the key, which is all that is asked of it. */
  writeCommit({ tree, parents, author, message, signingKey }: CommitDraft): string {
    const lines = [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      `author ${signatureLine(author)}`,
      `committer ${signatureLine(author)}`,
      ...(signingKey === undefined ? [] : [`gpgsig ${signingKey}`]),
    ];
    const id = idOf("commit", `${lines.join("\n")}\n\n${message}`);
    if (signingKey !== undefined) this.signingKeys.set(id, signingKey);
    this.commits.set(id, {
      id,
      tree,
      parents,
      author,
      committer: author,
      message: asBytes(message),
    });
    return id;
  }

  writeTag(draft: TagDraft): string {
    const { name, target, tagger, message } = draft;
    const head = `object ${target}\ntype commit\ntag ${name}\ntagger ${signatureLine(tagger)}`;
    const id = idOf("tag", `${head}\n\n${message}`);
    this.tags.set(id, draft);
    return id;
  }

  writeBlob(bytes: Uint8Array): string {
    const id = idOf("blob", bytes);
    this.blobs.set(id, bytes);
    return id;
  }

  writeTree(files: Files): string {
    const items = Object.entries(files).map(([path, text]) =>
      this.toItem(path, {
        mode: "100644",
        objectId: this.writeBlob(new TextEncoder().encode(text)),
      }),
    );
    return this.writeItems(items);
  }

  writeItems(items: readonly TreeItem[]): string {
    const sorted = [...items].sort((left, right) => byCodeUnits(left.path, right.path));
    const lines = sorted.map(({ path, mode, objectId }) => `${mode} ${path}\0${objectId}`);
    const id = idOf("tree", lines.join("\n"));
    this.trees.set(id, new Map(sorted.map((item) => [item.path, item])));
    return id;
  }

  /** Like `GitMirror.writeTree`, from a tree. */
  changeTree(base: string, changes: ReadonlyMap<string, TreeFile | undefined>): string {
    parseChanges(changes);
    const items = new Map(this.itemsOf(base));
    for (const [path, file] of changes) if (file === undefined) items.delete(path);
    for (const [path, file] of changes) {
      if (file === undefined) continue;
      for (const other of items.keys()) {
        if (path.startsWith(`${other}/`) || other.startsWith(`${path}/`)) items.delete(other);
      }
      items.set(path, this.toItem(path, file));
    }
    return this.writeItems([...items.values()]);
  }

  itemsOf(tree: string): ReadonlyMap<string, TreeItem> {
    return this.trees.get(tree) ?? missing(tree);
  }

  toItem(path: string, { mode, objectId }: TreeFile): TreeItem {
    const bytes = this.blobs.get(objectId) ?? missing(objectId);
    return { path, mode, objectId, sizeBytes: bytes.byteLength, isUtf8: true };
  }

  isAncestor(ancestor: string, descendant: string): boolean {
    const queue = [descendant];
    const seen = new Set<string>();
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      if (id === ancestor) return this.commits.has(ancestor);
      if (seen.has(id)) continue;
      seen.add(id);
      queue.push(...(this.commits.get(id)?.parents ?? []));
    }
    return false;
  }
}

function idOf(type: string, content: string | Uint8Array): string {
  const body = Buffer.from(content as string);
  return createHash("sha1").update(`${type} ${body.byteLength}\0`).update(body).digest("hex");
}

function signatureLine({ name, email, timestamp }: Signature): string {
  return `${name} <${email}> ${timestamp} +0000`;
}

/** Text as it comes back from an object: lone surrogates do not survive. */
function asBytes(text: string): string {
  return Buffer.from(text).toString();
}

export function missing(id: string): never {
  throw new CairnError({ code: "GIT_OBJECT_MISSING", kind: "missing", message: id });
}
