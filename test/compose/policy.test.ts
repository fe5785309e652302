import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  basicPolicy,
  copyTemplate,
  createPromotionTemplate,
  deeds,
  policyPath,
  removeTemplate,
  shareCopy,
} from "../support/promotion-fixture.ts";

const laxPolicy = basicPolicy.replace(
  ", approvals: { count: 1, from: [leads] } }\n    rollback",
  " }\n    rollback",
);
const testsPath = "policies/promotion.test.yaml";
const policyTest = (outcome: string): string =>
  `tests:
  - name: nobody approved it
    promote: models/taxi
    to: prod
    version: "2"
    history: { test: [{ version: "2", since: 2026-01-01 }] }
    expect: { outcome: ${outcome} }
`;

let template: string;
beforeAll(async () => {
  template = await createPromotionTemplate({ [testsPath]: policyTest("failed") });
});
afterAll(() => removeTemplate(template));
const shared = shareCopy(() => template);

describe("the policy in force", () => {
  it("is explained stage by stage, in its own words", async () => {
    const report = await shared().app.policyExplain();
    expect(report).toMatchObject({ differs: false, owners: ["ann", "cy"] });
    expect(report.stages).toEqual([
      { stage: "dev", follows: true, rules: [] },
      {
        stage: "test",
        follows: false,
        rules: [
          {
            assets: ["**"],
            gates: ["order", "dependencies"],
            rollback: "1 of those who may approve",
            path: policyPath,
            line: 2,
          },
        ],
      },
      {
        stage: "prod",
        follows: false,
        rules: [
          {
            assets: ["**"],
            gates: ["order", "approvals: count 1, from leads", "dependencies"],
            rollback: "1 of leads",
            path: policyPath,
            line: 3,
          },
          {
            assets: ["models/slow"],
            gates: ["soak: hours 24"],
            rollback: "1 of those who may approve",
            path: policyPath,
            line: 7,
          },
        ],
      },
    ]);
  });

  it("has nothing to be accepted while the branch says the same", async () => {
    const attempt = shared().app.policyAccept({ by: "operator", reason: "why not" });
    await expect(attempt).rejects.toMatchObject({ code: "NOTHING_TO_PROPOSE" });
  });

  it("stays what it was when somebody pushes another one, until the operator accepts that", async () => {
    const fixture = await copyTemplate(template);
    const app = await fixture.open();
    await app.promote({ asset: "models/taxi", to: "test", merge: true });
    const commit = await fixture.push("Ask for less", { [policyPath]: laxPolicy });
    const report = await app.apply();
    expect(deeds(report.done)).toEqual([
      "accept models/taxi 2 in test",
      "record-incident policy-unaccepted",
    ]);
    const before = await app.policyExplain();
    expect(before).toMatchObject({ differs: true, owners: ["ann", "cy"] });
    const wanted = { asset: "models/taxi", to: "prod" };
    expect((await app.promote(wanted)).check.outcome).toBe("failed");
    expect(deeds((await app.apply()).done)).toEqual([]);

    const accepted = await app.policyAccept({ by: "operator", reason: "agreed by phone" });
    expect(accepted).toMatchObject({ differs: false, commit });
    expect(accepted.digest).not.toBe(before.digest);
    const { items } = await app.history({ limit: 1 });
    expect(items[0]).toMatchObject({ type: "policy-accepted" });
    expect((await app.promote({ ...wanted, merge: true })).merged).toBeDefined();
    expect(deeds((await app.apply()).done)).toEqual([
      "resolve-incident restored",
      "accept models/taxi 2 in prod",
    ]);
    const open = (await app.incidents()).items.filter(({ resolved }) => resolved === undefined);
    expect(open).toEqual([]);
  });

  it.each([
    { path: "registry.yaml", text: "format: 1\nname: [\n" },
    { path: policyPath, text: "rules: 7\n" },
    { path: "policies/access.yaml", text: "people: { ann: {}, ann: {} }\n" },
    { path: "workspaces/dev.yaml", text: "stage: dev\n" },
  ])("is not replaced by one with a broken $path, whoever accepts it", async ({ path, text }) => {
    const fixture = await copyTemplate(template);
    const app = await fixture.open();
    await fixture.push("Break it", { [path]: text });
    const attempt = app.policyAccept({ by: "operator", reason: "trust me" });
    await expect(attempt).rejects.toMatchObject({ code: "NOTHING_TO_PROPOSE" });
    const report = await app.policyExplain();
    expect(report).toMatchObject({ differs: true });
    expect(report.stages.map(({ rules }) => rules.length)).toEqual([0, 1, 2]);
  });

  it("holds for workspaces too: an unaccepted store gets nothing", async () => {
    const fixture = await copyTemplate(template);
    const app = await fixture.open();
    const path = "workspaces/dev.yaml";
    const moved = (await fixture.show(path)).replace("root: dev", "root: elsewhere");
    await fixture.push("Send it elsewhere", { [path]: moved });
    await fixture.push("Train again", { "models/taxi/weights.bin": "third\n" });
    const report = await app.apply();
    expect(deeds(report.done)).toEqual([
      "record-incident policy-unaccepted",
      "publish models/taxi 3",
    ]);
    const brought = "assets/models/taxi/3/weights.bin";
    expect(await fixture.readStore(`dev/${brought}`)).toBe("third\n");
    await expect(fixture.readStore(`elsewhere/${brought}`)).rejects.toThrow(/ENOENT/);

    await app.policyAccept({ by: "operator", reason: "new disk" });
    const { workspaces } = await app.apply();
    expect(workspaces.find(({ workspace }) => workspace === "dev")).toMatchObject({
      outcome: "synced",
      delivered: 4,
    });
    expect(await fixture.readStore(`elsewhere/${brought}`)).toBe("third\n");
  });

  it("is changed by a pull request that another owner approved", async () => {
    const fixture = await copyTemplate(template);
    const app = await fixture.open();
    await fixture.branch("lax", { [policyPath]: laxPolicy });
    await app.openPullRequest({ as: "ann" });
    await app.reviewPullRequest({ number: 1, verdict: "approved", as: "ann" });
    const alone = await app.mergePullRequest({ number: 1, method: "merge" });
    expect(alone.commit).toBeUndefined();
    await app.reviewPullRequest({ number: 1, verdict: "approved", as: "cy" });
    const { commit } = await app.mergePullRequest({ number: 1, method: "merge" });
    expect(deeds((await app.apply()).done)).toEqual(["accept-policy"]);
    expect(await app.policyExplain()).toMatchObject({ differs: false, commit });
  });
});

