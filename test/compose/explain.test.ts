import { afterAll, beforeAll, expect, it } from "vitest";

import type { App } from "../../src/usecases/app.ts";
import {
  copyTemplate,
  createPromotionTemplate,
  extendTemplate,
  removeTemplate,
  shareCopy,
} from "../support/promotion-fixture.ts";

/** Test runs the newest of both models. */
let template: string;
beforeAll(async () => {
  const start = await createPromotionTemplate();
  template = await extendTemplate(start, async (app) => {
    await app.promote({ asset: "models/taxi", to: "test", merge: true });
    await app.promote({ asset: "models/slow", to: "test", merge: true });
    await app.apply();
  });
  await removeTemplate(start);
});
afterAll(() => removeTemplate(template));
const shared = shareCopy(() => template);
const taxi = { asset: "models/taxi", to: "prod" } as const;

async function openCopy(): Promise<App> {
  return (await copyTemplate(template)).open();
}

it("says of what nobody proposed what it would lack, and changes nothing", async () => {
  const { fixture, app } = shared();
  const before = await fixture.refs();
  const ready = await app.explain({ asset: "environments/env", to: "test" });
  expect(ready).toMatchObject({
    move: { move: "promotion", version: "1", runs: undefined, outcome: "passed" },
    pullRequest: undefined,
    hold: undefined,
    approvers: ["ann", "bo"],
    next: "cairn promote environments/env@1 --to test opens the pull request.",
  });
  const early = await app.explain({ asset: "components/prep@1", to: "prod" });
  expect(early.move.gates.map(({ gate, outcome }) => `${gate} ${outcome}`)).toEqual([
    "order failed",
    "approvals failed",
    "dependencies failed",
  ]);
  expect(early.next).toMatch(/^order: /);
  expect(await fixture.refs()).toEqual(before);
});

it.each([
  { asset: "models/taxi@2", to: "test", code: "NOTHING_TO_PROPOSE", why: "it runs already" },
  { asset: "models/taxi", to: "dev", code: "NOTHING_TO_PROPOSE", why: "dev follows" },
  { asset: "components/prep", to: "prod", code: "NOTHING_TO_PROPOSE", why: "test runs none" },
  { asset: "models/taxi", to: "moon", code: "STAGE_UNKNOWN", why: "there is no such stage" },
  { asset: "models/taxi@9", to: "test", code: "VERSION_MISSING", why: "there is no version 9" },
])("has nothing to explain of $asset in $to: $why", async ({ asset, to, code }) => {
  await expect(shared().app.explain({ asset, to })).rejects.toMatchObject({ code });
});

it("follows a promotion from the proposal to what runs", async () => {
  const app = await openCopy();
  const { pullRequest } = await app.promote({ ...taxi, reason: "better" });
  const { number } = pullRequest;
  const proposed = await app.explain(taxi);
  expect(proposed).toMatchObject({
    pullRequest: number,
    move: { outcome: "failed" },
    approvers: ["ann", "bo"],
    next: `Have pull request #${number} approved: cairn pr approve ${number}.`,
  });
  await app.reviewPullRequest({ number, verdict: "approved", as: "bo" });
  expect(await app.explain(taxi)).toMatchObject({
    pullRequest: number,
    move: { outcome: "passed" },
    next: `cairn pr merge ${number}`,
  });
  await app.mergePullRequest({ number, method: "merge" });
  // What landed counts before anybody recorded it.
  await expect(app.explain(taxi)).rejects.toMatchObject({ code: "NOTHING_TO_PROPOSE" });
});

it("tells what became of the try before, and that a new one is needed", async () => {
  const app = await openCopy();
  const { pullRequest } = await app.promote(taxi);
  await app.mergePullRequest({ number: pullRequest.number, method: "merge", force: true });
  await app.apply();
  const report = await app.explain(taxi);
  expect(report.pullRequest).toBeUndefined();
  expect(report.lastTry).toMatch(
    new RegExp(`^2 by pull request #${pullRequest.number} was blocked at .*: 0 of 1 approvals`),
  );
  expect(report.next).toBe("cairn promote models/taxi@2 --to prod opens the pull request.");
});

it("tells until when a merged promotion waits", async () => {
  const app = await openCopy();
  const slow = { asset: "models/slow", to: "prod" };
  const { pullRequest } = await app.promote(slow);
  const { number } = pullRequest;
  await app.reviewPullRequest({ number, verdict: "approved", as: "bo" });
  const open = await app.explain(slow);
  const { until } = open.move;
  expect(open.next).toBe(
    `Merge it now or later: cairn pr merge ${number}. It is accepted from ${until} on.`,
  );
  await app.mergePullRequest({ number, method: "merge" });
  for (const isRecorded of [false, true]) {
    if (isRecorded) await app.apply();
    const merged = await app.explain(slow);
    expect(merged).toMatchObject({
      move: { outcome: "waiting", until },
      next: `Nothing is to be done: it is merged, and accepted from ${until} on.`,
    });
    expect(merged.lastTry).toContain(`pull request #${number} was waiting`);
  }
});

it("shows a hold, which stops no person", async () => {
  const app = await openCopy();
  const hold = { asset: "models/taxi", stage: "prod", reason: "audit", until: "2026-12-31" };
  await app.hold({ ...hold, merge: true });
  expect(await app.explain(taxi)).toMatchObject({ hold: "audit, until 2026-12-31" });
});
