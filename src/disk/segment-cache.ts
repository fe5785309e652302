import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { hasCode } from "../shared/errors.ts";
import { writeFileAtomically } from "./atomic-write.ts";

export interface SegmentCacheOptions {
  readonly folder: string;
  /** Past this the entries that were not asked for are forgotten. */
  readonly maxBytes: number;
}

/** Segments are read whole: with more of them than this they are written anew as one. */
const maxSegments = 12;
const suffix = ".segment";
const sumLength = 16;
const newLine = 0x0a;

/**
 * Remembers texts by key between two runs. Each run adds one file (a line per entry: checksum, key,
 * text), written whole or not at all, so that any number of processes may share the folder. It may
 * be deleted at any time; what is damaged, or cannot be read or written, is as if it were not there.
 */
export class SegmentCache {
  readonly #options: SegmentCacheOptions;
  readonly #found = new Map<string, Slice>();
  readonly #used = new Set<string>();
  readonly #added = new Map<string, string>();
  readonly #segments: string[] = [];
  #sizeBytes = 0;

  private constructor(options: SegmentCacheOptions) {
    this.#options = options;
  }

  static async open(options: SegmentCacheOptions): Promise<SegmentCache> {
    const cache = new SegmentCache(options);
    for (const name of await namesIn(options.folder)) await cache.#index(name);
    return cache;
  }

  get(key: string): string | undefined {
    const added = this.#added.get(key);
    if (added !== undefined) return added;
    const slice = this.#found.get(key);
    const text = slice === undefined ? undefined : readSlice(key, slice);
    if (text !== undefined) this.#used.add(key);
    return text;
  }

  /** Text without a line break, such as JSON. */
  set(key: string, text: string): void {
    this.#added.set(key, text);
  }

  /** Writes what was added; a folder that cannot be written makes the next run slower, nothing else. */
  async save(): Promise<void> {
    const isCrowded =
      this.#segments.length >= maxSegments || this.#sizeBytes > this.#options.maxBytes;
    if (this.#added.size === 0 && !isCrowded) return;
    const { folder } = this.#options;
    try {
      await mkdir(folder, { recursive: true });
      const pieces = toPieces(isCrowded ? this.#kept() : this.#added);
      const name = `${randomUUID()}${suffix}`;
      await writeFileAtomically(join(folder, name), pieces, { durable: false });
      const old = isCrowded ? this.#segments.splice(0) : [];
      this.#segments.push(name);
      for (const each of old) await rm(join(folder, each), { force: true });
    } catch (error) {
      if (!hasCode(error, ...unwritable)) throw error;
    }
    this.#added.clear();
  }

  /** What was asked for, newest first, as far as it fits in half of the bound. */
  #kept(): ReadonlyMap<string, string> {
    const budget = this.#options.maxBytes / 2;
    const texts = new Map(this.#added);
    let sizeBytes = 0;
    for (const text of texts.values()) sizeBytes += text.length;
    for (const key of this.#used) {
      const slice = this.#found.get(key);
      if (slice === undefined || texts.has(key)) continue;
      sizeBytes += slice.end - slice.start;
      if (sizeBytes > budget) break;
      const text = readSlice(key, slice);
      if (text !== undefined) texts.set(key, text);
    }
    return texts;
  }

  async #index(name: string): Promise<void> {
    const bytes = await readFile(join(this.#options.folder, name)).catch(() => undefined);
    if (bytes === undefined) return;
    this.#segments.push(name);
    this.#sizeBytes += bytes.byteLength;
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(newLine, start);
      if (end < 0) break;
      const keyEnd = bytes.indexOf(0x20, start + sumLength + 1);
      if (keyEnd > 0 && keyEnd < end) {
        const key = bytes.toString("latin1", start + sumLength + 1, keyEnd);
        this.#found.set(key, { bytes, start, keyEnd, end });
      }
      start = end + 1;
    }
  }
}

const unwritable = ["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "ENOTDIR", "EEXIST"] as const;

/** Where the line of an entry stands: `<checksum> <key> <text>`. */
interface Slice {
  readonly bytes: Buffer;
  readonly start: number;
  readonly keyEnd: number;
  readonly end: number;
}

function readSlice(key: string, { bytes, start, keyEnd, end }: Slice): string | undefined {
  const sum = bytes.toString("latin1", start, start + sumLength);
  const text = bytes.subarray(keyEnd + 1, end);
  return sum === checksum(key, text) ? text.toString("utf8") : undefined;
}

/** A segment may be large: no second copy of it is made. */
const pieceBytes = 256 * 1024;

function* toPieces(texts: ReadonlyMap<string, string>): Iterable<Buffer> {
  let parts: Buffer[] = [];
  let sizeBytes = 0;
  for (const [key, text] of texts) {
    const bytes = Buffer.from(text, "utf8");
    const head = Buffer.from(`${checksum(key, bytes)} ${key} `, "latin1");
    parts.push(head, bytes, Buffer.of(newLine));
    sizeBytes += bytes.byteLength;
    if (sizeBytes < pieceBytes) continue;
    yield Buffer.concat(parts);
    parts = [];
    sizeBytes = 0;
  }
  yield Buffer.concat(parts);
}

function checksum(key: string, bytes: Uint8Array): string {
  return createHash("sha1").update(key).update(bytes).digest("hex").slice(0, sumLength);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith(suffix)).slice(0, 4 * maxSegments);
}
