import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { openLocalFiles } from "../../../src/compose/local-files.ts";
import type { StoreSettings } from "../../../src/domain/registry.ts";
import { blobKey } from "../../../src/domain/workspace/layout.ts";
import { LocalForge } from "../../../src/forge/drivers/local/local-forge.ts";
import { NativeGitMirror } from "../../../src/git/drivers/native/mirror.ts";
import type { Clock } from "../../../src/shared/clock.ts";
import type { Digest } from "../../../src/shared/digest.ts";
import { silentLog } from "../../../src/shared/log.ts";
import { CommitSourceTree } from "../../../src/source/drivers/commit.ts";
import { FileStoreDriver } from "../../../src/store/drivers/file/file-store-driver.ts";
import type { StoreDriver } from "../../../src/store/driver.ts";
import { Store } from "../../../src/store/store.ts";
import type { RegisterReport, RegisterRequest } from "../../../src/usecases/app-promote.ts";
import { register, type RegisterPorts } from "../../../src/usecases/author/register.ts";
import { reportProposed } from "../../../src/usecases/promote/proposals.ts";
import { readSituation } from "../../../src/usecases/promote/situation.ts";
import { TagSchedule } from "../../../src/usecases/reconcile/observe.ts";
import { CommitRegistryReader } from "../../../src/usecases/registry-reader.ts";
import type { RegistrySession } from "../../../src/usecases/session.ts";
import { createRegistryFixture, type RegistryFixture } from "../../support/registry-fixture.ts";

/** The sample registry, local pull requests, file stores, and a folder of a job's outputs. */
export interface RegistrationWorld extends RegistryFixture {
  readonly session: RegistrySession;
  readonly ports: RegisterPorts;
  /** Replaces the driver of a store from now on: a fault of `replica-eastus`, say. */
  readonly breakStore: (root: string, wrap: (driver: StoreDriver) => StoreDriver) => void;
  readonly mendStores: () => void;
  /** Writes files below `job/` and answers where that is. */
  readonly write: (files: Readonly<Record<string, string | Uint8Array>>) => Promise<string>;
  readonly copyModel: (name: string) => Promise<string>;
  readonly register: (request: RegisterRequest) => Promise<RegisterReport>;
  /** A file as a pull request has it; `undefined` when it has none. */
  readonly show: (number: number, path: string) => Promise<string | undefined>;
  readonly paths: (number: number) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export const ann = { name: "Ann", email: "ann@contoso.example" };

const systemClock: Clock = { now: () => new Date(), monotonicMs: () => performance.now() };

export async function openRegistrationWorld(): Promise<RegistrationWorld> {
  const fixture = await createRegistryFixture();
  const mirror = await NativeGitMirror.open({
    directory: join(fixture.folder, "mirror"),
    url: fixture.remote,
    branch: "refs/heads/main",
    environment: process.env,
  });
  const stores = createStores(fixture.stores);
  const session = openSession(fixture, mirror, stores.open);
  const ports: RegisterPorts = {
    openLocalFiles: async (path) => openLocalFiles(fixture.folder, path),
    account: async () => ann,
    reviewers: () => ({ logins: [], teams: [] }),
  };
  const objectAt = async (number: number, path: string): Promise<string | undefined> => {
    const { head } = await session.forge.get(number);
    const item = (await mirror.listTree(head)).find((each) => each.path === path);
    return item?.objectId;
  };
  return {
    ...fixture,
    session,
    ports,
    breakStore: stores.wrap,
    mendStores: stores.mend,
    write: async (files) => writeFiles(join(fixture.folder, "job"), files),
    copyModel: async (name) => {
      const folder = join(fixture.folder, name);
      await cp(join(fixture.clone, "models/taxi-fare/model"), folder, { recursive: true });
      return folder;
    },
    register: async (request) => {
      const situation = await readSituation(session);
      const report: Parameters<typeof register>[1]["report"] = async (proposed, asked) =>
        reportProposed(session, situation, asked, proposed);
      return register(session, { ...ports, report }, request);
    },
    show: async (number, path) => {
      const id = await objectAt(number, path);
      return id === undefined ? undefined : Buffer.from(await mirror.readBlob(id)).toString();
    },
    paths: async (number) => {
      const { head } = await session.forge.get(number);
      return (await mirror.listTree(head)).map(({ path }) => path);
    },
    close: async () => {
      await mirror.close();
      await fixture.remove();
    },
  };
}

function createStores(folder: string): {
  readonly open: (settings: StoreSettings) => Promise<Store>;
  readonly wrap: RegistrationWorld["breakStore"];
  readonly mend: () => void;
} {
  const stores = new Map<string, Store>();
  const driverOf = (root: string): StoreDriver => new FileStoreDriver({ root: join(folder, root) });
  return {
    open: async (settings) => {
      const root = settings.driver === "file" ? settings.root : "other";
      const store = stores.get(root) ?? new Store(driverOf(root));
      stores.set(root, store);
      return store;
    },
    wrap: (root, wrap) => stores.set(root, new Store(wrap(driverOf(root)))),
    mend: () => stores.clear(),
  };
}

function openSession(
  fixture: RegistryFixture,
  mirror: NativeGitMirror,
  openStore: RegistrySession["openStore"],
): RegistrySession {
  const hashes = new Map<string, Digest>();
  const texts = new Map<string, string>();
  return {
    url: fixture.remote,
    mirror,
    forge: new LocalForge({ git: mirror, clock: systemClock }),
    host: undefined,
    reader: new CommitRegistryReader({
      treeAt: (commit) => new CommitSourceTree({ git: mirror, commit }),
      openObject: async function* openObject(_registry, sha256) {
        const replica = await openStore({ driver: "file", root: "replica-eastus" });
        yield* replica.read(blobKey(`sha256:${sha256}`));
      },
      hashes,
    }),
    cache: {
      get: async (key) => texts.get(key),
      set: async (key, text) => {
        texts.set(key, text);
      },
    },
    clock: systemClock,
    tagSchedule: new TagSchedule(systemClock),
    log: silentLog,
    openStore,
    gitAccount: async () => ann,
    clockProblem: () => undefined,
    workTree: undefined,
    checkedOutBranch: async () => undefined,
    flush: async () => undefined,
  };
}

async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}
