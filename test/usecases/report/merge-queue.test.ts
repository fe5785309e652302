import { describe, expect, it } from "vitest";

import { forgeDenied } from "../../../src/forge/errors.ts";
import type { CheckDraft } from "../../../src/forge/host-services.ts";
import { publishCheck } from "../../../src/usecases/report/publish-check.ts";
import { assets, people, toProd, type Changes } from "../promote/promotion-world.ts";
import { ReportWorld } from "./report-world.ts";

type Method = "merge" | "squash" | "rebase";

/** A merge queue as a host prepares it: each group stands on the one before. */
class QueueWorld {
  readonly world: ReportWorld;
  #tip: string;
  readonly #heads = new Map<number, string>();

  private constructor(world: ReportWorld) {
    this.world = world;
    this.#tip = world.people.head;
    world.host.bringGroups = () => world.session.mirror.fetchRefs(["refs/heads/queue/"]);
  }

  static async open(): Promise<QueueWorld> {
    return new QueueWorld(await ReportWorld.open());
  }

  get host() {
    return this.world.host;
  }

  /** Proposes and approves. */
  async propose(changes: Changes | readonly Changes[]): Promise<number> {
    const number = await this.world.people.propose(changes);
    await this.world.people.review(number, people.bo);
    return number;
  }

