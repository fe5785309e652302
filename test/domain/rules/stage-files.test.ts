import { expect, it } from "vitest";

import { rules } from "../../../src/domain/rules/index.ts";
import { runRules } from "../../../src/domain/rules/rule.ts";
import { readRegistry } from "../../../src/registry/read-registry.ts";
import { MemorySourceTree, type MemoryFiles } from "../../support/memory-source-tree.ts";
import { emptyRegistryFiles, findingsOf, modelFiles } from "../../support/registry-files.ts";

async function found(files: MemoryFiles): Promise<ReturnType<typeof runRules>> {
  const registry = await readRegistry(
    new MemorySourceTree({ ...emptyRegistryFiles, ...modelFiles, ...files }),
  );
  return runRules(rules, { registry, state: undefined });
}

const follows = {
  "registry.yaml": `${emptyRegistryFiles["registry.yaml"]}follow: { dev: latest }\n`,
};

it.each<{ name: string; files: MemoryFiles; expected: readonly string[] }>([
  {
    name: "a stage file where the stage follows",
    files: {
      ...follows,
      "stages/dev/models/taxi.yaml": "version: 1\n",
      "stages/prod/models/taxi.yaml": "version: 1\n",
    },
    expected: ["error stage-follows stages/dev/models/taxi.yaml"],
  },
  {
    name: "an override of the version that is to run",
    files: {
      "stages/prod/models/taxi.yaml":
        'version: "1"\noverride: { version: 1, gates: [soak], reason: outage }\n',
    },
    expected: [],
  },
  {
    name: "an override of another version",
    files: {
      "stages/prod/models/taxi.yaml":
        "version: 1\noverride: { version: 2, gates: [soak], reason: outage }\n",
    },
    expected: ["error override-version stages/prod/models/taxi.yaml:2:22"],
  },
])("$name", async ({ files, expected }) => {
  const findings = await found(files);

  expect(
    findings.map(({ severity, rule, path, line, column }) =>
      [severity, rule, [path, line, column].filter((part) => part !== undefined).join(":")].join(
        " ",
      ),
    ),
  ).toEqual(expected);
});

it("says what to do", async () => {
  const path = "stages/dev/models/taxi.yaml";

  expect(await found({ ...follows, [path]: "version: 1\n" })).toEqual([
    {
      rule: "stage-follows",
      severity: "error",
      message: "dev follows latest and takes every new version by itself: remove this file.",
      path,
    },
  ]);
});

it("says nothing of versions where registry.yaml cannot be read", async () => {
  const found = await findingsOf({
    "registry.yaml": "format: 1\nname: contoso\nfindings: {}\n",
    "models/taxi/model.yaml": "name: taxi\npath: azureml://datastores/d/paths/p\n",
    "stages/prod/models/taxi.yaml": 'version: "1"\n',
  });
  expect(found).toEqual(["schema-unknown-key registry.yaml:3:1"]);
});
