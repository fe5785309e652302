import { describe, expect, it } from "vitest";

import type { LedgerState } from "../../../src/domain/ledger/state.ts";
import { rules } from "../../../src/domain/rules/index.ts";
import { readRegistry } from "../../../src/registry/read-registry.ts";
import { runRules } from "../../../src/domain/rules/rule.ts";
import { MemorySourceTree, type MemoryFiles } from "../../support/memory-source-tree.ts";
import { emptyRegistryFiles, modelFiles } from "../../support/registry-files.ts";
import { digestOf, objectId } from "../../support/domain-builders.ts";

/** A ledger that has published these: `models/taxi@1`. */
function published(
  ...versions: readonly `${"models" | "environments"}/${string}@${string}`[]
): LedgerState {
  const assets: Record<string, unknown> = {};
  for (const each of versions) {
    const [key = "", version = ""] = each.split("@");
    const known = assets[key] as { versions: unknown[] } | undefined;
    const entry = { version, digest: digestOf(each), recipe: 1, manifest: "m", tags: [] };
    if (known === undefined)
      assets[key] = { versions: [entry], stages: {}, stageTagCount: 0, deprecated: {} };
    else known.versions.push(entry);
  }
  return {
    head: objectId("ledger"),
    registry: "contoso",
    assets,
    incidents: {},
  } as unknown as LedgerState;
}

async function found(files: MemoryFiles, state?: LedgerState): Promise<readonly string[]> {
  const registry = await readRegistry(new MemorySourceTree({ ...emptyRegistryFiles, ...files }));
  expect(registry.findings.filter(({ severity }) => severity === "error")).toEqual([]);
  return runRules(rules, { registry, state }).map(
    ({ rule, severity, path, line, column }) =>
      `${severity} ${rule} ${path}${line === undefined ? "" : `:${line}:${column}`}`,
  );
}

const environment = { "e/environment.yaml": "name: env\nimage: x:1.0\n" };
const command = (environment: string, rest = ""): MemoryFiles => ({
  "c/component.yaml": `name: c\nenvironment: ${environment}\ncommand: echo\n${rest}`,
});
const settings = (rest: string): MemoryFiles => ({
  "registry.yaml": `${emptyRegistryFiles["registry.yaml"]}${rest}`,
});
const pipeline = (jobs: string, inputs = ""): MemoryFiles => ({
  ...environment,
  "s/component.yaml":
    "name: s\nenvironment: azureml:env:1\ninputs:\n  a: { type: uri_file }\n  b: { type: number, default: 1 }\noutputs:\n  o: { type: uri_file }\ncommand: echo\n",
  "p/component.yaml": `name: p\ntype: pipeline\ninputs: {${inputs}}\njobs:\n${jobs}`,
});
const endpoint = (rest: string): MemoryFiles => ({
  "d/endpoint.yaml": `name: end\nauth_mode: key\n${rest}`,
  "d/deployment.yaml": "name: blue\nendpoint_name: end\ninstance_type: x\n",
});
const meta = (text: string): MemoryFiles => ({
  ...modelFiles,
  "models/taxi/model.meta.yaml": text,
});
const workspace = (text: string): MemoryFiles => ({
  "workspaces/w.yaml": `${text}store: { driver: file, root: w }\n`,
});

interface Case {
  readonly name: string;
  readonly files: MemoryFiles;
  readonly state?: LedgerState;
  readonly expected: readonly string[];
}

