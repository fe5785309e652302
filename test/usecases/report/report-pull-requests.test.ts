import { describe, expect, it } from "vitest";

import { forgeDenied, forgeUnavailable, pullRequestEnded } from "../../../src/forge/errors.ts";
import { CairnError } from "../../../src/shared/errors.ts";
import type { Cache } from "../../../src/usecases/ledger/cache.ts";
import { apply } from "../../../src/usecases/operate/apply.ts";
import { assets, people, toProd } from "../promote/promotion-world.ts";
import { messagesOf, ReportWorld } from "./report-world.ts";

/** So many pull requests, each with a model of its own. */
async function crowdedWorld(count: number): Promise<ReportWorld> {
  const world = await ReportWorld.open();
  for (let index = 0; index < count; index += 1) {
    await world.people.propose(assets({ key: `models/m${index}`, content: "x" }));
  }
  return world;
}

async function openNumbers(world: ReportWorld): Promise<readonly number[]> {
  return (await world.forge.list(["open"])).map(({ number }) => number);
}

describe("an open pull request", () => {
  it("gets its check, and then its comment", async () => {
    const world = await ReportWorld.open();
    const number = await world.people.propose(toProd("2"));
    const head = await world.people.headOf(number);
    await world.run();
    expect(world.host.written).toEqual([`check ${head.slice(0, 4)}`, `comment ${number}`]);
    const check = await world.check(number);
    expect(check.outcome).toBe("failed");
    expect(check.title).toBe("prod: a 2 (1 of 1 gates fails)");
    expect(world.comment(number)).toMatch(
      /^❌ \*\*Check failed\*\* prod: a 2 \(1 of 1 gates fails\)\n/,
    );
    expect(world.comment(number)).toContain("Ask somebody of leads for a review");
  });

  it("passes once it is approved", async () => {
    const world = await ReportWorld.open();
    const number = await world.people.propose(toProd("2"));
    await world.run();
    await world.people.review(number, people.bo);
    await world.run();
    expect((await world.check(number)).outcome).toBe("passed");
  });

  it("conflicts with the branch", async () => {
    const world = await ReportWorld.open();
    const number = await world.people.propose(assets({ key: "models/a", content: "mine" }));
    world.people.land(assets({ key: "models/a", content: "theirs" }));
    await world.run();
    expect(await world.check(number)).toMatchObject({
      outcome: "failed",
      title: "It conflicts with the branch in models/a/asset.yaml",
      annotations: [],
    });
  });

  it("is reported as a draft, and from a fork with a warning", async () => {
    const world = await ReportWorld.open();
    const number = await world.people.propose(toProd("2"));
    world.forge.marks.set(number, { isDraft: true, fork: "eve/ml-registry" });
    await world.run();
    expect(world.comment(number)).toContain("Comes from another repository (eve/ml-registry)");
    expect((await world.check(number)).summary).toContain("Comes from another repository");
  });

  it.each([
    ".github/workflows/check.yaml",
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".GitHub/workflows/check.yaml",
  ])("is pointed at where it changes %s", async (path) => {
    const world = await ReportWorld.open();
    const number = await world.people.propose({ [path]: '{"on": "push"}' });
    await world.run();
    expect((await world.check(number)).summary).toContain(
      "Changes how pull requests are checked: look at it yourself",
    );
    expect(world.comment(number)).toContain("look at it yourself");
  });

  it("is left alone where it is for another branch, and once it has ended", async () => {
    const world = await ReportWorld.open();
    const other = await world.people.propose(toProd("2"));
    const closed = await world.people.propose(toProd("1"));
    world.forge.marks.set(other, { base: "release" });
    await world.forge.close(closed, { by: people.ann, reason: "" });
    await world.run();
    expect(world.host.asked).toEqual([]);
    world.forge.marks.delete(other);
    await world.run();
    expect(world.host.asked).toHaveLength(2);
  });

  it("needs no host that is a server to be left alone", async () => {
    const world = await ReportWorld.open();
    await world.people.propose(toProd("2"));
    const { session, forge } = world.controller();
    const report = await world.run({ forge, session: { ...session, host: undefined } });
    expect(report.findings).toEqual([]);
    expect(forge.read).toEqual([]);
  });
});

