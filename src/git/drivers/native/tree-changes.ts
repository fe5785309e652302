import { pathRefused } from "../../errors.ts";
import type { TreeFile } from "../../git.ts";
import { isObjectId } from "../../objects.ts";

/** What becomes of one name in a folder, and of what is below it. */
export interface PathChange {
  readonly file: TreeFile | undefined;
  readonly isRemoved: boolean;
  /** True when a file is set somewhere below it: it is a folder then. */
  readonly setsFiles: boolean;
  readonly below: ReadonlyMap<string, PathChange>;
}

interface OpenChange extends PathChange {
  file: TreeFile | undefined;
  isRemoved: boolean;
  setsFiles: boolean;
  readonly below: Map<string, OpenChange>;
}

const maxPathBytes = 4096;
const maxNameBytes = 255;

/** Sorts changes into folders. Throws `GIT_PATH_REFUSED` for those that no tree may have. */
export function parseChanges(changes: ReadonlyMap<string, TreeFile | undefined>): PathChange {
  const root = openChange();
  for (const [path, file] of changes) {
    if (file !== undefined) checkFile(path, file);
    let change = root;
    for (const name of parsePath(path)) {
      if (file !== undefined) {
        change.setsFiles = true;
        checkOneThing(path, change);
      }
      const next = change.below.get(name) ?? openChange();
      change.below.set(name, next);
      change = next;
    }
    change.file = file;
    change.isRemoved = file === undefined;
    checkOneThing(path, change);
  }
  return root;
}

function openChange(): OpenChange {
  return { file: undefined, isRemoved: false, setsFiles: false, below: new Map() };
}

function checkOneThing(path: string, { file, setsFiles }: PathChange): void {
  if (file !== undefined && setsFiles) throw pathRefused(path, "it is to be in a file.");
}

function checkFile(path: string, { mode, objectId }: TreeFile): void {
  if (mode !== "100644" && mode !== "100755") throw pathRefused(path, `its mode is ${mode}.`);
  if (!isObjectId(objectId)) throw pathRefused(path, "its content has no object id.");
}

function parsePath(path: string): readonly string[] {
  if (path === "") throw pathRefused(path, "it is empty.");
  if (Buffer.byteLength(path) > maxPathBytes) throw pathRefused(path, "it is too long.");
  if (path.includes("\0")) throw pathRefused(path, "it has a NUL in it.");
  if (/\p{Cs}/u.test(path)) throw pathRefused(path, "it is not valid Unicode.");
  if (path.startsWith("/")) throw pathRefused(path, "it is absolute.");
  const names = path.split("/");
  for (const name of names) {
    if (name === "") throw pathRefused(path, "it has an empty name in it.");
    if (name === "." || name === "..") throw pathRefused(path, `it has ${name} in it.`);
    if (isGitFolder(name)) throw pathRefused(path, "a name in it is that of Git's own folder.");
    if (Buffer.byteLength(name) > maxNameBytes) throw pathRefused(path, "a name is too long.");
  }
  return names;
}

/**
 * True for `.git` and what some file system takes for it: other cases, `git~1`, a backslash as
 * separator, dots, spaces or a stream behind it, and characters that are ignored.
 */
function isGitFolder(name: string): boolean {
  return name.split("\\").some((part) => {
    const plain = part.replaceAll(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, "");
    return /^(?:\.git|git~1)[. ]*(?:$|:)/i.test(plain);
  });
}
