import { describe, expect, it } from "vitest";

import { validateTree } from "../../../src/usecases/validate.ts";
import { MemorySourceTree, type MemoryFiles } from "../../support/memory-source-tree.ts";
import { emptyRegistryFiles, findingsOf, modelFiles } from "../../support/registry-files.ts";

const key = "AKIAIOSFODNN7EXAMPLE";
const job = (rest: string): MemoryFiles => ({
  "j/job.yml": `$schema: x/commandJob.schema.json\ncommand: echo\ncompute: azureml:c\nenvironment: { image: base:1 }\n${rest}`,
});
const build = (dockerfile: string): MemoryFiles => ({
  "e/environment.yaml": "name: env\nbuild: { path: ./context }\n",
  "e/context/Dockerfile": dockerfile,
});

const secretsOf = async (files: MemoryFiles): Promise<readonly string[]> =>
  (await findingsOf(files)).filter((finding) => finding.startsWith("secret-in-manifest"));

describe("secret-in-manifest", () => {
  it.each([
    { name: "by its form", files: job(`tags: { a: ${key} }\n`), at: "j/job.yml:5:12" },
    {
      name: "by its name",
      files: job("environment_variables:\n  DB_PASSWORD: hunter2\n"),
      at: "j/job.yml:6:16",
    },
    { name: "in a command", files: job(`inputs: { a: --key=${key} }\n`), at: "j/job.yml:5:14" },
    { name: "in a key", files: job(`tags: { ${key}: a }\n`), at: "j/job.yml:5:31" },
    {
      name: "as a default",
      files: {
        "c/component.yaml":
          "name: c\ncommand: echo ${{inputs.password}}\nenvironment: { image: base:1 }\ninputs:\n  password: { type: string, default: hunter2 }\n",
      },
      at: "c/component.yaml:5:38",
    },
    {
      name: "in metadata",
      files: {
        ...modelFiles,
        "models/taxi/model.meta.yaml": `lineage: { job: "https://a:hunter2@x.example/1" }\n`,
      },
      at: "models/taxi/model.meta.yaml:1:17",
    },
    {
      name: "in a conda file",
      files: {
        "e/environment.yaml": "name: env\nimage: base:1\nconda_file: ./conda.yaml\n",
        "e/conda.yaml":
          "dependencies:\n- python=3.11\n- pip:\n  - --extra-index-url https://a:hunter2@x.example/simple\n",
      },
      at: "e/conda.yaml:4:5",
    },
    {
      name: "in a line of a Dockerfile",
      files: build(`FROM base:1\nRUN echo ${key}\n`),
      at: "e/context/Dockerfile:2:1",
    },
    {
      name: "in ENV",
      files: build("FROM base:1\nENV A=b API_KEY=0a1b2c3d4e5f\n"),
      at: "e/context/Dockerfile:2:1",
    },
    {
      name: "in ARG",
      files: build("ARG TOKEN=0a1b2c3d4e5f\nFROM base:1\n"),
      at: "e/context/Dockerfile:1:1",
    },
    {
      name: "in registry.yaml",
      files: {
        "registry.yaml": `format: 1\nname: contoso\nlocation: eastus\ndescription: ${key}\n`,
      },
      at: "registry.yaml:4:14",
    },
  ])("finds one $name, once", async ({ files, at }) => {
    expect(await secretsOf(files)).toEqual([`secret-in-manifest ${at}`]);
  });

  it.each([
    {
      name: "no secret",
      files: job("environment_variables: { MAX_TOKENS: '512', TOKENIZER: bert }\n"),
    },
    {
      name: "placeholders",
      files: job("environment_variables: { DB_PASSWORD: '${{inputs.x}}', API_KEY: '<key>' }\n"),
    },
    {
      name: "where to find it",
      files: job("environment_variables: { DB_PASSWORD_FILE: /run/x, SECRET_NAME: db }\n"),
    },
    {
      name: "numbers and booleans",
      files: job("environment_variables: { DB_PASSWORD: 12, API_KEY: true }\n"),
    },
    {
      name: "arguments without a value",
      files: build("ARG TOKEN\nFROM base:1\nENV TOKEN=$TOKEN\n"),
    },
  ])("lets $name be", async ({ files }) => {
    expect(await secretsOf(files)).toEqual([]);
  });

  it("says where and never what", async () => {
    const files = job(`environment_variables:\n  DB_PASSWORD: hunter2\n  ${key}: x\n  A: ${key}\n`);
    const tree = new MemorySourceTree({ ...emptyRegistryFiles, ...files });
    const findings = (await validateTree(tree)).findings.filter(
      ({ rule }) => rule === "secret-in-manifest",
    );
    expect(findings[0]).toEqual({
      rule: "secret-in-manifest",
      severity: "error",
      message:
        "The value of environment_variables.DB_PASSWORD looks like a secret: revoke it, take it out of Git, and have it come from a key vault or the environment.",
      path: "j/job.yml",
      line: 6,
      column: 16,
    });
    expect(findings).toHaveLength(3);
    expect(JSON.stringify(findings)).not.toMatch(/hunter2|AKIA/);
  });

  it("keeps the value out of what other rules say", async () => {
    const files = {
      "c/component.yaml":
        "name: c\ncommand: echo ${{inputs.api_key}}\nenvironment: { image: base:1 }\ninputs:\n  api_key: { type: integer, default: 0a1b2c3d4e5f }\n",
    };
    const tree = new MemorySourceTree({ ...emptyRegistryFiles, ...files });
    const { findings } = await validateTree(tree);
    expect(new Set(findings.map(({ rule }) => rule))).toEqual(
      new Set(["component-input", "secret-in-manifest"]),
    );
    expect(JSON.stringify(findings)).not.toContain("0a1b2c3d4e5f");
  });

  it.each([
    {
      name: "where the registry is not to be told",
      files: {
        "registry.yaml": `${emptyRegistryFiles["registry.yaml"]}severity: [{ rule: secret-in-manifest, level: none }]\n`,
        ...job(`${key}: a\n`),
      },
    },
    {
      name: "in a file that no rule about secrets reads",
      files: { "stages/prod/models/taxi.yaml": `version: "1"\nhold: ${key}\n` },
    },
    {
      name: "of which a message quotes the start",
      files: {
        "m/model.yaml": `name: m\ntype: "-----BEGIN RSA PRIVATE KEY-----\\n${key}${"aB3".repeat(40)}"\npath: ./w\n`,
      },
    },
  ])("keeps a value hidden $name", async ({ files }) => {
    const tree = new MemorySourceTree({ ...emptyRegistryFiles, ...files });
    const { findings } = await validateTree(tree);
    expect(findings.filter(({ rule }) => rule.startsWith("schema")).length).toBeGreaterThan(0);
    expect(JSON.stringify(findings)).not.toContain(key);
    expect(JSON.stringify(findings)).toContain("***");
  });

  it("stops after twenty of a file", async () => {
    const lines = Array.from({ length: 100 }, (_, index) => `  K${index}: ${key}\n`).join("");
    expect(await secretsOf(job(`environment_variables:\n${lines}`))).toHaveLength(20);
  });
});
