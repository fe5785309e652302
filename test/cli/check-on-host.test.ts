import { describe, expect, it } from "vitest";
import type { CheckReport, HostCheckReport, HostCheckRequest } from "../../src/usecases/app.ts";
import { renderCheckMarkdown } from "../../src/usecases/promote/render-check-markdown.ts";
import { checkReport, moveReport } from "./check-report.ts";
import { cairn, type RunOutcome } from "./harness.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

interface Answered extends RunOutcome {
  readonly asked: readonly HostCheckRequest[];
}

/** Of this report, which is of a pull request. */
function hosted(report: CheckReport, rest: Partial<HostCheckReport> = {}): HostCheckReport {
  const { outcome, summary, findings } = report;
  const markdown = renderCheckMarkdown(report);
  return { outcome, summary, findings, markdown, report, published: false, ...rest };
}

async function check(
  words: readonly string[],
  answer: HostCheckReport = hosted(checkReport()),
): Promise<Answered> {
  const asked: HostCheckRequest[] = [];
  const outcome = await cairn(["check", ...words], {
    app: {
      checkOnHost: async (request) => {
        asked.push(request);
        return answer;
      },
    },
  });
  return { ...outcome, asked };
}

const waiting = checkReport({
  outcome: "pending",
  summary: "prod: taxi-fare 1 → 2",
  moves: [moveReport({ outcome: "waiting", until: "2025-01-03T10:00:00Z" })],
});

describe("cairn check of what the host knows", () => {
  it.each([
    {
      words: ["--pr", "12", "--publish"],
      request: { pullRequest: 12, publish: true },
    },
    { words: ["--pr=12", "--workflow"], request: { pullRequest: 12, publish: false } },
    { words: ["--merge-group", commit], request: { mergeGroup: commit, publish: false } },
  ])("$words", async ({ words, request }) => {
    expect((await check(words)).asked).toEqual([request]);
  });

  it.each([
    { name: "nothing", words: ["--workflow"] },
    { name: "a commit of the clone", words: ["--ref", "HEAD", "--publish"] },
    { name: "two changes", words: ["--pr", "1", "--merge-group", commit] },
    { name: "two forms", words: ["--pr", "1", "--workflow", "--json"] },
    { name: "a number with more words", words: ["--pr=1 --registry /", "--workflow"] },
    { name: "an empty number", words: ["--pr=", "--workflow"] },
    { name: "a number that is none", words: ["--pr=$(id)", "--workflow"] },
    { name: "a branch for a commit", words: ["--merge-group=main", "--workflow"] },
    { name: "an empty commit", words: ["--merge-group=", "--workflow"] },
    { name: "a commit with more lines", words: [`--merge-group=${commit}\n--publish`] },
    { name: "an option for a commit", words: ["--merge-group=--upload-pack=id"] },
  ])("refuses $name", async ({ words }) => {
    const { code, asked } = await check(words);

    expect({ code, asked }).toEqual({ code: 2, asked: [] });
  });
});

describe("cairn check --publish", () => {
  it("says on the screen what the host did not take", async () => {
    const answer = hosted(checkReport({ outcome: "failed" }), { refusal: "It may only read." });
    const { code, out, err } = await check(["--pr", "12", "--publish"], answer);

    expect({ code, err }).toEqual({ code: 1, err: "Not shown on the host: It may only read.\n" });
    expect(out).toContain("✗ failed  prod: taxi-fare 1 → 2\n");
  });

  it("prints one line of what has ended", async () => {
    const summary = "It is merged already, so there is nothing to check.";
    const { out } = await check(["--pr", "12", "--publish"], {
      outcome: "passed",
      summary,
      markdown: summary,
      findings: [],
      published: false,
    });

    expect(out).toBe(`✓ passed  ${summary}\n`);
  });
});

describe("cairn check --workflow", () => {
  it("prints Markdown as the answer and the rest beside it", async () => {
    const { code, out, err } = await check(["--pr", "12", "--workflow"]);

    expect(code).toBe(0);
    expect(out).toContain("taxi-fare");
    expect(out).not.toContain("::");
    expect(err).toMatch(/^::stop-commands::([0-9a-f-]{36})\n[^]*\n::\1::\n$/);
  });

  it.each([
    { name: "passed", report: checkReport(), published: false, code: 0 },
    { name: "failed", report: checkReport({ outcome: "failed" }), published: false, code: 1 },
    { name: "failed, shown", report: checkReport({ outcome: "failed" }), published: true, code: 1 },
    { name: "waiting", report: waiting, published: false, code: 1 },
    { name: "waiting, shown", report: waiting, published: true, code: 0 },
  ])("ends with $code: $name", async ({ report, published, code }) => {
    const answer = await check(["--pr", "12", "--workflow"], hosted(report, { published }));

    expect(answer.code).toBe(code);
  });

  it("says when to run again while only time is missing", async () => {
    const { err } = await check(["--pr", "12", "--workflow"], hosted(waiting));

    expect(err).toContain(
      '::error title=Cairn::Only time is missing: prod: taxi-fare 1 → 2. A job cannot wait: choose "Re-run jobs" after 2025-01-03T10:00:00Z.\n',
    );
  });

  it("says why it is shown nowhere else", async () => {
    const { err } = await check(
      ["--pr", "12", "--workflow", "--publish"],
      hosted(checkReport(), {
        refusal: "The token may not write checks.",
      }),
    );

    expect(err).toContain(
      "::notice title=Cairn::It is shown here only: The token may not write checks.\n",
    );
  });

  it("says of a merge group what there is to say", async () => {
    const { code, out, err } = await check(["--merge-group", commit, "--workflow"], {
      outcome: "failed",
      summary: "It comes behind #3",
      markdown: "It comes behind 3.",
      findings: [
        { rule: "schema", severity: "error", message: "no", path: "models/a.yaml", line: 3 },
      ],
      published: false,
    });

    expect({ code, out }).toEqual({ code: 1, out: "It comes behind 3.\n" });
    expect(err).toContain("::error file=models/a.yaml,line=3,title=schema::no\n");
    expect(err).toContain("✗ failed  It comes behind #3\n");
  });

  it("gives no line of the registry to GitHub as a command", async () => {
    const evil = "::add-mask::a\n::stop-commands::x ##[error]b\r::set-env name=A::b%";
    const finding = { rule: "schema", severity: "error", message: evil, path: evil } as const;
    const report = checkReport({
      outcome: "failed",
      summary: evil,
      findings: [finding],
      refusals: [evil],
      conflicts: [evil],
    });
    const { err } = await check(["--pr", "12", "--workflow"], hosted(report, { refusal: evil }));
    const token = /^::stop-commands::(\S+)$/m.exec(err)?.[1] ?? "";
    const [, text = "", after = ""] = err.split(
      new RegExp(`^::(?:stop-commands::)?${token}(?:::)?$`, "m"),
    );

    expect(text.split(/[\r\n]/).length).toBeGreaterThan(3);
    expect(text).not.toContain("##[");
    const commands = after.split(/[\r\n]+/).filter((line) => line !== "");
    expect(commands.map((line) => line.split(" ")[0])).toEqual(["::error", "::notice", "::error"]);
  });
});
