import { randomUUID } from "node:crypto";
import { open, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

export interface AtomicWriteOptions {
  /** Wait until the disk has it. Default true; false for what can be made again. */
  readonly durable?: boolean;
  readonly mode?: number;
}

/** Replaces a file as a whole: a reader, or a crash at any moment, leaves the old bytes or the new ones. */
export async function writeFileAtomically(
  path: string,
  bytes: Uint8Array | string | Iterable<Uint8Array>,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const { durable = true, mode = 0o644 } = options;
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeNewFile(temporary, bytes, { durable, mode });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  if (durable) await syncDirectory(dirname(path));
}

/** Writes a file that must not exist yet. */
export async function writeNewFile(
  path: string,
  bytes: Uint8Array | string | Iterable<Uint8Array>,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const { durable = true, mode = 0o644 } = options;
  const file = await open(path, "wx", mode);
  try {
    await writeFile(file, bytes);
    if (durable) await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames inside a directory survive a power loss. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
