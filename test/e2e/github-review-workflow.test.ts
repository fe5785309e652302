import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";

import { reviewWorkflow } from "../../src/usecases/author/github/workflows.ts";

const head = "0123456789abcdef0123456789abcdef01234567";

interface Workflow {
  readonly jobs: { readonly repeat: { readonly steps: readonly { readonly run: string }[] } };
}

/** Runs the workflow's script with a `gh` that answers so, and says how it was called. */
async function repeat(answers: { readonly run: string; readonly mayRerun: boolean }) {
  const folder = await mkdtemp(join(tmpdir(), "cairn-gh-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const gh = join(folder, "gh");
  const lines = [
    "#!/bin/sh",
    `echo "$*" >> "${folder}/calls"`,
    'case "$2" in',
    `list) echo "${answers.run}" ;;`,
    "watch) exit 1 ;;",
    `rerun) exit ${answers.mayRerun ? 0 : 1} ;;`,
    "esac",
  ];
  await writeFile(gh, `${lines.join("\n")}\n`);
  await chmod(gh, 0o755);
  const script = (parse(reviewWorkflow) as Workflow).jobs.repeat.steps[0]?.run ?? "exit 1";
  const env = { PATH: `${folder}:${process.env["PATH"] ?? ""}`, HEAD: head };
  const outcome = await new Promise<{ readonly code: number; readonly out: string }>((resolve) => {
    execFile("bash", ["-e", "-c", script], { env }, (error, stdout) => {
      resolve({ code: error === null ? 0 : 1, out: stdout });
    });
  });
  return { ...outcome, calls: (await readFile(join(folder, "calls"), "utf8")).trim().split("\n") };
}

const list = `run list --workflow cairn.yml --event pull_request --commit ${head} --limit 1 --json databaseId --jq .[0].databaseId`;

it("repeats the check of this head once it has ended", async () => {
  expect(await repeat({ run: "77", mayRerun: true })).toEqual({
    code: 0,
    out: "",
    calls: [list, "run watch 77", "run rerun 77"],
  });
});

it("leaves it to a person where the token may not", async () => {
  const { code, out } = await repeat({ run: "77", mayRerun: false });

  expect(code).toBe(0);
  expect(out).toMatch(/^::notice::.* choose "Re-run all jobs" at the check cairn\.\n$/);
});

it("does nothing where the check has never run", async () => {
  const { code, calls } = await repeat({ run: "", mayRerun: true });

  expect({ code, calls }).toEqual({ code: 0, calls: [list] });
});
