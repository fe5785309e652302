import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { App } from "../../src/usecases/app.ts";
import {
  automaticPolicy,
  copyTemplate,
  createPromotionTemplate,
  deeds,
  policyPath,
  removeTemplate,
  running,
  type PromotionFixture,
} from "../support/promotion-fixture.ts";

const policy = automaticPolicy(
  '{ from: dev, to: test, assets: ["models/taxi"], merge: when-gates-pass }',
  '{ from: test, to: prod, assets: ["models/taxi"], merge: when-gates-pass }',
);
const third = { "models/taxi/weights.bin": "third\n" };
const evil = { "models/slow/weights.bin": "evil\n" };
const toTest = "Promote models/taxi 3 to test";
const toProd = "Promote models/taxi 2 to prod";
const states = ["open", "merged", "closed"] as const;

/** Version 2 runs in test by itself; its promotion to prod, #2, waits for a lead's word. */
let template: string;
beforeAll(async () => {
  const files = { [policyPath]: policy, "stages/prod/models/taxi.yaml": undefined };
  template = await createPromotionTemplate(files);
});
afterAll(() => removeTemplate(template));

interface Copy {
  readonly fixture: PromotionFixture;
  readonly app: App;
}

async function openCopy(): Promise<Copy> {
  const fixture = await copyTemplate(template);
  return { fixture, app: await fixture.open() };
}

/** `3 merged dee`, oldest first: what there is beside the two of the template. */
async function added(app: App): Promise<readonly string[]> {
  const { items } = await app.pullRequests({ states });
  const others = items.filter(({ number }) => number > 2).toReversed();
  return others.map(({ number, state, author }) => `${number} ${state} ${author}`);
}

/** Two more looks, one by somebody who knows nothing yet, find nothing to write. */
async function expectQuiet({ fixture, app }: Copy): Promise<void> {
  const refs = await fixture.refs();
  const other = await fixture.open({ data: join(fixture.folder, "quiet") });
  for (const one of [app, other]) expect((await one.apply()).done).toEqual([]);
  expect(await fixture.refs()).toEqual(refs);
}

const cairn = "Cairn <cairn@cairn.invalid>";

describe("nobody acts as Cairn", () => {
  it.each(["Cairn <cairn@cairn.invalid>", "<CAIRN@Cairn.invalid>", "Dee <cairn@cairn.invalid>"])(
    "by saying %s",
    async (as) => {
      const { fixture, app } = await openCopy();
      await fixture.branch("mine", evil);
      const refs = await fixture.refs();
      const refused = { code: "ACCOUNT_RESERVED" };
      await expect(app.openPullRequest({ as })).rejects.toMatchObject(refused);
      const review = { number: 2, verdict: "approved", as } as const;
      await expect(app.reviewPullRequest(review)).rejects.toMatchObject(refused);
      expect(await fixture.refs()).toEqual(refs);
    },
  );

  it("by telling Git so", async () => {
    const { fixture } = await openCopy();
    await fixture.branch("mine", evil);
    await fixture.git("config", "user.email", "cairn@cairn.invalid");
    const app = await fixture.open();
    await expect(app.openPullRequest({})).rejects.toMatchObject({ code: "ACCOUNT_RESERVED" });
    const attempt = app.closePullRequest({ number: 2, as: "bo" });
    expect((await attempt).state).toBe("closed");
  });

  it.each([
    "Bo\u001b[31m <bo@contoso.example>",
    "Bo <bo@conto\u0000so.example>",
    "B\no <bo@x.example>",
  ])("and no name has control characters: %j", async (as) => {
    const { fixture, app } = await openCopy();
    const refs = await fixture.refs();
    const attempt = app.commentOnPullRequest({ number: 2, body: "x", as });
    await expect(attempt).rejects.toMatchObject({ code: "ACCOUNT_UNKNOWN" });
    expect(await fixture.refs()).toEqual(refs);
  });
});

