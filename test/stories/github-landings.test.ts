import { describe, expect, it } from "vitest";

import { fullName, model, stageFile } from "./registry.ts";
import { beginOnce } from "./story.ts";

const tell = beginOnce();
const taxiToProd = stageFile("prod", "taxi", 2);

describe("ways to merge", () => {
  it("squash: two commits, one landing, and the approval counts", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await ann.pushesTo(number, { "README.md": "Better.\n" });
    await bo.approves(number);
    expect(await ann.merges(number, "squash")).toBe("merged");
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "accept models/taxi 2 in prod",
      ]
    `);
    expect(await cairn.runs()).toEqual({ taxi: "2" });
  });

  it("rebase: several commits, one landing and one version", async () => {
    const { dee, bo, cairn } = await tell();
    const number = await dee.proposes(model("slow", "second"));
    await dee.pushesTo(number, model("slow", "third"));
    await dee.pushesTo(number, model("slow", "fourth"));
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`"passed: slow gets version 2"`);
    await bo.pushesToMain("Something else", { "README.md": "Better.\n" });
    expect(await dee.merges(number, "rebase")).toBe("merged");
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "publish models/slow 2, followed by dev",
      ]
    `);
  });

  it("a push that brings the head itself", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await bo.approves(number);
    await ann.pushesHeadToMain(number);
    expect(await cairn.stateOf(number)).toBe("merged");
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "accept models/taxi 2 in prod",
      ]
    `);
    expect(await cairn.runs()).toEqual({ taxi: "2" });
  });

  it("by hand, although the check failed: nothing moves, and it says why", async () => {
    const { ann, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await cairn.looks();
    expect(await ann.merges(number)).toBe("merged");
    const report = await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "block models/taxi 2 in prod",
      ]
    `);
    expect(report.findings.map(({ rule, message }) => `${rule}: ${message}`)).toMatchInlineSnapshot(
      `[]`,
    );
    expect(report.pending).toMatchInlineSnapshot(`
      [
        {
          "asset": "models/taxi",
          "outcome": "blocked",
          "reason": "0 of 1 approvals. Ask somebody of leads for a review; the author's own does not count.",
          "runs": "1",
          "stage": "prod",
          "until": undefined,
          "wanted": "2",
        },
      ]
    `);
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Ask somebody of leads for a review; the author's own does not count."
    `);
    expect(await cairn.runs()).toEqual({ taxi: "1" });
  });
});

describe("the merge queue", () => {
  it("judges the second on what the first brings", async () => {
    const { dee, bo, cairn, github } = await tell();
    github.protect(fullName, { mergeQueue: true, requiredChecks: ["cairn"], bypass: [] });
    const first = await dee.proposes(model("slow", "second"));
    const second = await bo.proposes(model("slow", "second"), { title: "The same again" });
    const third = await bo.proposes(model("measured", "second"));
    await cairn.looks();
    const one = await github.enqueue(fullName, first);
    const two = await github.enqueue(fullName, third);
    await cairn.looks();
    expect(await cairn.saysOfCommit(one.head)).toMatchInlineSnapshot(
      `"passed: slow gets version 2"`,
    );
    expect(await cairn.saysOfCommit(two.head)).toMatchInlineSnapshot(
      `"passed: measured gets version 2"`,
    );
    expect(await github.finishQueue(fullName)).toEqual([first, third]);
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "publish models/slow 2, followed by dev",
        "publish models/measured 2, followed by dev",
      ]
    `);
    expect(await cairn.says(second)).toMatchInlineSnapshot(`
      "failed: The branch has all of this already, so merging it changes nothing
      ❌ The branch has all of this already, so merging it changes nothing. If a stage is to move, cairn promote asks anew."
    `);
  });

  it("holds back what stands behind a failing one", async () => {
    const { ann, bo, dee, cairn, github, pass } = await tell();
    github.protect(fullName, { mergeQueue: true, requiredChecks: ["cairn"] });
    const first = await ann.proposes(taxiToProd);
    const second = await dee.proposes(model("measured", "second"));
    await cairn.looks();
    const one = await github.enqueue(fullName, first);
    const two = await github.enqueue(fullName, second);
    await cairn.looks();
    expect(await cairn.saysOfCommit(one.head)).toMatchInlineSnapshot(
      `"failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)"`,
    );
    expect(await cairn.saysOfCommit(two.head)).toMatchInlineSnapshot(
      `"failed: It comes behind #1 in the merge queue, whose check fails"`,
    );
    expect(await github.finishQueue(fullName)).toEqual([]);
    await bo.approves(first);
    pass(0.2);
    await cairn.looks();
    expect(await cairn.saysOfCommit(one.head)).toMatchInlineSnapshot(
      `"passed: prod: taxi 1 → 2, 85 B to prod"`,
    );
    expect(await cairn.saysOfCommit(two.head)).toMatchInlineSnapshot(
      `"passed: measured gets version 2"`,
    );
    expect(await github.finishQueue(fullName)).toEqual([first, second]);
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "accept models/taxi 2 in prod",
        "publish models/measured 2, followed by dev",
      ]
    `);
    expect(await cairn.runs()).toEqual({ taxi: "2" });
  });

  it("lets a stage file name what comes with the one before it, and with nothing else", async () => {
    const { ann, dee, cairn, github } = await tell();
    github.protect(fullName, { mergeQueue: true, requiredChecks: ["cairn"] });
    const first = await dee.proposes(model("slow", "second"));
    const second = await ann.proposes(stageFile("test", "slow", 2));
    await cairn.looks();
    expect(await cairn.says(second)).toMatchInlineSnapshot(`
      "failed: test: slow 1 → 2 (1 of 1 gates fails); 1 error
      ❌ landing: models/slow has no version 2 that was published before this change: it has 1."
    `);
    const one = await github.enqueue(fullName, first);
    const two = await github.enqueue(fullName, second);
    await cairn.looks();
    expect(await cairn.saysOfCommit(one.head)).toMatchInlineSnapshot(
      `"passed: slow gets version 2"`,
    );
    expect(await cairn.saysOfCommit(two.head)).toMatchInlineSnapshot(`"passed: test: slow 1 → 2"`);
    expect(await github.finishQueue(fullName)).toEqual([first, second]);
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "publish models/slow 2, followed by dev",
        "accept models/slow 2 in test",
      ]
    `);
  });
});

