import { describe, expect, it } from "vitest";

import type { Finding } from "../../src/domain/finding.ts";
import { CairnError } from "../../src/shared/errors.ts";
import type { WatchRequest, WatchRun } from "../../src/usecases/watch.ts";
import { cairn } from "./harness.ts";

const added: Finding = {
  rule: "owner-missing",
  severity: "warning",
  message: "Nobody owns it.\u001B[2J",
  path: "models/a/model.yaml",
  line: 3,
};
const accepted = { ...added, accepted: { reason: "known" } };
const run: WatchRun = {
  at: new Date(2025, 0, 2, 9, 8, 7),
  folder: "/home/ann/ml",
  isFirst: false,
  added: [added],
  resolved: [{ ...added, severity: "error", message: "It is gone." }],
  findings: [added],
  assets: 12,
  files: 30,
};
const gone = new CairnError({
  code: "WATCH_FOLDER_GONE",
  kind: "missing",
  message: "/home/ann/ml is gone.",
  hint: "It is watched again once it is back.",
});

async function watch(
  words: readonly string[],
  events: readonly (WatchRun | CairnError)[],
  isTTY = false,
) {
  const asked: WatchRequest[] = [];
  const services = {
    watch: async (request: WatchRequest) => {
      asked.push(request);
      for (const event of events) {
        if (event instanceof CairnError) request.onProblem(event);
        else request.onRun(event);
      }
    },
  };
  return {
    ...(await cairn(["watch", ...words], { services, isTTY, env: { NO_COLOR: "1" } })),
    asked,
  };
}

describe("watch", () => {
  it("shows what is gone, what is new, and how much there is", async () => {
    const { out, code } = await watch([], [run]);
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "09:08:07
        - models/a/model.yaml:3 error It is gone. [owner-missing]
        + models/a/model.yaml:3 warning Nobody owns it.�[2J [owner-missing]
      1 warning in 12 assets.
      "
    `);
  });

  it("says where it watches, on a terminal after each block", async () => {
    const first = { ...run, isFirst: true, added: [], resolved: [], findings: [] };
    const line = "Watching /home/ann/ml (Ctrl-C ends)";
    const linesOf = (text: string): number => text.split(line).length - 1;
    expect(linesOf((await watch([], [first, run])).out)).toBe(1);
    expect(linesOf((await watch([], [first, run], true)).out)).toBe(2);
  });

  it("says that it saw a change of which nothing came", async () => {
    const { out } = await watch([], [{ ...run, added: [], resolved: [] }]);
    expect(out).toBe("09:08:07 Nothing new: 1 warning in 12 assets.\n");
  });

  it("shows nothing that registry.yaml accepts", async () => {
    const { out } = await watch([], [{ ...run, added: [accepted], resolved: [], findings: [] }]);
    expect(out).not.toContain("Nobody");
  });

  it("says on standard error what keeps it from looking", async () => {
    const { out, err } = await watch([], [gone]);
    expect(out).toBe("");
    expect(err).toContain("error: /home/ann/ml is gone. [WATCH_FOLDER_GONE]");
  });

  it("prints a document a line with --json", async () => {
    const { out } = await watch(["--json"], [run, gone]);
    const lines = out.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        at: run.at.toISOString(),
        added: run.added,
        resolved: run.resolved,
        findings: run.findings,
        assets: 12,
        files: 30,
      },
      { at: expect.any(String), error: expect.objectContaining({ code: "WATCH_FOLDER_GONE" }) },
    ]);
  });

  it("hands the folder on", async () => {
    expect((await watch(["../ml"], [])).asked).toMatchObject([{ path: "../ml" }]);
    expect((await watch([], [])).asked[0]).not.toHaveProperty("path");
    expect((await watch([""], [])).code).toBe(2);
    expect((await watch(["a", "b"], [])).code).toBe(2);
  });
});
