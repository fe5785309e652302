import { afterAll, beforeAll, expect, it } from "vitest";

import type { App } from "../../src/usecases/app.ts";
import {
  copyTemplate,
  createPromotionTemplate,
  removeTemplate,
  shareCopy,
} from "../support/promotion-fixture.ts";

let template: string;
let later: string;
beforeAll(async () => {
  template = await createPromotionTemplate();
  later = await createPromotionTemplate({}, async (app) => {
    await app.promote({ asset: "models/taxi", to: "test", merge: true });
    await app.promote({ asset: "models/slow", to: "test", merge: true });
    await app.apply();
  });
});
afterAll(async () => {
  await removeTemplate(template);
  await removeTemplate(later);
});
const shared = shareCopy(() => template);
const taxi = { asset: "models/taxi", to: "prod" } as const;

async function openLater(): Promise<App> {
  return (await copyTemplate(later)).open();
}

it("says of what nobody proposed what it would lack, and changes nothing", async () => {
  const { fixture, app } = shared();
  const before = await fixture.refs();
  const ready = await app.explain({ asset: "models/taxi", to: "test" });
  expect(ready).toMatchObject({
    move: { move: "promotion", version: "2", runs: "1", outcome: "passed" },
    pullRequest: undefined,
    hold: undefined,
    approvers: ["ann", "bo"],
    next: "cairn promote models/taxi@2 --to test opens the pull request.",
  });
  const early = await app.explain({ asset: "models/taxi@2", to: "prod" });
  expect(early.move.gates.map(({ gate, outcome }) => `${gate} ${outcome}`)).toEqual([
    "order failed",
    "approvals failed",
    "dependencies passed",
  ]);
  expect(early.next).toMatch(/^order: /);
  expect(await fixture.refs()).toEqual(before);
});

it.each([
  { asset: "models/taxi@1", to: "test", code: "NOTHING_TO_PROPOSE", why: "it runs already" },
  { asset: "models/taxi", to: "dev", code: "NOTHING_TO_PROPOSE", why: "dev follows" },
  { asset: "models/slow", to: "prod", code: "NOTHING_TO_PROPOSE", why: "test runs none" },
  { asset: "models/taxi", to: "moon", code: "STAGE_UNKNOWN", why: "there is no such stage" },
  { asset: "models/taxi@9", to: "test", code: "VERSION_MISSING", why: "there is no version 9" },
])("has nothing to explain of $asset in $to: $why", async ({ asset, to, code }) => {
  await expect(shared().app.explain({ asset, to })).rejects.toMatchObject({ code });
});

it("follows a promotion from the proposal to what runs", async () => {
  const app = await openLater();
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
  const app = await openLater();
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
  const app = await openLater();
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
  const app = await openLater();
  const hold = { asset: "models/taxi", stage: "prod", reason: "audit", until: "2026-12-31" };
  await app.hold({ ...hold, merge: true });
  expect(await app.explain(taxi)).toMatchObject({ hold: "audit, until 2026-12-31" });
});
