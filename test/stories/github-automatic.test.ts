import { describe, expect, it } from "vitest";

import { automaticPromotion, model, promotionPath } from "./registry.ts";
import { beginOnce } from "./story.ts";

const tell = beginOnce({ [promotionPath]: automaticPromotion });

describe("what Cairn proposes itself", () => {
  it("a new version goes to the next stage by itself", async () => {
    const { dee, cairn } = await tell();
    const number = await dee.proposes(model("slow", "second"));
    await dee.merges(number);
    const report = await cairn.looks();
    expect(
      report.done.flatMap((action) =>
        "title" in action ? [`${action.kind} ${action.title}`] : [],
      ),
    ).toMatchInlineSnapshot(`
      [
        "open-pull-request Promote models/slow 2 to test",
        "merge-pull-request Promote models/slow 2 to test",
      ]
    `);
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "publish models/slow 2, followed by dev",
        "accept models/slow 2 in test",
      ]
    `);
    expect(await cairn.runs("test")).toMatchObject({ slow: "2" });
    expect(await cairn.stateOf(number + 1)).toBe("merged");
  });

  it("what a person closed stays closed", async () => {
    const { ann, dee, cairn, github } = await tell();
    github.protect("contoso/ml-registry", { requiredApprovals: 1 });
    const number = await dee.proposes(model("slow", "second"));
    await ann.approves(number);
    await dee.merges(number);
    const report = await cairn.looks();
    const own = number + 1;
    expect(report.findings).toMatchInlineSnapshot(`
      [
        {
          "message": "models/slow 2 is not promoted to test by itself: The pull-request host refuses: Repository rule violations found At least 1 approving review is required by reviewers with write access. Check the credentials, their permissions, and the host's hooks and protection rules.",
          "path": "policies/promotion.yaml",
          "rule": "automatic-refused",
          "severity": "error",
        },
      ]
    `);
    expect(await cairn.stateOf(own)).toBe("open");
    expect(await cairn.says(own)).toMatchInlineSnapshot(`"passed: test: slow 1 → 2"`);
    await ann.edits(own, { state: "closed" });
    await cairn.looks();
    expect(await cairn.stateOf(own)).toBe("closed");
    expect(await cairn.runs("test")).toMatchObject({ slow: "1" });
  });

  it("says who asks, and why", async () => {
    const { ann, dee, cairn } = await tell();
    const number = await dee.proposes(model("slow", "second"));
    await dee.merges(number);
    await cairn.looks();
    const { data } = await ann.octokit.rest.pulls.get({
      owner: "contoso",
      repo: "ml-registry",
      pull_number: number + 1,
    });
    expect(data.user.login).toBe("cairn[bot]");
    expect(data.labels.map(({ name }) => name)).toEqual(["cairn:automatic"]);
    expect(data.head.ref.replace(/[0-9a-f]{8,}/, "<digest>")).toMatchInlineSnapshot(
      `"cairn/automatic-slow-test-<digest>"`,
    );
    expect([data.title, data.body]).toMatchInlineSnapshot(`
      [
        "Promote models/slow 2 to test",
        "Proposed by Cairn: the version runs in the stage before.",
      ]
    `);
  });
});
