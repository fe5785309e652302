import { describe, expect, it } from "vitest";
import type { Account } from "../../src/domain/pull-request.ts";
import {
  formatAct,
  keptCommits,
  maxActBytes,
  type Act,
  type Deed,
} from "../../src/forge/drivers/local/act.ts";
import { LocalForge } from "../../src/forge/drivers/local/local-forge.ts";
import { remoteDenied, remoteUnavailable } from "../../src/git/errors.ts";
import { MemoryMirror, type Pause } from "../support/memory-mirror.ts";
import { openLocalHost, type MemoryHost } from "./memory-host.ts";

const ann: Account = { name: "Ann Carter", email: "ann@contoso.example" };
const bo: Account = { name: "Bo Diaz", email: "bo@contoso.example" };

async function propose(host: MemoryHost, branch = "better", file = "a.txt") {
  const head = await host.commit(await host.base(), { [file]: branch });
  return host.forge.open({ title: "Change", body: "", by: ann, labels: [], branch, head });
}

/** Somebody writes whatever they like: messages, or acts with what they must keep. */
function say(
  { remote }: MemoryHost,
  number: number,
  said: readonly (string | (Deed & Partial<Act>))[],
  from = remote.refs.get(`refs/cairn/pull/${number}/meta`),
): void {
  const { objects, refs } = remote;
  const tree = objects.writeTree({});
  const author = { name: "x", email: "", timestamp: 0 };
  const write = (parents: readonly string[], message: string): string =>
    objects.writeCommit({ tree, parents, author, message });
  let tip = from ?? write([], "root");
  for (const one of said) {
    if (typeof one === "string") {
      tip = write([tip], one);
    } else {
      const act = { number, by: bo, at: "2027-01-01T00:00:00Z", ...one } as Act;
      tip = write([tip, ...keptCommits(act)], formatAct(act));
    }
  }
  refs.set(`refs/cairn/pull/${number}/meta`, tip);
}

/** What a client that starts now sees must be what one sees that was there before. */
async function listEverywhere(host: MemoryHost) {
  const all = ["open", "merged", "closed"] as const;
  const seen = await host.forge.list(all);
  expect(await (await host.another()).list(all)).toEqual(seen);
  return Promise.all(seen.map(async ({ number }) => host.forge.get(number)));
}

