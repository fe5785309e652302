import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { App, ProposalReport } from "../../src/usecases/app.ts";
import {
  copyTemplate,
  createPromotionTemplate,
  deeds,
  deliveriesOf,
  extendTemplate,
  removeTemplate,
  running,
  shareCopy,
  type PromotionFixture,
} from "../support/promotion-fixture.ts";

let template: string;
/** The same after the second version of taxi was taken by test. */
let later: string;
beforeAll(async () => {
  template = await createPromotionTemplate();
  later = await extendTemplate(template, async (app) => {
    await app.promote({ asset: "models/taxi", to: "test", merge: true });
    await app.apply();
  });
});
afterAll(async () => {
  await removeTemplate(template);
  await removeTemplate(later);
});

const taxi = "models/taxi";
const testFile = "stages/test/models/taxi.yaml";
const prodFile = "stages/prod/models/taxi.yaml";
const nothing = { code: "NOTHING_TO_PROPOSE" };

async function openCopy(
  from = template,
): Promise<{ readonly fixture: PromotionFixture; readonly app: App }> {
  const fixture = await copyTemplate(from);
  return { fixture, app: await fixture.open() };
}

/** What the pull request asks for, with the verdict on each. */
function moves({ check }: Pick<ProposalReport, "check">): readonly string[] {
  return check.moves.map(({ move, asset, version, stage, outcome }) =>
    [move, asset, version ?? "none", stage, outcome].join(" "),
  );
}

