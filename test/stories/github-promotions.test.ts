import { describe, expect, it } from "vitest";

import { access, accessPath, model, stageFile } from "./registry.ts";
import { beginOnce } from "./story.ts";

const tell = beginOnce();
const taxiToProd = stageFile("prod", "taxi", 2);

describe("gates that time opens", () => {
  it("soak: pending with the time, merged while it waits, accepted when it is over", async () => {
    const { ann, bo, cairn, pass } = await tell();
    const number = await ann.proposes(stageFile("prod", "slow", 1));
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "pending: prod: slow 1, 84 B to prod (1 of 2 gates waits)
      ⏳ soak: Version 1 has run in test for less than 24 h: it will have on 2026-06-02T09:00:02Z. Until 2026-06-02 09:00 UTC."
    `);
    expect(await ann.merges(number)).toBe("merged");
    const report = await cairn.looks();
    expect(report.pending).toMatchInlineSnapshot(`
      [
        {
          "asset": "models/slow",
          "outcome": "waiting",
          "reason": "Version 1 has run in test for less than 24 h: it will have on 2026-06-02T09:00:02Z.",
          "runs": undefined,
          "stage": "prod",
          "until": "2026-06-02T09:00:02Z",
          "wanted": "1",
        },
      ]
    `);
    expect(await cairn.runs()).toEqual({ taxi: "1" });
    pass(25);
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "wait with models/slow 1 in prod",
        "accept models/slow 1 in prod",
      ]
    `);
    expect(await cairn.runs()).toEqual({ slow: "1", taxi: "1" });
  });

  it("soak: the check of an open one turns green by itself, and nobody need ask", async () => {
    const { ann, bo, cairn, pass } = await tell();
    const number = await ann.proposes(stageFile("prod", "slow", 1));
    await ann.labels(number, "cairn:merge-when-ready");
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "pending: prod: slow 1, 84 B to prod (1 of 2 gates waits)
      ⚠️ Not merged yet: its check waits for the time to come.
      ⏳ soak: Version 1 has run in test for less than 24 h: it will have on 2026-06-02T09:00:02Z. Until 2026-06-02 09:00 UTC."
    `);
    pass(25);
    await cairn.looks();
    expect(await cairn.stateOf(number)).toBe("merged");
    expect(await cairn.runs()).toEqual({ slow: "1", taxi: "1" });
  });

  it("window: closed from Friday to Monday", async () => {
    const { ann, bo, cairn, pass } = await tell();
    const number = await ann.proposes(stageFile("prod", "shut", 1));
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`"passed: prod: shut 1, 84 B to prod"`);
    pass(4 * 24);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "pending: prod: shut 1, 84 B to prod (1 of 2 gates waits)
      ⏳ window: prod is closed until 2026-06-08T00:00:00Z. Until 2026-06-08 00:00 UTC."
    `);
    pass(3 * 24);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`"passed: prod: shut 1, 84 B to prod"`);
  });

  it("freeze: the label of an exception opens it", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(stageFile("prod", "frozen", 1));
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: frozen 1, 88 B to prod (1 of 2 gates fails)
      ❌ freeze: prod is frozen (end of year): wait until the freeze is over, or give the pull request the label hotfix."
    `);
    await ann.edits(number, { title: "[hotfix] Really" });
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: frozen 1, 88 B to prod (1 of 2 gates fails)
      ❌ freeze: prod is frozen (end of year): wait until the freeze is over, or give the pull request the label hotfix."
    `);
    await ann.labels(number, "hotfix");
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: frozen 1, 88 B to prod"`,
    );
    await ann.unlabels(number, "hotfix");
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: frozen 1, 88 B to prod (1 of 2 gates fails)
      ❌ freeze: prod is frozen (end of year): wait until the freeze is over, or give the pull request the label hotfix."
    `);
  });
});

describe("what other programs say", () => {
  it("a commit status that a rule asks for", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(stageFile("prod", "measured", 1));
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: measured 1, 92 B to prod (1 of 2 gates fails)
      ❌ checks: ci/eval has not reported yet: merge when it has."
    `);
    await ann.sets(number, "ci/eval", "pending");
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: measured 1, 92 B to prod (1 of 2 gates fails)
      ❌ checks: ci/eval has not reported yet: merge when it has."
    `);
    await ann.sets(number, "ci/eval", "failure");
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: measured 1, 92 B to prod (1 of 2 gates fails)
      ❌ checks: ci/eval failed: see why on the pull request, and push a correction."
    `);
    await ann.sets(number, "ci/eval", "success");
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: measured 1, 92 B to prod"`,
    );
    await ann.merges(number);
    await cairn.looks();
    expect(await cairn.runs()).toEqual({ measured: "1", taxi: "1" });
  });
});

