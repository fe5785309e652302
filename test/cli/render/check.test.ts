import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { paintAnsi, paintPlain } from "../../../src/cli/ansi.ts";
import { renderCheck } from "../../../src/cli/render/check.ts";
import { renderExplanation } from "../../../src/cli/render/explain.ts";
import { renderPolicy, renderPolicyTests } from "../../../src/cli/render/policy.ts";
import {
  renderMerge,
  renderProposal,
  renderRegistration,
} from "../../../src/cli/render/proposal.ts";
import { renderPullRequest, renderPullRequests } from "../../../src/cli/render/pull-request.ts";
import { renderMoment } from "../../../src/cli/render/time.ts";
import {
  checkReport,
  delivery,
  fullReport,
  moveReport,
  proposal,
  pullRequest,
  pullRequestDetail,
} from "../check-report.ts";

const now = new Date("2025-01-02T00:00:00Z");
const view = { paint: paintPlain, now };

describe("renderCheck", () => {
  it("says everything, the verdict first and what to do last", () => {
    expect(renderCheck(fullReport, view)).toMatchInlineSnapshot(`
      "✗ failed  prod: taxi-fare 1 → 2; 1 of 4 gates fails

      models/taxi-fare/model.yaml:3:1 warning Nobody owns it. [owner-missing]

      2 findings elsewhere that this change did not bring: run "cairn validate".

      New versions
        + models/taxi-fare → 3, 3 files, 4.2 KiB, same content as 1

      prod: models/taxi-fare 1 → 2 (promotion)
        ✓ order      Accepted in test.
        ✗ approvals  1 of 2 approvals.
        … soak       24 hours in test.  until 2025-01-02 03:00 UTC (in 3 h)  [prod: **]
        ✓ soak       1 hour in test.  [prod: models/**]
        r2 on taxi-holdout 0.921 → 0.934 (+0.013)

      Policy ✗ failed
        ~ policies/promotion.yaml
        ✗ No owner of the policy approved.

      Would not take effect
        ✗ components/prep: its version 4 is taken.

      Deliver to prod-eu (prod, westeurope): 4 files, 12.0 MiB
        → models/taxi-fare@2  3 files, 12.0 MiB
        → environments/train@5  1 file, 512 B

      Deliver to prod-us (prod, eastus): 3 files, 12.0 MiB
        → models/taxi-fare@2  3 files, 12.0 MiB

      Impact
        models/taxi-fare
          used by endpoints/taxi-fare/blue, jobs/train.yml
          runs in prod 1

      Next: take out what would not take effect, and push."
    `);
  });

  it("shows conflicts and knows nothing else then", () => {
    const report = checkReport({
      outcome: "failed",
      summary: "2 paths conflict",
      conflicts: ["models/a/model.yaml", "registry.yaml"],
    });

    expect(renderCheck(report, view)).toMatchInlineSnapshot(`
      "✗ failed  2 paths conflict

      Conflicts with the branch
        ✗ models/a/model.yaml
        ✗ registry.yaml

      Next: merge the registry's branch into yours, and push."
    `);
  });

  it("shows a withdrawal, and an asset that did not run before", () => {
    const moves = [
      moveReport({ move: "withdrawal", version: undefined, gates: [] }),
      moveReport({ asset: "data/x", runs: undefined, gates: [] }),
    ];

    expect(renderCheck(checkReport({ moves }), view)).toMatchInlineSnapshot(`
      "✓ passed  prod: taxi-fare 1 → 2

      prod: models/taxi-fare 1 → nothing (withdrawal)

      prod: data/x nothing → 2 (promotion)

      Next: "cairn pr merge 12" makes it so."
    `);
  });

  const gates = (gate: string, outcome: "failed" | "waiting") => [
    moveReport({
      outcome,
      gates: [{ gate, outcome, reason: "r" }],
      until: outcome === "waiting" ? "2025-01-02T03:00:00Z" : undefined,
    }),
  ];
  const finding = { rule: "r", message: "m", path: "a.yaml" };

  it.each([
    { name: "passed", report: {}, next: '"cairn pr merge 12" makes it so.' },
    {
      name: "passed before it is a pull request",
      report: { pullRequest: undefined },
      next: '"cairn pr open" proposes it.',
    },
    {
      name: "waits",
      report: { outcome: "pending", moves: gates("soak", "waiting") },
      next: 'nothing but time is missing until 2025-01-02 03:00 UTC (in 3 h); "cairn pr merge 12" may come before.',
    },
    {
      name: "waits for nobody knows how long",
      report: { outcome: "pending" },
      next: 'nothing but time is missing; "cairn pr merge 12" may come before.',
    },
    {
      name: "conflicts",
      report: { outcome: "failed", conflicts: ["a"], moves: gates("soak", "failed") },
      next: "merge the registry's branch into yours, and push.",
    },
    {
      name: "has errors",
      report: { outcome: "failed", findings: [{ ...finding, severity: "error" }] },
      next: "correct the errors, and push.",
    },
    {
      name: "is refused",
      report: { outcome: "failed", refusals: ["a"] },
      next: "take out what would not take effect, and push.",
    },
    {
      name: "needs approval",
      report: { outcome: "failed", moves: gates("approvals", "failed") },
      next: 'ask somebody else for "cairn pr approve 12".',
    },
    {
      name: "fails a gate",
      report: { outcome: "failed", moves: gates("metrics", "failed") },
      next: '"cairn explain models/taxi-fare@2 --to prod" says what to do.',
    },
    {
      name: "needs approval before it is a pull request",
      report: { outcome: "failed", pullRequest: undefined, moves: gates("approvals", "failed") },
      next: '"cairn explain models/taxi-fare@2 --to prod" says what to do.',
    },
    {
      name: "changes the policy without its owners",
      report: {
        outcome: "failed",
        policy: { outcome: "failed", paths: ["policies/access.yaml"], reasons: ["r"] },
      },
      next: "ask an owner of the policy to approve.",
    },
    {
      name: "fails for reasons of its own",
      report: { outcome: "failed" },
      next: "clear what failed, and check again.",
    },
  ] as const)("says what to do when it $name", ({ report, next }) => {
    const text = renderCheck(checkReport(report), view);

    expect(text.split("\n").at(-1)).toBe(`Next: ${next}`);
  });

  it("colours what it says, and nothing but the colours differ", () => {
    const colored = renderCheck(fullReport, { paint: paintAnsi, now });

    expect(colored).toContain("\u001B[31m✗ failed\u001B[39m");
    expect(stripVTControlCharacters(colored)).toBe(renderCheck(fullReport, view));
  });

  it("lets no text of a registry steer the terminal or start a line", () => {
    const evil = "a\u001B[2J\n✓ passed\u202E";
    const move = moveReport({
      stage: evil,
      version: evil,
      runs: evil,
      gates: [{ gate: evil, rule: evil, outcome: "failed", reason: evil, until: evil }],
      metrics: [{ metric: evil, from: 0, to: 1 }],
    });
    const text = renderCheck(
      checkReport({
        summary: evil,
        conflicts: [evil],
        findings: [{ rule: evil, severity: "info", message: evil, path: evil }],
        refusals: [evil],
        moves: [move, move],
        policy: { outcome: "passed", paths: [evil], reasons: [evil] },
        deliveries: [delivery({ workspace: evil, region: evil, version: evil })],
        impact: [{ asset: "models/a", usedBy: [evil], runsIn: [evil] }],
      }),
      view,
    );

    expect(text).not.toContain("\u001B");
    expect(text).not.toContain("\u202E");
    // Only the headline says that it passed at the start of a line.
    expect(text.match(/^\s*✓ passed/gm)).toHaveLength(1);
  });
});

