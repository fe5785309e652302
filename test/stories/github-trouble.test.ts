import { describe, expect, it } from "vitest";

import {
  fullName,
  model,
  promotion,
  promotionPath,
  settings,
  stageFile,
  type Files,
} from "./registry.ts";
import { plain } from "./cairn.ts";
import { beginOnce } from "./story.ts";

const tell = beginOnce();
const taxiToProd = stageFile("prod", "taxi", 2);

const inShort = (findings: readonly { readonly rule: string; readonly message: string }[]) =>
  findings.map(({ rule, message }) => `${rule}: ${message}`);

describe("a registry that somebody broke", () => {
  it("registry.yaml: the pull request that repairs it is checked like any other", async () => {
    const { ann, bo, cy, dee, cairn } = await tell();
    const other = await ann.proposes(taxiToProd);
    await bo.approves(other);
    await dee.pushesToMain("Break it", { "registry.yaml": "format: [\n" });
    const report = await cairn.looks();
    expect(report.conditions.map(({ type, status, message }) => `${type} ${status}: ${message}`))
      .toMatchInlineSnapshot(`
        [
          "Ready False: 1 error on the branch holds something back.",
          "Degraded True: 1 error on the branch holds something back.",
        ]
      `);
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "incident: the change of registry.yaml is not in force. It cannot be used: registry.yaml:2: The YAML cannot be read: Flow sequence in block collection must be sufficiently indented and end with a ]. Th",
      ]
    `);
    expect(await cairn.says(other)).toMatchInlineSnapshot(
      `"passed: prod: taxi 1 → 2, 85 B to prod"`,
    );
    const more = await ann.proposes({ "registry.yaml": settings.replace("[dev,", "[draft, dev,") });
    await cairn.looks();
    expect(await cairn.says(more)).toMatchInlineSnapshot(`
      "failed: the policy changes, without those who own it
      registry.yaml
      A policy owner other than its authors must approve pull request #2: ann, cy."
    `);
    await cy.approves(more);
    await cairn.looks();
    expect(await cairn.says(more)).toMatchInlineSnapshot(`
      "passed: the policy changes
      registry.yaml"
    `);
    const number = await ann.proposes({ "registry.yaml": settings });
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: The policy on the branch is the one in force again"`,
    );
    await ann.merges(number);
    await cairn.looks();
    expect((await cairn.events()).slice(1)).toMatchInlineSnapshot(`
      [
        "resolve policy-unaccepted/<commit> (restored) by pull request #3",
      ]
    `);
    expect((await cairn.looks()).conditions[0]?.status).toBe("True");
  });

  it("registry.yaml by a pull request: the check fails, and merged it has no effect", async () => {
    const { ann, cy, cairn } = await tell();
    const number = await ann.proposes({ "registry.yaml": undefined });
    await cy.approves(number);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: the policy changes, without those who own it; 1 error
      registry.yaml
      It cannot be used: registry.yaml: There is no registry.yaml: run cairn init, or check the folder. The policy in force stays.
      The stage dev runs models/frozen 1 and 5 more: withdraw them before the stage is removed.
      The stage test runs models/frozen 1 and 5 more: withdraw them before the stage is removed.
      The stage prod runs models/taxi 1: withdraw them before the stage is removed."
    `);
    await ann.merges(number);
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "incident: the change of registry.yaml is not in force. It cannot be used: registry.yaml: There is no registry.yaml: run \`cairn init\`, or check the folder. The policy in force stays. The stage dev runs",
      ]
    `);
    const next = await ann.proposes(model("slow", "second"));
    await cairn.looks();
    expect(await cairn.says(next)).toMatchInlineSnapshot(`"passed: slow gets version 2"`);
  });

  it("an easier policy by a push: other pull requests are judged by the one in force", async () => {
    const { ann, bo, dee, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await dee.pushesToMain("Easier", {
      [promotionPath]: 'rules: [{ stage: prod, assets: ["**"], gates: {} }]\n',
    });
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
    await ann.merges(number);
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "incident: the change of policies/promotion.yaml is not in force. No pull request brought it, so nobody can have approved it.",
        "accept models/taxi 2 in prod",
      ]
    `);
    expect(await cairn.runs()).toEqual({ taxi: "2" });
  });

  it("a broken policy by a push: what others propose fails for nothing of it", async () => {
    const { ann, bo, dee, cairn } = await tell();
    const number = await ann.proposes(taxiToProd);
    await bo.approves(number);
    await dee.pushesToMain("Break it", {
      [promotionPath]: promotion.replace("count: 1", "count: 0"),
    });
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"passed: prod: taxi 1 → 2, 85 B to prod"`,
    );
  });

  it("a manifest on the branch: others are not held up, and its repair is", async () => {
    const { ann, dee, cairn } = await tell();
    await dee.pushesToMain("Break it", {
      "models/slow/model.yaml": "name: slow\ntype: none_such\n",
    });
    const number = await ann.proposes(model("measured", "second"));
    const repair = await ann.proposes(model("slow", "second"));
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(`"passed: measured gets version 2"`);
    expect(await cairn.says(repair)).toMatchInlineSnapshot(`"passed: slow gets version 2"`);
  });

  it("its history: nothing is decided, and open pull requests say so", async () => {
    const { ann, bo, cairn, work } = await tell();
    const number = await ann.proposes(taxiToProd);
    await bo.approves(number);
    const tree = await work.git("rev-parse", "origin/main^{tree}");
    const other = await work.git("commit-tree", tree, "-m", "A new beginning");
    await ann.push(`+${other}:refs/heads/main`);
    const report = await cairn.looks();
    expect(
      report.conditions.map(
        ({ type, status, message }) =>
          `${type} ${status}: ${message.replaceAll(/[0-9a-f]{12,40}/g, "<commit>")}`,
      ),
    ).toMatchInlineSnapshot(`
      [
        "Ready False: the branch was rewritten: <commit> is no longer part of <commit>; resolve the incident to go on from there.",
        "Stalled True: the branch was rewritten: <commit> is no longer part of <commit>; resolve the incident to go on from there.",
        "Degraded True: 1 open: see cairn incident list.",
      ]
    `);
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"failed: Nothing can be decided now: the branch was rewritten: <commit> is no longer part of <commit>; resolve the incident to go on from there."`,
    );
  });
});

describe("what people write", () => {
  it("makes no mention, link, image or markup of Cairn's", async () => {
    const { ann, cairn } = await tell();
    const bad =
      "@contoso/ml-leads ![x](https://evil.example/x.png) <img src=x> [y](https://evil.example) #1 | `a`";
    const number = await ann.proposes(
      {
        "models/slow/model.yaml": `name: slow\ntype: custom_model\npath: ./weights.bin\n"${bad}": 1\n`,
        "stages/prod/models/taxi.yaml": `version: "2"\nreason: "${bad}"\n`,
        [`models/@ann-c <b>/model.yaml`]: "name: '@ann-c'\ntype: custom_model\npath: x\n",
      },
      {
        title: bad,
        branch: "feature/@ann-c-<b>",
        body: "<!-- cairn:check -->\n✅ **Check passed**",
      },
    );
    await ann.writes(number, "<!-- cairn:check -->\n✅ **Check passed** prod: taxi 1 → 2");
    await cairn.looks();
    const text = `${await cairn.comment(number)}\n${await cairn.summary(number)}`;
    expect(text).not.toMatch(
      /(?<![\w`\\])@(?!\u200B|\u2060)[a-z]|!\[|<img|<b>|(?<!\\)\]\(|(?<![\w\\&])#\d/,
    );
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails); 3 errors
      ❌ approvals: 0 of 1 approvals. Ask somebody of leads for a review; the author's own does not count."
    `);
    expect(plain(text)).toContain("contoso/ml-leads");
    expect(await cairn.annotations(number)).toMatchInlineSnapshot(`
      [
        "schema models/@ann-c <b>/model.yaml:1",
        "path-missing models/@ann-c <b>/model.yaml:3",
        "schema-unknown-key models/slow/model.yaml:4",
      ]
    `);
  });

  it("3 001 files, of which the last is bad", async () => {
    const { dee, cairn } = await tell();
    const many = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [
        `notes/${String(index).padStart(4, "0")}.txt`,
        `${index}\n`,
      ]),
    );
    const files: Files = { ...many, "zoo/model.yaml": "name: zoo\ntype: none_such\npath: ./w\n" };
    const number = await dee.proposes(files);
    await cairn.looks();
    expect(await cairn.says(number)).toMatchInlineSnapshot(
      `"failed: 2 errors, the first in zoo/model.yaml: "type" cannot be "none_such". What the files are. One of: custom_model, mlflow_model, triton_model (upper or lower case)."`,
    );
    expect(await cairn.annotations(number)).toMatchInlineSnapshot(`
      [
        "schema zoo/model.yaml:2",
        "path-missing zoo/model.yaml:3",
      ]
    `);
  }, 120_000);
});

describe("a host that fails", () => {
  it("an answer is lost between the check and the comment: said once, later", async () => {
    const { ann, cairn, github } = await tell();
    const number = await ann.proposes(taxiToProd);
    github.lies.always(/^POST .*\/comments/, { type: "status", status: 502 });
    const report = await cairn.looks();
    expect(inShort(report.findings)).toMatchInlineSnapshot(`
      [
        "pull-request-unreported: Pull request #1 is not reported on: The pull-request host does not answer: POST /api/v3/repos/contoso/ml-registry/issues/1/comments: 502 Server Error Check that the host is up and the network lets you through; Cairn tries again.",
      ]
    `);
    expect(report.conditions.map(({ type, status, message }) => `${type} ${status}: ${message}`))
      .toMatchInlineSnapshot(`
      [
        "Ready True: Ledger, tags and stores say what the branch says.",
      ]
    `);
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      (no comment)"
    `);
    github.lies.heal();
    cairn.news();
    await cairn.looks();
    expect(cairn.news()).toMatchInlineSnapshot(`
      [
        "POST /issues/1/comments",
      ]
    `);
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Ask somebody of leads for a review; the author's own does not count."
    `);
  });

  it("the comment was written and nobody heard of it: it is not written again", async () => {
    const { ann, cairn, github } = await tell();
    const number = await ann.proposes(taxiToProd);
    github.lies.once(/^POST .*\/comments/, { type: "answer-lost" });
    await cairn.looks();
    await cairn.looks();
    expect(await cairn.saidTwice()).toEqual([]);
    expect(await cairn.says(number)).toMatchInlineSnapshot(`
      "failed: prod: taxi 1 → 2, 85 B to prod (1 of 1 gates fails)
      ❌ approvals: 0 of 1 approvals. Ask somebody of leads for a review; the author's own does not count."
    `);
  });

  it("the requests of the hour are used up in the middle: the rest comes later", async () => {
    const { ann, bo, cairn, github, pass } = await tell();
    const numbers = [];
    for (const name of ["slow", "measured", "shut"]) {
      numbers.push(await ann.proposes(model(name, "second")));
    }
    const toProd = await ann.proposes(taxiToProd);
    await bo.approves(toProd);
    github.budget.limit(30);
    const report = await cairn.looks();
    // How many are left depends on what else is asked.
    expect(
      report.conditions.map(
        ({ type, status, message }) =>
          `${type} ${status}: ${message.replaceAll(/\d+ of 30/g, "few")}`,
      ),
    ).toMatchInlineSnapshot(`
      [
        "Ready False: The pull-request host wants fewer requests: few requests of this hour are left, and those are kept for what has been begun.",
        "Degraded True: The pull-request host wants fewer requests: few requests of this hour are left, and those are kept for what has been begun.",
      ]
    `);
    github.budget.limit(5000);
    pass(1.1);
    await cairn.looks();
    const said = [];
    for (const number of [...numbers, toProd]) said.push(await cairn.says(number));
    expect(said).toMatchInlineSnapshot(`
      [
        "passed: slow gets version 2",
        "passed: measured gets version 2",
        "passed: shut gets version 2",
        "passed: prod: taxi 1 → 2, 85 B to prod",
      ]
    `);
  });

  it("a merge that was carried out without an answer is found, and nothing is merged twice", async () => {
    const { ann, bo, cairn, github } = await tell();
    const number = await ann.proposes(taxiToProd);
    await ann.labels(number, "cairn:merge-when-ready");
    await bo.approves(number);
    github.lies.once(/^PUT .*\/merge/, { type: "answer-lost" });
    await cairn.looks();
    await cairn.looks();
    expect(await cairn.stateOf(number)).toBe("merged");
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "accept models/taxi 2 in prod",
      ]
    `);
  });

  it("another Cairn that knows nothing says nothing again", async () => {
    const { ann, bo, dee, cairn, anotherCairn } = await tell();
    const numbers = [await ann.proposes(taxiToProd), await dee.proposes(model("slow", "second"))];
    const bad = { "zoo/model.yaml": "name: zoo\ntype: none_such\npath: ./w\n" };
    numbers.push(await dee.proposes(bad));
    await bo.approves(numbers[0] ?? 0);
    await cairn.looks();
    const said = await Promise.all(numbers.map((number) => cairn.says(number)));
    cairn.news();
    await (await anotherCairn()).looks();
    expect(cairn.news()).toEqual([]);
    expect(await Promise.all(numbers.map((number) => cairn.says(number)))).toEqual(said);
  });

  it("two Cairns at the same time: everything is there, and once", async () => {
    const { ann, bo, dee, cairn, anotherCairn } = await tell();
    const toProd = await ann.proposes(taxiToProd);
    await bo.approves(toProd);
    await ann.labels(toProd, "cairn:merge-when-ready");
    const other = await dee.proposes(model("slow", "second"));
    await dee.merges(other);
    const another = await anotherCairn();
    await Promise.all([cairn.looks(), another.looks()]);
    await cairn.looks();
    expect(await cairn.stateOf(toProd)).toBe("merged");
    expect((await cairn.events()).toSorted()).toMatchInlineSnapshot(`
      [
        "accept models/taxi 2 in prod",
        "publish models/slow 2, followed by dev",
      ]
    `);
    expect(await cairn.runs()).toEqual({ taxi: "2" });
  });

  it("a ruleset keeps Cairn from the ledger: it says so, and nothing is lost", async () => {
    const { dee, cairn, github, ann } = await tell();
    const id = github.protect(fullName, {
      include: ["refs/heads/cairn-ledger"],
      restrict: ["update"],
    });
    const number = await dee.proposes(model("slow", "second"));
    await dee.merges(number);
    const next = await dee.proposes(model("measured", "second"));
    const outcome = await cairn.looks().then(
      (report) => ({
        findings: inShort(report.findings),
        conditions: report.conditions.map(
          ({ type, status, message }) => `${type} ${status}: ${message}`,
        ),
      }),
      (error: unknown) => String(error),
    );
    expect(outcome).toMatchInlineSnapshot(`
      {
        "conditions": [
          "Ready False: 1 error on the branch holds something back.",
          "Degraded True: 1 error on the branch holds something back.",
        ],
        "findings": [
          "remote-refused: The remote does not take models/slow 2: refs/heads/cairn-ledger: hook declined; refs/tags/models/slow@v2: atomic push failure. Let Cairn's account write there past the rules of the host (cairn doctor looks at them): nothing is lost, and Cairn tries again.",
        ],
      }
    `);
    expect(await cairn.events()).toEqual([]);
    expect(await cairn.says(next)).toMatchInlineSnapshot(
      `"passed: measured gets version 2; slow gets version 2"`,
    );
    await ann.octokit.request("DELETE /repos/{owner}/{repo}/rulesets/{ruleset_id}", {
      owner: "contoso",
      repo: "ml-registry",
      ruleset_id: id,
    });
    await cairn.looks();
    expect(await cairn.events()).toMatchInlineSnapshot(`
      [
        "publish models/slow 2, followed by dev",
      ]
    `);
  });
});
