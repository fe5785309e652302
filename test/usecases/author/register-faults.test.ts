import { execFileSync } from "node:child_process";
import { appendFile, chmod, mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";

import type { StoreDriver } from "../../../src/store/driver.ts";
import type { RegisterRequest } from "../../../src/usecases/app-promote.ts";
import type { LocalFiles } from "../../../src/usecases/author/local-files.ts";
import { prepareRegistration } from "../../../src/usecases/author/register.ts";
import { adopt } from "../../../src/usecases/operate/adopt.ts";
import { collectGarbage } from "../../../src/usecases/operate/collect-garbage.ts";
import { WrappedStoreDriver } from "../../support/wrapped-store-driver.ts";
import { openRegistrationWorld, type RegistrationWorld } from "./registration-world.ts";

let world: RegistrationWorld;
let count = 0;
let request: RegisterRequest & { readonly kind: "model" };
beforeAll(async () => {
  world = await openRegistrationWorld();
  await adopt(world.session, { withStages: false });
}, 60_000);
afterAll(() => world.close());
beforeEach(async () => {
  count += 1;
  const folder = await world.write({ [`run-${count}/w.bin`]: `weights ${count}` });
  request = { kind: "model", name: `model-${count}`, path: join(folder, `run-${count}`) };
});

async function listReplica({ session } = world): Promise<readonly string[]> {
  const replica = await session.openStore({ driver: "file", root: "replica-eastus" });
  const keys: string[] = [];
  for await (const { key } of replica.list("")) keys.push(key);
  return keys;
}

/** Why it is refused; throws when it is not, or when something was uploaded or proposed. */
async function refusalOf(wanted: Partial<RegisterRequest>): Promise<unknown> {
  const look = async (): Promise<string> =>
    [...(await listReplica()), await world.git("ls-remote", "origin")].join("\n");
  const before = await look();
  const outcome = await world.register({ ...request, ...wanted }).catch((error: unknown) => error);
  expect(await look()).toBe(before);
  return outcome;
}

function refused(code: string, message = ""): unknown {
  return expect.objectContaining({ code, message: expect.stringContaining(message) });
}

describe("files that cannot be registered", () => {
  it.each([
    {
      name: "a symbolic link",
      make: async (folder: string) => symlink("w.bin", join(folder, "link")),
      message: '"link" is a symbolic link',
    },
    {
      name: "a FIFO",
      make: async (folder: string) => execFileSync("mkfifo", [join(folder, "pipe")]),
      message: '"pipe"',
    },
    {
      name: "a name that Windows keeps",
      make: async (folder: string) => writeFile(join(folder, "con.txt"), ""),
      message: '"con.txt" cannot be used',
    },
    {
      name: "a backslash",
      make: async (folder: string) => writeFile(join(folder, "a\\b"), ""),
      message: "has a backslash",
    },
    {
      name: "a repository",
      make: async (folder: string) => mkdir(join(folder, "sub/.git"), { recursive: true }),
      message: '"sub" is a submodule or another repository',
    },
    {
      name: "a pointer of Git LFS",
      make: async (folder: string) =>
        writeFile(
          join(folder, "model.onnx"),
          `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 12\n`,
        ),
      message: "git lfs pull",
    },
  ])("$name", async ({ make, message }) => {
    await make(request.path);
    expect(await refusalOf({})).toEqual(refused("REGISTER_FILE_UNUSABLE", message));
  });

  it("an empty folder, and one of which nothing is left", async () => {
    await mkdir(join(request.path, "empty/below"), { recursive: true });
    expect(await refusalOf({ path: join(request.path, "empty") })).toEqual(
      refused("REGISTER_EMPTY"),
    );
    expect(await refusalOf({ path: join(request.path, "nowhere") })).toEqual(
      refused("LOCAL_FILES_UNUSABLE"),
    );
    expect(await refusalOf({ path: "/dev/null" })).toEqual(
      refused("LOCAL_FILES_UNUSABLE", "neither"),
    );
  });

  it.skipIf(process.getuid?.() === 0)("an unreadable file", async () => {
    await chmod(join(request.path, "w.bin"), 0);
    expect(await refusalOf({})).toEqual(refused("SOURCE_FILE_DENIED"));
  });

  it("names that differ only in case", async () => {
    await writeFile(join(request.path, "W.bin"), "x");
    expect(await refusalOf({})).toEqual(refused("REGISTER_INVALID", "differ only in case"));
  });

  it("an MLmodel that is none", async () => {
    await writeFile(join(request.path, "MLmodel"), "flavors: [\n");
    expect(await refusalOf({})).toEqual(refused("REGISTER_INVALID", "MLmodel"));
  });

  it("a file that is longer when it is uploaded", async () => {
    const before = await listReplica();
    const openLocalFiles = async (path: string): Promise<LocalFiles> => {
      const local = await world.ports.openLocalFiles(path);
      let opened = 0;
      const open = async function* open(file: string): AsyncIterable<Uint8Array> {
        opened += 1;
        if (opened === 2) await appendFile(join(path, file), "more");
        yield* local.tree.open(file);
      };
      const { origin } = local.tree;
      const tree = { ...local.tree, origin, open, list: async () => local.tree.list() };
      return { ...local, tree };
    };
    await expect(
      prepareRegistration(world.session, { openLocalFiles }, request),
    ).rejects.toMatchObject({ code: "REGISTER_FILE_CHANGED" });
    expect(await listReplica()).toEqual(before);
  });
});

describe("requests that cannot be met", () => {
  it.each([
    {
      name: "a name of another case",
      wanted: { name: "Taxi-Fare" },
      code: "REGISTER_MANIFEST_TAKEN",
    },
    { name: "a bad name", wanted: { name: "../x" }, code: "REGISTER_NAME_INVALID" },
    { name: "a type for files", wanted: { type: "nothing" }, code: "REGISTER_INVALID" },
    { name: "a bad tag", wanted: { tags: ["red"] }, code: "REGISTER_TAG_INVALID" },
    { name: "a bad version", wanted: { version: "a..b" }, code: "REGISTER_INVALID" },
  ])("$name", async ({ wanted, code }) => {
    expect(await refusalOf(wanted)).toEqual(refused(code));
  });

  it.each([
    { name: "no JSON", text: "r2=1", message: "not JSON" },
    { name: "a list", text: "[1]", message: "JSON object" },
    { name: "nested", text: '{"a": {"b": 1}}', message: '"a" is no number' },
    { name: "no number", text: '{"a": null}', message: '"a" is no number' },
    { name: "too large a number", text: '{"a": 1e999}', message: '"a" is no number' },
    { name: "nothing", text: "{}", message: "holds none" },
  ])("metrics: $name", async ({ text, message }) => {
    const folder = await world.write({ "metrics.json": text });
    const metrics = join(folder, "metrics.json");
    expect(await refusalOf({ metrics, on: "holdout" })).toEqual(
      refused("REGISTER_METRICS_INVALID", message),
    );
  });

  it("metrics of unknown data", async () => {
    const folder = await world.write({ "metrics.json": '{"a": 1}' });
    const metrics = join(folder, "metrics.json");
    expect(await refusalOf({ metrics })).toEqual(refused("REGISTER_METRICS_INVALID", "what data"));
  });
});

describe("the replica", () => {
  it.each([
    { name: "full", code: "ENOSPC", expected: "STORE_FULL" },
    { name: "denied", code: "EACCES", expected: "STORE_READ_ONLY" },
  ])("$name: no pull request", async ({ code, expected }) => {
    world.breakStore("replica-eastus", (driver: StoreDriver) => {
      return new WrappedStoreDriver(driver, async (call, run) => {
        if (call === "create") throw Object.assign(new Error(code), { code });
        return run();
      });
    });
    expect(await refusalOf({})).toEqual(refused(expected));
    world.mendStores();
  });

  it("interrupted and repeated: the same pull request, nothing sent twice", async () => {
    await writeFile(join(request.path, "v.bin"), "other weights");
    let created = 0;
    world.breakStore("replica-eastus", (driver: StoreDriver) => {
      return new WrappedStoreDriver(driver, async (call, run) => {
        if (call === "create") created += 1;
        if (created > 1) throw new Error("killed");
        return run();
      });
    });
    await expect(world.register(request)).rejects.toMatchObject({ code: "STORE_FAILED" });
    world.mendStores();
    const first = await world.register(request);
    expect(first.created).toBe(true);
    expect(first.knownBytes).toBeGreaterThan(0);
    expect(first.storedBytes).toBeGreaterThan(0);
    const total = first.knownBytes + first.storedBytes;
    expect(await world.register(request)).toMatchObject({
      created: false,
      pullRequest: { number: first.pullRequest.number },
      storedBytes: 0,
      knownBytes: total,
    });
  });

  it("damaged: says where, and proposes nothing", async () => {
    const before = await listReplica();
    await world.register(request);
    const refs = await world.git("ls-remote", "origin");
    const [blob = "", ...others] = (await listReplica()).filter((key) => !before.includes(key));
    expect(others).toEqual([]);
    await chmod(join(world.stores, "replica-eastus", blob), 0o600);
    await truncate(join(world.stores, "replica-eastus", blob), 1);
    await expect(world.register(request)).rejects.toMatchObject({
      code: "REGISTER_REPLICA_DAMAGED",
    });
    expect(await world.git("ls-remote", "origin")).toBe(refs);
  });
});

describe("registries that cannot take it", () => {
  it.each([
    {
      name: "no replica",
      edit: (text: string) => text.replace(/^ +replica: .*replica-eastus.*\n/m, ""),
      code: "REGISTER_NO_REPLICA",
    },
    {
      name: "too little room",
      edit: (text: string) => `${text}size_limit: 4B\n`,
      code: "REGISTER_TOO_LARGE",
    },
    {
      name: "a pattern that hides it",
      edit: (text: string) => `${text}exclude: ["models/model-*/**"]\n`,
      code: "REGISTER_INVALID",
    },
  ])("$name", async ({ edit, code }) => {
    const other = await openRegistrationWorld();
    onTestFinished(() => other.close());
    await other.change("Settings", { "registry.yaml": edit(await other.read("registry.yaml")) });
    await adopt(other.session, { withStages: false });
    const refs = await other.git("ls-remote", "origin");
    await expect(other.register(request)).rejects.toMatchObject({ code });
    expect(await other.git("ls-remote", "origin")).toBe(refs);
  });
});

it("keeps what a proposal uploaded where the replica is a workspace as well", async () => {
  const shared = await openRegistrationWorld();
  onTestFinished(() => shared.close());
  const workspace = await shared.read("workspaces/dev.yaml");
  await shared.change("Share the store", {
    "workspaces/dev.yaml": workspace.replace("root: dev", "root: replica-eastus"),
  });
  await adopt(shared.session, { withStages: false });
  await shared.register({ ...request, path: await shared.copyModel("model") });
  const before = await listReplica(shared);
  const clock = {
    now: () => new Date(Date.now() + 72 * 3_600_000),
    monotonicMs: () => performance.now(),
  };
  await collectGarbage({ ...shared.session, clock }, { dryRun: false, workspaces: [] });
  expect(await listReplica(shared)).toEqual(before);
  expect(before).toContain("index.json");
});