  /** The pull request as the queue would land it, next in line; `instead` is what it brings really. */
  async enqueue(
    number: number,
    changes: readonly Changes[],
    { method = "merge", instead }: { readonly method?: Method; readonly instead?: Changes } = {},
  ): Promise<string> {
    const { people: fork } = this.world;
    const head = await fork.headOf(number);
    for (const part of method === "rebase" ? changes : [Object.assign({}, ...changes)]) {
      const on = this.#tip;
      const made = fork.commit(instead ?? part, { on });
      if (method !== "merge") {
        this.#tip = made;
        continue;
      }
      const parents = [on, head];
      this.#tip = fork.remote.commit(fork.filesAt(made), { parents, message: "Merge" });
    }
    this.#heads.set(number, this.#tip);
    fork.remote.refs.set(`refs/heads/queue/pr-${number}`, this.#tip);
    this.host.groups = [...this.#heads].map(([pullRequest, tip]) => ({ pullRequest, head: tip }));
    return this.#tip;
  }

  /** The host does not tell of this group. */
  hide(number: number): void {
    this.host.groups = this.host.groups.filter(({ pullRequest }) => pullRequest !== number);
  }

  at(head: string): CheckDraft | undefined {
    return this.host.shown.get(head);
  }
}

const content = (text: string): Changes => assets({ key: "models/a", content: text });
const other = assets({ key: "models/b", content: "b" });

describe("a merge group", () => {
  it.each(["merge", "squash", "rebase"] as const)("is checked (%s)", async (method) => {
    const queue = await QueueWorld.open();
    const changes = [content("z"), other];
    const number = await queue.propose(changes);
    const head = await queue.enqueue(number, changes, { method });
    await queue.world.run();
    expect(queue.at(head)).toMatchObject({
      head,
      outcome: "passed",
      title: "a gets version 3; b gets version 1",
    });
  });

  it("is checked from outside of the server as the server does it", async () => {
    const queue = await QueueWorld.open();
    const first = await queue.propose(content("z"));
    await queue.enqueue(first, [content("z")]);
    const head = await queue.enqueue(await queue.propose(other), [other]);
    const { session } = queue.world;
    const answer = await publishCheck(session, { mergeGroup: head, publish: true });

    expect(answer).toMatchObject({ outcome: "passed", published: true });
    expect([...queue.host.shown.keys()]).toEqual([head]);
    const shown = queue.at(head);
    await queue.world.run();
    expect(queue.at(head)).toEqual(shown);
    const writings = queue.host.written.filter((what) => what === `check ${head.slice(0, 4)}`);
    expect(writings).toHaveLength(1);
  });

  it("is judged on what those before it leave, and none is said twice", async () => {
    const queue = await QueueWorld.open();
    const first = await queue.propose(content("z"));
    const second = await queue.propose(assets({ key: "models/c", content: "c" }));
    const third = await queue.propose(content("zz"));
    await queue.enqueue(first, [content("z")]);
    const middle = await queue.enqueue(second, [assets({ key: "models/c", content: "c" })]);
    const last = await queue.enqueue(third, [content("zz")]);
    await queue.world.run();
    expect(queue.at(middle)).toMatchObject({ outcome: "passed", title: "c gets version 1" });
    expect(queue.at(middle)?.summary).toContain(`In the merge queue behind #\u200B${first}.`);
    // What the third was made from is not what it would land on.
    expect(queue.at(last)).toMatchObject({ outcome: "failed" });
    expect(queue.at(last)?.summary).toContain("is not as pull request");

    const { length } = queue.host.asked;
    await queue.world.run();
    expect(queue.host.asked).toHaveLength(length);
  });

  it("counts the versions of those before it", async () => {
    const queue = await QueueWorld.open();
    const first = await queue.propose(other);
    const second = await queue.propose(assets({ key: "models/c", content: "c", version: "7" }));
    await queue.enqueue(first, [other]);
    const head = await queue.enqueue(second, [
      assets({ key: "models/c", content: "c", version: "7" }),
    ]);
    await queue.world.run();
    expect(queue.at(head)?.outcome).toBe("passed");
  });

  it("fails behind one that fails", async () => {
    const queue = await QueueWorld.open();
    const bad = await queue.world.people.propose(toProd("2"));
    const good = await queue.propose(other);
    const first = await queue.enqueue(bad, [toProd("2")]);
    const second = await queue.enqueue(good, [other]);
    await queue.world.run();
    expect(queue.at(first)?.outcome).toBe("failed");
    expect(queue.at(second)).toMatchObject({
      outcome: "failed",
      title: `It comes behind #${bad} in the merge queue, whose check fails`,
    });
  });

  it("fails where it brings something else than was proposed", async () => {
    const queue = await QueueWorld.open();
    const number = await queue.propose(content("z"));
    const head = await queue.enqueue(number, [content("z")], { instead: content("evil") });
    await queue.world.run();
    expect(queue.at(head)?.outcome).toBe("failed");
  });

  it.each(["merge", "squash", "rebase"] as const)(
    "waits while it is not known whose work lies before it (%s)",
    async (method) => {
      const queue = await QueueWorld.open();
      const first = await queue.propose(content("z"));
      const second = await queue.propose(other);
      await queue.enqueue(first, [content("z")], { method });
      const head = await queue.enqueue(second, [other], { method });
      const { groups } = queue.host;
      queue.hide(first);
      await queue.world.run();
      expect(queue.at(head)).toMatchObject({ outcome: "pending", annotations: [] });

      queue.host.groups = groups;
      await queue.world.run();
      expect(queue.at(head)).toMatchObject({ outcome: "passed", title: "b gets version 1" });
    },
  );

  it("waits where the pull request was pushed to since", async () => {
    const queue = await QueueWorld.open();
    const number = await queue.propose(content("z"));
    const head = await queue.enqueue(number, [content("z")]);
    await queue.world.people.push(number, content("zz"));
    await queue.world.run();
    expect(queue.at(head)?.outcome).toBe("pending");
  });

  it("is left alone once the branch went another way, and judged again after ten minutes", async () => {
    const queue = await QueueWorld.open();
    const number = await queue.propose(content("z"));
    const head = await queue.enqueue(number, [content("z")]);
    await queue.world.run();
    const { length } = queue.host.asked.filter((what) => what === `check ${head.slice(0, 4)}`);
    expect(length).toBe(1);
    queue.world.after(11);
    await queue.world.run();
    expect(queue.host.asked.filter((what) => what === `check ${head.slice(0, 4)}`)).toHaveLength(2);

    queue.world.people.land({ "README.yaml": "{}" });
    queue.host.shown.clear();
    await queue.world.run();
    expect(queue.at(head)).toBeUndefined();
  });

  it("that cannot be checked stops neither others nor pull requests", async () => {
    const queue = await QueueWorld.open();
    const first = await queue.propose(content("z"));
    const second = await queue.propose(other);
    const bad = await queue.enqueue(first, [content("z")]);
    const good = await queue.enqueue(second, [other]);
    queue.host.refusals.set(bad, forgeDenied("no"));
    queue.host.groups = [...queue.host.groups, { pullRequest: 99, head: "0".repeat(40) }];
    const { findings } = await queue.world.run();
    expect(findings).toMatchObject([{ rule: "pull-request-unreported", severity: "warning" }]);
    expect(queue.at(good)?.outcome).toBe("passed");
    expect(queue.world.comment(first)).not.toBe("");
  });
});
