import { describe, expect, it } from "vitest";

import { renderForWorkspace, type RenderSource } from "../../../src/usecases/consume/render-job.ts";
import { accepted, published, stateOf } from "../../support/domain-builders.ts";
import { MemorySourceTree } from "../../support/memory-source-tree.ts";

const files = {
  "registry.yaml": "format: 1\nname: contoso\nlocation: eastus\n",
  "workspaces/prod.yaml":
    "stage: prod\nregion: eastus\nstore: { driver: file, root: prod }\nbindings: { compute: { cpu: prod-cpu } }\n",
  "environments/env/environment.yaml": "name: env\nimage: python:3.12.3\n",
  "jobs/train.yml": `$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
type: command
command: python run.py
code: ./src
environment: azureml:env@latest
compute: azureml:cpu
`,
  "jobs/src/run.py": "print(1)\n",
  "jobs/nightly.yml": `$schema: https://azuremlschemas.azureedge.net/latest/schedule.schema.json
name: nightly
trigger: { type: cron, expression: "0 1 * * *" }
create_job: { type: command, job: ./train.yml, compute: cpu }
`,
  "jobs/lost.yml": `$schema: https://azuremlschemas.azureedge.net/latest/schedule.schema.json
name: lost
trigger: { type: cron, expression: "0 1 * * *" }
create_job: ../environments/env/environment.yaml
`,
  "jobs/remote.yml": `$schema: https://azuremlschemas.azureedge.net/latest/schedule.schema.json
name: remote
trigger: { type: cron, expression: "0 1 * * *" }
create_job: azureml:a-job-that-ran
`,
};

const environment = {
  asset: "environments/env" as const,
  manifest: "environments/env/environment.yaml",
};
const state = stateOf(published(environment), accepted({ ...environment, stage: "prod" }));

function render(path: string, overrides: Partial<RenderSource> = {}) {
  return renderForWorkspace({
    tree: new MemorySourceTree(files),
    state,
    paths: [path],
    workspace: "prod",
    output: "out/it.yml",
    locate: (target) => `/clone/${target}`,
    ...overrides,
  });
}

describe("rendering a file of the registry", () => {
  it("gives its document, as a value and as text", async () => {
    expect(await render("jobs/train.yml")).toEqual({
      job: "jobs/train.yml",
      workspace: "prod",
      findings: [],
      documents: [
        {
          path: "out/it.yml",
          value: {
            $schema: "https://azuremlschemas.azureedge.net/latest/commandJob.schema.json",
            type: "command",
            command: "python run.py",
            code: "/clone/jobs/src",
            environment: "azureml:env:1",
            compute: "azureml:prod-cpu",
          },
          text: `$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
type: command
command: python run.py
code: /clone/jobs/src
environment: azureml:env:1
compute: azureml:prod-cpu
`,
        },
      ],
    });
  });

  it("gives a schedule and its job", async () => {
    const { documents } = await render("jobs/nightly.yml");

    expect(
      documents.map(({ path, value }) => [path, value["create_job"] ?? value["compute"]]),
    ).toEqual([
      ["out/it.yml", { type: "command", job: "./it.job.yml", compute: "azureml:prod-cpu" }],
      ["out/it.job.yml", "azureml:prod-cpu"],
    ]);
  });

  it("leaves a job alone that the workspace has", async () => {
    const { documents } = await render("jobs/remote.yml", { output: undefined });

    expect(documents).toMatchObject([{ value: { create_job: "azureml:a-job-that-ran" } }]);
  });

  it.each([
    {
      name: "an unknown workspace",
      path: "jobs/train.yml",
      workspace: "test",
      rule: "workspace-unknown",
    },
    {
      name: "a schedule of nothing",
      path: "jobs/lost.yml",
      workspace: "prod",
      rule: "render-path",
    },
  ])("finds $name and gives no document", async ({ path, workspace, rule }) => {
    const { documents, findings } = await render(path, { workspace });

    expect(documents).toEqual([]);
    expect(findings).toMatchObject([{ rule, severity: "error" }]);
  });

  it("finds what is wrong with the job itself", async () => {
    const broken = files["jobs/train.yml"].replace("./src", "./gone");
    const tree = new MemorySourceTree({ ...files, "jobs/train.yml": broken });
    const { documents, findings } = await render("jobs/train.yml", { tree });

    expect(documents).toEqual([]);
    expect(findings).toMatchObject([{ rule: "path-missing", path: "jobs/train.yml", line: 4 }]);
  });

  it.each([
    { path: "jobs/none.yml", code: "JOB_MISSING" },
    { path: "jobs", code: "NOT_A_JOB" },
    { path: "environments/env/environment.yaml", code: "NOT_A_JOB" },
    { path: "jobs/src/run.py", code: "NOT_A_JOB" },
    { path: "jobs/nightly.yml", code: "OUTPUT_NEEDED" },
  ])("refuses $path: $code", async ({ path, code }) => {
    await expect(render(path, { output: undefined })).rejects.toMatchObject({
      code,
      kind: "invalid",
    });
  });
});