describe("what changes under way", () => {
  it("the branch it is meant for: there and back", async () => {
    const { ann, bo, cairn } = await tell();
    await ann.push("origin/main:refs/heads/release");
    const number = await ann.proposes(taxiToProd);
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: taxi 1 → 2, 85 B to prod"`,
    );
    await ann.edits(number, { base: "release" });
    cairn.news();
    await ann.pushesTo(number, { "README.md": "For the release.\n" });
    await cairn.looks();
    expect(cairn.news()).toEqual([]);
    await ann.edits(number, { base: "main" });
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: bo approved it before its base branch was switched, which changes what it shows: ask for another look. Ask somebody of leads for a review; the author's own does not count."
    `,
    );
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: taxi 1 → 2, 85 B to prod"`,
    );
    await ann.merges(number);
    await cairn.looks();
    expect(await cairn.runs()).toEqual({ taxi: "2" });
  });

  it("merged into another branch first, which is merged by hand later", async () => {
    const { ann, bo, cairn } = await tell();
    await ann.push("origin/main:refs/heads/release");
    const number = await ann.proposes(taxiToProd, { base: "release" });
    await bo.approves(number);
    await ann.merges(number);
    await cairn.looks();
    expect(await cairn.events()).toEqual([]);
    const release = await ann.opens("release", { title: "Release" });
    await cairn.looks();
    expect(await cairn.says(release)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Ask somebody of leads for a review; the author's own does not count."
    `);
    await bo.merges(release);
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "block models/taxi 2 in prod",
      ]
    `);
    expect(await cairn.runs()).toEqual({ taxi: "1" });
  });

  it("closed while Cairn looks", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await bo.approves(number);
    await ann.labels(number, "cairn:merge-when-ready");
    const report = await cairn.looksWhile(() => ann.edits(number, { state: "closed" }));
    expect(await cairn.stateOf(number)).toBe("closed");
    expect(report.done.map(({ kind }) => kind)).not.toContain("merge-pull-request");
    expect(report.findings).toEqual([]);
    expect(report.conditions[0]).toMatchInlineSnapshot(`
      {
        "message": "Ledger, tags and stores say what the branch says.",
        "reason": "Reconciled",
        "status": "True",
        "type": "Ready",
      }
    `);
    await cairn.looks();
    expect(await cairn.runs()).toEqual({ taxi: "1" });
    await ann.edits(number, { state: "open" });
    await cairn.looks();
    expect(await cairn.stateOf(number)).toBe("merged");
    expect(await cairn.runs()).toEqual({ taxi: "2" });
  });

  it("merged while Cairn looks", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await bo.approves(number);
    await ann.labels(number, "cairn:merge-when-ready");
    const report = await cairn.looksWhile(() => ann.merges(number));
    expect(report.findings).toEqual([]);
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "accept models/taxi 2 in prod",
      ]
    `);
    expect(await cairn.runs()).toEqual({ taxi: "2" });
  });

  it("somebody pushes while Cairn looks: what nobody approved is not merged", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await bo.approves(number);
    await ann.labels(number, "cairn:merge-when-ready");
    const files = { "stages/prod/models/taxi.yaml": 'version: "2"\nreason: mine\n' };
    const report = await cairn.looksWhile(() => ann.pushesTo(number, files));
    expect(report.findings).toEqual([]);
    expect(await cairn.stateOf(number)).toBe("open");
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ⚠️ Not merged yet: its check fails.
      ❌ approvals: 0 of 1 approvals. Not counted: bo approved another state: since then the stage file changed. Ask somebody of leads for a review; the author's own does not count."
    `);
    expect(await cairn.runs()).toEqual({ taxi: "1" });
  });

  it("its branch is deleted after the merge, before Cairn looks", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await bo.approves(number);
    await ann.merges(number, "squash");
    await ann.deletesBranchOf(number);
    await cairn.looks();
    expect(await cairn.runs()).toEqual({ taxi: "2" });
  });

  it("the branch of an open one is deleted: GitHub closes it", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await bo.approves(number);
    await cairn.looks();
    await ann.deletesBranchOf(number);
    expect(await cairn.stateOf(number)).toBe("closed");
    expect((await cairn.looks()).findings).toEqual([]);
  });
});

