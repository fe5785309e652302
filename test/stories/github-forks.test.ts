import { describe, expect, it } from "vitest";

import { fullName, model, people, promotionPath, stageFile } from "./registry.ts";
import { beginOnce, type Story } from "./story.ts";

const tell = beginOnce();
const fork = "eve/ml-registry";
const taxiToProd = stageFile("prod", "taxi", 2);

/** A repository of Eve's own with everything in it, where nobody else may write. */
async function addFork({ github }: Story): Promise<void> {
  await github.addRepository({
    owner: "eve",
    name: "ml-registry",
    forkOf: fullName,
    permissions: { [people.eve.login]: "admin" },
  });
}

function writesToFork({ github }: Story): readonly string[] {
  return github.requests
    .filter(({ login, path }) => login === "cairn[bot]" && path.includes(fork))
    .filter(({ method, path }) => method !== "GET" || path.includes("receive-pack"))
    .map(({ method, path }) => `${method} ${path}`);
}

describe("pull requests from forks", () => {
  it("one that changes a manifest is checked, and published once somebody merged it", async () => {
    const story = await tell();
    const { eve, ann, cairn } = story;
    await addFork(story);
    const number = await eve.proposes(model("slow", "second"), { fork });
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "passed: slow gets version 2
      ⚠️ Comes from another repository (eve/ml-registry): what it brings is read, and never run or believed."
    `);
    expect(await ann.merges(number)).toBe("merged");
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "publish models/slow 2, followed by dev",
      ]
    `);
    expect(writesToFork(story)).toEqual([]);
  });

  it("one that changes a workflow says so, and Cairn does not merge it whoever approves", async () => {
    const story = await tell();
    const { eve, ann, bo, cairn } = story;
    await addFork(story);
    const files = {
      ".github/workflows/train.yml": "name: train\non: pull_request_target\njobs: {}\n",
    };
    const number = await eve.proposes({ ...files, ...model("slow", "second") }, { fork });
    await ann.labels(number, "cairn:merge-when-ready");
    await ann.approves(number);
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "passed: slow gets version 2
      ⚠️ Changes how pull requests are checked: look at it yourself (.github/workflows/train.yml).
      ⚠️ Comes from another repository (eve/ml-registry): what it brings is read, and never run or believed.
      ⚠️ Not merged yet: it comes from another repository."
    `);
    expect(await cairn.stateOf(number)).toBe("open");
    expect(writesToFork(story)).toEqual([]);
  });

  it("a promotion needs the same approvals as any other", async () => {
    const story = await tell();
    const { eve, ann, bo, cairn } = story;
    await addFork(story);
    const number = await eve.proposes(taxiToProd, { fork });
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ⚠️ Comes from another repository (eve/ml-registry): what it brings is read, and never run or believed.
      ❌ approvals: 0 of 1 approvals. Ask somebody of leads for a review; the author's own does not count."
    `);
    await ann.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "passed: prod: taxi 1 → 2, 85 B to prod
      ⚠️ Comes from another repository (eve/ml-registry): what it brings is read, and never run or believed."
    `);
    await bo.merges(number, "squash");
    await cairn.looks();
    expect(await cairn.runs()).toEqual({ taxi: "2" });
  });

  it("its policy counts for nothing", async () => {
    const story = await tell();
    const { eve, cairn } = story;
    await addFork(story);
    const open = 'rules: [{ stage: prod, assets: ["**"], gates: {} }]\n';
    const number = await eve.proposes({ [promotionPath]: open, ...taxiToProd }, { fork });
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (2 of 2 gates fail); the policy changes, without those who own it
      ⚠️ Comes from another repository (eve/ml-registry): what it brings is read, and never run or believed.
      policies/promotion.yaml
      A policy owner other than its authors must approve pull request #1: ann, cy.
      ❌ landing: The same change alters the policy (policies/, workspaces/ or registry.yaml): bring that first, by itself, and then promote.
      ❌ approvals: 0 of 1 approvals. Ask somebody of leads for a review; the author's own does not count."
    `);
  });

  it("the fork is gone before Cairn looks, and again after the merge", async () => {
    const story = await tell();
    const { eve, ann, cairn, github } = story;
    await addFork(story);
    const number = await eve.proposes(model("slow", "second"), { fork });
    await github.removeRepository(fork);
    const report = await cairn.looks();
    expect(report.findings).toEqual([]);
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "passed: slow gets version 2
      ⚠️ Comes from another repository (unknown): what it brings is read, and never run or believed."
    `);
    const merged = await ann.merges(number);
    await cairn.looks();
    expect([merged, ...(await cairn.events())]).toMatchInlineSnapshot(`
      [
        "merged",
        "publish models/slow 2, followed by dev",
      ]
    `);
  });
});

describe("programs that open pull requests", () => {
  it("a bot's is judged as anybody's, and a person approves", async () => {
    const { bot, bo, cairn } = await tell();
    const number = await bot.proposes(taxiToProd, { title: "Bump taxi from 1 to 2" });
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Ask somebody of leads for a review; the author's own does not count."
    `);
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: taxi 1 → 2, 85 B to prod"`,
    );
    await bo.merges(number);
    await cairn.looks();
    expect(await cairn.runs()).toEqual({ taxi: "2" });
  });
});

describe("a pull request that is not ready", () => {
  it("a draft is checked, and not merged, though everybody wants it", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(taxiToProd, { isDraft: true });
    await ann.labels(number, "cairn:merge-when-ready");
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "passed: prod: taxi 1 → 2, 85 B to prod
      ⚠️ Not merged yet: it is a draft."
    `);
    expect(await cairn.stateOf(number)).toBe("open");
    expect(await cairn.runs()).toEqual({ taxi: "1" });
  });

  it("merge when ready: Cairn merges it as soon as the check passes", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await ann.labels(number, "cairn:merge-when-ready");
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ⚠️ Not merged yet: its check fails.
      ❌ approvals: 0 of 1 approvals. Ask somebody of leads for a review; the author's own does not count."
    `);
    await bo.approves(number);
    const report = await cairn.looks();
    expect(report.done.map(({ kind }) => kind)).toContain("merge-pull-request");
    expect(await cairn.stateOf(number)).toBe("merged");
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: taxi 1 → 2, 85 B to prod"`,
    );
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "accept models/taxi 2 in prod",
      ]
    `);
    expect(await cairn.runs()).toEqual({ taxi: "2" });
  });

  it("merge when ready: GitHub has a rule of its own against it, and that is said", async () => {
    const { ann, bo, cairn, github } = await tell();
    github.protect(fullName, { requiredApprovals: 2 });
    const number = await ann.proposes(taxiToProd);
    await ann.labels(number, "cairn:merge-when-ready");
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "passed: prod: taxi 1 → 2, 85 B to prod
      ⚠️ Not merged, though nothing stands against it here: The pull-request host refuses: Repository rule violations found At least 2 approving reviews are required by reviewers with write access."
    `);
    expect(await cairn.stateOf(number)).toBe("open");
  });

  it("merge when ready: content that nobody approved is not merged, though no gate asks", async () => {
    const { dee, cairn } = await tell();
    const number = await dee.proposes(model("slow", "second"));
    await dee.labels(number, "cairn:merge-when-ready");
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "passed: slow gets version 2
      ⚠️ Not merged yet: nobody who may approve models/slow, other than its authors, has approved it as it is now."
    `);
    expect(await cairn.stateOf(number)).toBe("open");
  });
});
