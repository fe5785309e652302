import { describe, expect, it } from "vitest";

import type { MemoryFiles } from "../../support/memory-source-tree.ts";
import { findingsOf } from "../../support/registry-files.ts";

const build = (dockerfile: string): MemoryFiles => ({
  "e/environment.yaml": "name: env\nbuild: { path: ./context }\n",
  "e/context/Dockerfile": dockerfile,
});

describe("a Dockerfile", () => {
  it.each([
    { name: "a good one", text: "# x\nARG A=1\nFROM base:$A\nRUN make\n", found: [] },
    { name: "nothing in it", text: "# x\n", found: ["dockerfile-form e/context/Dockerfile:1:1"] },
    { name: "only ARG", text: "ARG A\n", found: ["dockerfile-form e/context/Dockerfile:1:1"] },
    {
      name: "RUN first",
      text: "\nRUN make\n",
      found: ["dockerfile-form e/context/Dockerfile:2:1"],
    },
    { name: "a template first", text: "{% if gpu %}\nFROM base:1\n{% endif %}\n", found: [] },
    {
      name: "latest",
      text: "FROM base:latest\n",
      found: ["image-unpinned e/context/Dockerfile:1:1"],
    },
    {
      name: "no tag, by its argument",
      text: "ARG BASE=contoso.example:5000/base\nFROM $BASE\n",
      found: ["image-unpinned e/context/Dockerfile:2:1"],
    },
    { name: "a digest", text: `FROM base@sha256:${"0".repeat(64)}\n`, found: [] },
    { name: "its own stages", text: "FROM base:1 AS a\nFROM a\nFROM scratch\n", found: [] },
  ])("$name", async ({ text, found }) => {
    expect(await findingsOf(build(text))).toEqual(found);
  });

  it.each([
    "pip install a",
    "pip3 install -U a",
    "python -m pip install --no-cache-dir 'a>=1'",
    "/opt/conda/bin/pip install a==1 b",
    "make && sudo pip install a",
    "PIP_NO_CACHE=1 pip install a",
    "conda install -y -c conda-forge a",
    "mamba install -n env a=1 b",
    "conda create -n env a",
    '["pip", "install", "a"]',
    "--mount=type=cache,target=/root pip install a \\\n  && make",
    "<<EOF\npip install a\nEOF",
    "pip install git+https://contoso.example/a.git",
  ])("that runs %s", async (command) => {
    const found = await findingsOf(build(`FROM base:1\nUSER x\nRUN ${command}\n`));
    expect(found).toEqual(["dockerfile-unpinned e/context/Dockerfile:3:1"]);
  });

  it.each([
    "pip install a==1",
    "pip install -r requirements.txt",
    "pip install -c versions.txt a",
    "pip install .",
    "pip install -e ./src",
    "pip install $PACKAGE",
    "pip install ./a.whl",
    "pip install --upgrade pip setuptools",
    "pip install a==1 > /dev/null 2>&1",
    "pip install --index-url https://x.example/simple a==1",
    "pip install 'a<2' && rm -rf x",
    "apt-get install -y git",
    "npm install",
    "conda env create -f conda.yaml -n env",
    "conda install a=1 -c x",
    "conda install --file packages.txt",
    "echo pip install a",
    '["pip", "install"',
    "pip download a",
    "conda create --clone base -n env",
  ])("that runs %s is fine", async (command) => {
    expect(await findingsOf(build(`FROM base:1\nRUN ${command}\n`))).toEqual([]);
  });
});

describe("dockerfile-missing", () => {
  const environment = (path: string): string =>
    `name: env\nbuild: { path: ./c, dockerfile_path: ${path} }\n`;

  it.each([
    {
      name: "another name",
      files: { "e/environment.yaml": environment("./x/My.Dockerfile") },
      found: [],
    },
    {
      name: "a name that is not there",
      files: { "e/environment.yaml": environment("Dockerfile") },
      found: ["dockerfile-missing e/environment.yaml:2:38"],
    },
    {
      name: "no name at all",
      files: { "e/environment.yaml": "name: env\nbuild: { path: ./c }\n" },
      found: ["dockerfile-missing e/environment.yaml:2:1"],
    },
    {
      name: "one that is left out",
      files: { "e/environment.yaml": environment("x/My.Dockerfile"), "e/c/.amlignore": "x/\n" },
      found: ["dockerfile-missing e/environment.yaml:2:38"],
    },
    {
      name: "a template",
      files: { "e/environment.yaml": environment('"{{image.dockerfile.path}}"') },
      found: [],
    },
    {
      name: "a step of a job",
      files: {
        "j/job.yml":
          "$schema: x/commandJob.schema.json\ncommand: echo\ncompute: azureml:c\nenvironment:\n  build: { path: ../e/c }\n",
      },
      found: ["dockerfile-missing j/job.yml:5:3"],
    },
  ])("$name", async ({ files, found }) => {
    const context = { "e/c/x/My.Dockerfile": "FROM base:1\n", "e/c/y": "y" };
    expect(await findingsOf({ ...context, ...files })).toEqual(found);
  });
});

describe("image-unpinned", () => {
  it.each([
    ["base:1.0", false],
    ["contoso.example:5000/base:1.0", false],
    ["base@sha256:0123", false],
    ["'{{image.name}}'", false],
    ["base", true],
    ["contoso.example:5000/base", true],
    ["mcr.microsoft.com/azureml/base:latest", true],
  ])("%s: %s", async (image, isFound) => {
    const found = await findingsOf({ "e/environment.yaml": `name: env\nimage: ${image}\n` });
    expect(found).toEqual(isFound ? ["image-unpinned e/environment.yaml:2:8"] : []);
  });

  it("looks at deployments and steps", async () => {
    const found = await findingsOf({
      "d/endpoint.yaml": "name: end\nauth_mode: key\n",
      "d/deployment.yaml":
        "name: blue\nendpoint_name: end\ninstance_type: x\ninstance_count: 1\nenvironment: { image: base }\n",
      "c/component.yaml": "name: c\ncommand: echo\nenvironment: { image: base }\n",
    });
    expect(found.filter((each) => each.startsWith("image-unpinned"))).toEqual([
      "image-unpinned c/component.yaml:3:23",
      "image-unpinned d/deployment.yaml:5:23",
    ]);
  });
});
