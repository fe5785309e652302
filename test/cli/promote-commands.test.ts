import { describe, expect, it } from "vitest";
import type { App } from "../../src/usecases/app.ts";
import { checkReport, moveReport, proposal, pullRequestDetail } from "./check-report.ts";
import { cairn } from "./harness.ts";

/** An app that writes down what it is asked and always gives the same answers. */
function recordingApp() {
  const asked: unknown[] = [];
  const answer =
    <Answer>(name: keyof App, value: Answer) =>
    async (request?: unknown): Promise<Answer> => {
      asked.push([name, request]);
      return value;
    };
  const proposed = proposal();
  const detail = pullRequestDetail();
  const policy = {
    digest: `sha256:${"0".repeat(64)}`,
    commit: "c0ffee",
    since: "2025-01-01T00:00:00Z",
    differs: false,
    owners: ["ann"],
    emptyTeams: [],
    stages: [],
  } as const;
  const registered = { asset: "models/a", files: [], storedBytes: 0, knownBytes: 0 } as const;
  const app: Partial<App> = {
    check: answer("check", checkReport()),
    pullRequests: answer("pullRequests", { items: [], next: undefined }),
    pullRequest: answer("pullRequest", detail),
    openPullRequest: answer("openPullRequest", proposed),
    reviewPullRequest: answer("reviewPullRequest", detail),
    commentOnPullRequest: answer("commentOnPullRequest", detail),
    mergePullRequest: answer("mergePullRequest", {
      number: 12,
      commit: "c0ffee",
      check: checkReport(),
    }),
    closePullRequest: answer("closePullRequest", detail),
    promote: answer("promote", proposed),
    rollback: answer("rollback", proposed),
    withdraw: answer("withdraw", proposed),
    hold: answer("hold", proposed),
    deprecate: answer("deprecate", proposed),
    archive: answer("archive", proposed),
    explain: answer("explain", {
      move: moveReport(),
      pullRequest: undefined,
      lastTry: undefined,
      hold: undefined,
      approvers: [],
      next: "Promote it.",
    }),
    policyExplain: answer("policyExplain", policy),
    policyTest: answer("policyTest", { tests: [] }),
    policyAccept: answer("policyAccept", policy),
    register: answer("register", { ...proposed, ...registered }),
  };
  return { app, asked };
}

const shared = ["--as", "ann", "--reason", "r", "--label", "l", "--label", "m", "--merge"];
const read = { as: "ann", reason: "r", labels: ["l", "m"], merge: true };

