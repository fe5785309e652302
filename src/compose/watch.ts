import { createHash } from "node:crypto";
import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";

import type { LedgerState } from "../domain/ledger/state.ts";
import { systemClock } from "../shared/clock.ts";
import { CairnError, hasCode } from "../shared/errors.ts";
import { FolderSourceTree } from "../source/drivers/folder.ts";
import { RememberedIds, RememberedSourceTree } from "../source/remembered-tree.ts";
import type { SourceEntry } from "../source/source-tree.ts";
import type { AppOptions } from "../usecases/app-options.ts";
import { LazySession } from "../usecases/lazy-session.ts";
import { validateTree } from "../usecases/validate.ts";
import type { FolderLook, LookAtFolder, WatchRequest } from "../usecases/watch.ts";
import { knownState } from "./known-state.ts";
import { openSession } from "./open-session.ts";
import { createStoreOpener } from "./open-store.ts";
import { loadSettings, locateRegistry, type Settings } from "./settings.ts";
import { LazyTextCache } from "./text-cache.ts";

/** Opens what `cairn watch` looks through. */
export async function openLook({
  options,
  path,
  signal,
}: Pick<WatchRequest, "options" | "path" | "signal">): Promise<{
  readonly look: LookAtFolder;
  readonly close: () => Promise<void>;
}> {
  const settings = await loadSettings(options);
  const texts = new LazyTextCache(settings.dataFolder);
  const folder = await folderOf(options, settings, path);
  const ledger = path === undefined ? askLedger({ options, settings, texts, signal }) : noLedger;
  const eyes = new FolderEyes(folder, texts, () => ledger.state);
  return {
    look: () => eyes.look(),
    close: async () => {
      await texts.save();
      await ledger.close();
    },
  };
}

/** What was parsed waits in memory until it is saved; at the end it is in any case. */
const savedEvery = 100;

/** Looks at one folder; what it saw last time is only seen again where something differs. */
class FolderEyes {
  readonly #folder: string;
  readonly #texts: LazyTextCache;
  readonly #stateOf: () => LedgerState | undefined;
  readonly #ids = new RememberedIds();
  #validations = 0;
  #last: { readonly look: FolderLook; readonly reason: string } | undefined;

  constructor(folder: string, texts: LazyTextCache, stateOf: () => LedgerState | undefined) {
    this.#folder = folder;
    this.#texts = texts;
    this.#stateOf = stateOf;
  }

  async look(): Promise<FolderLook> {
    const { folder, identity } = await identityOf(this.#folder);
    const tree = new RememberedSourceTree(new FolderSourceTree({ folder }), this.#ids);
    const entries = await tree.list();
    const signature = signatureOf(entries);
    const [state, now] = [this.#stateOf(), systemClock.now()];
    // Acceptances end with a day, and what the ledger says comes late.
    const reason = `${identity} ${signature} ${now.toDateString()} ${state === undefined}`;
    const isSettled = entries.every(({ fingerprint }) => fingerprint?.isSettled !== false);
    if (isSettled && this.#last?.reason === reason) return this.#last.look;
    const cache = await this.#texts.documents();
    const report = await validateTree(tree, { state, now, cache });
    const after = await identityOf(this.#folder);
    if (after.identity !== identity) throw folderReplaced(this.#folder);
    const { findings, assets, files } = report;
    const look = { folder, identity, signature, findings, assets, files };
    this.#last = { look, reason };
    this.#validations += 1;
    if (this.#validations % savedEvery === 0) await this.#texts.save();
    return look;
  }
}

/** A number may be given to another folder; the time of its making then differs. */
async function identityOf(
  folder: string,
): Promise<{ readonly folder: string; readonly identity: string }> {
  try {
    const real = await realpath(folder);
    const { dev, ino, birthtimeNs } = await stat(real, { bigint: true });
    return { folder: real, identity: [real, dev, ino, birthtimeNs].join(":") };
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) throw folderGone(folder);
    throw error;
  }
}

function signatureOf(entries: readonly SourceEntry[]): string {
  const hash = createHash("sha1");
  for (const { path, type, sizeBytes, fingerprint } of entries) {
    hash.update(`${path}\0${type}\0${sizeBytes}\0${fingerprint?.text ?? ""}\n`);
  }
  return hash.digest("hex");
}

interface Ledger {
  readonly state: LedgerState | undefined;
  close(): Promise<void>;
}

const noLedger: Ledger = { state: undefined, close: () => Promise.resolve() };

/** Findings do not wait for a network: those that need the ledger come when it has answered. */
function askLedger(context: {
  readonly options: AppOptions;
  readonly settings: Settings;
  readonly texts: LazyTextCache;
  readonly signal: AbortSignal;
}): Ledger {
  const { options, settings } = context;
  const openStore = createStoreOpener(settings);
  const lazy = new LazySession(async () =>
    openSession({ ...context, openStore }, await locateRegistry(options, settings)),
  );
  const answer: { state: LedgerState | undefined } = { state: undefined };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= lazy.close());
  const asked = knownState(lazy)
    .then((state) => (answer.state = state))
    .catch((error: unknown) => options.log.warn({ error }, "the ledger cannot be asked"))
    // The copy of the repository is for others to use.
    .then(close);
  return {
    get state() {
      return answer.state;
    },
    close: async () => {
      await close();
      await asked;
    },
  };
}

async function folderOf(
  options: AppOptions,
  settings: Settings,
  path: string | undefined,
): Promise<string> {
  if (path === undefined) {
    const { url, workTree } = await locateRegistry(options, settings);
    if (workTree === undefined) throw nothingToWatch(`${url} has no files to work on`);
    return workTree;
  }
  const folder = resolve(options.cwd, path);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) throw nothingToWatch(`${folder} is no folder`);
  return folder;
}

function nothingToWatch(why: string): CairnError {
  return new CairnError({
    code: "WATCH_FOLDER_MISSING",
    kind: "missing",
    message: `There is nothing to watch: ${why}.`,
    hint: "Give the folder of a registry, or run the command in a clone of one.",
  });
}

function folderGone(folder: string): CairnError {
  return new CairnError({
    code: "WATCH_FOLDER_GONE",
    kind: "missing",
    message: `${folder} is gone.`,
    hint: "It is watched again once it is back.",
  });
}

function folderReplaced(folder: string): CairnError {
  return new CairnError({
    code: "WATCH_FOLDER_REPLACED",
    kind: "conflict",
    message: `${folder} was replaced while it was read.`,
    hint: "It is read again.",
  });
}