describe("references", () => {
  it.each<Case>([
    {
      name: "to what this change creates",
      files: { ...environment, ...command("azureml:env:1") },
      expected: [],
    },
    {
      name: "to a version nobody creates",
      files: { ...environment, ...command("azureml:env:2") },
      expected: ["error reference-missing c/component.yaml:2:14"],
    },
    {
      name: "to the next version",
      files: { ...environment, ...command("azureml:env:2") },
      state: published("environments/env@1"),
      expected: [],
    },
    {
      name: "to a published version",
      files: { ...environment, ...command("azureml:env:1") },
      state: published("environments/env@1", "environments/env@2"),
      expected: [],
    },
    {
      name: "to an explicit version",
      files: {
        "e/environment.yaml": "name: env\nversion: 7\nimage: x:1.0\n",
        ...command("azureml:env:7"),
      },
      expected: [],
    },
    {
      name: "to an asset that is not there",
      files: command("azureml:none:1"),
      expected: ["error reference-missing c/component.yaml:2:14"],
    },
    {
      name: "to this registry by its name, whatever the case",
      files: {
        ...environment,
        ...command("azureml://registries/Contoso/environments/env/versions/1"),
      },
      expected: [],
    },
    {
      name: "to another registry",
      files: command("azureml://registries/azureml/environments/x/versions/1"),
      expected: ["info external-reference c/component.yaml:2:14"],
    },
    {
      name: "of the wrong kind",
      files: command("azureml://registries/contoso/models/x/versions/1"),
      expected: ["error reference-form c/component.yaml:2:14"],
    },
    {
      name: "to a curated environment",
      files: command("azureml:AzureML-sklearn-1.5:1"),
      expected: ["info external-reference c/component.yaml:2:14"],
    },
    {
      name: "without a version",
      files: { ...environment, ...command("azureml:env@latest") },
      expected: ["error reference-unpinned c/component.yaml:2:14"],
    },
    {
      name: "without a version, in a registry that resolves them",
      files: { ...settings("references: resolve\n"), ...environment, ...command("azureml:env") },
      expected: ["warning reference-unpinned c/component.yaml:2:14"],
    },
    {
      name: "by an unknown label, in a deployment",
      files: {
        ...modelFiles,
        ...endpoint(""),
        "d/deployment.yaml":
          "name: blue\nendpoint_name: end\ninstance_type: x\nmodel: azureml:taxi@best\n",
      },
      expected: ["error reference-missing d/deployment.yaml:4:8"],
    },
    {
      name: "by a stage, in a deployment",
      files: {
        ...modelFiles,
        ...endpoint(""),
        "d/deployment.yaml":
          "name: blue\nendpoint_name: end\ninstance_type: x\nmodel: azureml:taxi@prod\n",
      },
      expected: [],
    },
    {
      name: "to a retired asset",
      files: command("azureml:env:1"),
      state: published("environments/env@1"),
      expected: ["warning reference-retired c/component.yaml:2:14"],
    },
    {
      name: "to a deprecated and archived version",
      files: {
        ...environment,
        "e/environment.meta.yaml":
          'versions: { "1": { archived: true, deprecated: { reason: old } } }\n',
        ...command("azureml:env:1"),
      },
      expected: [
        "warning reference-deprecated c/component.yaml:2:14",
        "warning reference-retired c/component.yaml:2:14",
      ],
    },
  ])("$name", async ({ files, state, expected }) => {
    expect(await found(files, state)).toEqual(expected);
  });
});