describe("a chain of acts", () => {
  it.each<{ name: string; said: (head: string) => readonly (string | (Deed & Partial<Act>))[] }>([
    { name: "no act", said: () => ["hello", "", "a\n\n{}"] },
    {
      name: "an act of another pull request",
      said: () => [{ act: "commented", body: "x", number: 2 }],
    },
    {
      name: "a second opening",
      said: (head) => [
        { act: "opened", title: "Other", body: "x", labels: ["x"], branch: "x", head },
      ],
    },
    { name: "a push of what is proposed already", said: (head) => [{ act: "pushed", head }] },
  ])("passes over $name", async ({ said }) => {
    const host = await openLocalHost();
    const opened = await propose(host);
    say(host, 1, said(opened.head));
    expect(await listEverywhere(host)).toEqual([opened]);

    const commented = await host.forge.comment(1, { by: bo, body: "goes on" });
    expect(commented).toEqual({ ...opened, comments: commented.comments });
    expect(await listEverywhere(host)).toEqual([commented]);
  });

  it("passes over an act that does not keep the head it speaks of", async () => {
    const host = await openLocalHost();
    const opened = await propose(host);
    const said = { number: 1, by: bo, at: "2027-01-01T00:00:00Z" };
    const act = {
      ...said,
      act: "reviewed",
      verdict: "approved",
      body: "",
      head: opened.head,
    } as const;
    say(host, 1, [formatAct(act)]);
    expect(await listEverywhere(host)).toEqual([opened]);
    say(host, 1, [act]);
    expect((await host.forge.get(1)).reviews).toHaveLength(1);
    await listEverywhere(host);
  });

  it("begins with an opening: what is before counts for nothing", async () => {
    const host = await openLocalHost();
    const { head } = await propose(host);
    const approval = { act: "reviewed", verdict: "approved", body: "", head } as const;
    const opening = { act: "opened", title: "T", body: "", labels: [], branch: "b", head } as const;
    host.remote.refs.set("refs/cairn/pull/2/head", head);
    say(host, 2, [approval]);
    expect(await listEverywhere(host)).toHaveLength(1);
    say(host, 2, [opening, { act: "commented", body: "x" }]);

    const [second] = await listEverywhere(host);
    expect(second).toMatchObject({ number: 2, title: "T", reviews: [], comments: [{ body: "x" }] });
  });

  it("ends with the first end", async () => {
    const host = await openLocalHost();
    const { head } = await propose(host);
    const first = await host.land({ "a.txt": "x" });
    const later = await host.land({ "a.txt": "y" });
    const merged = { act: "merged", method: "squash", head } as const;
    say(host, 1, [
      { ...merged, commit: first },
      { ...merged, commit: later },
      { act: "closed", head, reason: "x" },
      { act: "commented", body: "x" },
    ]);

    expect(await listEverywhere(host)).toMatchObject([
      { state: "merged", comments: [], merged: { commit: first, by: bo } },
    ]);
    expect([...(await host.forge.landedBy([first, later])).keys()]).toEqual([first]);
  });

  it("keeps its order when clocks differ a little", async () => {
    const host = await openLocalHost();
    const opened = await propose(host);
    host.clock.tick(-240);
    await host.forge.comment(1, { by: ann, body: "early" });
    await host.forge.review(1, { by: bo, verdict: "approved", body: "", commit: opened.head });
    host.clock.tick(480);
    await host.forge.comment(1, { by: bo, body: "late" });

    const [{ openedAt, comments, reviews } = opened] = await listEverywhere(host);
    expect(comments[0]?.at).toBe(openedAt);
    expect(reviews[0]?.at).toBe(openedAt);
    expect(Date.parse(comments[1]?.at ?? "") - Date.parse(openedAt)).toBe(240_000);
  });

  it("shows pushes that nobody told of, also those that only a review tells of", async () => {
    const host = await openLocalHost();
    const { head: first } = await propose(host);
    const heads = [first];
    for (const text of ["2", "3"]) {
      const head = await host.commit(first, { "a.txt": text });
      await host.pushHead(1, head);
      await host.forge.review(1, { by: bo, verdict: "commented", body: text, commit: head });
      heads.push(head);
    }
    const unseen = await host.commit(first, { "a.txt": "4" });
    await host.pushHead(1, unseen);

    const [{ pushes, head } = { pushes: [], head: "" }] = await listEverywhere(host);
    expect(head).toBe(unseen);
    expect(pushes).toMatchObject([{ head: first, by: ann }, {}, {}, {}]);
    const unknown = { by: undefined, at: undefined };
    expect(pushes.slice(1)).toEqual(
      [...heads.slice(1), unseen].map((head) => ({ head, ...unknown })),
    );
  });

  it("is read anew when somebody rewrites it", async () => {
    const host = await openLocalHost();
    const opened = await propose(host);
    const tip = host.remote.refs.get("refs/cairn/pull/1/meta");
    await host.forge.comment(1, { by: bo, body: "gone" });
    await host.forge.list(["open"]);
    say(host, 1, [{ act: "commented", body: "other" }], tip);

    const seen = await listEverywhere(host);
    expect(seen).toMatchObject([{ ...opened, comments: [{ body: "other" }] }]);
    expect(seen[0]?.comments).toHaveLength(1);
  });

  it.each(["a branch", "a branch below acts", "too many acts"])(
    "is not made of %s",
    async (name) => {
      const host = await openLocalHost();
      const { head } = await propose(host);
      const opening = {
        act: "opened",
        title: "T",
        body: "",
        labels: [],
        branch: "b",
        head,
      } as const;
      host.remote.refs.set("refs/cairn/pull/2/head", head);
      if (name === "a branch") host.remote.refs.set("refs/cairn/pull/2/meta", head);
      if (name === "a branch below acts") say(host, 2, [opening], head);
      if (name === "too many acts") say(host, 2, [opening, ...Array<string>(10_000).fill("x")]);
      expect(await listEverywhere(host)).toHaveLength(1);
      say(host, 2, [opening]);
      expect(await listEverywhere(host)).toHaveLength(1);
      expect((await propose(host, "next")).number).toBe(3);
    },
  );
});

describe("what brought a commit", () => {
  it.each(["merge", "squash"] as const)(
    "is nobody who claims another's merge by %s",
    async (method) => {
      const host = await openLocalHost();
      const [first, second] = [await propose(host), await propose(host, "other", "b.txt")];
      await host.forge.merge(1, { by: ann, method: "merge", expectedHead: first.head });
      const commit = await host.base();
      say(host, 2, [{ act: "merged", method, head: second.head, commit }]);
      expect([...(await host.forge.landedBy([commit])).values()]).toMatchObject([{ number: 1 }]);

      host.remote.refs.delete("refs/cairn/pull/1/meta");
      expect(await host.forge.landedBy([commit])).toEqual(new Map());
    },
  );

  it("is the first of two that claim it", async () => {
    const host = await openLocalHost();
    const [first, second] = [await propose(host), await propose(host, "other", "b.txt")];
    const { head: expectedHead } = second;
    await host.forge.merge(2, { by: ann, method: "squash", expectedHead });
    const commit = await host.base();
    say(host, 1, [{ act: "merged", method: "squash", head: first.head, commit }]);

    expect([...(await host.forge.landedBy([commit])).values()]).toMatchObject([{ number: 1 }]);
  });
});