describe("two that meet", () => {
  it("both say version 2; after the first landed the second says 3, and so it comes", async () => {
    const { dee, bo, cairn } = await tell();
    const first = await dee.proposes({ "models/slow/weights.bin": "weights of slow, second\n" });
    const second = await bo.proposes({
      "models/slow/model.yaml": "name: slow\ntype: custom_model\npath: ./other.bin\n",
      "models/slow/other.bin": "other weights\n",
    });
    await cairn.looks();
    expect(await cairn.says(first)).toMatchInlineSnapshot(`"passed: slow gets version 2"`);
    expect(await cairn.says(second)).toMatchInlineSnapshot(`"passed: slow gets version 2"`);
    await dee.merges(first);
    await cairn.looks();
    expect(await cairn.says(second)).toMatchInlineSnapshot(`
      "failed: models/slow is not as pull request #2 proposed it
      ❌ models/slow is not as pull request #2 proposed it: the branch has changed it since, so bring the pull request up to date with it."
    `);
    await bo.rebases(second);
    await cairn.looks();
    expect(await cairn.says(second)).toMatchInlineSnapshot(`"passed: slow gets version 3"`);
    await bo.merges(second);
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "publish models/slow 2, followed by dev",
        "publish models/slow 3, followed by dev",
      ]
    `);
  });

  it("two that change the same file conflict", async () => {
    const { dee, bo, cairn } = await tell();
    const first = await dee.proposes(model("slow", "second"));
    const second = await bo.proposes(model("slow", "other"));
    await dee.merges(first);
    await cairn.looks();
    expect(await cairn.says(second)).toMatchInlineSnapshot(`
      "failed: It conflicts with the branch in models/slow/weights.bin
      ❌ models/slow/weights.bin"
    `);
    expect(await bo.merges(second)).toContain("not mergeable");
  });

  it("each another part of an asset: merged all the same it is what nobody looked at", async () => {
    const { dee, bo, cairn } = await tell();
    const first = await dee.proposes({ "models/slow/weights.bin": "second\n" });
    const second = await bo.proposes({
      "models/slow/model.yaml": "name: slow\ntype: custom_model\npath: ./other.bin\n",
      "models/slow/other.bin": "other weights\n",
    });
    await dee.merges(first);
    expect(await bo.merges(second)).toBe("merged");
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "publish models/slow 2, followed by dev",
        "incident: models/slow is not as pull request #2 proposed it: bring it in another pull request, up to date with the branch. It came with <commit> by bo-l <1003+bo-l@users.noreply.localhost> and get",
      ]
    `);
  });
});