describe("versions and stages", () => {
  it.each<Case>([
    {
      name: "a version of its own in a registry that says nothing of versions",
      files: {
        ...modelFiles,
        "models/taxi/model.yaml": 'name: taxi\nversion: "1.2.0"\npath: ./weights.bin\n',
      },
      expected: [],
    },
    {
      name: "a version that does not fit",
      files: {
        ...modelFiles,
        ...settings("versioning: { default: integer }\n"),
        "models/taxi/model.yaml": 'name: taxi\nversion: "1.2.0"\npath: ./weights.bin\n',
      },
      expected: ["error version-scheme models/taxi/model.yaml:2:10"],
    },
    {
      name: "a version that was published before",
      files: {
        ...modelFiles,
        "models/taxi/model.yaml": 'name: taxi\nversion: "1.2.0"\npath: ./weights.bin\n',
      },
      state: published("models/taxi@1.2.0"),
      expected: [],
    },
    {
      name: "no version where one is needed",
      files: { ...settings("versioning: { default: explicit }\n"), ...modelFiles },
      expected: ["error version-scheme models/taxi/model.yaml:1:1"],
    },
    {
      name: "an unknown stage",
      files: { ...modelFiles, "stages/qa/models/taxi.yaml": "version: 1\n" },
      expected: ["error stage-unknown stages/qa/models/taxi.yaml"],
    },
    {
      name: "an unknown followed stage",
      files: settings("follow: { qa: latest }\n"),
      expected: ["error stage-unknown registry.yaml:4:15"],
    },
    {
      name: "an unknown asset",
      files: { "stages/prod/models/none.yaml": "version: 1\n" },
      expected: ["error stage-asset-unknown stages/prod/models/none.yaml"],
    },
    {
      name: "a version that adoption creates",
      files: { ...modelFiles, "stages/prod/models/taxi.yaml": "version: 1\n" },
      expected: [],
    },
    {
      name: "a version that is not published yet",
      files: { ...modelFiles, "stages/prod/models/taxi.yaml": "version: 2\n" },
      state: published("models/taxi@1"),
      expected: ["error stage-version-unknown stages/prod/models/taxi.yaml:1:10"],
    },
    {
      name: "a retired asset's published version",
      files: { "stages/prod/models/taxi.yaml": "version: 1\n" },
      state: published("models/taxi@1"),
      expected: [],
    },
  ])("$name", async ({ files, state, expected }) => {
    expect(await found(files, state)).toEqual(expected);
  });
});

describe("workspaces, endpoints and the registry itself", () => {
  it.each<Case>([
    { name: "a good workspace", files: workspace("stage: prod\nregion: eastus\n"), expected: [] },
    {
      name: "an unknown stage and region",
      files: workspace("stage: qa\nregion: mars\n"),
      expected: [
        "error workspace-stage workspaces/w.yaml:1:8",
        "error workspace-region workspaces/w.yaml:2:9",
      ],
    },
    {
      name: "a primary region without replica, and one twice",
      files: settings("replication_locations: [{ location: a }, { location: a }]\n"),
      expected: [
        "error registry-primary-location registry.yaml:3:11",
        "error registry-primary-location registry.yaml:4:54",
      ],
    },
    { name: "traffic of 100", files: endpoint("traffic: { blue: 100 }\n"), expected: [] },
    {
      name: "traffic of 50",
      files: endpoint("traffic: { blue: 50 }\n"),
      expected: ["error endpoint-traffic d/endpoint.yaml:3:10"],
    },
    {
      name: "traffic to nowhere",
      files: endpoint("traffic: { green: 100 }\n"),
      expected: ["error endpoint-traffic d/endpoint.yaml:3:19"],
    },
    {
      name: "a deployment without endpoint",
      files: { "d/deployment.yaml": "name: blue\nendpoint_name: none\ninstance_type: x\n" },
      expected: ["error deployment-endpoint-unknown d/deployment.yaml:2:16"],
    },
    {
      name: "an endpoint for an unknown workspace",
      files: { ...endpoint(""), "d/endpoint.meta.yaml": "workspaces: [none]\n" },
      expected: ["error endpoint-workspace-unknown d/endpoint.meta.yaml:1:14"],
    },
    {
      name: "a known licence",
      files: meta("license: (MIT OR Apache-2.0) AND LicenseRef-own\n"),
      expected: [],
    },
    {
      name: "an unknown licence",
      files: meta("license: Apache 2\n"),
      expected: ["warning metadata-license models/taxi/model.meta.yaml:1:10"],
    },
    {
      name: "evidence that is not there",
      files: meta("evaluations: [{ data: x, file: none.json }]\n"),
      expected: ["error metadata-evidence-missing models/taxi/model.meta.yaml:1:32"],
    },
    {
      name: "files past the limit",
      files: { ...settings("size_limit: 3\n"), ...modelFiles },
      expected: ["error file-too-large models/taxi/model.yaml:2:7"],
    },
  ])("$name", async ({ files, state, expected }) => {
    expect(await found(files, state)).toEqual(expected);
  });
});

