import { assert, asyncProperty, integer, uniqueArray } from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeFetch, type FetchFailure } from "../../src/git/drivers/native/fetch-failure.ts";
import { fetchByHalves, maxCulprits } from "../../src/git/drivers/native/halving.ts";
import { RefusedRefs } from "../../src/git/drivers/native/refused-refs.ts";
import { toRemote } from "../../src/git/drivers/native/remote.ts";
import { remoteBroken } from "../../src/git/errors.ts";

const oid = "2".repeat(40);

describe("why a fetch failed", () => {
  it.each([
    [
      "refused",
      `error: object ${oid}: hasDotgit: contains '.git'\nfatal: fsck error in packed object`,
    ],
    ["refused", `error: object ${oid}: gitmodulesUrl: disallowed submodule url: permission denied`],
    [
      "unserved",
      "remote: aborting due to possible repository corruption on the remote side.\nfatal: protocol error: bad pack header",
    ],
    ["unserved", `fatal: remote error: upload-pack: not our ref ${oid}`],
    ["missing", "fatal: couldn't find remote ref refs/heads/x"],
    ["doubtful", "fatal: pack has bad object at offset 12: inflate returned -3"],
    ["doubtful", "error: index-pack died of signal 9"],
    ["doubtful", "fatal: Out of memory, malloc failed (tried to allocate 9 bytes)"],
    ["other", "fatal: write error: No space left on device\nfatal: pack has bad object"],
    ["other", "error: RPC failed; HTTP 503 curl 22\nfatal: early EOF\ninflate"],
    ["other", "fatal: Authentication failed for 'https://x/'"],
    ["other", "remote: fatal: fsck error\nfatal: the remote end hung up unexpectedly"],
    ["other", "fatal: '/x' does not appear to be a git repository"],
    ["other", ""],
  ])("is %s: %j", (reason, stderr) => {
    expect(judgeFetch(stderr, toRemote("https://host.example/r.git")).reason).toBe(reason);
  });
});

describe("fetching by halves", () => {
  const failure = (reason: FetchFailure["reason"]): FetchFailure => ({
    reason,
    error: remoteBroken(reason),
  });
  const run = async (count: number, bad: ReadonlySet<number>, reason: FetchFailure["reason"]) => {
    const items = Array.from({ length: count }, (_, index) => index);
    const brought: number[] = [];
    let attempts = 0;
    const halved = await fetchByHalves(items, async (group) => {
      attempts += 1;
      if (group.some((item) => bad.has(item))) return failure(reason);
      brought.push(...group);
      return undefined;
    });
    return { ...halved, brought, attempts };
  };

  it("brings all but the culprits, and bounds its attempts when they are too many", async () => {
    const counts = integer({ min: 1, max: 700 });
    const some = uniqueArray(integer({ min: 0, max: 699 }), { maxLength: 200 });
    await assert(
      asyncProperty(counts, some, async (count, numbers) => {
        const bad = new Set(numbers.filter((number) => number < count));
        const { brought, leftOut, culprits, attempts } = await run(count, bad, "refused");
        const all = [...brought, ...leftOut].sort((left, right) => left - right);
        expect(all).toEqual(Array.from({ length: count }, (_, index) => index));
        for (const number of bad) expect(leftOut).toContain(number);
        for (const { item } of culprits) expect(bad).toContain(item);
        expect(attempts).toBeLessThanOrEqual(4 + 2 * 8 * maxCulprits + 8);
        const isAll = bad.size <= maxCulprits;
        expect(new Set(leftOut).size === bad.size || !isAll).toBe(true);
        expect(culprits.length).toBeGreaterThanOrEqual(Math.min(bad.size, maxCulprits));
      }),
    );
  });

  it("blames nobody when nothing comes and anything may be the cause", async () => {
    const all = new Set([0, 1, 2]);
    await expect(run(3, all, "doubtful")).rejects.toMatchObject({ code: "GIT_REMOTE_BROKEN" });
    await expect(run(3, new Set([0]), "other")).rejects.toMatchObject({
      code: "GIT_REMOTE_BROKEN",
    });
    expect((await run(3, new Set([1]), "doubtful")).brought).toEqual([0, 2]);
    expect((await run(3, all, "unserved")).leftOut).toEqual([0, 1, 2]);
  });
});

describe("the memory of refused refs", () => {
  it("holds an id, asks again what may be repaired, and forgets what moved", () => {
    const refused = new RefusedRefs();
    const ids = new Map([
      ["refs/x/1", oid],
      ["refs/x/2", oid],
      ["refs/y/1", oid],
    ]);
    refused.add("refs/x/1", oid, "refused");
    refused.add("refs/x/2", oid, "unserved");
    refused.add("refs/y/1", oid, "refused");
    for (let look = 0; look < 59; look += 1) refused.look(["refs/x/"], ids);
    expect([...ids].map(([ref, id]) => refused.has(ref, id))).toEqual([true, true, true]);
    refused.look(["refs/x/"], ids);
    expect([...ids].map(([ref, id]) => refused.has(ref, id))).toEqual([true, false, true]);
    refused.look(["refs/x/1"], new Map([["refs/x/1", "3".repeat(40)]]));
    expect(refused.hasBelow(["refs/x/"])).toBe(false);
    expect(refused.hasBelow(["refs/", "refs/y/2"])).toBe(true);
  });

  it("is bounded", () => {
    const refused = new RefusedRefs();
    for (let number = 0; number <= 10_000; number += 1) {
      refused.add(`refs/x/${number}`, oid, "refused");
    }
    expect(refused.has("refs/x/0", oid)).toBe(false);
    expect(refused.has("refs/x/1", oid)).toBe(true);
  });
});
