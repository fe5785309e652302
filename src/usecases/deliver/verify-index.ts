import { parseIndex, type IndexDocument } from "../../domain/workspace/index-document.ts";
import { archivedIndexKey, indexesPrefix, indexKey } from "../../domain/workspace/layout.ts";
import { sha256 } from "../../shared/digest.ts";
import type { Store } from "../../store/store.ts";
import { readOptional } from "./read-index.ts";
import type { VerifyProblem, VerifyWorkspaceRequest } from "./verify-types.ts";

export interface VerifiedIndex {
  /** The intact index: the one there, or the one that was put back. */
  readonly document: IndexDocument | undefined;
  readonly problems: readonly VerifyProblem[];
}

interface ArchivedIndex {
  readonly document: IndexDocument;
  readonly bytes: Uint8Array;
}

/**
 * Every index is archived under its digest before it becomes index.json, so that one which is
 * not in the archive was damaged; the newest intact one in the archive can take its place.
 */
export async function verifyIndex({
  store,
  repair,
}: Pick<VerifyWorkspaceRequest, "store" | "repair">): Promise<VerifiedIndex> {
  const info = await store.head(indexKey);
  const archive = await readArchive(store);
  const { problems } = archive;
  if (info === undefined && archive.intact.length === 0) return { document: undefined, problems };
  const intact = info === undefined ? undefined : await readIntact(store);
  if (intact !== undefined) return { document: intact, problems };
  const newest = archive.intact.at(-1);
  const canRepair = repair !== undefined && newest !== undefined;
  if (canRepair) await store.swap(indexKey, newest.bytes, info?.version);
  const damage: VerifyProblem = {
    problem: info === undefined ? "missing" : "changed",
    key: indexKey,
    message: `${indexKey} is not the index that was written: its digest is not in ${indexesPrefix}.`,
    repaired: canRepair,
  };
  return { document: newest?.document, problems: [damage, ...problems] };
}

/** The index as it stands, if it is one that was archived. */
async function readIntact(store: Store): Promise<IndexDocument | undefined> {
  const bytes = await readOptional(store, indexKey);
  if (bytes === undefined) return undefined;
  const archived = await store.head(archivedIndexKey(sha256(bytes)));
  const parsed = parseIndex(new TextDecoder().decode(bytes));
  return parsed.ok && archived !== undefined ? parsed.value : undefined;
}

/** Oldest first. */
async function readArchive(store: Store): Promise<{
  readonly intact: readonly ArchivedIndex[];
  readonly problems: readonly VerifyProblem[];
}> {
  const intact: ArchivedIndex[] = [];
  const problems: VerifyProblem[] = [];
  for await (const { key } of store.list(indexesPrefix)) {
    const bytes = (await readOptional(store, key)) ?? new Uint8Array();
    const parsed = parseIndex(new TextDecoder().decode(bytes));
    if (archivedIndexKey(sha256(bytes)) === key && parsed.ok) {
      intact.push({ document: parsed.value, bytes });
      continue;
    }
    const message = `${key} is damaged: what the workspace had then can no longer be told.`;
    problems.push({ problem: "changed", key, message, repaired: false });
  }
  intact.sort((left, right) => (left.document.at < right.document.at ? -1 : 1));
  return { intact, problems };
}
