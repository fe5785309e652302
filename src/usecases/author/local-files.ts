import type { SourceEntry, SourceTree } from "../../source/source-tree.ts";
import { compileIgnoreFile } from "../../registry/ignore-file.ts";
import { unusableEntry } from "../../registry/local-paths.ts";
import { DigestMeter, type Digest } from "../../shared/digest.ts";
import { hasCode } from "../../shared/errors.ts";
import { forEachBounded } from "../../store/bounded.ts";
import { fileChanged, filesTooLarge, filesUnusable, nothingToRegister } from "./errors.ts";

/** What a person named on their own disk: one file, or a folder with everything below it. */
export interface LocalFiles {
  /** The last part of the path. */
  readonly name: string;
  readonly isFolder: boolean;
  /** Of a file: that one entry. */
  readonly tree: SourceTree;
}

/** A file that is about to be a part of an asset. */
export interface MeasuredFile {
  /** From the folder; the name of a file that was named itself. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
}

/** Files that are read and hashed at the same time. */
const readsAtOnce = 4;
const ignoreFileBytes = 1024 * 1024;
const pointerBytes = 600;

/**
 * Reads and hashes every file. Rejects with `REGISTER_EMPTY`, `REGISTER_FILE_UNUSABLE`,
 * `REGISTER_TOO_LARGE`, `REGISTER_FILE_CHANGED` and `SOURCE_FILE_DENIED`; the answer is sorted.
 */
export async function measureFiles(
  local: LocalFiles,
  limitBytes: number | undefined,
): Promise<readonly MeasuredFile[]> {
  const entries = await listFiles(local);
  const problems = entries.filter(({ type }) => type !== "file").map(problemOf);
  if (problems.length > 0) throw filesUnusable(problems);
  if (entries.length === 0) throw nothingToRegister(local.name);
  const total = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (limitBytes !== undefined && total > limitBytes) throw filesTooLarge(total, limitBytes);
  const digests = new Map<string, Digest>();
  await forEachBounded(entries, readsAtOnce, async (entry) => {
    digests.set(entry.path, await measure(local.tree, entry));
  });
  return entries.flatMap(({ path, sizeBytes }) => {
    const digest = digests.get(path);
    return digest === undefined ? [] : [{ path, sizeBytes, digest }];
  });
}

/** The bytes of a file that goes into Git; they must be those that were hashed. */
export async function readMeasured(
  { tree }: LocalFiles,
  file: MeasuredFile,
  maxBytes: number,
): Promise<Uint8Array> {
  const bytes = await watchChanges(file.path, () => tree.read(file.path, { maxBytes }));
  const meter = new DigestMeter();
  meter.update(bytes);
  if (meter.digest() !== file.digest) throw fileChanged(file.path);
  return bytes;
}

/** Says of a file that vanished or grew under the reader that it changed. */
export async function watchChanges<Value>(
  path: string,
  read: () => Promise<Value>,
): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    const isChange = hasCode(
      error,
      "SOURCE_FILE_CHANGED",
      "SOURCE_FILE_MISSING",
      "SOURCE_FILE_TOO_LARGE",
      "STORE_DIGEST_MISMATCH",
    );
    throw isChange ? fileChanged(path, error) : error;
  }
}

async function listFiles({ tree, isFolder }: LocalFiles): Promise<readonly SourceEntry[]> {
  const entries = await tree.list();
  const hasIgnoreFile = entries.some(
    ({ path, type }) => path === ".amlignore" && type === "file" && isFolder,
  );
  if (!hasIgnoreFile) return entries;
  const bytes = await tree.read(".amlignore", { maxBytes: ignoreFileBytes });
  const isIgnored = compileIgnoreFile(Buffer.from(bytes).toString("utf8"));
  return entries.filter(({ path }) => path === ".amlignore" || !isIgnored(path));
}

function problemOf(entry: SourceEntry): string {
  return unusableEntry(entry, { path: entry.path }).message;
}

async function measure(tree: SourceTree, { path, sizeBytes }: SourceEntry): Promise<Digest> {
  const meter = new DigestMeter();
  const head: Uint8Array[] = [];
  await watchChanges(path, async () => {
    for await (const chunk of tree.open(path)) {
      meter.update(chunk);
      if (sizeBytes <= pointerBytes) head.push(chunk);
    }
  });
  if (meter.sizeBytes !== sizeBytes) throw fileChanged(path);
  if (Buffer.concat(head).toString("latin1").startsWith("version https://git-lfs.github.com/")) {
    throw filesUnusable([`"${path}" is a Git LFS pointer and not the file itself: git lfs pull.`]);
  }
  return meter.digest();
}
