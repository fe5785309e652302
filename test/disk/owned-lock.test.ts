import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { writeFileAtomically } from "../../src/disk/atomic-write.ts";
import { OwnedLock } from "../../src/disk/owned-lock.ts";

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-disk-"));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The lock of a process that was killed while it had it, or of one on another machine. */
async function abandonLock(path: string, changes: object = {}): Promise<void> {
  const probe = await OwnedLock.acquire({ path });
  const owner: unknown = JSON.parse(await readFile(path, "utf8"));
  await probe.release();
  const token = "0".repeat(36);
  const dead = { ...(owner as object), pid: 2 ** 22 + 1, token, ...changes };
  await writeFile(path, JSON.stringify(dead));
}

it("is held once, and free again after its release", async () => {
  const folder = await makeFolder();
  const path = join(folder, "lock");
  const lock = await OwnedLock.acquire({ path });
  await expect(OwnedLock.acquire({ path })).rejects.toMatchObject({
    code: "LOCK_BUSY",
    kind: "unavailable",
  });
  await lock.renew();
  await lock.release();
  await lock.release();
  const next = await OwnedLock.acquire({ path });
  expect([lock.wasAbandoned, next.wasAbandoned]).toEqual([false, false]);
  await lock.release();
  await expect(lock.renew()).rejects.toMatchObject({ code: "LOCK_LOST" });
  await next.renew();
  await next.release();
  expect(await readdir(folder)).toEqual([]);
});

it("is taken over from a dead process by exactly one of many", async () => {
  const folder = await makeFolder();
  const path = join(folder, "lock");
  for (let round = 0; round < 20; round += 1) {
    await abandonLock(path);
    const attempts = Array.from({ length: 16 }, async () => OwnedLock.acquire({ path }));
    const settled = await Promise.allSettled(attempts);
    const won = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(won).toHaveLength(1);
    expect(won[0]?.wasAbandoned).toBe(true);
    await won[0]?.renew();
    await won[0]?.release();
  }
  expect(await readdir(folder)).toEqual([]);
});

it("is taken over when the process that was taking it over died as well", async () => {
  const folder = await makeFolder();
  const path = join(folder, "lock");
  await abandonLock(path, { token: "1".repeat(36) });
  await writeFile(`${path}.${"0".repeat(36)}.next`, await readFile(path));
  await abandonLock(join(folder, "other"));
  await writeFile(path, await readFile(join(folder, "other")));

  const attempts = Array.from({ length: 8 }, async () => OwnedLock.acquire({ path }));
  const settled = await Promise.allSettled(attempts);
  expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

it("is left to a process of another machine until it expires", async () => {
  const path = join(await makeFolder(), "lock");
  await abandonLock(path, { host: `not-${hostname()}`, expiresAfterMs: 60_000 });
  await expect(OwnedLock.acquire({ path })).rejects.toMatchObject({ code: "LOCK_BUSY" });
  await utimes(path, new Date(0), new Date(0));
  const lock = await OwnedLock.acquire({ path });
  expect(lock.wasAbandoned).toBe(true);
});

it("tells an owner that lost it", async () => {
  const path = join(await makeFolder(), "lock");
  const lost = await OwnedLock.acquire({ path });
  const owner: unknown = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ ...(owner as object), host: "elsewhere" }));
  await utimes(path, new Date(0), new Date(0));
  const winner = await OwnedLock.acquire({ path });
  await expect(lost.renew()).rejects.toMatchObject({ code: "LOCK_LOST" });
  await lost.release();
  await winner.renew();
});

it("stops waiting when told to", async () => {
  const path = join(await makeFolder(), "lock");
  await OwnedLock.acquire({ path });
  const stop = new AbortController();
  const waiting = OwnedLock.acquire({ path, waitMs: 60_000, signal: stop.signal });
  stop.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
});

it("is never held by two processes", async () => {
  const folder = await makeFolder();
  const path = join(folder, "lock");
  const module = new URL("../../src/disk/owned-lock.ts", import.meta.url).href;
  const script = `
    const { mkdir, rmdir } = await import("node:fs/promises");
    const { OwnedLock } = await import(${JSON.stringify(module)});
    for (let n = 0; n < 40; n += 1) {
      const lock = await OwnedLock.acquire({ path: ${JSON.stringify(path)}, waitMs: 50000 });
      await mkdir(${JSON.stringify(join(folder, "held"))});
      await rmdir(${JSON.stringify(join(folder, "held"))});
      if (process.argv[1] === "dies" && n === 5) process.kill(process.pid, "SIGKILL");
      await lock.release();
    }`;
  const exits = ["lives", "lives", "dies", "dies"].map(async (fate) => {
    const args = ["--import", "tsx", "--input-type=module", "-e", script, fate];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
    return new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));
  });
  expect(await Promise.all(exits)).toEqual([0, 0, "SIGKILL", "SIGKILL"]);
});

it("replaces a file as a whole and leaves nothing beside it", async () => {
  const folder = await makeFolder();
  const path = join(folder, "file");
  await writeFileAtomically(path, "old");
  await Promise.all(
    Array.from({ length: 8 }, async (_, n) => writeFileAtomically(path, `new ${n}`)),
  );
  expect(await readFile(path, "utf8")).toMatch(/^new \d$/);
  expect(await readdir(folder)).toEqual(["file"]);
  await expect(writeFileAtomically(join(folder, "absent/file"), "x")).rejects.toMatchObject({
    code: "ENOENT",
  });
});
