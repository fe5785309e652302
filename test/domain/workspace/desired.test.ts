import { describe, expect, it } from "vitest";
import { assetState, emptyAsset, stageEntries } from "../../../src/domain/ledger/state.ts";
import { desiredVersions, type DesiredState } from "../../../src/domain/workspace/desired.ts";
import { formatVersionKey } from "../../../src/domain/workspace/version-key.ts";
import type { Registry, Workspace } from "../../../src/domain/registry.ts";
import {
  endpointWith,
  ledgerWith,
  registryWith,
  versionDigest,
  workspaceWith,
  type SampleVersions,
} from "../../support/deliveries.ts";

const versions: SampleVersions = {
  "environments/env@1": {},
  "environments/env@2": {},
  "components/prep@1": { needs: ["environments/env@1"] },
  "components/prep@2": { needs: ["environments/env@1"] },
  "components/pipe@1": { needs: ["components/prep@1", "environments/env@2"] },
  "models/internal-x@1": {},
  "models/m@1": {},
  "models/m@2": {},
  "models/m@10": {},
  "models/broken@1": { needs: ["data/gone@7"] },
};

function derive(
  prod: readonly string[],
  workspace: Workspace = workspaceWith(),
  registry: Registry = registryWith(),
): DesiredState {
  const state = ledgerWith(versions, { prod, test: ["models/m@2"] });
  return desiredVersions({ workspace, registry, state });
}

function summary({ versions: desired }: DesiredState): readonly string[] {
  return desired.map((version) => `${formatVersionKey(version)} ${version.roles.join("+")}`);
}

/** The same of the model alone, without its role in the stage. */
function endpointSummary(desired: DesiredState): readonly string[] {
  return summary(desired).map((line) => line.replace(/^models\/m@| stage$|\+stage$/g, ""));
}

