import { join } from "node:path";

import type { Registry } from "../domain/registry.ts";
import { blobKey } from "../domain/workspace/layout.ts";
import { findLocalRepository } from "../git/drivers/locate-repository.ts";
import { NativeGitMirror } from "../git/drivers/native/mirror.ts";
import type { RemoteLogin } from "../git/drivers/native/remote.ts";
import type { HashCache } from "../registry/file-hasher.ts";
import { systemClock } from "../shared/clock.ts";
import { isDigest } from "../shared/digest.ts";
import { CairnError, hasCode } from "../shared/errors.ts";
import { parseJsonObject } from "../shared/json.ts";
import { redact } from "../shared/redact.ts";
import { CommitSourceTree } from "../source/drivers/commit.ts";
import { readLfsObject } from "../source/drivers/lfs.ts";
import type { AppOptions } from "../usecases/app-options.ts";
import { ClockWatch } from "../usecases/clock-watch.ts";
import type { Cache } from "../usecases/ledger/cache.ts";
import { CommitRegistryReader } from "../usecases/registry-reader.ts";
import { TagSchedule } from "../usecases/reconcile/observe.ts";
import type { RegistrySession } from "../usecases/session.ts";
import type { LazyTextCache } from "./text-cache.ts";
import { connectHost } from "./connect-host.ts";
import { makeOwnFolder } from "./own-folder.ts";
import { personOfSession, readPerson } from "./person.ts";
import { FileCache } from "./file-cache.ts";
import { registryFolder, type RegistryTarget, type Settings } from "./settings.ts";

/** Commands beside a running `cairn serve` take the next copy instead of waiting for it. */
const mirrorCopies = 4;
const mirrorWaitMs = 60_000;
const hashesKey = "blob-digests.json";

export interface SessionContext {
  readonly options: AppOptions;
  readonly settings: Settings;
  readonly openStore: RegistrySession["openStore"];
  readonly texts: LazyTextCache;
  /** Ends the opening, and nothing after it. */
  readonly signal: AbortSignal;
}

/** Opens one registry: a mirror of its repository that nobody else uses, caches, stores. */
export async function openSession(
  { options, settings, openStore, texts, signal }: SessionContext,
  target: RegistryTarget,
): Promise<RegistrySession> {
  await makeOwnFolder(settings.dataFolder);
  const folder = registryFolder(settings.dataFolder, target.url);
  const cache = new FileCache(join(folder, "cache"));
  const hashes = await PersistentHashes.load(cache);
  const person = await readPerson(options);
  // With --registry the commands that propose commits still mean the clone that they run in.
  const workTree = target.workTree ?? (await findLocalRepository(options.cwd))?.workTree;
  // Last of what can fail: the mirror holds a lock until the session ends.
  const connection = await connectHost(options, settings, target, person.signingKey);
  const mirror = await openMirror(folder, target, options, { signal, login: connection.login });
  const { forge, host } = connection.attach(mirror);
  const watch = new ClockWatch(systemClock);
  const reader = new CommitRegistryReader({
    treeAt: (commit) => new CommitSourceTree({ git: mirror, commit }),
    openObject: (registry, sha256) => openObject({ registry, sha256, target, openStore }),
    hashes,
    clock: systemClock,
    documents: await texts.documents(),
  });
  return {
    url: redact(target.url),
    mirror,
    forge,
    host,
    reader,
    cache,
    clock: systemClock,
    clockProblem: () => watch.problem(),
    ...personOfSession(options, person, workTree),
    tagSchedule: new TagSchedule(systemClock),
    log: options.log,
    openStore,
    flush: () => hashes.save(cache),
  };
}

async function openMirror(
  folder: string,
  target: RegistryTarget,
  options: AppOptions,
  access: { readonly signal: AbortSignal; readonly login: RemoteLogin | undefined },
): Promise<NativeGitMirror> {
  const { url, branch } = target;
  const shared = {
    url,
    environment: options.env,
    ...access,
    ...(branch === undefined ? {} : { branch: `refs/heads/${branch}` }),
  };
  for (let copy = 1; copy < mirrorCopies; copy += 1) {
    try {
      return await NativeGitMirror.open({ ...shared, directory: join(folder, `mirror-${copy}`) });
    } catch (error) {
      if (!hasCode(error, "LOCK_BUSY")) throw error;
    }
  }
  const directory = join(folder, `mirror-${mirrorCopies}`);
  return NativeGitMirror.open({ ...shared, directory, waitMs: mirrorWaitMs });
}

interface WantedObject {
  readonly registry: Registry;
  readonly sha256: string;
  readonly target: RegistryTarget;
  readonly openStore: SessionContext["openStore"];
}

/** Objects that are not in Git: from the LFS store of a local repository, else the primary replica. */
async function* openObject({
  registry,
  sha256,
  target,
  openStore,
}: WantedObject): AsyncIterable<Uint8Array> {
  const local =
    target.gitFolder === undefined ? undefined : await readLfsObject(target.gitFolder, sha256);
  if (local !== undefined) {
    yield* local;
    return;
  }
  const digest = `sha256:${sha256}`;
  const primary = registry.settings?.replicas.find(
    ({ location }) => location === registry.settings?.location,
  )?.store;
  if (primary === undefined || !isDigest(digest)) throw noPrimaryReplica(sha256);
  yield* (await openStore(primary)).read(blobKey(digest));
}

function noPrimaryReplica(sha256: string): CairnError {
  return new CairnError({
    code: "SOURCE_OBJECT_MISSING",
    kind: "missing",
    message: `The object ${sha256} is not in Git, and the registry has no replica in its primary region to take it from.`,
    hint: "Add a replica for the primary location to registry.yaml.",
  });
}

/** Digests of Git blobs by their id: never wrong, only missing. */
class PersistentHashes implements HashCache {
  readonly #digests: Map<string, string>;
  #isChanged = false;

  private constructor(digests: Map<string, string>) {
    this.#digests = digests;
  }

  static async load(cache: Cache): Promise<PersistentHashes> {
    // A torn cache is no cache.
    const value = parseJsonObject((await cache.get(hashesKey)) ?? "");
    const entries = Object.entries(value ?? {});
    return new PersistentHashes(
      new Map(
        entries.flatMap(([id, digest]) => (typeof digest === "string" ? [[id, digest]] : [])),
      ),
    );
  }

  get(objectId: string): `sha256:${string}` | undefined {
    const digest = this.#digests.get(objectId);
    return digest !== undefined && isDigest(digest) ? digest : undefined;
  }

  set(objectId: string, digest: string): void {
    if (this.#digests.size >= maxHashes) this.#digests.clear();
    this.#digests.set(objectId, digest);
    this.#isChanged = true;
  }

  async save(cache: Cache): Promise<void> {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    await cache.set(hashesKey, JSON.stringify(Object.fromEntries(this.#digests)));
  }
}

/** About 30 MB on disk; past it the cache starts over. */
const maxHashes = 250_000;