describe("a foreign pull request", () => {
  it("with Cairn's title is left alone", async () => {
    const { fixture, app } = await openCopy();
    await fixture.branch("mine", evil);
    await app.openPullRequest({ title: toTest });
    await fixture.push("Train again", third);
    expect(deeds((await app.apply()).done)).toContain("accept models/taxi 3 in test");
    expect(await added(app)).toEqual(["3 open dee", `4 merged ${cairn}`, `5 open ${cairn}`]);
    expect(await fixture.show("models/slow/weights.bin")).not.toContain("evil");
    await expectQuiet({ fixture, app });
  });

  /** The name is made of the content, so everybody can tell it before Cairn uses it. */
  async function branchOfCairn(): Promise<string> {
    const { fixture, app } = await openCopy();
    await fixture.push("Train again", third);
    await app.apply();
    const { items } = await app.pullRequests({ states });
    return items.find(({ title }) => title === toTest)?.branch ?? "";
  }

  it.each([
    { name: "open", end: false, expected: ["3 merged dee", `4 open ${cairn}`] },
    {
      name: "closed",
      end: true,
      expected: ["3 closed dee", `4 merged ${cairn}`, `5 open ${cairn}`],
    },
  ])("on Cairn's branch, $name, brings nothing and stops nothing", async ({ end, expected }) => {
    const { fixture, app } = await openCopy();
    await fixture.branch("mine", evil);
    const branch = await branchOfCairn();
    expect(branch).toMatch(/^cairn\/automatic-/);
    const { pullRequest } = await app.openPullRequest({ title: toTest, branch });
    if (end) await app.closePullRequest({ number: pullRequest.number });
    await fixture.push("Train again", third);
    expect(deeds((await app.apply()).done)).toContain("accept models/taxi 3 in test");
    expect(await added(app)).toEqual(expected);
    expect(await fixture.show("models/slow/weights.bin")).not.toContain("evil");
    await expectQuiet({ fixture, app });
  });
});

describe("a pull request of Cairn's whose head somebody moved", () => {
  it.each(["with git", "with Cairn"])(
    "%s, approved like that, is put back and never merged with it",
    async (how) => {
      const { fixture, app } = await openCopy();
      const before = await app.pullRequest({ number: 2 });
      const head = await fixture.branch("mine", evil);
      if (how === "with git") {
        await fixture.git("push", "--quiet", "--force", "origin", `${head}:refs/cairn/pull/2/head`);
      } else {
        await app.openPullRequest({ branch: before.branch ?? "" });
      }
      await app.reviewPullRequest({ number: 2, verdict: "approved", as: "bo", commit: head });
      expect(deeds((await app.apply()).done)).toEqual([]);
      const after = await app.pullRequest({ number: 2 });
      expect(after).toMatchObject({ state: "open", title: toProd, check: { outcome: "failed" } });
      expect(await fixture.show("models/slow/weights.bin", after.head)).not.toContain("evil");
      expect(await added(app)).toEqual([]);
      await expectQuiet({ fixture, app });

      await app.reviewPullRequest({ number: 2, verdict: "approved", as: "bo" });
      expect(deeds((await app.apply()).done)).toContain("accept models/taxi 2 in prod");
      expect(await fixture.show("models/slow/weights.bin")).not.toContain("evil");
      expect(await running(app, "prod")).toEqual({ "model taxi": "2" });
    },
  );
});

it("a host that refuses to merge keeps no workspace from its deliveries", async () => {
  const { fixture, app } = await openCopy();
  await fixture.push("Train again", third);
  const hook = join(fixture.remote, "hooks", "update");
  await mkdir(dirname(hook), { recursive: true });
  await writeFile(hook, '#!/bin/sh\ntest "$1" != refs/heads/main\n');
  await chmod(hook, 0o755);
  for (const done of [["publish models/taxi 3", `open-pull-request ${toTest}`], []]) {
    const report = await app.apply();
    expect(deeds(report.done)).toEqual(done);
    expect(report.findings).toMatchObject([
      { rule: "automatic-refused", severity: "error", path: policyPath },
    ]);
    expect(report.findings[0]?.message).toMatch(
      /^models\/taxi 3 is not promoted to test by itself/,
    );
    expect(await fixture.readStore("dev/assets/models/taxi/3/weights.bin")).toBe("third\n");
  }
  await rm(hook);
  expect(deeds((await app.apply()).done)).toContain("accept models/taxi 3 in test");
});