describe("what is asked", () => {
  it.each<{ readonly argv: readonly string[]; readonly asks: readonly [keyof App, unknown] }>([
    { argv: ["check"], asks: ["check", {}] },
    { argv: ["check", "--ref", "main"], asks: ["check", { revision: "main" }] },
    { argv: ["check", "--pr", "12"], asks: ["check", { pullRequest: 12 }] },
    { argv: ["pr", "list"], asks: ["pullRequests", { states: ["open"] }] },
    { argv: ["pr", "list", "--state", "closed"], asks: ["pullRequests", { states: ["closed"] }] },
    {
      argv: ["pr", "list", "--state", "all"],
      asks: ["pullRequests", { states: ["open", "merged", "closed"] }],
    },
    { argv: ["pr", "show", "#12"], asks: ["pullRequest", { number: 12 }] },
    { argv: ["pr", "open"], asks: ["openPullRequest", {}] },
    {
      argv: "pr open --ref a --branch b --title c --body d --label e --as f".split(" "),
      asks: [
        "openPullRequest",
        { revision: "a", branch: "b", title: "c", body: "d", labels: ["e"], as: "f" },
      ],
    },
    {
      argv: ["pr", "approve", "12", "--reason", "Fine.", "--commit", "c0ffee", "--as", "bo"],
      asks: [
        "reviewPullRequest",
        { number: 12, verdict: "approved", body: "Fine.", commit: "c0ffee", as: "bo" },
      ],
    },
    {
      argv: ["pr", "request-changes", "12", "--reason", "No owner."],
      asks: ["reviewPullRequest", { number: 12, verdict: "changes-requested", body: "No owner." }],
    },
    {
      argv: ["pr", "comment", "12", "Which data?", "--as", "bo"],
      asks: ["commentOnPullRequest", { number: 12, body: "Which data?", as: "bo" }],
    },
    {
      argv: ["pr", "merge", "12"],
      asks: ["mergePullRequest", { number: 12, method: "merge", force: false }],
    },
    {
      argv: ["pr", "merge", "12", "--squash", "--force", "--as", "bo"],
      asks: ["mergePullRequest", { number: 12, method: "squash", force: true, as: "bo" }],
    },
    {
      argv: ["pr", "close", "12", "--reason", "Old."],
      asks: ["closePullRequest", { number: 12, reason: "Old." }],
    },
    {
      argv: ["promote", "taxi-fare", "--to", "prod"],
      asks: ["promote", { asset: "taxi-fare", to: "prod", only: false, merge: false }],
    },
    {
      argv: ["promote", "a@3", "--to", "prod", "--only", "--override", "soak", ...shared],
      asks: ["promote", { asset: "a@3", to: "prod", only: true, override: ["soak"], ...read }],
    },
    {
      argv: ["rollback", "models/a", "--stage", "prod"],
      asks: ["rollback", { asset: "models/a", stage: "prod", merge: true }],
    },
    {
      argv: ["rollback", "a@2", "--stage", "prod", "--propose"],
      asks: ["rollback", { asset: "a@2", stage: "prod", merge: false }],
    },
    {
      argv: ["withdraw", "a", "--stage", "prod", ...shared],
      asks: ["withdraw", { asset: "a", stage: "prod", ...read }],
    },
    {
      argv: ["hold", "a", "--stage", "prod", "--until", "2026-12-31"],
      asks: [
        "hold",
        { asset: "a", stage: "prod", until: "2026-12-31", release: false, merge: false },
      ],
    },
    {
      argv: ["hold", "a", "--stage", "prod", "--release", ...shared],
      asks: ["hold", { asset: "a", stage: "prod", release: true, ...read }],
    },
    {
      argv: "deprecate a@3 --reason r --successor a@4 --sunset 2026-12-31".split(" "),
      asks: [
        "deprecate",
        {
          asset: "a@3",
          successor: "a@4",
          sunset: "2026-12-31",
          undo: false,
          reason: "r",
          merge: false,
        },
      ],
    },
    {
      argv: ["deprecate", "a@3", "--undo"],
      asks: ["deprecate", { asset: "a@3", undo: true, merge: false }],
    },
    {
      argv: ["archive", "a@3", "--undo", "--merge"],
      asks: ["archive", { asset: "a@3", undo: true, merge: true }],
    },
    { argv: ["explain", "a", "--to", "prod"], asks: ["explain", { asset: "a", to: "prod" }] },
    { argv: ["policy", "explain"], asks: ["policyExplain", undefined] },
    { argv: ["policy", "test"], asks: ["policyTest", {}] },
    { argv: ["policy", "test", "reg"], asks: ["policyTest", { folder: "/home/ann/reg" }] },
    {
      argv: ["policy", "accept", "--by", "ann", "--reason", "r"],
      asks: ["policyAccept", { by: "ann", reason: "r" }],
    },
    {
      argv: ["register", "data", "--name", "a", "--path", "x"],
      asks: ["register", { kind: "data", name: "a", path: "/home/ann/x", merge: false }],
    },
    {
      argv: [
        ..."register model --name a --path x --type mlflow_model --set-version 1.2.0".split(" "),
        ..."--description d --owner o --license MIT --metrics m.json --on h --split s".split(" "),
        ..."--job j --made-from data/x@1 --made-from data/y@2 --tag k=v".split(" "),
        ...shared,
      ],
      asks: [
        "register",
        {
          kind: "model",
          name: "a",
          path: "/home/ann/x",
          type: "mlflow_model",
          version: "1.2.0",
          description: "d",
          owner: "o",
          license: "MIT",
          metrics: "/home/ann/m.json",
          on: "h",
          split: "s",
          job: "j",
          data: ["data/x@1", "data/y@2"],
          tags: ["k=v"],
          ...read,
        },
      ],
    },
  ])("cairn $argv", async ({ argv, asks }) => {
    const { app, asked } = recordingApp();
    const { code, err } = await cairn(argv, { app });

    expect({ code, err, asked }).toEqual({ code: 0, err: "", asked: [asks] });
  });
});

