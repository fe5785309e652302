import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { App } from "../../../src/usecases/app.ts";
import {
  automaticPolicy,
  copyTemplate,
  createPromotionTemplate,
  deeds,
  policyPath,
  removeTemplate,
  running,
  type PromotionFixture,
} from "../../support/promotion-fixture.ts";

const policy = automaticPolicy(
  '{ from: dev, to: test, assets: ["models/taxi"], merge: when-gates-pass }',
  '{ from: dev, to: test, assets: ["models/slow"], merge: manual }',
  '{ from: test, to: prod, assets: ["models/taxi"], merge: when-gates-pass }',
);
const taxi = "models/taxi";
const third = { "models/taxi/weights.bin": "third\n" };
const toTest = "Promote models/taxi 3 to test";
const toProd = "Promote models/taxi 3 to prod";
/** A new version goes to test by itself, and waits for a lead's word at the door of prod. */
const allTheWay = [
  "publish models/taxi 3",
  `open-pull-request ${toTest}`,
  `merge-pull-request ${toTest}`,
  "accept models/taxi 3 in test",
  `open-pull-request ${toProd}`,
];

/** Version 2 came after adoption: it runs in test, and its promotion to prod is proposed. */
let template: string;
beforeAll(async () => {
  const files = { [policyPath]: policy, "stages/prod/models/taxi.yaml": undefined };
  template = await createPromotionTemplate(files);
});
afterAll(() => removeTemplate(template));

async function openCopy(): Promise<{ readonly fixture: PromotionFixture; readonly app: App }> {
  const fixture = await copyTemplate(template);
  return { fixture, app: await fixture.open() };
}

/** `1 merged Promote …`, oldest first. */
async function pullRequests(app: App): Promise<readonly string[]> {
  const { items } = await app.pullRequests({ states: ["open", "merged", "closed"] });
  return items.map(({ number, state, title }) => `${number} ${state} ${title}`).toReversed();
}

const atStart = [
  "1 merged Promote models/taxi 2 to test",
  "2 open Promote models/taxi 2 to prod",
] as const;

describe("a new version", () => {
  it("is proposed once and merged when its gates pass", async () => {
    const { fixture, app } = await openCopy();
    expect(await pullRequests(app)).toEqual(atStart);
    expect(await running(app, "test")).toEqual({ "model taxi": "2" });
    const proposal = await app.pullRequest({ number: 2 });
    expect(proposal.labels).toEqual(["cairn:automatic"]);
    expect(proposal.author).toMatch(/^Cairn </i);
    expect(proposal.check?.outcome).toBe("failed");
    const refs = await fixture.refs();
    expect((await app.apply()).done).toEqual([]);
    expect(await fixture.refs()).toEqual(refs);

    await app.reviewPullRequest({ number: 2, verdict: "approved", as: "bo" });
    const report = await app.apply();
    expect(deeds(report.done)).toEqual([
      "merge-pull-request Promote models/taxi 2 to prod",
      "accept models/taxi 2 in prod",
    ]);
    expect(report.workspaces.find(({ workspace }) => workspace === "prod")?.delivered).toBe(1);
    expect(await fixture.readStore("prod/assets/models/taxi/2/weights.bin")).toBe(
      "weights of taxi, second\n",
    );
  });

  it("goes all the way in one apply; where the policy says manual it is only proposed", async () => {
    const { fixture, app } = await openCopy();
    await fixture.push("Train both", { ...third, "models/slow/weights.bin": "second\n" });
    const report = await app.apply();
    expect(deeds(report.done)).toEqual([
      "publish models/slow 2",
      "publish models/taxi 3",
      ...allTheWay.slice(1, 3),
      "open-pull-request Promote models/slow 2 to test",
      ...allTheWay.slice(3),
    ]);
    expect((await app.apply()).done).toEqual([]);
  });

  it("is not proposed again after somebody closed that", async () => {
    const { fixture, app } = await openCopy();
    await app.closePullRequest({ number: 2, reason: "not this one", as: "bo" });
    expect((await app.apply()).done).toEqual([]);
    expect(await pullRequests(app)).toEqual([atStart[0], atStart[1].replace("open", "closed")]);
    await fixture.push("Train again", third);
    expect(deeds((await app.apply()).done)).toEqual(allTheWay);
  });

  it("is not proposed past a hold", async () => {
    const { fixture, app } = await openCopy();
    const hold = { asset: taxi, stage: "test", reason: "audit", merge: true };
    await app.hold(hold);
    await fixture.push("Train again", third);
    expect(deeds((await app.apply()).done)).toEqual(["publish models/taxi 3"]);
    await app.hold({ ...hold, release: true });
    expect(deeds((await app.apply()).done)).toEqual(allTheWay.slice(1));
  });

  it("is not proposed past the word of a person, until they choose the newest", async () => {
    const { fixture, app } = await openCopy();
    await app.rollback({ asset: taxi, stage: "test", as: "ann", merge: true });
    expect(deeds((await app.apply()).done)).toEqual(["roll-back models/taxi 1 in test"]);
    await fixture.push("Train again", third);
    expect(deeds((await app.apply()).done)).toEqual(["publish models/taxi 3"]);
    await app.promote({ asset: taxi, to: "test", as: "dee", merge: true });
    expect(deeds((await app.apply()).done)).toEqual([
      "accept models/taxi 3 in test",
      `open-pull-request ${toProd}`,
    ]);
    await fixture.push("And again", { "models/taxi/weights.bin": "fourth\n" });
    expect(deeds((await app.apply()).done)).toContain("accept models/taxi 4 in test");
  });
});

