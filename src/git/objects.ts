import { isUtf8 } from "node:buffer";
import type { CommitInfo, Signature } from "./git.ts";

/** True for a full SHA-1 object id, the only ids Cairn works with. */
export function isObjectId(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** True for the full name of a ref that Git would accept (git check-ref-format). */
export function isFullRef(text: string): boolean {
  return (
    /^refs\/[^\s\p{Cc}~^:?*[\\]+$/u.test(text) &&
    !/\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|[./]$/.test(text)
  );
}

/** True for `HEAD`, a full ref or a full id, with `~1` or `^2` behind it. */
export function isRevision(text: string): boolean {
  const base = text.replace(/(?:[~^]\d{0,6}){1,100}$/, "");
  return base === "HEAD" || isObjectId(base) || isFullRef(base);
}

/** Reads a commit object. Never fails: what is malformed comes out empty. */
export function parseCommit(id: string, bytes: Uint8Array): CommitInfo {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  const end = text.indexOf("\n\n");
  const lines = (end < 0 ? text : text.slice(0, end)).split("\n");
  const parents: string[] = [];
  // Parents are the lines right after the tree; one further down is only decoration.
  for (const line of lines.slice(1)) {
    if (!line.startsWith("parent ")) break;
    parents.push(line.slice("parent ".length));
  }
  return {
    id,
    tree: lines[0]?.startsWith("tree ") === true ? lines[0].slice("tree ".length) : "",
    parents,
    author: parseSignature(lines, "author "),
    committer: parseSignature(lines, "committer "),
    message: end < 0 ? "" : text.slice(end + 2),
  };
}

function parseSignature(lines: readonly string[], key: string): Signature {
  const line = lines.find((line) => line.startsWith(key))?.slice(key.length) ?? "";
  const open = line.indexOf("<");
  const close = line.lastIndexOf(">");
  if (open < 0 || close < open) return { name: line.trim(), email: "", timestamp: 0 };
  const seconds = /^ (-?\d{1,15})\b/.exec(line.slice(close + 1))?.[1];
  return {
    name: line.slice(0, open).trim(),
    email: line.slice(open + 1, close).trim(),
    timestamp: Number(seconds ?? 0),
  };
}

export interface TreeEntry {
  readonly mode: string;
  readonly name: string;
  readonly isUtf8: boolean;
  readonly objectId: string;
}

/**
 * Reads a tree object as Git stores it: mode, space, name, NUL, 20 bytes of id. Stops at the
 * first byte that does not fit.
 */
export function* parseTree(bytes: Uint8Array): Iterable<TreeEntry> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;
  while (position < buffer.length) {
    const space = buffer.indexOf(0x20, position);
    const nul = space < 0 ? -1 : buffer.indexOf(0, space + 1);
    if (nul < 0 || nul + 21 > buffer.length) return;
    const name = buffer.subarray(space + 1, nul);
    yield {
      mode: canonicalMode(Number.parseInt(buffer.toString("latin1", position, space), 8)),
      ...decodeName(name),
      objectId: buffer.toString("hex", nul + 1, nul + 21),
    };
    position = nul + 21;
  }
}

/** Old tools wrote 100664 and the like; Git reads them as one of its five. */
function canonicalMode(mode: number): string {
  switch (mode & 0o170000) {
    case 0o100000:
      return (mode & 0o100) === 0 ? "100644" : "100755";
    case 0o120000:
      return "120000";
    case 0o040000:
      return "040000";
    default:
      return "160000";
  }
}

/** A file name as text, and whether that is all of it. */
export function decodeName(bytes: Buffer): { readonly name: string; readonly isUtf8: boolean } {
  return { name: bytes.toString("utf8"), isUtf8: isUtf8(bytes) };
}
