import { readdirSync, readFileSync } from "node:fs";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { packText, unpackText } from "../../src/registry/packed-text.ts";
import { parseAndCheckText } from "../../src/registry/parse-text.ts";
import { readRegistry } from "../../src/registry/read-registry.ts";
import { schemaNames } from "../../src/registry/schema/schemas.ts";
import { parseYaml } from "../../src/registry/yaml/parse-yaml.ts";
import { yamlLimits } from "../../src/registry/yaml/limits.ts";
import { findProblems } from "../../src/usecases/validate.ts";
import type { JsonValue } from "../../src/shared/json.ts";
import { MemorySourceTree } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles } from "../support/registry-files.ts";
import { expectSound } from "./invariants.ts";
import { nearlyValuesOf } from "./schema-values.ts";
import { anyYamlText } from "./texts.ts";

/** `npm run fuzz` asks for 10 000. */
const numRuns = Number(process.env["CAIRN_FUZZ"] ?? 500);
const options = { numRuns } as const;
const timeout = 3_600_000;

/** What somebody else's files must not change. */
const neighbour = {
  "neighbour/model.yaml": "name: neighbour\npath: ./weights.bin\n",
  "neighbour/weights.bin": "weights",
} as const;

/** True once everything that must hold was looked at. */
async function isSoundTree(files: Readonly<Record<string, string>>): Promise<boolean> {
  const all = { ...emptyRegistryFiles, ...files, ...neighbour };
  const tree = new MemorySourceTree(all);
  const registry = await readRegistry(tree);
  const findings = findProblems(registry, undefined);
  expectSound(findings, new Map(Object.entries(all)));
  const again = await readRegistry(new MemorySourceTree(all));
  expect(findProblems(again, undefined)).toEqual(findings);
  // Every file is read once at most, whoever names it.
  expect(tree.reads.length).toBeLessThanOrEqual(2 * Object.keys(all).length);
  const kept = registry.assets.find(({ key }) => key === "models/neighbour");
  const mayBeGone = "registry.yaml" in files || "neighbour" in namesIn(files);
  return mayBeGone || kept?.isBroken === false;
}

/** A file may claim the neighbour's name, which is an answer to both. */
function namesIn(files: Readonly<Record<string, string>>): object {
  return Object.values(files).some((text) => /neighbour/i.test(text)) ? { neighbour: true } : {};
}

function nodesIn(value: JsonValue | undefined): number {
  const isCollection = typeof value === "object" && value !== null;
  let nodes = 1;
  for (const member of isCollection ? Object.values(value) : []) nodes += nodesIn(member);
  return nodes;
}

describe("any YAML text", () => {
  it(`is read within bounds (${numRuns} texts)`, { timeout }, () => {
    fc.assert(
      fc.property(anyYamlText, (text) => {
        const { value, problems } = parseYaml(Buffer.from(text));
        expect(nodesIn(value)).toBeLessThanOrEqual(yamlLimits.expanded / 16 + 1);
        expect(problems.length).toBeLessThanOrEqual(yamlLimits.problems + 1);
      }),
      options,
    );
  });

  it(`says the same from a cache (${numRuns} texts)`, { timeout }, () => {
    fc.assert(
      fc.property(anyYamlText, (text) => {
        const path = "models/a/model.yaml";
        const line = packText(
          parseAndCheckText({ path, bytes: Buffer.from(text), isWanted: true, isSpec: false }),
        );
        const copy = unpackText(line);
        expect(copy === undefined ? undefined : packText(copy)).toBe(line);
      }),
      options,
    );
  });
});

const paths = [
  "registry.yaml",
  "models/a/model.yaml",
  "models/a/model.meta.yaml",
  "models/a/model.lock.yaml",
  "models/b.yaml",
  "environments/e/environment.yaml",
  "environments/e/conda.yaml",
  "environments/e/Dockerfile",
  "components/c/component.yaml",
  "components/p/component.yaml",
  "data/d/data.yaml",
  "endpoints/x/endpoint.yaml",
  "endpoints/x/blue.yaml",
  "jobs/train.yaml",
  "assets/z/asset.yaml",
  "assets/z/spec.yaml",
  "assets/z/environment.yaml",
  "policies/promotion.yaml",
  "policies/access.yaml",
  "stages/prod/models/a.yaml",
  "workspaces/w.yaml",
  "models/m/MLmodel",
  "models/m/.amlignore",
];

describe("any tree", () => {
  it(`is read without harm to its neighbour (${numRuns} trees)`, { timeout }, async () => {
    const anyTree = fc.dictionary(fc.constantFrom(...paths), anyYamlText, { maxKeys: 6 });
    const sound = fc.asyncProperty(anyTree, async (files) => {
      expect(await isSoundTree(files)).toBe(true);
    });
    await fc.assert(sound, options);
  });
});

/** Where a file of each schema lies. */
const homes: Readonly<Record<string, string>> = {
  model: "models/a/model.yaml",
  environment: "environments/a/environment.yaml",
  data: "data/a/data.yaml",
  endpoint: "endpoints/a/endpoint.yaml",
  deployment: "endpoints/a/deployment.yaml",
  registry: "registry.yaml",
  workspace: "workspaces/a.yaml",
  "stage-file": "stages/prod/models/a.yaml",
  metadata: "neighbour/model.meta.yaml",
  lock: "models/l/model.lock.yaml",
  "promotion-policy": "policies/promotion.yaml",
  "access-policy": "policies/access.yaml",
  asset: "assets/a/asset.yaml",
};

function homeOf(schema: string): string {
  if (schema.endsWith("-component")) return "components/a/component.yaml";
  if (schema.endsWith("-job")) return "jobs/a.yaml";
  return homes[schema] ?? `models/a/${schema}.yaml`;
}

describe("any value that nearly fits its schema", () => {
  const anyDocument = fc
    .constantFrom(...schemaNames)
    .chain((schema) => nearlyValuesOf(schema).map((value) => ({ schema, value })));

  it(`gets findings that make sense (${numRuns} values)`, { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(anyDocument, async ({ schema, value }) => {
        const text = stringify(value, { aliasDuplicateObjects: false });
        expect(await isSoundTree({ [homeOf(schema)]: text })).toBe(true);
      }),
      options,
    );
  });
});

const fixtures = new URL("fixtures/", import.meta.url);

it.each(readdirSync(fixtures))("is still sound: %s", async (name) => {
  const text = readFileSync(new URL(name, fixtures), "utf8");
  for (const path of paths) expect(await isSoundTree({ [path]: text })).toBe(true);
});