describe("renderProposal", () => {
  it("names the pull request, and what it would do", () => {
    expect(renderProposal(proposal(), view)).toMatchInlineSnapshot(`
      "Opened #12 Promote models/taxi-fare 2 to prod

      ✓ passed  prod: taxi-fare 1 → 2

      Next: "cairn pr merge 12" makes it so."
    `);
  });

  it("says when it was there already, and what became of it", () => {
    const merged = { commit: "c0ffee0123456789" };

    expect(renderProposal(proposal({ created: false, merged }), view)).toMatchInlineSnapshot(`
      "Already open: #12 Promote models/taxi-fare 2 to prod
      Merged as c0ffee0123

      ✓ passed  prod: taxi-fare 1 → 2

      Next: the running controller takes it up, or "cairn apply"."
    `);
  });

  it("says what was stored", () => {
    const report = {
      ...proposal(),
      asset: "models/taxi-fare",
      files: ["models/taxi-fare/model.yaml", "models/taxi-fare/model.lock.yaml"],
      storedBytes: 12_582_912,
      knownBytes: 2048,
    } as const;

    expect(renderRegistration(report, view).split("\n\n")[0]).toMatchInlineSnapshot(`
      "models/taxi-fare  stored 12.0 MiB, 2.0 KiB was there already
        + models/taxi-fare/model.yaml
        + models/taxi-fare/model.lock.yaml"
    `);
  });
});