const local = "component: ../s/component.yaml";

describe("components and pipelines", () => {
  it.each<Case>([
    {
      name: "an undeclared input of a command",
      files: {
        ...environment,
        "c/component.yaml": "name: c\nenvironment: azureml:env:1\ncommand: echo ${{inputs.x}}\n",
      },
      expected: ["error command-binding c/component.yaml:3:10"],
    },
    {
      name: "an optional input outside of brackets",
      files: {
        ...environment,
        "c/component.yaml":
          "name: c\nenvironment: azureml:env:1\ninputs: { x: { type: string, optional: true }, y: { type: string, optional: true } }\ncommand: echo ${{inputs.x}} $[[--y ${{inputs.y}}]]\n",
      },
      expected: ["warning command-binding c/component.yaml:4:10"],
    },
    {
      name: "a good pipeline",
      files: pipeline(
        `  one: { ${local}, inputs: { a: "\${{parent.inputs.x}}" } }\n  two: { ${local}, inputs: { a: "\${{parent.jobs.one.outputs.o}}" } }\n`,
        " x: { type: uri_file } ",
      ),
      expected: [],
    },
    {
      name: "an undeclared input of the pipeline",
      files: pipeline(`  one: { ${local}, inputs: { a: "\${{parent.inputs.x}}" } }\n`),
      expected: ["error pipeline-binding p/component.yaml:5:55"],
    },
    {
      name: "a step and an output that are not there",
      files: pipeline(
        `  one: { ${local}, inputs: { a: "\${{parent.jobs.none.outputs.o}}" } }\n  two: { ${local}, inputs: { a: "\${{parent.jobs.one.outputs.x}}" } }\n`,
      ),
      expected: [
        "error pipeline-binding p/component.yaml:5:55",
        "error pipeline-binding p/component.yaml:6:55",
      ],
    },
    {
      name: "an input that the component lacks, and one that it needs",
      files: pipeline(`  one: { ${local}, inputs: { z: 1 } }\n`),
      expected: [
        "error pipeline-binding p/component.yaml:5:8",
        "warning pipeline-binding p/component.yaml:5:55",
      ],
    },
    {
      name: "steps that wait for each other",
      files: pipeline(
        `  one: { ${local}, inputs: { a: "\${{parent.jobs.two.outputs.o}}" } }\n  two: { ${local}, inputs: { a: "\${{parent.jobs.one.outputs.o}}" } }\n`,
      ),
      expected: ["error pipeline-binding p/component.yaml:5:8"],
    },
    {
      name: "pipelines that contain each other",
      files: {
        "p/component.yaml":
          "name: p\ntype: pipeline\njobs: { x: { type: pipeline, component: ../q/component.yaml } }\n",
        "q/component.yaml":
          "name: q\ntype: pipeline\njobs: { x: { type: pipeline, component: ../p/component.yaml } }\n",
      },
      expected: [
        "error reference-cycle p/component.yaml:3:41",
        "error reference-cycle q/component.yaml:3:41",
      ],
    },
    {
      name: "versions that wait for each other",
      files: {
        "p/component.yaml":
          "name: p\ntype: pipeline\njobs: { x: { type: pipeline, component: 'azureml:q:1' } }\n",
        "q/component.yaml":
          "name: q\ntype: pipeline\njobs: { x: { type: pipeline, component: 'azureml:p:1' } }\n",
      },
      expected: [
        "error reference-cycle p/component.yaml:3:41",
        "error reference-cycle q/component.yaml:3:41",
      ],
    },
  ])("$name", async ({ files, state, expected }) => {
    expect(await found(files, state)).toEqual(expected);
  });
});