describe("desiredVersions", () => {
  it.each([
    { name: "nothing runs", prod: [], expected: [] },
    { name: "a model", prod: ["models/m@1"], expected: ["models/m@1 stage"] },
    {
      name: "only what runs now",
      prod: ["models/m@1", "models/m@10", "models/m@2"],
      expected: ["models/m@2 stage"],
    },
    {
      name: "what it needs, and what that needs, at their versions",
      prod: ["components/pipe@1", "components/prep@2"],
      expected: [
        "components/pipe@1 stage",
        "components/prep@1 dependency",
        "components/prep@2 stage",
        "environments/env@1 dependency",
        "environments/env@2 dependency",
      ],
    },
    {
      name: "one version for two reasons",
      prod: ["components/prep@1", "environments/env@1"],
      expected: ["components/prep@1 stage", "environments/env@1 dependency+stage"],
    },
  ])("takes $name", ({ prod, expected }) => {
    const desired = derive(prod);
    expect(summary(desired)).toEqual(expected);
    expect(desired.findings).toEqual([]);
  });

  it("carries what the ledger says", () => {
    expect(derive(["components/prep@1"]).versions[0]).toEqual({
      asset: "components/prep",
      version: "1",
      digest: versionDigest("components/prep@1"),
      commit: "c".repeat(40),
      ledgerCommit: "published-1",
      roles: ["stage"],
      references: ["environments/env@1"],
    });
  });

  it("takes what the globs take, and warns of an excluded dependency", () => {
    const assets = ["components/**", "!environments/**"];
    const workspace = workspaceWith({
      assets,
      selects: (asset) => asset.startsWith("components/"),
    });
    const desired = derive(["components/prep@1", "models/m@1"], workspace);

    expect(summary(desired)).toEqual(["components/prep@1 stage", "environments/env@1 dependency"]);
    expect(desired.findings).toEqual([
      {
        rule: "dependency-excluded",
        severity: "warning",
        message: expect.stringContaining("environments/env@1"),
        path: "workspaces/prod.yaml",
        line: 3,
      },
    ]);
  });

  it.each([
    { patterns: ["components/**"], findings: 0 },
    { patterns: ["components/**", "!models/*"], findings: 0 },
    { patterns: ["components/**", "!environments/other"], findings: 0 },
    { patterns: ["components/**", "!environments/env"], findings: 1 },
    { patterns: ["components/**", "!environments/e*"], findings: 1 },
    { patterns: ["components/**", "!**/env"], findings: 1 },
  ])("tells excluded from not selected: $patterns", ({ patterns, findings }) => {
    const workspace = workspaceWith({
      assets: patterns,
      selects: (asset) => asset.startsWith("components/"),
    });

    expect(derive(["components/prep@1"], workspace).findings).toHaveLength(findings);
  });

  it.each([
    { name: "the version that runs", reference: "azureml:m:2", expected: ["2 endpoint"] },
    { name: "one that ran", reference: "azureml:m:1", expected: ["1 endpoint", "2"] },
    { name: "what the stage runs", reference: "azureml:m@latest", expected: ["2 endpoint"] },
    { name: "what the stage runs", reference: "azureml:m", expected: ["2 endpoint"] },
    { name: "what it runs itself", reference: "azureml:m@prod", expected: ["2 endpoint"] },
    { name: "what another runs", reference: "azureml:m@test", expected: ["2 endpoint"] },
    {
      name: "what another registry has",
      reference: "azureml://registries/elsewhere/models/m/versions/1",
      expected: ["2"],
    },
    {
      name: "what a job has made",
      reference: "azureml://jobs/run/outputs/model",
      expected: ["2"],
    },
  ])("takes what an endpoint names as $reference: $name", ({ reference, expected }) => {
    const registry = registryWith(endpointWith(["prod"], [reference]));
    const prod = ["models/m@1", "models/m@2"];
    const other = workspaceWith({ name: "other" });
    const desired = derive(prod, workspaceWith(), registry);

    expect(endpointSummary(desired)).toEqual(expected);
    expect(desired.findings).toEqual([]);
    expect(endpointSummary(derive(prod, other, registry))).toEqual(["2"]);
  });

  it.each([
    { name: "a version that never ran", reference: "azureml:m:10", version: "10" },
    { name: "what another stage runs", reference: "azureml:m@test", version: "2" },
  ])("leaves $name where it is, and says so", ({ reference, version }) => {
    const registry = registryWith(endpointWith(["prod"], [reference]));
    const desired = derive(["models/m@1"], workspaceWith(), registry);

    expect(endpointSummary(desired)).toEqual(["1"]);
    expect(desired.findings).toEqual([
      {
        rule: "endpoint-not-accepted",
        severity: "warning",
        message: expect.stringContaining(`prod never accepted models/m@${version}`),
        path: "endpoints/e/blue.yaml",
        line: 4,
      },
    ]);
  });

  it("leaves a version that was withdrawn where it is", () => {
    const state = ledgerWith(versions, { prod: ["models/m@1"] });
    const asset = assetState(state, "models/m") ?? emptyAsset;
    const ended = stageEntries(asset, "prod").map((entry) => ({ ...entry, until: entry.since }));
    const assets = { ...state.assets, "models/m": { ...asset, stages: { prod: ended } } };
    const registry = registryWith(endpointWith(["prod"], ["azureml:m:1"]));
    const workspace = workspaceWith();
    const desired = desiredVersions({ workspace, registry, state: { ...state, assets } });

    expect(desired.versions).toEqual([]);
    expect(desired.findings).toMatchObject([{ rule: "endpoint-not-accepted" }]);
  });

  it.each(["azureml:m:3", "azureml:m@prod", "azureml:m@latest", "azureml:none@latest"])(
    "says that an endpoint's %s is not there",
    (reference) => {
      const registry = registryWith(endpointWith(["prod"], [reference]));

      expect(derive([], workspaceWith(), registry).findings).toMatchObject([
        { rule: "endpoint-unresolved", path: "endpoints/e/blue.yaml", line: 4 },
      ]);
    },
  );

  it("says when a reference was never published", () => {
    const desired = derive(["models/broken@1"]);

    expect(summary(desired)).toEqual(["models/broken@1 stage"]);
    expect(desired.findings).toMatchObject([{ rule: "dependency-unpublished", severity: "error" }]);
  });
});
