import { randomUUID } from "node:crypto";
import { link, open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { systemClock, type Clock } from "../shared/clock.ts";
import { sha256 } from "../shared/digest.ts";
import { hasCode } from "../shared/errors.ts";
import { isJsonObject } from "../shared/json.ts";
import { writeNewFile } from "./atomic-write.ts";
import { lockBusy, lockLost } from "./errors.ts";
import { readLiveness, readOwnIdentity, type ProcessIdentity } from "./process-identity.ts";

export interface OwnedLockOptions {
  readonly path: string;
  /** A lock of another machine counts as abandoned this long after its last renewal. Default one minute. */
  readonly expiresAfterMs?: number;
  /** How long to wait for somebody else's lock. Default: not at all. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

/** What the lock file says: its owner. The time of the last renewal is the file's modification time. */
interface Owner extends ProcessIdentity {
  readonly token: string;
  readonly expiresAfterMs: number;
}

interface Link {
  readonly owner: Owner;
  readonly renewedMs: number;
}

const defaultExpiryMs = 60_000;

/**
 * An exclusive lock file.
 *
 * The file names its owner by an unguessable token. Who wants to replace or remove owner T must
 * first create `<path>.T.next`, which exists at most once, and then find T still in place: so an
 * abandoned lock is taken over by exactly one process, and a release cannot hit a successor.
 * Whoever dies between the two steps is an owner like any other, with a `.next` of its own.
 */
export class OwnedLock {
  readonly path: string;
  /** True when the owner before this one died or expired without releasing it. */
  readonly wasAbandoned: boolean;
  readonly #token: string;
  readonly #clock: Clock;

  private constructor(
    options: { readonly path: string; readonly clock: Clock },
    token: string,
    wasAbandoned: boolean,
  ) {
    this.path = options.path;
    this.#clock = options.clock;
    this.#token = token;
    this.wasAbandoned = wasAbandoned;
  }

  /** Rejects with `LOCK_BUSY` when the lock is not free within `waitMs`. */
  static async acquire(options: OwnedLockOptions): Promise<OwnedLock> {
    const { path, clock = systemClock, waitMs = 0, signal } = options;
    const deadline = clock.monotonicMs() + waitMs;
    for (;;) {
      signal?.throwIfAborted();
      const { expiresAfterMs = defaultExpiryMs } = options;
      const owner = { ...(await readOwnIdentity()), token: randomUUID(), expiresAfterMs };
      const outcome = await tryAcquire(path, owner, clock);
      if (typeof outcome !== "object") {
        return new OwnedLock({ path, clock }, owner.token, outcome === "abandoned");
      }
      if (clock.monotonicMs() >= deadline) {
        throw lockBusy(path, `process ${outcome.owner.pid} on ${outcome.owner.host}`);
      }
      await wait(20 + Math.random() * 80, undefined, signal === undefined ? {} : { signal });
    }
  }

  /** Says that the owner is alive. Rejects with `LOCK_LOST` when somebody else has it by now. */
  async renew(): Promise<void> {
    const chain = await readChain(this.path);
    if (chain.at(-1)?.owner.token !== this.#token) throw lockLost(this.path);
    const file = await open(this.path, "r+");
    try {
      // The open file is ours or a successor's; only ours may be touched, and by its handle.
      if (parseOwner(await file.readFile("utf8")).token !== this.#token) throw lockLost(this.path);
      const now = this.#clock.now();
      await file.utimes(now, now);
    } finally {
      await file.close();
    }
  }

  /** Releasing what is lost or released already does nothing. */
  async release(): Promise<void> {
    const chain = await readChain(this.path);
    if (chain.length !== 1 || chain[0]?.owner.token !== this.#token) return;
    const claim = claimPath(this.path, this.#token);
    const token = randomUUID();
    const temporary = `${this.path}.${token}.tmp`;
    const owner: Owner = { ...(await readOwnIdentity()), token, expiresAfterMs: defaultExpiryMs };
    await writeNewFile(temporary, JSON.stringify(owner));
    try {
      if (!(await tryLink(temporary, claim))) return;
      await rm(this.path, { force: true });
      await rm(claim, { force: true });
    } finally {
      await rm(temporary, { force: true });
    }
  }
}

/** How it was acquired, or who has it. */
async function tryAcquire(
  path: string,
  owner: Owner,
  clock: Clock,
): Promise<"free" | "abandoned" | Link> {
  const temporary = `${path}.${owner.token}.tmp`;
  await writeNewFile(temporary, JSON.stringify(owner));
  try {
    const now = clock.now();
    await utimes(temporary, now, now);
    if (await tryLink(temporary, path)) return "free";
    const chain = await readChain(path);
    const last = chain.at(-1);
    if (last === undefined) return (await tryLink(temporary, path)) ? "free" : busyUnknown(owner);
    if (!(await isAbandoned(last, clock))) return last;
    return (await takeOver(path, temporary, chain)) ? "abandoned" : last;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function takeOver(path: string, temporary: string, chain: readonly Link[]): Promise<boolean> {
  const claims = chain.map(({ owner }) => claimPath(path, owner.token));
  const claim = claims.at(-1);
  if (claim === undefined || !(await tryLink(temporary, claim))) return false;
  const found = await readChain(path);
  const isStillThere = chain.every(({ owner }, index) => owner.token === found[index]?.owner.token);
  if (!isStillThere) {
    await rm(claim, { force: true });
    return false;
  }
  await rename(temporary, path);
  // Only now, and only the first: an owner in between who wakes up late must find its successor.
  const [first = claim] = claims;
  await rm(first, { force: true });
  return (await readChain(path)).length === 1;
}

async function isAbandoned({ owner, renewedMs }: Link, clock: Clock): Promise<boolean> {
  const liveness = await readLiveness(owner);
  if (liveness === "alive") return false;
  return liveness === "dead" || clock.now().getTime() > renewedMs + owner.expiresAfterMs;
}

/** The owner in the lock file, the one who claimed its place, and so on; the last one holds the lock. */
async function readChain(path: string): Promise<readonly Link[]> {
  const chain: Link[] = [];
  let next = await readLink(path);
  while (next !== undefined && chain.length < 100) {
    chain.push(next);
    next = await readLink(claimPath(path, next.owner.token));
  }
  return chain;
}

async function readLink(path: string): Promise<Link | undefined> {
  try {
    const { mtimeMs } = await stat(path);
    return { owner: parseOwner(await readFile(path, "utf8")), renewedMs: mtimeMs };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** A file that says nothing sensible is somebody's until it expires. */
function parseOwner(text: string): Owner {
  const value = parseJson(text);
  const { pid, host, started, token, expiresAfterMs } = isJsonObject(value) ? value : {};
  return {
    pid: typeof pid === "number" ? pid : 0,
    host: typeof host === "string" ? host : "an unknown host",
    started: typeof started === "string" ? started : "",
    token: typeof token === "string" && /^[\w-]{8,64}$/.test(token) ? token : sha256(text).slice(7),
    expiresAfterMs: typeof expiresAfterMs === "number" ? expiresAfterMs : defaultExpiryMs,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

function busyUnknown(self: Owner): Link {
  return { owner: { ...self, pid: 0, host: "an unknown host" }, renewedMs: 0 };
}

function claimPath(path: string, token: string): string {
  return `${path}.${token}.next`;
}
