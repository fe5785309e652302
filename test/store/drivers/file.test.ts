import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { FileStoreDriver } from "../../../src/store/drivers/file/file-store-driver.ts";
import { toStoreKey } from "../../../src/store/key.ts";
import { body, describeStoreDriver, keys, text } from "../driver.contract.ts";

describeStoreDriver("file", async () => {
  const root = await mkdtemp(join(tmpdir(), "cairn-store-"));
  return {
    driver: new FileStoreDriver({ root: join(root, "not", "yet", "there") }),
    close: () => rm(root, { recursive: true, force: true }),
  };
});

async function openFolder(): Promise<{ root: string; outside: string; driver: FileStoreDriver }> {
  const base = await mkdtemp(join(tmpdir(), "cairn-store-"));
  onTestFinished(() => rm(base, { recursive: true, force: true }));
  const root = join(base, "store");
  const outside = join(base, "outside");
  await mkdir(root);
  await mkdir(outside);
  await writeFile(join(outside, "secret"), "secret");
  return { root, outside, driver: new FileStoreDriver({ root }) };
}

it("follows no link out of its folder", async () => {
  const { root, outside, driver } = await openFolder();
  await symlink(outside, join(root, "folder"));
  await symlink(join(outside, "secret"), join(root, "file"));
  const inFolder = toStoreKey("folder/secret");
  const file = toStoreKey("file");

  await expect(text(driver.read(inFolder))).rejects.toMatchObject({ code: "STORE_PATH_UNSAFE" });
  await expect(driver.head(inFolder)).rejects.toMatchObject({ code: "STORE_PATH_UNSAFE" });
  await expect(driver.delete(inFolder)).rejects.toMatchObject({ code: "STORE_PATH_UNSAFE" });
  for (const key of ["folder/new", "folder/deep/new", "file"]) {
    await expect(driver.create(toStoreKey(key), body("x"))).rejects.toMatchObject({
      code: "STORE_PATH_UNSAFE",
    });
  }
  await expect(text(driver.read(file))).rejects.toMatchObject({ code: "STORE_PATH_UNSAFE" });
  expect(await driver.head(file)).toBeUndefined();
  expect(await keys(driver, "")).toEqual([]);
  expect(await readdir(outside)).toEqual(["secret"]);
});

it("says when a file stands where its folder should be", async () => {
  const { outside } = await openFolder();
  const driver = new FileStoreDriver({ root: join(outside, "secret") });
  const key = toStoreKey("a");

  await expect(driver.head(key)).rejects.toMatchObject({ code: "STORE_NO_FOLDER" });
  await expect(driver.create(key, body("x"))).rejects.toMatchObject({ code: "STORE_NO_FOLDER" });
  await expect(keys(driver, "")).rejects.toMatchObject({ code: "STORE_NO_FOLDER" });
});

it("knows without writing whether it could write", async () => {
  const { root, outside, driver } = await openFolder();
  const absent = new FileStoreDriver({ root: join(root, "not", "yet") });
  const blocked = new FileStoreDriver({ root: join(outside, "secret") });

  await expect(driver.checkWritable()).resolves.toBeUndefined();
  await expect(absent.checkWritable()).resolves.toBeUndefined();
  expect(await readdir(root)).toEqual([]);
  await expect(blocked.checkWritable()).rejects.toMatchObject({ code: "STORE_NO_FOLDER" });
});

it("says when a name is needed as a file and as a folder", async () => {
  const { driver } = await openFolder();
  await driver.create(toStoreKey("a"), body("x"));
  await driver.create(toStoreKey("b/c"), body("x"));

  for (const key of ["a/b", "a/b/c", "b"]) {
    await expect(driver.create(toStoreKey(key), body("y"))).rejects.toMatchObject({
      code: "STORE_KEY_CONFLICT",
    });
  }
  expect(await driver.head(toStoreKey("a/b"))).toBeUndefined();
  expect(await driver.head(toStoreKey("b"))).toBeUndefined();
});

it("leaves no staged file behind, and sweeps those of killed writers", async () => {
  const { root, driver } = await openFolder();
  await driver.create(toStoreKey("a"), body("x"));
  await driver.create(toStoreKey("a"), body("y")).catch(() => {});
  const staging = join(root, ".cairn-staging");
  expect(await readdir(staging)).toEqual([]);
  await writeFile(join(staging, "old"), "left");
  await utimes(join(staging, "old"), 1000, 1000);
  await writeFile(join(staging, "running"), "now");

  const options = { olderThanMs: 5_000_000, dryRun: true };
  const found = [{ name: "old", sizeBytes: 4 }];
  expect(await driver.sweep(options)).toEqual(found);
  expect(await driver.sweep({ ...options, dryRun: false })).toEqual(found);
  expect(await driver.sweep(options)).toEqual([]);
  expect(await readdir(staging)).toEqual(["running"]);
  expect(await keys(driver, "")).toEqual(["a"]);
});

it("works in a folder that is itself a link", async () => {
  const { root, driver } = await openFolder();
  const alias = `${root}-alias`;
  await symlink(root, alias);
  await new FileStoreDriver({ root: alias }).create(toStoreKey("a/b"), body("x"));

  expect(await text(driver.read(toStoreKey("a/b")))).toBe("x");
});