describe("promoting", () => {
  it("takes the version of the stage before, keeps what people wrote, and is one pull request", async () => {
    const { fixture, app } = await openCopy();
    const request = { asset: taxi, to: "test", reason: "better recall", labels: ["hotfix"] };
    const first = await app.promote(request);
    expect(first).toMatchObject({
      created: true,
      merged: undefined,
      pullRequest: {
        number: 1,
        title: "Promote models/taxi 2 to test",
        author: "dee",
        labels: ["cairn:promotion", "hotfix"],
      },
    });
    expect(moves(first)).toEqual(["promotion models/taxi 2 test passed"]);
    expect(await fixture.show(testFile, first.pullRequest.head)).toBe(
      `# What test runs; ask the taxi team.\nversion: "2" # the first\nreason: better recall\n`,
    );
    expect(await app.promote({ ...request, as: "bo" })).toMatchObject({
      created: false,
      pullRequest: first.pullRequest,
    });
    expect(await running(app, "test")).toEqual({ "model taxi": "1" });

    const merged = await app.promote({ ...request, merge: true });
    expect(merged).toMatchObject({ created: false, pullRequest: { number: 1, state: "merged" } });
    const report = await app.apply();
    expect(deeds(report.done)).toEqual(["accept models/taxi 2 in test"]);
    const delivered = deliveriesOf(report.done);
    expect(merged.check.deliveries).toMatchObject(delivered);
    expect(delivered).toHaveLength(1);
    expect(await fixture.readStore("test/assets/models/taxi/2/weights.bin")).toBe(
      "weights of taxi, second\n",
    );
    await expect(app.promote(request)).rejects.toMatchObject(nothing);
  });

  it("brings what the asset refers to, unless told not to", async () => {
    const { fixture, app } = await openCopy();
    const request = { asset: "components/prep", to: "test" };
    const alone = await app.promote({ ...request, only: true, merge: true });
    expect(alone.merged).toBeUndefined();
    expect(moves(alone)).toEqual(["promotion components/prep 1 test failed"]);
    expect(alone.check.summary).toBe("test: components/prep 1 (1 of 2 gates fails)");

    const both = await app.promote({ ...request, merge: true });
    expect(both.pullRequest.title).toBe(
      "Promote components/prep 1 to test and 1 that it refers to",
    );
    expect(moves(both)).toEqual([
      "promotion components/prep 1 test passed",
      "promotion environments/env 1 test passed",
    ]);
    expect(await fixture.show("stages/test/environments/env.yaml")).toBe(
      'version: "1"\nreason: used by components/prep 1\n',
    );
    expect(deeds((await app.apply()).done)).toEqual([
      "accept components/prep 1 in test",
      "accept environments/env 1 in test",
    ]);
    // What the stage has is not asked for again: prod gets both, test got the environment already.
    await fixture.push("Prepare better", { "components/prep/src/prep.py": "print(2)\n" });
    await app.apply();
    expect(moves(await app.promote(request))).toEqual(["promotion components/prep 2 test passed"]);
    expect(moves(await app.promote({ asset: "components/prep@1", to: "prod" }))).toEqual([
      "promotion components/prep 1 prod failed",
      "promotion environments/env 1 prod failed",
    ]);
  });

  const shared = shareCopy(() => template);
  it.each([
    { asset: "models/taxi@1", to: "test", ...nothing, why: "test runs it already" },
    { asset: "models/slow", to: "prod", ...nothing, why: "test runs none" },
    { asset: taxi, to: "dev", ...nothing, why: "dev takes every version by itself" },
    { asset: taxi, to: "staging", code: "STAGE_UNKNOWN", why: "there is no such stage" },
    { asset: taxi, to: "__proto__", code: "STAGE_UNKNOWN", why: "there is no such stage" },
    { asset: "models/taxi@9", to: "test", code: "VERSION_MISSING", why: "it has no version 9" },
    { asset: "models/none", to: "test", code: "ASSET_MISSING", why: "there is no such asset" },
    { asset: "../../etc", to: "test", code: "REFERENCE_INVALID", why: "that is no asset" },
  ])("refuses $asset to $to: $why", async ({ asset, to, code }) => {
    const { fixture, app } = shared();
    const before = await fixture.refs();
    await expect(app.promote({ asset, to })).rejects.toMatchObject({ code });
    expect(await fixture.refs()).toEqual(before);
  });

  it("is judged anew when it is asked for again after it was blocked", async () => {
    const { fixture, app } = await openCopy(later);
    const request = { asset: taxi, to: "prod", reason: "now" };
    const first = await app.promote(request);
    expect(moves(first)).toEqual(["promotion models/taxi 2 prod failed"]);
    const number = first.pullRequest.number;
    await app.mergePullRequest({ number, method: "merge", force: true });
    expect(deeds((await app.apply()).done)).toEqual(["block models/taxi 2 in prod"]);

    const second = await app.promote(request);
    expect(second).toMatchObject({ created: true, pullRequest: { number: number + 1 } });
    expect(await fixture.show(prodFile, second.pullRequest.head)).toContain("reason: now (again)");
    await app.reviewPullRequest({ number: number + 1, verdict: "approved", as: "bo" });
    const merged = await app.promote({ ...request, merge: true });
    expect(merged).toMatchObject({ created: false, merged: { commit: expect.any(String) } });
    expect(deeds((await app.apply()).done)).toEqual(["accept models/taxi 2 in prod"]);
    const { items } = await app.history({ limit: 2 });
    expect(items.map(({ type }) => type)).toEqual(["accepted", "blocked"]);
  });

  it("breaks the glass with the word of a second person who may, once", async () => {
    const { fixture, app } = await openCopy();
    const slow = "models/slow";
    await app.promote({ asset: slow, to: "test", merge: true });
    await app.apply();
    const request = { asset: slow, to: "prod", reason: "outage", override: ["soak"] };
    const { pullRequest, check } = await app.promote(request);
    expect(check.outcome).toBe("failed");
    const { number, head } = pullRequest;
    expect(await fixture.show("stages/prod/models/slow.yaml", head)).toBe(
      'version: "1"\nreason: outage\noverride:\n  version: "1"\n  gates:\n    - soak\n  reason: outage\n',
    );
    const byBo = await app.reviewPullRequest({ number, verdict: "approved", as: "bo" });
    expect(byBo.check?.outcome).toBe("failed");
    const byCy = await app.reviewPullRequest({ number, verdict: "approved", as: "cy" });
    expect(byCy.check?.outcome).toBe("passed");
    const soak = byCy.check?.moves[0]?.gates.find(({ gate }) => gate === "soak");
    expect(soak?.reason).toMatch(/^overridden: outage \(approved by cy\)/);
    await app.mergePullRequest({ number, method: "merge" });
    expect(deeds((await app.apply()).done)).toEqual(["accept models/slow 1 in prod"]);
  });
});

const sharedLater = shareCopy(() => later);

