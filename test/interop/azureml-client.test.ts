import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";

import { createApp } from "../../src/compose.ts";
import { silentLog } from "../../src/shared/log.ts";
import type { App } from "../../src/usecases/app.ts";
import { askPython, firstThatRuns } from "../support/programs.ts";
import { createRegistryFixture, type RegistryFixture } from "../support/registry-fixture.ts";
import { azuremlFiles, sampleAssets } from "./azureml-files.ts";

/** Where `.ci/run` installs the client; anybody may have it elsewhere. */
const python = await firstThatRuns([
  process.env["CAIRN_AZUREML_PYTHON"],
  fileURLToPath(new URL("../../.ci/peers-azureml/bin/python", import.meta.url)),
]);
// Without the client this is reported as skipped; in CI it must be there.
const isAbsent = python === undefined && process.env["CI"] === undefined;

let fixture: RegistryFixture;
let app: App;
beforeAll(async () => {
  fixture = await createRegistryFixture();
  const settings = await fixture.read("registry.yaml");
  await fixture.change("Add assets of every kind", {
    ...azuremlFiles,
    // Labels in components are to be written out when they are published.
    "registry.yaml": settings.replace("references: pinned", "references: resolve"),
  });
  app = await createApp({
    cwd: fixture.clone,
    env: process.env,
    log: silentLog,
    data: join(fixture.folder, "data"),
    stores: fixture.stores,
  });
  await app.adopt({ withStages: true });
});
afterAll(async () => {
  await app.close();
  await fixture.remove();
});

describe("azureml.yaml of what was delivered", () => {
  it("names files that are there, and nothing is left to be filled in", async () => {
    const manifests = await deliveredManifests("dev");

    const missing = await Promise.all(manifests.map(missingPaths));
    expect(missing.flat()).toEqual([]);
    const texts = await Promise.all(manifests.map((path) => readFile(path, "utf8")));
    expect(texts.filter((text) => /(?<!\$)\{\{/.test(text))).toEqual([]);
    expect(manifests.map(assetOf).toSorted()).toEqual(
      expect.arrayContaining([
        ...sampleAssets.map((asset) => `${asset}/1`),
        "components/batch/1",
        "components/inner/1",
        "components/laid_out/1",
        "components/outer/31",
        "components/sparkle/1",
        "components/wide/1",
        "data/one-file/1",
        "data/table/1",
        "environments/built/7",
        "environments/image/1",
        "environments/inline/1",
        "models/taxi-fare/1",
        "models/net/4",
        "models/weights/110",
      ]),
    );
  });

  it("refers to the versions that were delivered beside it", async () => {
    const read = async (asset: string): Promise<unknown> =>
      parse(await readFile(join(fixture.stores, "dev/assets", asset, "azureml.yaml"), "utf8"));

    expect(await read("components/outer/31")).toMatchObject({
      version: "31",
      jobs: {
        inner: { component: "azureml:inner:1" },
        wide: { component: "azureml:wide:1" },
        count: { component: "azureml:sparkle:1" },
      },
    });
    expect(await read("components/inner/1")).toMatchObject({
      jobs: { score: { component: "azureml:batch:1" } },
    });
    expect(await read("models/net/4")).toMatchObject({ type: "custom_model", path: "weights" });
    expect(await read("components/wide/1")).toMatchObject({
      environment: "azureml:built:7",
    });
  });

  it.skipIf(isAbsent)(
    "is what Azure ML's client takes (needs azure-ai-ml)",
    async () => {
      const manifests = await deliveredManifests("dev");
      const answers = await askClient(
        manifests.map((path) => ({ kind: assetOf(path).split("/")[0] ?? "", path })),
      );

      expect(answers.filter(({ problem }) => problem !== undefined)).toEqual([]);
      expect(answers.map(({ name, version }) => `${name}/${version}`)).toEqual(
        manifests.map((path) => assetOf(path).split("/").slice(1).join("/")),
      );
      const weights = answers.find(({ name }) => name === "weights");
      expect(weights).toMatchObject({
        type: "custom_model",
        description: "Tab\tand = and \u0085 and 1e3",
        tags: { yes: "no", since: "2024-01-01", "=": "<<", size: 1e-7 },
      });
    },
    120_000,
  );
});

describe("jobs rendered for a workspace", () => {
  const names = ["train", "all", "alone", "sweep", "nightly"];

  it.each(["dev", "test", "prod"])("name what %s has", async (workspace) => {
    for (const name of names) {
      const { findings, documents } = await render(workspace, name);

      expect(findings).toEqual([]);
      for (const { path = "", text } of documents) {
        expect(await missingPaths(join(fixture.clone, path))).toEqual([]);
        expect(text).not.toMatch(/cpu-cluster|@latest|registries/);
        expect(text).toContain(`${workspace}-cpu`);
      }
    }
  });

  it.skipIf(isAbsent)(
    "are what Azure ML's client takes (needs azure-ai-ml)",
    async () => {
      const requests: { readonly kind: string; readonly path: string }[] = [];
      for (const workspace of ["dev", "test", "prod"]) {
        for (const name of names) {
          for (const { path = "", value } of (await render(workspace, name)).documents) {
            const kind = "create_job" in value ? "schedule" : "job";
            requests.push({ kind, path: join(fixture.clone, path) });
          }
        }
      }

      const answers = await askClient(requests);
      expect(requests.length).toBe(3 * (names.length + 1));
      expect(answers.filter(({ problem }) => problem !== undefined)).toEqual([]);
    },
    120_000,
  );
});

function render(workspace: string, name: string): ReturnType<App["render"]> {
  const output = `rendered/${workspace}/${name}.yml`;
  return app.render({ job: `jobs/${name}.yml`, workspace, output });
}

async function deliveredManifests(workspace: string): Promise<readonly string[]> {
  const root = join(fixture.stores, workspace, "assets");
  const entries = await readdir(root, { recursive: true });
  return entries
    .filter((path) => basename(path) === "azureml.yaml")
    .map((path) => join(root, path))
    .sort();
}

/** `models/taxi-fare/1` of `…/assets/models/taxi-fare/1/azureml.yaml`. */
function assetOf(path: string): string {
  return dirname(path).split("/").slice(-3).join("/");
}

const pathKeys = ["path", "code", "conda_file", "component", "environment", "trial", "job"];

/** Local paths of a document, by the keys that have them, that lead nowhere. */
async function missingPaths(file: string): Promise<readonly string[]> {
  const texts: string[] = [];
  function collect(value: unknown, key: string): void {
    if (typeof value === "string" && pathKeys.includes(key)) texts.push(value);
    if (typeof value !== "object" || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      collect(member, name === "create_job" || key === "additional_includes" ? "path" : name);
    }
  }
  collect(parse(await readFile(file, "utf8")), "");
  const local = texts.filter((text) => !/^(?:azureml:|\$\{\{|[a-z]+:\/\/)/.test(text));
  const missing = local.filter((text) => !existsSync(resolve(dirname(file), text)));
  return missing.map((text) => `${file}: ${text}`);
}

interface Answer {
  readonly name?: string;
  readonly version?: string | null;
  readonly type?: string;
  readonly description?: string;
  readonly tags?: unknown;
  readonly problem?: string;
}

/** One process for all: loading the client takes seconds. */
async function askClient(
  requests: readonly { readonly kind: string; readonly path: string }[],
): Promise<readonly Answer[]> {
  if (python === undefined) throw new Error("azure-ai-ml is not installed: see .ci/run");
  const script = fileURLToPath(new URL("load_entities.py", import.meta.url));
  return (await askPython(python, script, requests)) as readonly Answer[];
}
