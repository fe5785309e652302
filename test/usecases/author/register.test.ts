import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { assetState } from "../../../src/domain/ledger/state.ts";
import { CommitSourceTree } from "../../../src/source/drivers/commit.ts";
import { adopt } from "../../../src/usecases/operate/adopt.ts";
import { apply } from "../../../src/usecases/operate/apply.ts";
import { requireState } from "../../../src/usecases/require-state.ts";
import { validateTree } from "../../../src/usecases/validate.ts";
import { ann, openRegistrationWorld, type RegistrationWorld } from "./registration-world.ts";

let world: RegistrationWorld;
beforeAll(async () => {
  world = await openRegistrationWorld();
  await adopt(world.session, { withStages: false });
}, 60_000);
afterAll(() => world.close());

async function findingsOf(number: number): Promise<readonly string[]> {
  const { head } = await world.session.forge.get(number);
  const tree = new CommitSourceTree({ git: world.session.mirror, commit: head });
  const state = await requireState(world.session);
  const { findings } = await validateTree(tree, { state });
  return findings.map(({ rule, path, message }) => `${rule} ${path} ${message}`);
}

async function land(number: number): Promise<void> {
  const { forge } = world.session;
  const { head } = await forge.get(number);
  const merged = await forge.merge(number, { by: ann, method: "merge", expectedHead: head });
  expect(merged).toMatchObject({ outcome: "merged" });
  await apply(world.session, {});
}

describe("a model that a job trained again", () => {
  it("becomes a version that workspaces get, byte for byte", async () => {
    const path = await world.copyModel("trained");
    await appendFile(join(path, "model.onnx"), "trained again");
    const metrics = await world.write({ "metrics.json": '{"r2": 0.95, "rmse": 4.1}' });
    const report = await world.register({
      kind: "model",
      name: "taxi-fare",
      path,
      metrics: join(metrics, "metrics.json"),
      on: "taxi-holdout",
      split: "holdout",
      job: "azureml://jobs/train-43",
      data: ["azureml:taxi-trips:1"],
      tags: ["revision=010"],
    });
    const { number } = report.pullRequest;

    expect(report).toMatchObject({ asset: "models/taxi-fare", created: true });
    // What the delivery of version 1 brought there is not sent again.
    expect(report.knownBytes).toBe(312);
    expect(report.storedBytes).toBe(10_974 + "trained again".length);
    expect(report.files).toContain("models/taxi-fare/model/model.onnx");
    expect(await findingsOf(number)).toEqual([]);
    expect(report.check).toMatchObject({ outcome: "passed", findings: [] });
    expect(report.check.versions).toMatchObject([
      { asset: "models/taxi-fare", version: "2", files: 5 },
    ]);

    await land(number);
    const state = assetState(await requireState(world.session), "models/taxi-fare");
    expect(state?.versions.map(({ version }) => version)).toEqual(["1", "2"]);
    for (const name of ["model.onnx", "MLmodel", "conda.yaml"]) {
      const delivered = join(world.stores, "dev/assets/models/taxi-fare/2/model", name);
      expect(await readFile(delivered)).toEqual(await readFile(join(path, name)));
    }
    const again = world.register({ kind: "model", name: "taxi-fare", path });
    await expect(again).rejects.toMatchObject({ code: "REGISTER_UNCHANGED" });
  });

  it("keeps what people wrote, and moves the bytes out of Git", async () => {
    const { number } = (await world.session.forge.list(["merged"]))[0] ?? { number: 0 };
    const manifest = await world.read("models/taxi-fare/model.yaml");
    expect(await world.show(number, "models/taxi-fare/model.yaml")).toBe(
      `${manifest.trimEnd()}\n  revision: "010"\n`,
    );
    const metadata = await world.show(number, "models/taxi-fare/model.meta.yaml");
    expect(metadata).toBe(
      (await world.read("models/taxi-fare/model.meta.yaml"))
        .replace(
          "    file: metrics.json\n",
          "    job: azureml://jobs/train-43\n    metrics:\n      r2: 0.95\n      rmse: 4.1\n",
        )
        .replace("job: jobs/train.yml", "job: azureml://jobs/train-43"),
    );
    const inGit = (await world.paths(number)).filter((path) =>
      path.startsWith("models/taxi-fare/"),
    );
    expect(inGit).toEqual([
      "models/taxi-fare/metrics.json",
      "models/taxi-fare/model-card.md",
      "models/taxi-fare/model.lock.yaml",
      "models/taxi-fare/model.meta.yaml",
      "models/taxi-fare/model.yaml",
      "models/taxi-fare/model/MLmodel",
      "models/taxi-fare/reproduce.py",
    ]);
  });

  it("drops files that are gone, and sends only what is new", async () => {
    const path = await world.write({
      "second/MLmodel": "flavors: {x: {}}\n",
      "second/a.bin": "new",
    });
    const report = await world.register({
      kind: "model",
      name: "taxi-fare",
      path: join(path, "second"),
    });
    expect(report).toMatchObject({ storedBytes: 3, knownBytes: 0 });
    const lock = await world.show(report.pullRequest.number, "models/taxi-fare/model.lock.yaml");
    expect(lock).toBe(
      "format: 1\nfiles:\n  - path: model/a.bin\n    size: 3\n    sha256: 11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437\n",
    );
  });
});