describe("others in between", () => {
  /** A host with somebody who acts once, right before a method of its mirror answers. */
  const openWith = async (act: (host: MemoryHost) => Promise<void>) => {
    const waiting: { before?: string } = {};
    const pause: Pause = async (method) => {
      if (method !== waiting.before) return;
      delete waiting.before;
      await act(host);
    };
    const host: MemoryHost = await openLocalHost({ pause });
    return { host, waiting };
  };

  it.each(["previewMerge", "fetchRefs"])("see their push win before %s", async (before) => {
    const { host, waiting } = await openWith(async (host) => {
      await host.pushHead(1, host.remote.refs.get("refs/heads/main") ?? "");
    });
    const opened = await propose(host);
    const base = await host.base();
    waiting.before = before;

    const request = { by: ann, method: "merge", expectedHead: opened.head } as const;
    const outcome = await host.forge.merge(1, request);
    expect(outcome).toEqual({ outcome: "head-moved", head: base });
    expect(await host.base()).toBe(base);
  });

  it.each([
    { file: "b.txt", outcome: { outcome: "merged" } },
    { file: "a.txt", outcome: { outcome: "conflict", paths: ["a.txt"] } },
  ])("move the base: $file", async ({ file, outcome }) => {
    const { host, waiting } = await openWith(async (host) => {
      await host.land({ [file]: "theirs" });
    });
    const opened = await propose(host);
    waiting.before = "push";

    const request = { by: ann, method: "merge", expectedHead: opened.head } as const;
    expect(await host.forge.merge(1, request)).toMatchObject(outcome);
    expect((await host.show(await host.base())).files[file]).toBe("theirs");
  });

  it("make a review one of something else", async () => {
    const { host, waiting } = await openWith(async (host) => {
      await host.pushHead(1, await host.base());
      await (await host.another()).comment(1, { by: bo, body: "look" });
    });
    const { head: commit } = await propose(host);
    waiting.before = "push";

    const review = { by: bo, verdict: "approved", body: "", commit } as const;
    await expect(host.forge.review(1, review)).rejects.toMatchObject({ code: "FORGE_HEAD_MOVED" });
    expect(await host.forge.get(1)).toMatchObject({ reviews: [], comments: [{ body: "look" }] });
  });

  it("close it first", async () => {
    const { host, waiting } = await openWith(async (host) => {
      await (await host.another()).close(1, { by: bo, reason: "" });
    });
    const opened = await propose(host);
    waiting.before = "push";
    const draft = { title: "Again", body: "", by: ann, labels: [], branch: "better" };
    const head = await host.commit(opened.head, { "a.txt": "more" });

    expect(await host.forge.open({ ...draft, head })).toMatchObject({ number: 2, head });
    expect(await host.forge.get(1)).toMatchObject({ state: "closed", head: opened.head });
  });

  it("are faster each time", async () => {
    const host = await openLocalHost();
    await propose(host);
    host.remote.refuse = () => "stale info";
    const said = host.forge.comment(1, { by: bo, body: "x" });
    await expect(said).rejects.toMatchObject({ code: "FORGE_BUSY" });
  });
});

describe("a remote that does not do what it should", () => {
  it("refuses, in its own words but for secrets", async () => {
    const host = await openLocalHost();
    await propose(host);
    const token = `ghp_${"a".repeat(36)}`;
    host.remote.refuse = () => `hook declined ${token}`;
    const said = host.forge.comment(1, { by: bo, body: "x" });
    await expect(said).rejects.toMatchObject({
      code: "FORGE_DENIED",
      message: expect.not.stringContaining(token),
    });
    expect((await host.forge.get(1)).comments).toEqual([]);
  });

  it.each([
    { error: remoteUnavailable("503"), code: "FORGE_UNAVAILABLE" },
    { error: remoteDenied("401"), code: "FORGE_DENIED" },
  ])("ends in $code", async ({ error, code }) => {
    const { remote, clock } = await openLocalHost();
    const git = new MemoryMirror(remote, async () => Promise.reject(error));
    const forge = new LocalForge({ git, clock });
    await expect(forge.list(["open"])).rejects.toMatchObject({ code });
    await expect(forge.landedBy(["1".repeat(40)])).rejects.toMatchObject({ code });
    const request = { by: ann, method: "merge", expectedHead: "1".repeat(40) } as const;
    await expect(forge.merge(1, request)).rejects.toMatchObject({ code });
  });

  it("breaks off before it took anything", async () => {
    let isBroken = false;
    const host = await openLocalHost({
      pause: async (method) => {
        if (isBroken && method === "push") throw remoteUnavailable("reset");
      },
    });
    await propose(host);
    isBroken = true;
    const said = host.forge.comment(1, { by: bo, body: "x" });
    await expect(said).rejects.toMatchObject({ code: "FORGE_UNAVAILABLE" });
    isBroken = false;
    expect((await host.forge.comment(1, { by: bo, body: "x" })).comments).toHaveLength(1);
  });
});

