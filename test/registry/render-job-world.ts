import { readRegistry } from "../../src/registry/read-registry.ts";
import { renderJob, type RenderedJob } from "../../src/registry/render-job.ts";
import { AvailableVersions } from "../../src/domain/workspace/available.ts";
import { accepted, published, stateOf } from "../support/domain-builders.ts";
import { MemorySourceTree } from "../support/memory-source-tree.ts";

const environment = (name: string): string => `name: ${name}\nimage: python:3.12.3\n`;

const files = {
  "registry.yaml": "format: 1\nname: contoso\nlocation: eastus\nstages: [dev, test, prod]\n",
  "workspaces/test.yaml": `stage: test
region: eastus
assets: ["environments/*", "models/*", "!environments/{hidden,base}"]
store: { driver: file, root: test }
bindings:
  compute: { cpu: test-cpu, "azureml:gpu": "azureml:test-gpu", small: serverless }
  inputs: { raw: "azureml:taxi-test:7", open: "azureml:more:2", trees: "azureml:x:1" }
`,
  "environments/env/environment.yaml": environment("env"),
  "environments/hidden/environment.yaml": environment("hidden"),
  "environments/base/environment.yaml": environment("base"),
  "environments/idle/environment.yaml": environment("idle"),
  "data/rows.csv": "a\n",
  "jobs/src/run.py": "print(1)\n",
};

interface JobText {
  readonly environment?: string;
  readonly compute?: string;
  readonly rows?: string;
  /** The name of the input that has no path of its own. */
  readonly open?: string;
}

function jobText(job: JobText): string {
  const { environment: uses = "azureml:env:1", compute = "cpu", open = "open" } = job;
  return `$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
type: pipeline
settings: { default_compute: ${compute} }
inputs:
  raw: { type: uri_folder, mode: ro_mount, path: azureml:taxi:1 }
  ${open}: { type: uri_file }
  rows:
    { type: uri_file, path: "${job.rows ?? "../data/rows.csv"}" }
  trees: 24
jobs:
  step:
    environment: ${uses}
    code: ./src
    type: command
    command: echo
    compute: ${compute}
  inner: { type: pipeline, component: { type: pipeline, jobs: { deep: { compute: "${compute}" } } } }
`;
}

const versionOf = (name: string, version: string, uses: readonly string[] = []) =>
  published({
    asset: `environments/${name}`,
    version,
    manifest: `environments/${name}/environment.yaml`,
    uses,
  });
const acceptedIn = (stage: string, name: string, version: string) =>
  accepted({ asset: `environments/${name}`, stage, version });

const state = stateOf(
  versionOf("base", "1"),
  versionOf("env", "1", ["environments/base@1"]),
  versionOf("env", "2", ["environments/base@1"]),
  versionOf("env", "3"),
  versionOf("hidden", "1"),
  versionOf("idle", "1"),
  acceptedIn("test", "env", "1"),
  acceptedIn("test", "env", "2"),
  acceptedIn("prod", "env", "1"),
  acceptedIn("test", "hidden", "1"),
);

/** A job of a registry where `test` ran `env` 1 and now 2, rendered for its workspace. */
export async function renderFor(
  workspaceName: string,
  job: JobText,
  { onDisk = true }: { readonly onDisk?: boolean } = {},
): Promise<RenderedJob & { readonly source: string }> {
  const source = jobText(job);
  const registry = await readRegistry(new MemorySourceTree({ ...files, "jobs/job.yml": source }));
  const workspace = registry.workspaces.find(({ name }) => name === workspaceName);
  const [found] = registry.jobs;
  if (workspace === undefined || found === undefined) throw new Error("the world is not whole");
  const rendered = renderJob(found, {
    registry,
    workspace,
    versions: new AvailableVersions({ registry, workspace, state }),
    placePath: ({ target }) => (onDisk ? `/here/${target}` : undefined),
  });
  return { ...rendered, source };
}