describe("rolling back", () => {
  it("goes to what ran before, with the word of one who may, who can be the author", async () => {
    const { fixture, app } = await openCopy(later);
    const request = { asset: taxi, stage: "test", reason: "it crashes" };
    const byDee = await app.rollback(request);
    expect(moves(byDee)).toEqual(["rollback models/taxi 1 test failed"]);
    const byAnn = await app.rollback({ ...request, as: "ann", reason: "it does", merge: true });
    expect(byAnn.pullRequest).toMatchObject({
      title: "Roll models/taxi back to 1 in test",
      state: "merged",
      author: "ann",
    });
    expect(deeds((await app.apply()).done)).toEqual(["roll-back models/taxi 1 in test"]);
    expect(await running(app, "test")).toEqual({ "model taxi": "1" });
    expect((await fixture.ledger()).at(-1)).toBe("roll back models/taxi 1 in test");
    // Back from 1 means to before 1 came, not to the version that it was itself left for.
    await expect(app.rollback(request)).rejects.toMatchObject(nothing);
    // Forward again by name is a rollback too: test accepted it before.
    const named = await app.rollback({ ...request, asset: "models/taxi@2", as: "ann" });
    expect(moves(named)).toEqual(["rollback models/taxi 2 test passed"]);
  });

  it("passes over versions that were withdrawn or deprecated since", async () => {
    const { fixture, app } = await openCopy(later);
    await fixture.push("Train a third time", { "models/taxi/weights.bin": "third\n" });
    await app.apply();
    await app.promote({ asset: taxi, to: "test", merge: true });
    await app.apply();
    const back = { asset: taxi, stage: "test", as: "ann" };
    expect(moves(await app.rollback(back))).toEqual(["rollback models/taxi 2 test passed"]);
    await app.deprecate({ asset: "models/taxi@2", reason: "leaks", merge: true });
    // Merged is enough: the ledger will say so.
    expect(moves(await app.rollback(back))).toEqual(["rollback models/taxi 1 test passed"]);
    await app.apply();
    const { merged } = await app.rollback({ ...back, merge: true });
    expect(merged).toBeDefined();
    await app.apply();
    // By its name it is no way back any more but a promotion, and no deprecated version is promoted.
    // The pull request of before is behind the branch: it is brought up to date.
    const named = await app.rollback({ ...back, asset: "models/taxi@2" });
    expect(named.created).toBe(false);
    expect(moves(named)).toEqual(["promotion models/taxi 2 test failed"]);
    expect(named.check.conflicts).toEqual([]);
  });

  it.each([
    { asset: taxi, stage: "prod", ...nothing, why: "prod only ever ran 1" },
    { asset: "models/taxi@1", stage: "prod", ...nothing, why: "it runs" },
    { asset: "models/taxi@2", stage: "prod", ...nothing, why: "prod never ran it" },
    { asset: "models/slow", stage: "test", ...nothing, why: "test never ran any" },
    { asset: taxi, stage: "dev", ...nothing, why: "dev follows" },
    { asset: taxi, stage: "none", code: "STAGE_UNKNOWN", why: "there is no such stage" },
  ])("has nothing to go back to: $asset in $stage, $why", async ({ asset, stage, code }) => {
    const { app } = sharedLater();
    await expect(app.rollback({ asset, stage })).rejects.toMatchObject({ code });
  });
});

describe("withdrawing", () => {
  it("takes the version out of the stage; it comes back only through all gates", async () => {
    const { fixture, app } = await openCopy();
    const slow = "models/slow";
    await app.promote({ asset: slow, to: "test", merge: true });
    await app.apply();
    const request = { asset: slow, stage: "test", reason: "licence", as: "ann" };
    const report = await app.withdraw({ ...request, merge: true });
    expect(moves(report)).toEqual(["withdrawal models/slow none test passed"]);
    expect(report).toMatchObject({
      pullRequest: { title: "Withdraw models/slow from test" },
      check: { moves: [{ runs: "1" }], deliveries: [] },
    });
    await expect(fixture.show("stages/test/models/slow.yaml")).rejects.toThrow(/does not exist/);
    expect(deeds((await app.apply()).done)).toEqual(["withdraw models/slow 1 in test"]);
    expect(await running(app, "test")).toEqual({ "model taxi": "1" });
    await expect(app.withdraw(request)).rejects.toMatchObject(nothing);
    await expect(app.rollback({ asset: slow, stage: "test" })).rejects.toMatchObject(nothing);
    const again = await app.promote({ asset: slow, to: "test" });
    expect(moves(again)).toEqual(["promotion models/slow 1 test passed"]);

    await fixture.push("Train again", { "models/slow/weights.bin": "second\n" });
    await app.apply();
    await app.promote({ asset: slow, to: "test", merge: true });
    expect(deeds((await app.apply()).done)).toEqual(["accept models/slow 2 in test"]);
    await expect(app.rollback({ asset: slow, stage: "test" })).rejects.toMatchObject(nothing);
  });

  // Adoption's word about the stage is drafted anew once the stage runs nothing.
  it("of a version that was there at adoption lasts", async () => {
    const { app } = await openCopy();
    await app.withdraw({ asset: taxi, stage: "prod", as: "ann", merge: true });
    expect(deeds((await app.apply()).done)).toEqual(["withdraw models/taxi 1 in prod"]);
    expect(await running(app, "prod")).toEqual({});
  });

  it("of what a stage takes by itself, or never had, is nothing", async () => {
    const { app } = sharedLater();
    for (const stage of ["dev", "prod"]) {
      const attempt = app.withdraw({ asset: "models/slow", stage });
      await expect(attempt).rejects.toMatchObject(nothing);
    }
  });
});