describe("the way back", () => {
  it("the revert of a change is a new version with the old content", async () => {
    const { dee, bo, cairn } = await tell();
    const first = await dee.proposes(model("slow", "second"));
    await dee.merges(first);
    await cairn.looks();
    const landed = await bo.pushesToMain("Something else", { "README.md": "Better.\n" });
    const number = await bo.reverts(`${landed}~1`);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`"passed: slow gets version 3"`);
    expect(await cairn.comment(number)).toContain("same content as 1");
    await bo.merges(number);
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "publish models/slow 2, followed by dev",
        "publish models/slow 3, followed by dev",
      ]
    `);
  });

  it("the revert of a promotion is a rollback: one lead, who may be its author", async () => {
    const { ann, bo, cairn, work } = await tell();
    const first = await ann.proposes(taxiToProd);
    await bo.approves(first);
    await ann.merges(first, "squash");
    await cairn.looks();
    expect(await cairn.runs()).toEqual({ taxi: "2" });
    await ann.pushesToMain("Something else", { "README.md": "Better.\n" });
    const number = await ann.reverts(await work.git("rev-parse", "HEAD~1"));
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: taxi 2 → 1, 84 B to prod"`,
    );
    await bo.merges(number);
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "accept models/taxi 2 in prod",
        "roll back models/taxi 1 in prod",
      ]
    `);
    expect(await cairn.runs()).toEqual({ taxi: "1" });
  });

  it("the revert of a promotion by who may not approve waits for one who may", async () => {
    const { ann, bo, dee, cairn, work } = await tell();
    const first = await ann.proposes(taxiToProd);
    await bo.approves(first);
    await ann.merges(first, "squash");
    await cairn.looks();
    await ann.pushesToMain("Something else", { "README.md": "Better.\n" });
    const number = await dee.reverts(await work.git("rev-parse", "HEAD~1"));
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 2 → 1, 84 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: dee may not approve models/taxi. Ask somebody who may approve models/taxi (policies/access.yaml) for a review."
    `);
    await ann.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: taxi 2 → 1, 84 B to prod"`,
    );
  });
});

describe("the way out", () => {
  it("a stage file that is removed is a withdrawal", async () => {
    const { ann, dee, cairn } = await tell();
    const number = await dee.proposes({ "stages/prod/models/taxi.yaml": undefined });
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 is withdrawn (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: dee may not approve models/taxi. Ask somebody who may approve models/taxi (policies/access.yaml) for a review."
    `);
    await ann.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`"passed: prod: taxi 1 is withdrawn"`);
    await dee.merges(number);
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "withdraw models/taxi 1 from prod",
      ]
    `);
    expect(await cairn.runs()).toEqual({});
  });

  it("a model that prod runs is not removed", async () => {
    const { dee, cairn } = await tell();
    const number = await dee.proposes({
      "models/taxi/model.yaml": undefined,
      "models/taxi/weights.bin": undefined,
    });
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"failed: 2 errors, the first in stages/prod/models/taxi.yaml: prod runs models/taxi 1, whose manifest is gone: bring it back, or withdraw the asset first (cairn withdraw models/taxi --stage prod)."`,
    );
    await dee.merges(number);
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`[]`);
    expect(await cairn.runs()).toEqual({ taxi: "1" });
  });
});

describe("the policy", () => {
  const noTeam = access.replace(', "team:ml-leads"', "");

  it("changed together with a promotion: the policy first, by itself", async () => {
    const { ann, bo, cy, cairn } = await tell();
    const number = await ann.proposes({ [accessPath]: noTeam, ...taxiToProd });
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 2 gates fails); the policy changes, without those who own it
      policies/access.yaml
      A policy owner other than its authors must approve pull request #1: ann, cy (bo does not own the policy).
      ❌ landing: The same change alters the policy (policies/, workspaces/ or registry.yaml): bring that first, by itself, and then promote."
    `);
    await cy.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 2 gates fails); the policy changes
      policies/access.yaml
      ❌ landing: The same change alters the policy (policies/, workspaces/ or registry.yaml): bring that first, by itself, and then promote."
    `);
    await ann.merges(number);
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "put the policy of <commit> in force",
        "block models/taxi 2 in prod",
      ]
    `);
    expect(await cairn.runs()).toEqual({ taxi: "1" });
  });

  it("changed on the branch while a promotion is open: who left the team approves no more", async () => {
    const { ann, tia, cy, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await tia.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: taxi 1 → 2, 85 B to prod"`,
    );
    const change = await ann.proposes({ [accessPath]: noTeam });
    await cy.approves(change);
    await cairn.looks();
    expect(await cairn.says(change)).toMatchInlineSnapshot(`
      "passed: the policy changes
      policies/access.yaml"
    `);
    await cy.merges(change);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: tia-m is not in policies/access.yaml. Ask somebody of leads for a review; the author's own does not count."
    `);
  });
});

describe("what came without a pull request", () => {
  it("gets no version until an approved pull request touches it", async () => {
    const { ann, bo, dee, cairn } = await tell();
    await dee.pushesToMain("Quickly", model("guarded", "second"));
    const report = await cairn.looks();
    expect(report.findings.map(({ rule, message }) => `${rule}: ${message}`))
      .toMatchInlineSnapshot(`
      [
        "unreviewed-content: models/guarded was changed without a pull request, which registry.yaml asks for: propose it in one.",
      ]
    `);
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "incident: models/guarded was changed without a pull request, which registry.yaml asks for: propose it in one. It came with <commit> by Dee Ramos <dee@contoso.example> and gets no version",
      ]
    `);
    const number = await ann.proposes(model("guarded", "third"));
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: models/guarded holds content that was never reviewed
      ❌ models/guarded holds content that was never reviewed: an approved pull request that touches it ends this."
    `);
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`"passed: guarded gets version 2"`);
    await ann.merges(number);
    await cairn.looks();
    expect((await cairn.events()).slice(1)).toMatchInlineSnapshot(`
      [
        "resolve unreviewed-content/models/guarded/<commit> (reviewed) by pull request #1",
        "publish models/guarded 2, followed by dev",
      ]
    `);
  });
});
