import { describe, expect, it } from "vitest";

import { fullName, owner, people, stageFile } from "./registry.ts";
import { beginOnce } from "./story.ts";

const tell = beginOnce();
const taxiToProd = stageFile("prod", "taxi", 2);

describe("who may approve", () => {
  it("another lead", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
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
    expect(await ann.merges(number)).toBe("merged");
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "accept models/taxi 2 in prod",
      ]
    `);
    expect(await cairn.runs()).toEqual({ taxi: "2" });
  });

  it("not the author, whom GitHub refuses already", async () => {
    const { bo, cairn } = await tell();
    const number = await bo.proposes(taxiToProd);
    expect(await bo.approves(number)).toContain("Can not approve your own pull request");
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Ask somebody of leads for a review; the author's own does not count."
    `);
  });

  it("not who pushed to somebody else's pull request", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await bo.pushesTo(number, { "README.md": "Better.\n" });
    expect(await bo.approves(number)).toBe("done");
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: bo is the author. Ask somebody of leads for a review; the author's own does not count."
    `);
  });

  it("not who pushed what somebody else wrote", async () => {
    const { ann, bo, cairn, work } = await tell();
    const number = await ann.proposes(taxiToProd, { branch: "to-prod" });
    await work.gitAs("ann", "commit", "--quiet", "--allow-empty", "-m", "By Ann, as it says");
    await bo.push("HEAD:refs/heads/to-prod");
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: bo is the author. Ask somebody of leads for a review; the author's own does not count."
    `);
  });

  it("not who is named as a co-author", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(taxiToProd, { with: "bo" });
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: bo is the author. Ask somebody of leads for a review; the author's own does not count."
    `);
  });

  it("not a second account of the author's", async () => {
    const { ann, annAtHome, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await annAtHome.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: ann-at-home is not in policies/access.yaml. Ask somebody of leads for a review; the author's own does not count."
    `);
  });

  it("not somebody of another role, nobody's, a bot, or who may only read", async () => {
    const { ann, dee, sam, bot, eve, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    for (const person of [dee, sam, bot, eve]) await person.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: dee is none of leads; dependabot[bot] is a program, and only people approve; eve is not in policies/access.yaml; sam-x is not in policies/access.yaml. Ask somebody of leads for a review; the author's own does not count."
    `);
  });

  it("a member of the team, as long as they are one", async () => {
    const { ann, bo, tia, github, cairn, pass } = await tell();
    const number = await ann.proposes(taxiToProd);
    await tia.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: taxi 1 → 2, 85 B to prod"`,
    );
    github.addTeam({ org: owner, slug: "ml-leads", members: [people.sam.login] });
    pass(1);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: tia-m is not in policies/access.yaml. Ask somebody of leads for a review; the author's own does not count."
    `);
    github.addTeam({ org: owner, slug: "ml-leads", members: [] });
    pass(1);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: tia-m is not in policies/access.yaml. Ask somebody of leads for a review; the author's own does not count. team:ml-leads gives nobody the role leads: nobody is in it."
    `);
    expect(await bo.merges(number)).toBe("merged");
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "block models/taxi 2 in prod",
      ]
    `);
    expect(await cairn.runs()).toEqual({ taxi: "1" });
  });
});

describe("what an approval is worth later", () => {
  it("nothing when it is dismissed", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await bo.approves(number);
    await ann.dismisses(number, bo);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Ask somebody of leads for a review; the author's own does not count."
    `);
  });

  it("the newest word counts: changes are asked for, then it is approved, then a remark", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await bo.asksForChanges(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: bo asked for changes: make them, then ask for a new review, or have that review dismissed."
    `);
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: taxi 1 → 2, 85 B to prod"`,
    );
    await bo.remarks(number);
    await bo.writes(number, "Nice.");
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: taxi 1 → 2, 85 B to prod"`,
    );
  });

  it("one lead against it outweighs another", async () => {
    const { ann, bo, tia, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await bo.approves(number);
    await tia.asksForChanges(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: github:tia-m asked for changes: make them, then ask for a new review, or have that review dismissed."
    `);
  });

  it("nothing after approve, push, merge within a second", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(stageFile("prod", "slow", 1));
    await bo.approves(number);
    await ann.pushesTo(number, { ...taxiToProd, "stages/prod/models/slow.yaml": undefined });
    expect(await ann.merges(number)).toBe("merged");
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "block models/taxi 2 in prod",
      ]
    `);
    expect(await cairn.runs()).toEqual({ taxi: "1" });
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.runs()).toEqual({ taxi: "1" });
  });

  it("nothing for another version, though GitHub says it was given for the new head", async () => {
    const { ann, bo, github, cairn } = await tell();
    const number = await ann.proposes(stageFile("prod", "taxi", 2));
    await bo.approves(number);
    github.lies.rebindApprovals();
    await ann.amends(number, { "stages/prod/models/taxi.yaml": 'version: "2"\nreason: mine\n' });
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: bo approved another state: since then the stage file changed. Ask somebody of leads for a review; the author's own does not count."
    `);
  });

  it("as much as before when the same is pushed again by force", async () => {
    const { ann, bo, github, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await bo.approves(number);
    github.lies.rebindApprovals();
    await ann.amends(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: taxi 1 → 2, 85 B to prod"`,
    );
  });

  it("as much as before on top of the branch as it is now", async () => {
    const { ann, bo, dee, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await bo.approves(number);
    await dee.pushesToMain("Write more", { "README.md": "More.\n" });
    await ann.rebases(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: taxi 1 → 2, 85 B to prod"`,
    );
    await ann.merges(number, "squash");
    await cairn.looks();
    expect(await cairn.runs()).toEqual({ taxi: "2" });
  });

  it("that of a review which turns up late is for the commit that it names", async () => {
    const { ann, bo, github, cairn } = await tell();
    const number = await ann.proposes(stageFile("prod", "slow", 1));
    const commit = await ann.headOf(number);
    const submittedAt = github.clock.now();
    await ann.pushesTo(number, { ...taxiToProd, "stages/prod/models/slow.yaml": undefined });
    github.lies.lateReview({
      repository: fullName,
      pullRequest: number,
      by: bo.login,
      state: "APPROVED",
      commit,
      submittedAt,
    });
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: bo approved another state: since then the stage file changed. Ask somebody of leads for a review; the author's own does not count."
    `);
  });

  it("nothing when it came in the second of a force-push, for the head of which it is said to be", async () => {
    const { ann, bo, github, cairn } = await tell();
    const number = await ann.proposes(stageFile("prod", "slow", 1));
    await ann.amends(number, { ...taxiToProd, "stages/prod/models/slow.yaml": undefined });
    const repository = fullName;
    const submittedAt = await ann.forcedAt(number);
    const review = { pullRequest: number, by: bo.login, state: "APPROVED", submittedAt } as const;
    github.lies.lateReview({ repository, ...review });
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: bo approved a state that the pull-request host does not name: ask for another look. Ask somebody of leads for a review; the author's own does not count."
    `,
    );
    expect(await bo.approves(number)).toBe("done");
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: taxi 1 → 2, 85 B to prod"`,
    );
  });

  it("nothing when it is given after the merge", async () => {
    const { ann, bo, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await ann.merges(number);
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "block models/taxi 2 in prod",
      ]
    `);
    expect(await cairn.runs()).toEqual({ taxi: "1" });
  });
});