describe("work", () => {
  it("reads each act once, and refs once for each call", async () => {
    const calls: string[] = [];
    const host = await openLocalHost({ pause: async (method) => void calls.push(method) });
    for (const branch of ["1", "2", "3"]) await propose(host, branch);
    const other = await host.another();
    await host.forge.list(["open"]);

    const callsOf = async (run: () => Promise<unknown>) => {
      calls.length = 0;
      await run();
      return calls;
    };
    expect(await callsOf(async () => host.forge.list(["open"]))).toEqual(["fetchRefs"]);
    await other.comment(2, { by: bo, body: "x" });
    const commits = ["1".repeat(40)];
    expect(await callsOf(async () => host.forge.landedBy(commits))).toEqual([
      "fetchRefs",
      "readCommit",
    ]);
    expect(await callsOf(async () => host.forge.landedBy([]))).toEqual([]);
  });

  it("passes over thousands of refs that mean nothing", async () => {
    const host = await openLocalHost();
    const opened = await propose(host);
    for (let number = 2; number < 5000; number += 1) {
      host.remote.refs.set(`refs/cairn/pull/${number}/meta`, "2".repeat(40));
      host.remote.refs.set(`refs/cairn/pull/x${number}/head`, opened.head);
    }
    expect(await host.forge.list(["open"])).toEqual([opened]);
    expect((await propose(host, "next")).number).toBe(5000);
  });

  it("fills the gaps when the highest number is taken", async () => {
    const host = await openLocalHost();
    const { head } = await propose(host);
    const number = 999_999_999;
    host.remote.refs.set(`refs/cairn/pull/${number}/head`, head);
    const opening = { act: "opened", title: "T", body: "", labels: [], branch: "b", head } as const;
    say(host, number, [opening]);
    expect((await propose(host, "next")).number).toBe(2);
  });

  it("writes nothing that it would not read", async () => {
    const host = await openLocalHost();
    await propose(host);
    const before = new Map(host.remote.refs);
    const body = "ü".repeat(maxActBytes / 2);
    const said = host.forge.comment(1, { by: bo, body });
    await expect(said).rejects.toMatchObject({ code: "FORGE_TEXT_TOO_LONG" });
    expect(host.remote.refs).toEqual(before);
  });
});

describe("a merge that cannot be", () => {
  it.each([
    { name: "landed already", code: "FORGE_NOTHING_TO_MERGE" },
    { name: "of another history", code: "FORGE_HISTORIES_UNRELATED" },
    { name: "into nothing", code: "FORGE_BASE_MISSING" },
  ])("$name", async ({ name, code }) => {
    const host = await openLocalHost();
    let { head } = await propose(host);
    if (name === "landed already") host.remote.refs.set("refs/heads/main", head);
    if (name === "into nothing") host.remote.refs.delete("refs/heads/main");
    if (name === "of another history") {
      head = host.remote.commit({ "a.txt": "alone" });
      await host.pushHead(1, head);
    }
    const request = { by: ann, method: "merge", expectedHead: head } as const;
    await expect(host.forge.merge(1, request)).rejects.toMatchObject({ code });
    expect((await host.forge.get(1)).state).toBe("open");
  });

  it.each([
    { method: "merge", message: "Merge pull request #1: Change\n", author: bo },
    { method: "squash", message: "Change (#1)\n", author: ann },
  ] as const)("does, with its own words: $method", async ({ method, message, author }) => {
    const host = await openLocalHost();
    const { head: expectedHead } = await propose(host);
    await host.forge.merge(1, { by: bo, method, expectedHead });
    const commit = host.remote.objects.commits.get(await host.base());
    expect(commit).toMatchObject({ message, author });
  });
});
