import { formatAssetKey } from "../../domain/asset.ts";
import { assetState, findVersion } from "../../domain/ledger/state.ts";
import { entryId, entryKey, type IndexEntry } from "../../domain/workspace/index-document.ts";
import { indexKey, versionPrefix } from "../../domain/workspace/layout.ts";
import { hasCode, toCairnError } from "../../shared/errors.ts";
import { forEachBounded } from "../../store/bounded.ts";
import type { Store } from "../../store/store.ts";
import { verifyIndex } from "./verify-index.ts";
import { manifestKey, readVersionManifest } from "./read-index.ts";
import { repairVersion } from "./repair-version.ts";
import type {
  ProblemKind,
  VerifyProblem,
  VerifyWorkspaceRequest,
  VerifyWorkspaceResult,
} from "./verify-types.ts";
import { versionObjects, type VersionObject } from "./version-objects.ts";

const objectsAtOnce = 8;

/** Reads every byte that the index names and holds it against manifests, index and ledger. */
export async function verifyWorkspace(
  request: VerifyWorkspaceRequest,
): Promise<VerifyWorkspaceResult> {
  const { document, problems: indexProblems } = await verifyIndex(request);
  const entries = document?.assets ?? [];
  const problems: VerifyProblem[] = [...indexProblems];
  const total = entries.reduce((sum, entry) => sum + entry.files, 0);
  const totalBytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  let done = 0;
  let doneBytes = 0;
  for (const entry of entries) {
    request.signal?.throwIfAborted();
    problems.push(...(await verifyVersion(request, entry)));
    done += entry.files;
    doneBytes += entry.bytes;
    request.onProgress?.({ done, total, doneBytes, totalBytes });
  }
  return { versions: entries.length, files: total, sizeBytes: totalBytes, problems };
}

async function verifyVersion(
  request: VerifyWorkspaceRequest,
  entry: IndexEntry,
): Promise<readonly VerifyProblem[]> {
  const found = [
    ...ledgerProblems(request, entry),
    ...(await objectProblems(request, entry)),
    ...(await extraObjects(request, entry)),
  ];
  const damaged = found.filter(({ problem }) => problem === "missing" || problem === "changed");
  if (request.repair === undefined || damaged.length === 0) return found;
  const changed = damaged.filter(({ problem }) => problem === "changed").map(({ key }) => key);
  const isRepaired = await repairVersion(request, request.repair, { entry, changed });
  if (!isRepaired) return found;
  const left = await objectProblems(request, entry);
  const stillThere = new Set(left.map(({ key }) => key));
  const isDamage = new Set(damaged.map(({ key }) => key));
  return found.map((problem) =>
    isDamage.has(problem.key) ? { ...problem, repaired: !stillThere.has(problem.key) } : problem,
  );
}

function ledgerProblems(
  { state }: VerifyWorkspaceRequest,
  entry: IndexEntry,
): readonly VerifyProblem[] {
  if (state === undefined) return [];
  const { asset, version } = entryId(entry);
  const published = findVersion(assetState(state, asset), version);
  if (published?.digest === entry.digest) return [];
  const message =
    published === undefined
      ? `The index names ${entryKey(entry)}, which the ledger does not know.`
      : `The index gives ${entryKey(entry)} the digest ${entry.digest}; the ledger says ${published.digest}.`;
  return [problem("extra", indexKey, message)];
}

async function objectProblems(
  request: VerifyWorkspaceRequest,
  entry: IndexEntry,
): Promise<readonly VerifyProblem[]> {
  const { store, signal } = request;
  let objects: readonly VersionObject[];
  try {
    objects = versionObjects(entry, (await readVersionManifest(store, entry)).manifest);
  } catch (error) {
    signal?.throwIfAborted();
    return [await manifestProblem(store, entry, error)];
  }
  const problems: VerifyProblem[] = [];
  await forEachBounded(objects, objectsAtOnce, async (object) => {
    const found = await objectProblem(request, object);
    if (found !== undefined) problems.push(found);
  });
  return problems.sort((left, right) => (left.key < right.key ? -1 : 1));
}

async function manifestProblem(
  store: Store,
  entry: IndexEntry,
  error: unknown,
): Promise<VerifyProblem> {
  const key = manifestKey(entry);
  const { message } = toCairnError(error);
  if (!hasCode(error, "DELIVER_VERSION_DAMAGED")) return problem("unreadable", key, message);
  const isThere = (await store.head(key)) !== undefined;
  return problem(isThere ? "changed" : "missing", key, message);
}

async function objectProblem(
  { store, signal }: VerifyWorkspaceRequest,
  { key, file }: VersionObject,
): Promise<VerifyProblem | undefined> {
  try {
    const found = await store.measure(key, signal === undefined ? {} : { signal });
    if (found.sha256 === file.sha256 && found.sizeBytes === file.size) return undefined;
    const message = `${key} has ${found.sizeBytes} bytes with the digest ${found.sha256}; its manifest says ${file.size} and ${file.sha256}.`;
    return problem("changed", key, message);
  } catch (error) {
    signal?.throwIfAborted();
    const { message } = toCairnError(error);
    return problem(hasCode(error, "STORE_OBJECT_MISSING") ? "missing" : "unreadable", key, message);
  }
}

/** Files beside those of a version: a reader that takes the whole folder would take them too. */
async function extraObjects(
  { store }: VerifyWorkspaceRequest,
  entry: IndexEntry,
): Promise<readonly VerifyProblem[]> {
  if (entry.layout === "blobs") return [];
  const folder = versionPrefix(formatAssetKey(entry), entry.version);
  try {
    const { manifest } = await readVersionManifest(store, entry);
    const expected = new Set(versionObjects(entry, manifest).map(({ key }) => key));
    const extra: VerifyProblem[] = [];
    for await (const { key } of store.list(folder)) {
      if (expected.has(key) || key === manifestKey(entry)) continue;
      extra.push(problem("extra", key, `${key} does not belong to ${entryKey(entry)}.`));
    }
    return extra;
  } catch (error) {
    // A damaged manifest is reported where the objects are; without it nothing is known to be extra.
    if (hasCode(error, "DELIVER_VERSION_DAMAGED")) return [];
    return [problem("unreadable", folder, toCairnError(error).message)];
  }
}

function problem(kind: ProblemKind, key: string, message: string): VerifyProblem {
  return { problem: kind, key, message, repaired: false };
}
