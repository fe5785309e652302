import { describe, expect, it } from "vitest";
import type { App, MoveReport } from "../../src/usecases/app.ts";
import {
  checkReport,
  fullReport,
  moveReport,
  proposal,
  pullRequest,
  pullRequestDetail,
} from "./check-report.ts";
import { cairn } from "./harness.ts";

describe("exit codes", () => {
  const failed = checkReport({ outcome: "failed" });
  const pending = checkReport({ outcome: "pending" });

  it.each([
    { check: checkReport(), code: 0 },
    { check: pending, code: 0 },
    { check: failed, code: 1 },
  ])("are $code of a check that is $check.outcome", async ({ check, code }) => {
    const proposed = async () => proposal({ check });
    const registered = {
      asset: "models/a",
      files: [],
      storedBytes: 0,
      knownBytes: 0,
    } as const;
    const app: Partial<App> = {
      check: async () => check,
      pullRequest: async () => pullRequestDetail({ check }),
      openPullRequest: proposed,
      promote: proposed,
      rollback: proposed,
      withdraw: proposed,
      hold: proposed,
      deprecate: proposed,
      archive: proposed,
      register: async () => ({ ...proposal({ check }), ...registered }),
      mergePullRequest: async () => ({ number: 12, commit: undefined, check }),
    };
    const lines = [
      "check",
      "check --markdown",
      "pr show 12",
      "pr open",
      "promote a --to prod",
      "rollback a --stage prod",
      "withdraw a --stage prod",
      "hold a --stage prod",
      "deprecate a@1 --reason r",
      "archive a@1",
      "register model --name a --path x",
      "pr merge 12",
    ];
    const codes = await Promise.all(
      lines.map(async (line) => [line, (await cairn(line.split(" "), { app })).code]),
    );

    expect(codes).toEqual(lines.map((line) => [line, code]));
  });

  it.each(["approve 12", "request-changes 12 --reason r", "comment 12 x", "close 12"])(
    "are 0 of pr %s, which was done whatever the check says",
    async (line) => {
      const detail = async () => pullRequestDetail({ check: failed });
      const app: Partial<App> = {
        reviewPullRequest: detail,
        commentOnPullRequest: detail,
        closePullRequest: detail,
      };

      expect(await cairn(["pr", ...line.split(" ")], { app })).toMatchObject({ code: 0 });
    },
  );

  it("are 0 of a merge that was forced", async () => {
    const mergePullRequest = async () => ({ number: 12, commit: "c0ffee", check: failed });
    const outcome = await cairn(["pr", "merge", "12", "--force"], { app: { mergePullRequest } });

    expect(outcome).toMatchObject({ code: 0 });
  });

  it.each<{ readonly outcome: MoveReport["outcome"]; readonly code: number }>([
    { outcome: "passed", code: 0 },
    { outcome: "waiting", code: 0 },
    { outcome: "failed", code: 1 },
  ])("are $code of explain when the move is $outcome", async ({ outcome, code }) => {
    const explain: App["explain"] = async () => ({
      move: moveReport({ outcome }),
      pullRequest: undefined,
      lastTry: undefined,
      hold: undefined,
      approvers: [],
      next: "Wait.",
    });

    expect(await cairn(["explain", "a", "--to", "prod"], { app: { explain } })).toMatchObject({
      code,
    });
  });

  it.each([
    { outcome: "passed" as const, code: 0 },
    { outcome: "failed" as const, code: 1 },
  ])("are $code of a policy test that $outcome", async ({ outcome, code }) => {
    const tests = [{ path: "policies/tests/a.yaml", name: "a", outcome, message: "m" }];

    expect(
      await cairn(["policy", "test"], { app: { policyTest: async () => ({ tests }) } }),
    ).toMatchObject({ code });
  });
});

describe("--markdown", () => {
  it.each(["check", "pr show 12"])("of cairn %s is a comment", async (line) => {
    const app: Partial<App> = {
      check: async () => fullReport,
      pullRequest: async () => pullRequestDetail({ check: fullReport }),
    };
    const { out } = await cairn([...line.split(" "), "--markdown"], { app });

    expect(out).toMatch(/^❌ \*\*Check failed\*\*/);
  });

  it("has nothing to say of a merged pull request", async () => {
    const detail = pullRequestDetail({
      state: "merged",
      merged: { commit: "c0ffee", at: pullRequest.openedAt, by: "ann" },
      check: undefined,
    });
    const app: Partial<App> = { pullRequest: async () => detail };

    expect(await cairn(["pr", "show", "12", "--markdown"], { app })).toMatchObject({ code: 2 });
  });
});
