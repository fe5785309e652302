import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { sha256 } from "../../../src/shared/digest.ts";
import { FileStoreDriver } from "../../../src/store/drivers/file/file-store-driver.ts";
import { toStoreKey } from "../../../src/store/key.ts";
import { Store } from "../../../src/store/store.ts";
import { keys, text } from "../driver.contract.ts";

const driverModule = new URL(
  "../../../src/store/drivers/file/file-store-driver.ts",
  import.meta.url,
).href;
const pieceBytes = 64 * 1024;
const pieces = 16;

/** Writes objects and moves a pointer for ever; says `.` for each piece that it handed over. */
const writer = `
  const { FileStoreDriver } = await import(${JSON.stringify(driverModule)});
  const driver = new FileStoreDriver({ root: process.argv[1] });
  async function* body(n) {
    for (let piece = 0; piece < ${pieces}; piece += 1) {
      yield Buffer.alloc(${pieceBytes}, n);
      process.stdout.write(".");
    }
  }
  let version;
  for (let n = 0; ; n += 1) {
    await driver.create("objects/" + n, body(n));
    version = (await driver.replace("pointer", Buffer.from(String(n)), version)).version;
  }
`;

it.each([3, 16, 17, 40, 61])("shows only whole objects after a kill at piece %i", async (piece) => {
  const root = await mkdtemp(join(tmpdir(), "cairn-kill-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const args = ["--import", "tsx", "--input-type=module", "--eval", writer, root];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit");
  let seen = 0;
  for await (const chunk of child.stdout) {
    seen += String(chunk).length;
    if (seen >= piece) child.kill("SIGKILL");
  }
  expect((await exit)[1]).toBe("SIGKILL");

  const driver = new FileStoreDriver({ root });
  const store = new Store(driver);
  const objects = await keys(driver, "objects/");
  for (const key of objects) {
    const whole = Buffer.alloc(pieces * pieceBytes, Number(key.split("/")[1]));
    expect((await store.measure(key)).sha256).toBe(sha256(whole));
  }
  const pointer = toStoreKey("pointer");
  const info = await driver.head(pointer);
  const named = info === undefined ? [] : [`objects/${await text(driver.read(pointer))}`];
  expect(objects).toEqual(expect.arrayContaining(named));
  // A dead owner's lock does not hold anybody up.
  await driver.replace(pointer, Buffer.from("next"), info?.version);
  await driver.sweep({ olderThanMs: Date.now() + 60_000, dryRun: false });
  expect(await readdir(join(root, ".cairn-staging"))).toEqual(["locks"]);
});