describe("several controllers, some of which die", () => {
  it("open one pull request for each promotion", async () => {
    const { fixture } = await openCopy();
    await fixture.push("Train again", third);
    const apps = await Promise.all(
      ["one", "two"].map((name) => fixture.open({ data: join(fixture.folder, name) })),
    );
    const reports = await Promise.all(apps.map((app) => app.apply()));
    const [one] = apps;
    if (one === undefined) throw new Error("there are two");
    expect(await pullRequests(one)).toEqual([...atStart, `3 merged ${toTest}`, `4 open ${toProd}`]);
    expect(await running(one, "test")).toEqual({ "model taxi": "3" });
    const accepted = (await fixture.ledger()).filter((subject) => /taxi 3 in test/.test(subject));
    expect(accepted).toHaveLength(1);
    for (const { conditions } of reports) {
      expect(conditions).toContainEqual(expect.objectContaining({ type: "Ready", status: "True" }));
    }
    for (const app of apps) expect(deeds((await app.apply()).done)).toEqual([]);
  });

  it("converge after one could not merge what it had opened", async () => {
    const { fixture } = await openCopy();
    await fixture.push("Train again", third);
    const hook = join(fixture.remote, "hooks", "update");
    await mkdir(dirname(hook), { recursive: true });
    await writeFile(hook, '#!/bin/sh\ntest "$1" != refs/heads/main\n');
    await chmod(hook, 0o755);
    const first = await fixture.open();
    const refused = { rule: "automatic-refused", severity: "error" };
    expect((await first.apply()).findings).toMatchObject([refused]);
    await first.close();
    const afterwards = await fixture.open({ data: join(fixture.folder, "other") });
    expect(await pullRequests(afterwards)).toEqual([...atStart, `3 open ${toTest}`]);

    await rm(hook);
    expect(deeds((await afterwards.apply()).done)).toEqual(allTheWay.slice(2));
    expect(await pullRequests(afterwards)).toEqual([
      ...atStart,
      `3 merged ${toTest}`,
      `4 open ${toProd}`,
    ]);
    expect((await (await fixture.open()).apply()).done).toEqual([]);
  });
});