it.each([
  { commit: "c0ffee0123456789", first: "Merged as c0ffee0123 (#12)" },
  { commit: undefined, first: "Not merged: #12" },
])("a merge starts with $first", ({ commit, first }) => {
  const report = { number: 12, commit, check: checkReport() };

  expect(renderMerge(report, view).split("\n")[0]).toBe(first);
});

it("a merge of what passed does not show it all again", () => {
  const check = { ...checkReport(), outcome: "passed", summary: "test: models/a 2" } as const;

  expect(renderMerge({ number: 12, commit: "c0ffee0123456789", check }, view)).toBe(
    [
      "Merged as c0ffee0123 (#12)",
      "✓ passed  test: models/a 2",
      'Next: the running controller takes it up, or "cairn apply".',
    ].join("\n\n"),
  );
});

describe("renderPullRequest", () => {
  it("shows who said what", () => {
    const at = "2025-01-01T12:00:00Z";
    const { head } = pullRequest;
    const detail = pullRequestDetail({
      reviews: [
        { by: "bo", verdict: "approved", commit: head, at, body: "" },
        { by: "cy", verdict: "approved", commit: "c0ffee0123456789", at, body: "Nice." },
        { by: "di", verdict: "approved", commit: undefined, at, body: "" },
        { by: "ed", verdict: "changes-requested", commit: head, at, body: "No\nowner." },
        { by: "fi", verdict: "commented", commit: head, at, body: "Hm." },
      ],
      comments: [{ by: "bo", at, body: "Which data?\nFrom when?" }],
    });

    expect(renderPullRequest(detail, view)).toMatchInlineSnapshot(`
      "#12 open  Promote models/taxi-fare 2 to prod
      by ann, opened 1 d ago from cairn/promote-taxi-fare-prod, at 1111111111
      labels hotfix

        Better recall.

        At weekends.

      Reviews
        ✓ bo approved, 12 h ago
        ✓ cy approved, 12 h ago  (saw c0ffee0123)  Nice.
        ✓ di approved, 12 h ago  (saw an unknown commit)
        ✗ ed changes-requested, 12 h ago  No owner.
        · fi commented, 12 h ago  Hm.

      Comments
        bo, 12 h ago
          Which data?
          From when?

      ✓ passed  prod: taxi-fare 1 → 2

      Next: "cairn pr merge 12" makes it so."
    `);
  });

  it("of a merged one shows by whom, and no check", () => {
    const detail = pullRequestDetail({
      state: "merged",
      branch: undefined,
      labels: [],
      body: "",
      merged: { commit: "c0ffee0123456789", at: "2025-01-01T12:00:00Z", by: "bo" },
      check: undefined,
    });

    expect(renderPullRequest(detail, view)).toMatchInlineSnapshot(`
      "#12 merged  Promote models/taxi-fare 2 to prod
      by ann, opened 1 d ago, at 1111111111
      merged as c0ffee0123 by bo, 12 h ago"
    `);
  });

  it("cuts a body without end", () => {
    const detail = pullRequestDetail({ body: "x\n".repeat(1000), check: undefined });
    const lines = renderPullRequest(detail, view).split("\n");

    expect(lines.at(-1)).toBe("  (940 more lines: --json has them)");
  });
});

