import { describe, expect, it } from "vitest";
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
    { reference: "azureml:m:1", expected: ["models/m@1 endpoint"] },
    { reference: "azureml:m@latest", expected: ["models/m@10 endpoint"] },
    { reference: "azureml:m", expected: ["models/m@10 endpoint"] },
    { reference: "azureml:m@test", expected: ["models/m@2 endpoint"] },
    {
      reference: "azureml://registries/contoso-ml/models/m/versions/2",
      expected: [],
    },
    { reference: "azureml://registries/elsewhere/models/m/versions/2", expected: [] },
    { reference: "azureml://jobs/run/outputs/model", expected: [] },
  ])("takes what an endpoint names as $reference", ({ reference, expected }) => {
    const registry = registryWith(endpointWith(["prod"], [reference]));

    expect(summary(derive([], workspaceWith(), registry))).toEqual(expected);
    expect(summary(derive([], workspaceWith({ name: "other" }), registry))).toEqual([]);
  });

  it.each(["azureml:m:3", "azureml:m@prod", "azureml:none@latest"])(
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