describe("testing a policy", () => {
  it("is done with that of a folder, of the clone around, or of the branch", async () => {
    const fixture = await copyTemplate(template);
    const inClone = await fixture.open();
    const outside = await fixture.open({ cwd: fixture.folder, registry: fixture.remote });
    await fixture.commit("Ask for less", { [policyPath]: laxPolicy });
    const outcomes = async (
      app: typeof inClone,
      request: { readonly folder?: string } = {},
    ): Promise<readonly string[]> =>
      (await app.policyTest(request)).tests.map(({ outcome }) => outcome);
    // Nothing of the clone was pushed: the branch still asks for an approval.
    expect(await outcomes(outside)).toEqual(["passed"]);
    expect(await outcomes(inClone)).toEqual(["failed"]);
    expect(await outcomes(outside, { folder: "clone" })).toEqual(["failed"]);
    const [failed] = (await inClone.policyTest({})).tests;
    expect(failed).toMatchObject({ path: testsPath, line: 2, name: "nobody approved it" });
    expect(failed?.message).toContain("expected failed, got passed");
  });

  it("needs no ledger, and says of a file that it cannot be used", async () => {
    const bare = await createPromotionTemplate({ [testsPath]: "tests: 7\n" }, "not adopted");
    try {
      const app = await (await copyTemplate(bare)).open();
      const { tests } = await app.policyTest({});
      expect(tests).toMatchObject([{ path: testsPath, outcome: "failed" }]);
      await expect(app.policyExplain()).rejects.toMatchObject({ code: "REGISTRY_NOT_ADOPTED" });
    } finally {
      await removeTemplate(bare);
    }
  });
});