it("lists pull requests", () => {
  const items = [pullRequest, { ...pullRequest, number: 7, state: "closed" as const, labels: [] }];

  expect(renderPullRequests(items, { ...view, width: Number.POSITIVE_INFINITY }))
    .toMatchInlineSnapshot(`
    " #  STATE   TITLE                               AUTHOR  OPENED   LABELS
    12  open    Promote models/taxi-fare 2 to prod  ann     1 d ago  hotfix
     7  closed  Promote models/taxi-fare 2 to prod  ann     1 d ago"
  `);
});

it("explains what a version lacks", () => {
  const [move = moveReport()] = fullReport.moves;
  const report = {
    move: { ...move, outcome: "waiting", until: "2025-01-02T03:00:00Z" },
    pullRequest: 12,
    lastTry: "Blocked 2 d ago: 1 of 2 approvals.",
    hold: "until 2026-12-31: holiday season",
    approvers: ["ann", "bo"],
    next: "Wait until tomorrow.",
  } as const;

  expect(renderExplanation(report, view)).toMatchInlineSnapshot(`
    "… waiting  until 2025-01-02 03:00 UTC (in 3 h)

    prod: models/taxi-fare 1 → 2 (promotion)
      ✓ order      Accepted in test.
      ✗ approvals  1 of 2 approvals.
      … soak       24 hours in test.  until 2025-01-02 03:00 UTC (in 3 h)  [prod: **]
      ✓ soak       1 hour in test.  [prod: models/**]
      r2 on taxi-holdout 0.921 → 0.934 (+0.013)

    asked for  in pull request #12
    last try   Blocked 2 d ago: 1 of 2 approvals.
    hold       until 2026-12-31: holiday season
    approvers  ann, bo

    Next: Wait until tomorrow."
  `);
});

it("explains the policy", () => {
  const report = {
    digest: `sha256:${"0".repeat(64)}`,
    commit: "c0ffee0123456789",
    since: "2025-01-01T00:00:00Z",
    differs: true,
    owners: ["ann", "team:owners"],
    emptyTeams: ["team:owners gives nobody the role policy-owners: nobody is in it"],
    stages: [
      { stage: "dev", follows: true, rules: [] },
      { stage: "test", follows: false, rules: [] },
      {
        stage: "prod",
        follows: false,
        rules: [
          {
            assets: ["models/**", "!models/internal-*"],
            gates: ["soak: 24 hours", "approvals: 2 of ml-leads"],
            rollback: "1 approval",
            path: "policies/promotion.yaml",
            line: 3,
          },
          {
            assets: ["data/**"],
            gates: [],
            rollback: "1 approval",
            path: "policies/promotion.yaml",
          },
        ],
      },
    ],
  } as const;

  expect(renderPolicy(report, view)).toMatchInlineSnapshot(`
    "Policy in force sha256:000000000000, from c0ffee0123, since 2025-01-01 00:00 UTC (1 d ago)
    owners: ann, team:owners
    team:owners gives nobody the role policy-owners: nobody is in it
    The branch has another policy. It counts once an owner has accepted it.

    dev  takes every new version

    test  no rule: nothing is accepted

    prod
      models/**, !models/internal-*  policies/promotion.yaml:3
        soak: 24 hours
        approvals: 2 of ml-leads
        rollback: 1 approval
      data/**  policies/promotion.yaml
        no gate
        rollback: 1 approval"
  `);
});

it("counts policy tests", () => {
  const test = { path: "policies/tests/a.yaml", name: "ann may", outcome: "passed", message: "" };
  const tests = [
    { ...test, outcome: "passed" as const },
    { ...test, line: 9, name: "bo may not", outcome: "failed" as const, message: "He may." },
  ];

  expect(renderPolicyTests({ tests }, paintPlain)).toMatchInlineSnapshot(`
    "✓ ann may
    ✗ bo may not  policies/tests/a.yaml:9
        He may.

    1 passed, 1 failed."
  `);
  expect(renderPolicyTests({ tests: [] }, paintPlain)).toBe("There is no policy test.");
});

it.each([
  ["2025-01-02T03:00:00.000Z", "2025-01-02 03:00 UTC (in 3 h)"],
  ["2025-01-02T05:00:00+02:00", "2025-01-02 03:00 UTC (in 3 h)"],
  ["tomorrow", "tomorrow"],
])("%s is %s", (iso, text) => {
  expect(renderMoment(iso, now)).toBe(text);
});
