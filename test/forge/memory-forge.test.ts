import { describe, expect, it } from "vitest";
import type { Account } from "../../src/domain/pull-request.ts";
import { MemoryForge, pullRequestHead } from "../support/memory-forge.ts";
import { MemoryMirror } from "../support/memory-mirror.ts";
import { describeForge } from "./forge.contract.ts";
import { openSimulatedHost } from "./memory-host.ts";

describeForge("in memory", openSimulatedHost);

const ann: Account = { name: "Ann Carter", email: "ann@contoso.example" };
const draft = { title: "Change", body: "", by: ann, labels: [], branch: "better" };

describe("the host of simulated worlds", () => {
  it("rebases: every new commit was brought by the pull request", async () => {
    const host = await openSimulatedHost();
    const { forge } = host;
    const first = await host.commit(await host.base(), { "a.txt": "2" });
    const head = await host.commit(first, { "c.txt": "new" });
    const { number } = await forge.open({ ...draft, head });
    const base = await host.land({ "b.txt": "2" });
    await forge.rebase(number, { by: ann, expectedHead: head });

    const last = await host.base();
    const [before = ""] = (await host.show(last)).parents;
    expect(await host.show(before)).toMatchObject({
      parents: [base],
      files: { "a.txt": "2", "b.txt": "2" },
    });
    expect((await host.show(last)).files).toEqual({ "a.txt": "2", "b.txt": "2", "c.txt": "new" });
    const merged = await forge.get(number);
    expect(merged).toMatchObject({ state: "merged", head, merged: { commit: last } });
    expect(await forge.landedBy([base, before, last])).toEqual(
      new Map([
        [before, merged],
        [last, merged],
      ]),
    );
  });

  it("rebases nothing when one commit does not fit", async () => {
    const host = await openSimulatedHost();
    const first = await host.commit(await host.base(), { "c.txt": "new" });
    const head = await host.commit(first, { "a.txt": "ours" });
    await host.forge.open({ ...draft, head });
    const base = await host.land({ "a.txt": "theirs" });

    const outcome = await host.forge.rebase(1, { by: ann, expectedHead: head });
    expect(outcome).toEqual({ outcome: "conflict", paths: ["a.txt"] });
    expect(await host.base()).toBe(base);
    const moved = await host.forge.rebase(1, { by: ann, expectedHead: first });
    expect(moved).toEqual({ outcome: "head-moved", head });
  });

  it("is down as long as it is told", async () => {
    const host = await openSimulatedHost();
    const head = await host.commit(await host.base(), { "a.txt": "2" });
    const opened = await host.forge.open({ ...draft, head });
    host.forge.isDown = true;
    const down = { code: "FORGE_UNAVAILABLE" };
    await expect(host.forge.list(["open"])).rejects.toMatchObject(down);
    await expect(host.forge.comment(1, { by: ann, body: "x" })).rejects.toMatchObject(down);
    await expect(host.forge.landedBy([head])).rejects.toMatchObject(down);
    expect(await (await host.another()).get(1)).toEqual(opened);
    host.forge.isDown = false;
    expect(await host.forge.get(1)).toEqual(opened);
  });

  it("takes reviews and pushes that only a host can have seen", async () => {
    const host = await openSimulatedHost();
    const head = await host.commit(await host.base(), { "a.txt": "2" });
    await host.forge.open({ ...draft, head });
    const at = "2020-01-01T00:00:00Z";
    const review = { by: ann, verdict: "dismissed", commit: undefined, at } as const;
    const push = { head: await host.commit(head, { "a.txt": "3" }), by: ann, at };
    host.forge.addReview(1, review);
    host.forge.addPush(1, push);

    const { reviews, pushes, head: now } = await host.forge.get(1);
    expect(reviews).toMatchObject([review]);
    expect(pushes.at(-1)).toEqual(push);
    expect(now).toBe(push.head);
  });

  it("refuses what the remote refuses", async () => {
    const host = await openSimulatedHost();
    const head = await host.commit(await host.base(), { "a.txt": "2" });
    await host.forge.open({ ...draft, head });
    host.remote.refuse = ({ ref }) => (ref === "refs/heads/main" ? "protected" : undefined);
    const request = { by: ann, method: "merge", expectedHead: head } as const;
    await expect(host.forge.merge(1, request)).rejects.toMatchObject({ code: "FORGE_DENIED" });
    expect((await host.forge.get(1)).state).toBe("open");
  });

  it("takes a proposal from one mirror and shows it to another", async () => {
    const host = await openSimulatedHost();
    const { remote, clock } = host;
    const [left, right] = [new MemoryMirror(remote), new MemoryMirror(remote)];
    await left.fetch();
    await right.fetch();
    const parents = [await host.base()];
    const { tree } = await left.readCommit(parents[0] ?? "");
    const author = { name: "Ann", email: "", timestamp: 1 };
    const head = await left.writeCommit({ tree, parents, author, message: "proposed" });
    await new MemoryForge({ remote, clock, mirror: left }).open({ ...draft, head });

    await expect(right.readCommit(head)).rejects.toMatchObject({ code: "GIT_OBJECT_MISSING" });
    expect((await new MemoryForge({ remote, clock, mirror: right }).get(1)).head).toBe(head);
    expect((await right.readCommit(head)).message).toBe("proposed");
    expect([...remote.refs.keys()]).toEqual(["refs/heads/main", pullRequestHead(1)]);
  });
});