describe("while it is judged", () => {
  it("may end: nobody is told of it any more", async () => {
    const world = await ReportWorld.open();
    const number = await world.people.propose(toProd("2"));
    world.forge.beforeGet = async () => {
      world.forge.beforeGet = async () => undefined;
      await world.forge.close(number, { by: people.ann, reason: "" });
    };
    expect((await world.run()).findings).toEqual([]);
    expect(world.host.asked).toEqual([]);
  });

  it("may end before the comment", async () => {
    const world = await ReportWorld.open();
    const number = await world.people.propose(toProd("2"));
    world.host.refusals.set(number, pullRequestEnded(number, "merged"));
    expect((await world.run()).findings).toEqual([]);
    expect(world.host.written).toHaveLength(1);
  });

  it("may be pushed to: what was judged is shown where it was, and then the new head", async () => {
    const world = await ReportWorld.open();
    const number = await world.people.propose(toProd("2"));
    const [before, publish] = [await world.people.headOf(number), world.host.checks.publish];
    world.host.checks.publish = async (check) => {
      world.host.checks.publish = publish;
      await world.people.push(number, toProd("1"));
      return publish(check);
    };
    await world.run();
    expect([...world.host.shown.keys()]).toEqual([before]);
    await world.run();
    expect([...world.host.shown.keys()]).toEqual([before, await world.people.headOf(number)]);
    expect((await world.check(number)).title).toContain("prod: a 1");
  });
});

describe("one bad pull request among many", () => {
  const failures = {
    "cannot be read": new CairnError({ code: "GIT_OBJECT_MISSING", kind: "missing", message: "x" }),
    "trips over a bug": new TypeError("undefined is not a function"),
    "the host refuses to show": forgeDenied("it is locked"),
    "the host never answers for": forgeUnavailable("the answer broke off"),
  };

  it.each(Object.entries(failures))("that %s stops no other", async (_, error) => {
    const world = await crowdedWorld(6);
    const [, bad = 0, ...others] = await openNumbers(world);
    world.forge.failures.set(bad, error);
    const report = await world.run();
    expect(messagesOf(report.findings)).toEqual([
      expect.stringContaining(`pull-request-unreported: Pull request #${bad} is not reported on: `),
    ]);
    expect(report.findings).toMatchObject([{ severity: "warning" }]);
    for (const number of others) expect(world.comment(number)).not.toBe("");
    expect(report.conditions).toMatchObject([{ type: "Ready", status: "True" }]);

    world.forge.failures.clear();
    expect(await world.judged()).toEqual([bad]);
  });

  it("comes last the next time", async () => {
    const world = await crowdedWorld(3);
    const [first = 0, ...others] = await openNumbers(world);
    world.forge.failures.set(first, forgeDenied("it is locked"));
    await world.run();
    world.forge.failures.clear();
    world.people.land({ "README.yaml": "{}" });
    await world.people.review(first, people.bo);
    for (const number of others) await world.people.review(number, people.bo);
    expect(await world.judged()).toEqual([first, ...others]);
  });
});

describe("a host that is down", () => {
  it("is asked three times and not more; the registry says so, and goes on with what is its own", async () => {
    const world = await crowdedWorld(9);
    world.host.isDown = true;
    await world.people.bring(assets({ key: "models/a", content: "z" }));
    const report = await world.run();
    expect(report.done).toMatchObject([{ kind: "publish", asset: "models/a" }]);
    expect(report.findings.length).toBeLessThanOrEqual(3);
    expect(report.conditions).toMatchObject([
      { type: "Ready", status: "False", reason: "HostUnavailable" },
      { type: "Degraded", status: "True", reason: "HostUnavailable" },
    ]);
    expect(report.again).toBeUndefined();
    expect(world.forge.read.length).toBeLessThanOrEqual(3);

    world.host.isDown = false;
    await world.settle();
    for (const number of await openNumbers(world)) expect(world.comment(number)).not.toBe("");
  });

  it("that does not even list is asked once", async () => {
    const world = await crowdedWorld(1);
    world.forge.list = async () => Promise.reject(forgeUnavailable("503"));
    const report = await world.run();
    expect(report.conditions).toMatchObject([{ reason: "HostUnavailable" }, {}]);
    expect(world.host.asked).toEqual([]);
  });

  it("that says when to come back is asked once", async () => {
    const world = await crowdedWorld(5);
    const limit = { code: "FORGE_UNAVAILABLE", kind: "unavailable", message: "slow down" } as const;
    const error = new CairnError({ ...limit, retryAfterMs: 60_000 });
    for (const number of await openNumbers(world)) world.forge.failures.set(number, error);
    expect((await world.run()).findings).toHaveLength(1);
  });
});

