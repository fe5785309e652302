import { describe, expect, it } from "vitest";

import type { StageFile } from "../../src/domain/registry.ts";
import { readRegistry } from "../../src/registry/read-registry.ts";
import { MemorySourceTree } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles, findingsOf, modelFiles } from "../support/registry-files.ts";

async function stageFileOf(text: string): Promise<StageFile | undefined> {
  const files = { ...emptyRegistryFiles, ...modelFiles, "stages/prod/models/taxi.yaml": text };
  return (await readRegistry(new MemorySourceTree(files))).stageFiles[0];
}

describe("a stage file", () => {
  it.each([
    {
      name: "the version alone",
      text: "version: 3\n",
      expected: { version: "3", reason: undefined, hold: undefined, override: undefined },
    },
    {
      name: "a hold for ever",
      text: 'version: "3"\nreason: better\nhold: { reason: audit }\n',
      expected: { version: "3", reason: "better", hold: { until: undefined, reason: "audit" } },
    },
    {
      name: "a hold until a day, written without quotes",
      text: "version: 3\nhold: { until: 2026-12-31, reason: audit }\n",
      expected: { hold: { until: "2026-12-31", reason: "audit" } },
    },
    {
      name: "an override, its gates in one order",
      text: 'version: "1.10"\noverride: { version: "1.10", gates: [window, soak], reason: outage }\n',
      expected: {
        version: "1.10",
        override: { version: "1.10", gates: ["soak", "window"], reason: "outage" },
        isBroken: false,
      },
    },
    {
      name: "an override of a version that is written as a number",
      text: "version: 3\noverride: { version: 3, gates: [soak], reason: outage }\n",
      expected: { override: { version: "3", gates: ["soak"], reason: "outage" }, isBroken: false },
    },
  ])("says $name", async ({ text, expected }) => {
    expect(await stageFileOf(text)).toMatchObject(expected);
  });

  it.each([
    {
      name: "an override of a version that YAML mangles",
      text: 'version: "010"\noverride: { version: 010, gates: [soak], reason: outage }\n',
      found: ["version-mangled stages/prod/models/taxi.yaml:2:22"],
    },
    {
      name: "a hold without an end that anybody knows",
      text: "version: 1\nhold: { until: soon, reason: audit }\n",
      found: ["schema stages/prod/models/taxi.yaml:2:16"],
    },
    {
      name: "a hold until a day that there is not",
      text: "version: 1\nhold: { until: 2026-13-01, reason: audit }\n",
      found: ["stage-hold stages/prod/models/taxi.yaml:2:16"],
    },
  ])("is broken by $name", async ({ text, found }) => {
    const files = { ...modelFiles, "stages/prod/models/taxi.yaml": text };
    expect(await findingsOf(files)).toEqual(found);
    expect(await stageFileOf(text)).toMatchObject({ isBroken: true });
  });
});

describe("a pull request is needed", () => {
  it.each([
    { globs: "[]", what: "models/taxi", needed: false },
    { globs: '["**"]', what: "models/taxi", needed: true },
    { globs: '["**"]', what: ".github/workflows/ci.yaml", needed: true },
    { globs: '["models/**"]', what: "models/taxi", needed: true },
    { globs: '["models/**"]', what: "models/taxi/model/weights.bin", needed: true },
    { globs: '["models/**"]', what: "data/taxi", needed: false },
    { globs: '["models/taxi"]', what: "models/taxi", needed: true },
    { globs: '["models/taxi"]', what: "models/taxi-2", needed: false },
    { globs: '["policies/*", "data/**"]', what: "policies/access.yaml", needed: true },
  ])("with $globs for $what: $needed", async ({ globs, what, needed }) => {
    const text = `${emptyRegistryFiles["registry.yaml"]}require_pull_request: ${globs}\n`;
    const { settings } = await readRegistry(new MemorySourceTree({ "registry.yaml": text }));

    expect(settings?.requiresPullRequest(what)).toBe(needed);
  });

  it("is not lost by a pattern that is not accepted", async () => {
    const text = `${emptyRegistryFiles["registry.yaml"]}require_pull_request: ["${"*a".repeat(33)}"]\n`;
    expect(await findingsOf({ "registry.yaml": text })).toEqual(["glob registry.yaml:4:24"]);
  });
});