describe("new assets", () => {
  it.each([
    {
      name: "a folder with an MLmodel",
      kind: "model" as const,
      files: {
        MLmodel: `flavors: {x: {}}\nsignature: { inputs: '[{"name":"a","type":"double"}]' }\n`,
        "w.bin": "w",
      },
      manifest: "type: mlflow_model\npath: ./model\n",
    },
    {
      name: "a folder",
      kind: "model" as const,
      files: { "w.bin": "w", "sub/v.bin": "v" },
      manifest: "type: custom_model\npath: ./model\n",
    },
    {
      name: "a file",
      kind: "model" as const,
      files: { "w.pkl": "w" },
      single: "w.pkl",
      manifest: "type: custom_model\npath: ./w.pkl\n",
    },
    {
      name: "a YAML file, which could be a manifest",
      kind: "data" as const,
      files: { "data.yaml": "name: trap\npath: ./x\n" },
      single: "data.yaml",
      manifest: "type: uri_file\npath: ./data/data.yaml\n",
    },
    {
      name: "a folder of data with the YAML of a registry in it",
      kind: "data" as const,
      files: { "registry.yaml": "format: 99\n", "models/m/model.yaml": "name: m\n" },
      manifest: "type: uri_folder\npath: ./data\n",
    },
    {
      name: "a table",
      kind: "data" as const,
      files: { MLTable: "paths:\n  - pattern: ./*.csv\n", "a.csv": "1\n" },
      manifest: "type: mltable\npath: ./data\n",
    },
    {
      name: "what the ignore file leaves",
      kind: "model" as const,
      files: { ".amlignore": "*.log\n", "w.bin": "w", "train.log": "x", "sub/a.log": "x" },
      manifest: "type: custom_model\npath: ./model\n",
    },
  ])("$name", async ({ name, kind, files, single, manifest }) => {
    const asset = name.replaceAll(/[^a-zA-Z]+/g, "-");
    const below = Object.entries(files).map(([path, text]) => [`${asset}/${path}`, text]);
    const folder = await world.write(Object.fromEntries(below) as Record<string, string>);
    const { pullRequest } = await world.register({
      kind,
      name: asset,
      path: join(folder, asset, single ?? ""),
      version: "7",
      owner: "ml-engineers",
      license: "MIT",
    });
    const path = kind === "model" ? `models/${asset}/model` : `data/${asset}/data`;
    expect(await world.show(pullRequest.number, `${path}.yaml`)).toBe(
      `$schema: https://azuremlschemas.azureedge.net/latest/${kind}.schema.json\nname: ${asset}\nversion: "7"\n${manifest}`,
    );
    expect(await world.show(pullRequest.number, `${path}.meta.yaml`)).toBe(
      "owner: ml-engineers\nlicense: MIT\n",
    );
    expect(await findingsOf(pullRequest.number)).toEqual([]);
  });
});