describe("one run", () => {
  it("takes on fifty that changed and twenty whose base moved, and asks for another one", async () => {
    const world = await crowdedWorld(60);
    expect((await world.run()).again).toBe(true);
    expect(world.host.comments.size).toBe(50);
    expect((await world.run()).again).toBeUndefined();
    expect(world.host.comments.size).toBe(60);

    world.people.land({ "README.yaml": "{}" });
    const [last = 0] = (await openNumbers(world)).slice(-1);
    await world.people.review(last, people.bo);
    const runs = [await world.judged(), await world.judged(), await world.judged()];
    expect(runs.map(({ length }) => length)).toEqual([21, 20, 19]);
    expect(runs[0]?.[0]).toBe(last);
    expect(new Set(runs.flat()).size).toBe(60);
    expect(await world.judged()).toEqual([]);
  });

  it("ends when it is told to", async () => {
    const world = await crowdedWorld(3);
    const abort = new AbortController();
    world.forge.beforeGet = async () => abort.abort(new Error("stop"));
    await expect(apply(world.session, { signal: abort.signal })).rejects.toThrow("stop");
    expect(world.forge.read.length).toBeLessThanOrEqual(1);
  });
});

describe("what was reported", () => {
  class TextCache implements Cache {
    readonly texts = new Map<string, string>();
    get = async (key: string) => this.texts.get(key);
    set = async (key: string, text: string) => void this.texts.set(key, text);
  }

  it("is known after a restart", async () => {
    const world = await crowdedWorld(3);
    const cache = new TextCache();
    await world.run(world.controller({ cache }));
    const copy = new TextCache();
    for (const [key, text] of cache.texts) await copy.set(key, text);
    const asked = world.host.asked.length;
    const restarted = world.controller({ cache: copy });
    await world.run(restarted);
    expect(world.host.asked).toHaveLength(asked);
    expect(restarted.forge.read).toEqual([]);
  });

  it.each([
    "",
    "{",
    "[]",
    '{"version":0}',
    '{"version":1,"pullRequests":[1],"groups":{"a":{"at":1}}}',
  ])("costs time and nothing else where it is torn: %s", async (text) => {
    const world = await crowdedWorld(2);
    await world.settle();
    const [written, asked] = [[...world.host.written], world.host.asked.length];
    const cache = new TextCache();
    await cache.set("reported.json", text);
    await world.run(world.controller({ cache }));
    expect(world.host.written).toEqual(written);
    expect(world.host.asked).toHaveLength(asked + 4);
  });

  it("is kept for the next run where the cache cannot be written", async () => {
    const world = await crowdedWorld(2);
    const controller = world.controller({
      cache: { get: async () => undefined, set: async () => undefined },
    });
    await world.run(controller);
    const asked = world.host.asked.length;
    await world.run(controller);
    expect(world.host.asked).toHaveLength(asked);
  });
});

it("is said once by two controllers at the same time", async () => {
  const world = await crowdedWorld(4);
  // Each answer comes a moment later: they get in each other's way.
  const pause = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const controllers = [world.controller({ pause }), world.controller({ pause })];
  await Promise.all(controllers.map((controller) => world.run(controller)));
  expect(world.host.written.toSorted()).toEqual([...new Set(world.host.written)].toSorted());
  expect(world.host.written).toHaveLength(8);
  const report = await world.run(world.controller());
  expect(report.findings).toEqual([]);
  expect(world.host.written).toHaveLength(8);
});
