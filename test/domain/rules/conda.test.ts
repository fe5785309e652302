import { describe, expect, it } from "vitest";

import { validateTree } from "../../../src/usecases/validate.ts";
import { MemorySourceTree, type MemoryFiles } from "../../support/memory-source-tree.ts";
import { emptyRegistryFiles, findingsOf } from "../../support/registry-files.ts";

const conda = (text: string): MemoryFiles => ({
  "e/environment.yaml": "name: env\nimage: base:1\nconda_file: ./conda.yaml\n",
  "e/conda.yaml": text,
});
const good = "channels: [conda-forge]\ndependencies:\n- python=3.11\n";

describe("conda-form", () => {
  it.each([
    { name: "a good file", text: `${good}- pip=24.0\n- pip: [mlflow==2.22.0]\n`, found: [] },
    { name: "no channels", text: "dependencies: [python=3.11]\n", found: [] },
    { name: "no Python, and nothing for pip", text: "dependencies: [r-base=4.3]\n", found: [] },
    { name: "an empty list for pip", text: `${good}- pip:\n`, found: [] },
    {
      name: "channels as text",
      text: good.replace("[conda-forge]", "conda-forge"),
      found: ["1:11"],
    },
    { name: "no dependencies", text: "name: env\n", found: ["1:1"] },
    {
      name: "dependencies as a mapping",
      text: "dependencies: { python: 3.11 }\n",
      found: ["1:15"],
    },
    { name: "a number", text: `${good}- 3.11\n`, found: ["4:3"] },
    { name: "nothing", text: `${good}-\n`, found: ["4:2"] },
    { name: "another installer", text: `${good}- npm: [a]\n`, found: ["4:3"] },
    { name: "pip as text", text: `${good}- pip: mlflow==2.22.0\n`, found: ["4:3"] },
    { name: "a number for pip", text: `${good}- pip: [1]\n`, found: ["4:9"] },
    { name: "one equals sign for pip", text: `${good}- pip: [mlflow=2.22.0]\n`, found: ["4:9"] },
    { name: "two lists", text: `${good}- pip: [a==1]\n- pip: [b==1]\n`, found: ["5:3"] },
    { name: "pip without Python", text: "dependencies:\n- pip: [a==1]\n", found: ["2:1"] },
    {
      name: "a Python of a channel",
      text: "dependencies:\n- conda-forge::python=3.11\n- pip: [a==1]\n",
      found: [],
    },
    {
      name: "pip beside python-dateutil only",
      text: "dependencies:\n- python-dateutil=2.9\n- pip: [a==1]\n",
      found: ["2:1"],
    },
    { name: "a file that is not there", text: `${good}- pip: [-r more.txt]\n`, found: ["4:9"] },
    { name: "a file that is", text: `${good}- pip: [-r ./conda.yaml]\n`, found: [] },
    { name: "no more than ten", text: `${good}${"- 1\n".repeat(50)}`, found: Array(10).fill("") },
  ])("$name", async ({ text, found }) => {
    const findings = (await findingsOf(conda(text))).filter((each) =>
      each.startsWith("conda-form"),
    );
    expect(findings).toHaveLength(found.length);
    for (const [index, place] of found.entries()) {
      expect(findings[index]).toContain(`conda-form e/conda.yaml:${place}`);
    }
  });

  it("looks into maps that a manifest writes out, however deep", async () => {
    const map = "conda_file: { dependencies: [python=3.11, { npm: [a] }] }";
    const files = {
      "e/environment.yaml": `name: env\nimage: base:1\n${map}\n`,
      "j/train.yml": `$schema: x/pipelineJob.schema.json\ntype: pipeline\njobs:\n  a:\n    type: command\n    command: echo\n    compute: azureml:c\n    environment:\n      image: base:1\n      ${map}\n`,
    };
    expect((await findingsOf(files)).filter((each) => each.startsWith("conda-form"))).toEqual([
      "conda-form e/environment.yaml:3:43",
      "conda-form j/train.yml:10:49",
    ]);
  });

  it("says an error and a warning in full", async () => {
    const text = "dependencies:\n- npm: [a]\n- pip: [b==1]\n";
    const tree = new MemorySourceTree({ ...emptyRegistryFiles, ...conda(text) });
    expect((await validateTree(tree)).findings).toEqual([
      {
        rule: "conda-form",
        severity: "warning",
        message: 'pip installs packages for whichever Python is newest: add "python=3.x".',
        path: "e/conda.yaml",
        line: 2,
        column: 1,
      },
      {
        rule: "conda-form",
        severity: "error",
        message: 'conda can install nothing by "npm": only text and one "pip:" list stand here.',
        path: "e/conda.yaml",
        line: 2,
        column: 3,
      },
    ]);
  });
});

describe("conda-unpinned", () => {
  it("names the first few, once a file, at the first", async () => {
    const text = `${good}- numpy\n- pandas>=2\n- pip: [mlflow, a==1, scipy]\n`;
    const tree = new MemorySourceTree({ ...emptyRegistryFiles, ...conda(text) });
    expect((await validateTree(tree)).findings).toEqual([
      {
        rule: "conda-unpinned",
        severity: "warning",
        message:
          'Nothing keeps numpy, pandas, mlflow and 1 more at a version that was tried: write it, as in "numpy==1.2.3" or "<2".',
        path: "e/conda.yaml",
        line: 4,
        column: 3,
      },
    ]);
  });

  it("reads the requirements of a model, and no addresses out loud", async () => {
    const files = {
      "m/model.yaml": "name: m\ntype: mlflow_model\npath: ./model\n",
      "m/model/MLmodel": "flavors: { a: {} }\nsignature: { inputs: '[]' }\n",
      "m/model/requirements.txt": "a==1\ngit+https://x:y@contoso.example/o/tools.git\n",
    };
    const tree = new MemorySourceTree({ ...emptyRegistryFiles, ...files });
    const { findings } = await validateTree(tree);
    const [unpinned] = findings.filter(({ rule }) => rule === "conda-unpinned");
    expect(unpinned).toMatchObject({ path: "m/model/requirements.txt", line: 2 });
    expect(unpinned?.message).toContain("Nothing keeps tools at");
    expect(JSON.stringify(findings)).not.toContain("x:y");
  });

  it("is said once of a file that many name", async () => {
    const models = Array.from({ length: 5 }, (_, index) => index);
    const files = Object.fromEntries(
      models.map((index) => [
        `e/${index}.yaml`,
        `$schema: x/environment.schema.json\nname: e${index}\nimage: base:1\nconda_file: ./conda.yaml\n`,
      ]),
    );
    expect(await findingsOf({ ...files, "e/conda.yaml": `${good}- numpy\n` })).toEqual([
      "conda-unpinned e/conda.yaml:4:3",
    ]);
  });
});
