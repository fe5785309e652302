import { mkdir, readFile, symlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";

import { createApp } from "../../src/compose.ts";
import { silentLog } from "../../src/shared/log.ts";
import type { App } from "../../src/usecases/app.ts";
import { createRegistryFixture, type RegistryFixture } from "../support/registry-fixture.ts";

let fixture: RegistryFixture;
beforeAll(async () => {
  fixture = await createRegistryFixture();
  await fixture.change("Add a job with code", {
    "jobs/own.yml": `$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
type: command
command: python run.py
code: ./src
environment: azureml:taxi-env@latest
compute: azureml:cpu-cluster
`,
    "jobs/src/run.py": "print(1)\n",
  });
  const app = await create(fixture.clone);
  await app.adopt({ withStages: false });
  await app.close();
});
afterAll(() => fixture.remove());

async function open(cwd: string, registry?: string): Promise<App> {
  const app = await create(cwd, registry);
  onTestFinished(() => app.close());
  return app;
}

function create(cwd: string, registry?: string): Promise<App> {
  return createApp({
    cwd,
    env: process.env,
    log: silentLog,
    data: join(fixture.folder, "data"),
    stores: fixture.stores,
    ...(registry === undefined ? {} : { registry }),
  });
}

it.each([
  { name: "the root of the clone", cwd: ".", job: "jobs/own.yml" },
  { name: "a folder of it, from there", cwd: "jobs", job: "own.yml" },
  { name: "a folder of it, from the root", cwd: "jobs", job: "jobs/own.yml" },
])("finds a job from $name", async ({ cwd, job }) => {
  const app = await open(join(fixture.clone, cwd));
  const { documents, findings } = await app.render({ job, workspace: "dev" });

  expect(findings).toEqual([]);
  expect(documents).toMatchObject([
    {
      path: undefined,
      value: {
        code: join(fixture.clone, "jobs/src"),
        environment: "azureml:taxi-env:1",
        compute: "azureml:dev-cpu",
      },
    },
  ]);
});

it.each([
  { name: "beside the job", output: "jobs/out.yml" },
  { name: "into new folders", output: "out/dev/own.yml" },
  { name: "outside of the clone", output: "../elsewhere.yml" },
  { name: "behind a link", output: "linked/deep/own.yml" },
])("writes $name what leads to its files", async ({ output }) => {
  const far = join(fixture.folder, "far/away");
  await mkdir(far, { recursive: true });
  await symlink(far, join(fixture.clone, "linked")).catch(() => undefined);
  const app = await open(fixture.clone);
  const { documents } = await app.render({ job: "jobs/own.yml", workspace: "dev", output });

  const file = join(fixture.clone, output);
  const text = await readFile(file, "utf8");
  expect(documents).toMatchObject([{ path: output, text }]);
  const { code } = parse(text) as { code: string };
  // The system itself resolves the path, links and all.
  expect(await readFile(`${dirname(file)}/${code}/run.py`, "utf8")).toBe("print(1)\n");
});

it("reads the branch when there is no work tree, and cannot bring code from it", async () => {
  const app = await open(fixture.folder, fixture.remote);

  const train = await app.render({ job: "jobs/train.yml", workspace: "dev" });
  expect(train.documents).toMatchObject([{ value: { inputs: { trips: { type: "uri_folder" } } } }]);
  const own = await app.render({ job: "./jobs/own.yml", workspace: "dev" });
  expect(own).toMatchObject({ documents: [], findings: [{ rule: "render-path", line: 4 }] });
});

it("does not write what it could not resolve", async () => {
  const app = await open(fixture.clone);
  const output = "never.yml";
  const { findings } = await app.render({ job: "jobs/own.yml", workspace: "prod", output });

  expect(findings).toMatchObject([{ rule: "render-version", path: "jobs/own.yml", line: 5 }]);
  await expect(readFile(resolve(fixture.clone, output))).rejects.toMatchObject({ code: "ENOENT" });
});
