import { describe, expect, it } from "vitest";

import { findingsOf } from "../../support/registry-files.ts";

async function found(path: string, text: string, script: string): Promise<readonly string[]> {
  const files = { [path]: text, [`${path.slice(0, path.lastIndexOf("/"))}/src/${script}`]: "x" };
  return (await findingsOf(files)).filter((each) => each.startsWith("script-missing"));
}

const deployment =
  "name: blue\nendpoint_name: e\ninstance_type: x\ncode_configuration:\n  code: ./src\n";
const parallel =
  "name: p\ntype: parallel\nmini_batch_size: '1'\ntask:\n  type: run_function\n  environment: azureml:e:1\n  code: ./src\n";

describe("a script", () => {
  it.each([
    { name: "that is there", scoring: "score.py", script: "score.py", at: [] },
    { name: "in a folder below", scoring: "./online/score.py", script: "online/score.py", at: [] },
    { name: "that is not there", scoring: "score.py", script: "other.py", at: ["6:19"] },
    { name: "in another folder", scoring: "score.py", script: "online/score.py", at: ["6:19"] },
    { name: "outside of the folder", scoring: "../score.py", script: "other.py", at: [] },
  ])("$name", async ({ scoring, script, at }) => {
    const text = `${deployment}  scoring_script: ${scoring}\n`;

    expect(await found("endpoints/blue.yaml", text, script)).toEqual(
      at.map((each) => `script-missing endpoints/blue.yaml:${each}`),
    );
  });

  it("without a folder to find it in", async () => {
    const text = "name: blue\nendpoint_name: e\ncode_configuration:\n  scoring_script: score.py\n";

    expect(await found("endpoints/blue.yaml", text, "score.py")).toEqual([
      "script-missing endpoints/blue.yaml:4:19",
    ]);
  });

  it("of a parallel task", async () => {
    const text = `${parallel}  entry_script: score.py\n`;

    expect(await found("components/p/component.yaml", text, "score.py")).toEqual([]);
    expect(await found("components/p/component.yaml", text, "a.py")).toEqual([
      "script-missing components/p/component.yaml:8:17",
    ]);
  });
});
