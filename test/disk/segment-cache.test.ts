import {
  appendFile,
  chmod,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { SegmentCache } from "../../src/disk/segment-cache.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cairn-segments-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (maxBytes = 1e6): Promise<SegmentCache> => SegmentCache.open({ folder, maxBytes });

async function sizeBytes(): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function remember(
  entries: Readonly<Record<string, string>>,
  maxBytes?: number,
): Promise<void> {
  const cache = await open(maxBytes);
  for (const [key, text] of Object.entries(entries)) cache.set(key, text);
  await cache.save();
}

describe("a segment cache", () => {
  it("remembers what an earlier run wrote, whatever the text", async () => {
    const line = fc.string({ unit: "grapheme" }).map((text) => JSON.stringify(text));
    const key = fc.stringMatching(/^[a-z]{1,8}:[0-9a-f]{4,40}$/);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, line, { maxKeys: 8 }), async (entries) => {
        await remember(entries);
        const cache = await open();
        for (const [each, text] of Object.entries(entries)) expect(cache.get(each)).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  it("lets several processes add to it at once", async () => {
    const [one, two] = [await open(), await open()];
    one.set("a", "1");
    two.set("b", "2");
    await Promise.all([one.save(), two.save()]);
    const cache = await open();
    expect([cache.get("a"), cache.get("b")]).toEqual(["1", "2"]);
  });

  it("writes nothing when nothing was added", async () => {
    await remember({});
    expect(await readdir(folder)).toEqual([]);
  });

  it("forgets what nobody asked for once it is full, and keeps what somebody did", async () => {
    const text = "x".repeat(1000);
    await remember({ used: text, unused: text, more: text }, 2500);
    const cache = await open(2500);
    expect(cache.get("used")).toBe(text);
    await cache.save();

    expect(await sizeBytes()).toBeLessThan(2500);
    const after = await open(2500);
    expect([after.get("used"), after.get("unused")]).toEqual([text, undefined]);
  });

  it("becomes one file again after many runs", async () => {
    for (let run = 0; run < 30; run += 1) {
      const cache = await open();
      for (let before = 0; before < run; before += 1) cache.get(`key-${before}`);
      cache.set(`key-${run}`, `text ${run}`);
      await cache.save();
    }
    expect((await readdir(folder)).length).toBeLessThan(15);
    const cache = await open();
    expect(cache.get("key-0")).toBe("text 0");
  });

  it.each<{ name: string; damage: (path: string) => Promise<void> }>([
    {
      name: "cut off",
      damage: async (path) => writeFile(path, (await readFile(path)).subarray(0, 20)),
    },
    { name: "with a flipped bit", damage: flipLastBit },
    {
      name: "replaced by something else",
      damage: (path) => writeFile(path, "hello\nworld\n\n \n"),
    },
    { name: "followed by bytes that are no entry", damage: (path) => appendFile(path, "\0\0\n ") },
  ])("takes a file $name as if nothing damaged were in it", async ({ name, damage }) => {
    await remember({ key: "some text" });
    const [segment = ""] = await readdir(folder);
    await damage(join(folder, segment));
    const expected = name.startsWith("followed") ? "some text" : undefined;
    expect((await open()).get("key")).toBe(expected);
  });

  it("goes on when its folder is deleted meanwhile", async () => {
    const cache = await open();
    await rm(folder, { recursive: true });
    cache.set("key", "text");
    await cache.save();
    expect((await open()).get("key")).toBe("text");
  });

  it("is silent when it cannot be written", async () => {
    await rm(folder, { recursive: true });
    await writeFile(folder, "a file where the folder should be");
    await chmod(folder, 0o600);
    const cache = await open();
    cache.set("key", "text");
    await cache.save();
    expect(await readFile(folder, "utf8")).toBe("a file where the folder should be");
  });
});

async function flipLastBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  const last = bytes.length - 2;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  await writeFile(path, bytes);
}