describe("what cannot be asked", () => {
  it.each([
    { argv: "promote a", err: "'--to <STAGE>' not specified" },
    { argv: "promote a --to prod --override soak", err: "--reason TEXT" },
    { argv: "promote --to prod", err: "missing required argument 'NAME'" },
    { argv: "rollback a", err: "'--stage <STAGE>' not specified" },
    { argv: "rollback a --stage prod --merge", err: "unknown option '--merge'" },
    { argv: "withdraw a", err: "'--stage <STAGE>' not specified" },
    { argv: "hold a", err: "'--stage <STAGE>' not specified" },
    { argv: "hold a --stage prod --until soon", err: "2025-03-01" },
    { argv: "hold a --stage prod --until 2026-12-31 --release", err: "--release or --until" },
    { argv: "deprecate a --reason r", err: "models/taxi-fare@3" },
    { argv: "deprecate a@ --reason r", err: "models/taxi-fare@3" },
    { argv: "deprecate a@3", err: "--reason TEXT" },
    { argv: "deprecate a@3 --undo --successor a@4", err: "Leave out --successor" },
    { argv: "deprecate a@3 --undo --sunset 2026-12-31", err: "Leave out --successor" },
    { argv: "deprecate a@3 --reason r --sunset later", err: "2025-03-01" },
    { argv: "archive a", err: "models/taxi-fare@3" },
    { argv: "explain a", err: "'--to <STAGE>' not specified" },
    { argv: "explain a --to=", err: "must not be empty" },
    { argv: "check --ref HEAD --pr 1", err: "--ref, --pr or --merge-group" },
    { argv: "check --pr one", err: "cairn pr list" },
    { argv: "check --markdown --json", err: "--json or --markdown", json: true },
    { argv: "pr show 1 --markdown --json", err: "--json or --markdown", json: true },
    { argv: "pr show 0", err: "cairn pr list" },
    { argv: "pr show", err: "missing required argument 'N'" },
    { argv: "pr aprove 1", err: 'Did you mean "cairn pr approve"?' },
    { argv: "pr list --state draft", err: "open, merged, closed, all" },
    { argv: "pr approve 1.5", err: "cairn pr list" },
    { argv: "pr request-changes 1", err: "'--reason <TEXT>' not specified" },
    { argv: "pr request-changes x --reason r", err: "cairn pr list" },
    { argv: "pr comment 1", err: "missing required argument 'TEXT'" },
    { argv: "pr comment x hello", err: "cairn pr list" },
    { argv: "pr merge 1 --rebase", err: "unknown option '--rebase'" },
    { argv: "pr merge 9999999999", err: "cairn pr list" },
    { argv: "pr close -1", err: "cairn pr list" },
    { argv: "policy tst", err: 'Did you mean "cairn policy test"?' },
    { argv: "policy accept --by ann", err: "'--reason <TEXT>' not specified" },
    { argv: "policy accept --reason r", err: "'--by <NAME>' not specified" },
    { argv: "register environment --name a --path x", err: "model or data" },
    { argv: "register model --path x", err: "'--name <NAME>' not specified" },
    { argv: "register model --name a", err: "'--path <PATH>' not specified" },
    { argv: "register model --name a --path x --on h", err: "--metrics FILE" },
    { argv: "register model --name a --path x --split s", err: "--metrics FILE" },
    { argv: "register model --name a --path x --metrics m", err: "--on DATA" },
    { argv: "register model --name a --path x --tag k", err: "KEY=VALUE" },
  ])("cairn $argv", async ({ argv, err, json = false }) => {
    const outcome = await cairn(argv.split(" "));

    expect({ code: outcome.code, hasAnswer: outcome.out !== "" }).toEqual({
      code: 2,
      hasAnswer: json,
    });
    expect(outcome.err.toLowerCase()).toContain(err.toLowerCase());
  });

  it("refuses a comment of spaces", async () => {
    expect(await cairn(["pr", "comment", "12", "  "])).toMatchObject({ code: 2 });
  });
});

describe("--json", () => {
  it.each([
    "check",
    "pr list",
    "pr show 12",
    "pr open",
    "pr approve 12",
    "pr request-changes 12 --reason r",
    "pr comment 12 hello",
    "pr merge 12",
    "pr close 12",
    "promote a --to prod",
    "rollback a --stage prod",
    "withdraw a --stage prod",
    "hold a --stage prod",
    "deprecate a@1 --reason r",
    "archive a@1",
    "explain a --to prod",
    "policy explain",
    "policy test",
    "policy accept --by ann --reason r",
    "register model --name a --path x",
  ])("of cairn %s is exactly the app's answer", async (line) => {
    const { app, asked } = recordingApp();
    const { code, out } = await cairn([...line.split(" "), "--json"], { app });
    const [call] = asked as [keyof App, never][];
    const method = app[call?.[0] ?? "close"] as unknown as (request: unknown) => Promise<object>;
    const answer = await method(undefined);

    expect(code).toBe(0);
    const hasNext = "next" in answer && answer.next === undefined;
    const shown = JSON.parse(JSON.stringify(answer)) as object;
    expect(JSON.parse(out)).toEqual(hasNext ? { ...shown, next: null } : shown);
  });
});
