import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a reader must have seen by the end of each chapter. */
const chapters: readonly (readonly [title: string, ...facts: readonly (string | RegExp)[]])[] = [
  [
    "1. A registry",
    "= the ledger starts with the adoption",
    "= the workspace prod has taxi-fare 1",
  ],
  [
    "2. A better model",
    "✓ passed  models/taxi-fare gets version 2",
    '= newest in the ledger: "publish models/taxi-fare 2, followed by dev"',
    "= the workspace dev has taxi-fare 2",
  ],
  [
    "3. To test at once",
    '= newest in the ledger: "accept models/taxi-fare 2 in test"',
    "✗ approvals     0 of 2 approvals.",
    /… soak {2,}Version 2 has run in test for less than/,
    /= newest in the ledger: "wait with models\/taxi-fare 2 in prod"|This machine took longer/,
    "= the workspace prod has taxi-fare 2",
    "models/taxi-fare#prod#4",
  ],
  ["4. What prod serves", "= served/manifest.json has the digest of the tag", "what Dee trained"],
  [
    "5. A worse model",
    "= what fails in #6: approvals, metrics",
    "= the workspace prod has taxi-fare 2",
  ],
  [
    "6. Lowering the bar",
    "= what fails in #7: landing, approvals, metrics",
    "! policy-unaccepted",
    "= the policy in force is the one that prod's version 2 was judged by",
    "= newest in the ledger: the incident is resolved",
  ],
  [
    "7. An approval",
    "Not counted: ann approved another state",
    "= what fails in #10: approvals",
    "= the branch has not moved",
  ],
  [
    "8. A tag",
    "! tag-moved",
    "An incident is open: the tag models/taxi-fare@v4 was moved",
    "= models/taxi-fare@v4 is the object that it was",
    "= the workspace prod has taxi-fare 4",
  ],
  [
    "9. Back to version 1",
    '= newest in the ledger: "roll back models/taxi-fare 1 in prod"',
    "= its model.onnx is that of the sample registry",
  ],
  ["The whole story", "adopt contoso-ml at", "docs/promotion.md"],
];

it("the tour plays to its end and leaves nothing behind", async () => {
  const { exitCode, stdout, stderr } = await playTour();

  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  const starts = chapters.map(([title]) => stdout.indexOf(`\n${title}`));
  for (const [index, [title, ...facts]] of chapters.entries()) {
    const text = stdout.slice(starts[index], starts[index + 1]);
    expect(text).toContain(title);
    for (const fact of facts)
      expect(text).toMatch(typeof fact === "string" ? literally(fact) : fact);
  }
  expect(stdout).not.toContain("\u001B");
  expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
  const folder = /Everything\s+happens\s+in\s+(\S+),/.exec(stdout)?.[1] ?? "";
  await expect(access(folder)).rejects.toMatchObject({ code: "ENOENT" });
}, 600_000);

/** As `npm run demo` does, with the program that was built for the tests. */
function playTour(): Promise<{
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}> {
  return new Promise((resolve) => {
    const args = ["--import", "tsx", "docs/tour/run.ts"];
    execFile(process.execPath, args, { cwd: root }, (error, stdout, stderr) => {
      resolve({
        exitCode: typeof error?.code === "number" ? error.code : error ? 99 : 0,
        stdout,
        stderr,
      });
    });
  });
}

/** The text as it may be broken over lines beside the bar. */
function literally(text: string): RegExp {
  const words = text.split(" ").map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(words.join("[\\s│]+"));
}
