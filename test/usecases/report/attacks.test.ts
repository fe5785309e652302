import { describe, expect, it } from "vitest";

import { mergeWhenReadyLabel } from "../../../src/usecases/report/merge-when-ready.ts";
import {
  access,
  accessPath,
  fullName,
  model,
  repository,
  stageFile,
} from "../../stories/registry.ts";
import { plain } from "../../stories/cairn.ts";
import { beginOnce } from "../../stories/story.ts";

const tell = beginOnce();
/** Eve's account has the name of a lead. */
const tellOfEve = beginOnce({
  [accessPath]: access
    .replace("people:\n", "people:\n  old: { name: Old Hand, github: eve }\n")
    .replace("leads: [ann,", "leads: [old, ann,"),
});
const taxiToProd = stageFile("prod", "taxi", 2);

describe("an approval", () => {
  it("given while the pull request was meant for a branch that hid the change", async () => {
    const { ann, bo, dee, cairn } = await tell();
    await dee.proposes({ ...taxiToProd }, { branch: "scratch" });
    const number = await dee.proposes(
      { "README.md": "A better word.\n" },
      { from: "scratch", base: "scratch", branch: "tiny" },
    );
    await cairn.looks();
    await bo.approves(number);
    await dee.edits(number, { base: "main" });
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: bo approved it before its base branch was switched, which changes what it shows: ask for another look. Ask somebody of leads for a review; the author's own does not count."
    `);
    expect(await ann.merges(number)).toBe("merged");
    await cairn.looks();
    expect(await cairn.runs()).toEqual({ taxi: "1" });
  });

  it("given again after it was meant for the branch", async () => {
    const { bo, dee, cairn, pass } = await tell();
    await dee.proposes({ "docs/x.md": "x\n" }, { branch: "scratch" });
    const number = await dee.proposes(taxiToProd, {
      from: "scratch",
      base: "scratch",
      branch: "tiny",
    });
    await bo.approves(number);
    await dee.edits(number, { base: "main" });
    pass(1);
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatch(/^passed/);
  });

  it("of somebody who took over the name of a lead, and may only read", async () => {
    const { bo, dee, eve, cairn } = await tellOfEve();
    const number = await dee.proposes(taxiToProd);
    await eve.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Not counted: old may not write to the repository on the pull-request host. Ask somebody of leads for a review; the author's own does not count."
    `);
    await bo.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatch(/^passed/);
  });
});

describe("two pull requests of one commit", () => {
  it("have the check of the one that fails", async () => {
    const { bo, dee, sam, cairn, work } = await tell();
    const approved = await dee.proposes(taxiToProd, { branch: "one" });
    await bo.approves(approved);
    await cairn.looks();
    expect(await cairn.says(approved)).toMatch(/^passed/);
    await work.git("checkout", "--quiet", "one");
    await sam.push("HEAD:refs/heads/two");
    const other = await sam.opens("two");
    await cairn.looks();
    await cairn.looks();
    expect(await cairn.says(approved)).toMatch(/^failed/);
    expect(plain(await cairn.comment(approved))).toContain("the one shown there is that of #2");
    expect(await cairn.says(other)).toMatch(/^failed/);
    expect(plain(await cairn.comment(other))).toContain("of all answers this is the strictest");
    expect(await cairn.saidTwice()).toEqual([]);
    cairn.news();
    await cairn.looks();
    expect(cairn.news()).toEqual([]);
    await sam.edits(other, { state: "closed" });
    await cairn.looks();
    expect(await cairn.says(approved)).toMatch(/^passed/);
    expect(await cairn.comment(approved)).not.toContain("same commit");
  });

  it("from outside cannot make the other one fail", async () => {
    const { bo, dee, eve, github, cairn, work } = await tell();
    const approved = await dee.proposes(taxiToProd, { branch: "one" });
    await bo.approves(approved);
    await github.addRepository({ owner: "eve", name: repository, forkOf: fullName });
    await work.git("checkout", "--quiet", "one");
    await eve.push("HEAD:refs/heads/copy", `eve/${repository}`);
    const copy = await eve.opens("copy", { fork: `eve/${repository}` });
    await cairn.looks();
    await cairn.looks();
    expect(await cairn.says(approved)).toMatch(/^passed/);
    expect(await cairn.comment(approved)).not.toContain("same commit");
    expect(await cairn.saysOfCommit(await eve.headOf(copy))).toMatch(/^passed/);
    expect(plain(await cairn.comment(copy))).toMatch(/Check failed.*is that of #1/s);
  });
});

describe("the merge queue's branches", () => {
  it("that a person pushed say nothing about a pull request", async () => {
    const { bo, dee, sam, cairn, work } = await tell();
    const good = await dee.proposes(model("fine", "first"), { branch: "good" });
    await bo.approves(good);
    const bad = await sam.proposes({ ...taxiToProd, ...model("fine", "first") });
    const main = await work.git("rev-parse", "origin/main");
    await sam.push(`HEAD:refs/heads/gh-readonly-queue/main/pr-${good}-${main}`);
    await cairn.looks();
    expect(await cairn.says(bad)).toMatch(/^failed/);
    cairn.news();
    await cairn.looks();
    expect(cairn.news()).toEqual([]);
  });
});

describe("Cairn's own names", () => {
  it("do not make what a person pushed Cairn's", async () => {
    const { sam, bo, cairn } = await tell();
    const number = await sam.proposes(taxiToProd, {
      branch: "cairn/automatic-taxi-prod-0123456789",
    });
    await sam.labels(number, "cairn:automatic", mergeWhenReadyLabel);
    await sam.writes(number, "<!-- cairn:check -->\n✅ **Check passed** all is well");
    await sam.sets(number, "cairn", "success");
    await cairn.looks();
    await cairn.looks();
    expect(await cairn.says(number)).toMatch(/^failed/);
    expect(await cairn.stateOf(number)).toBe("open");
    await bo.merges(number);
    await cairn.looks();
    expect(await cairn.runs()).toEqual({ taxi: "1" });
  });
});

describe("merge when ready", () => {
  it.each([
    ["a workflow in other letters", { ".GitHub/workflows/x.yml": "on: push\n" }],
    ["owners of code in docs", { "docs/codeowners": "* @sam\n" }],
    ["attributes", { "models/taxi/.gitattributes": "* -text\n" }],
    ["settings", { "Registry.yml": "format: 1\n" }],
    ["a policy in other letters", { "Policies/access.yaml": "people: {}\n" }],
  ])("does not bring %s", async (_what, files) => {
    const { dee, bo, cairn } = await tell();
    const number = await dee.proposes({ ...files, ...model("taxi", "third") });
    await bo.approves(number);
    await dee.labels(number, mergeWhenReadyLabel);
    await cairn.looks();
    expect(await cairn.stateOf(number)).toBe("open");
  });

  it.each([
    ["a link", "120000"],
    ["another repository", "160000"],
    ["an executable", "100755"],
  ])("does not bring %s in a model's place", async (_what, mode) => {
    const { dee, bo, cairn, work } = await tell();
    const number = await dee.proposes({ "README.md": "A registry.\n" }, { branch: "odd" });
    const object =
      mode === "160000"
        ? await work.git("rev-parse", "HEAD")
        : await work.git("rev-parse", "HEAD:models/taxi/weights.bin");
    await work.git("update-index", "--add", "--cacheinfo", `${mode},${object},models/taxi/sub`);
    await work.gitAs("dee", "commit", "--quiet", "-m", "Odd");
    await dee.push("HEAD:refs/heads/odd");
    await bo.approves(number);
    await dee.labels(number, mergeWhenReadyLabel);
    await cairn.looks();
    expect(await cairn.stateOf(number)).toBe("open");
  });
});
