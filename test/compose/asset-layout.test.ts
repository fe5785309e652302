import { join } from "node:path";

import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";

import { createApp } from "../../src/compose.ts";
import { silentLog } from "../../src/shared/log.ts";
import { environmentLayout, modelLayout } from "../support/layout-files.ts";
import {
  createRegistryFixture,
  runGit,
  type RegistryFixture,
} from "../support/registry-fixture.ts";

let fixture: RegistryFixture;
beforeAll(async () => {
  fixture = await createRegistryFixture();
});
afterAll(() => fixture.remove());

/** What the ledger says of these assets, oldest first. */
async function apply(): Promise<readonly string[]> {
  const app = await createApp({
    cwd: fixture.clone,
    env: process.env,
    log: silentLog,
    data: join(fixture.folder, "data"),
    stores: fixture.stores,
  });
  onTestFinished(() => app.close());
  if ((await subjects()).length === 0) await app.adopt({ withStages: false });
  await app.apply();
  return (await subjects()).filter((subject) => /pytorch|small/.test(subject)).toReversed();
}

async function subjects(): Promise<readonly string[]> {
  const refs = await runGit(fixture.remote, "for-each-ref", "refs/heads/cairn-ledger");
  if (refs === "") return [];
  return (await runGit(fixture.remote, "log", "--format=%s", "cairn-ledger")).trim().split("\n");
}

const texts = (files: Readonly<Record<string, string | Uint8Array>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, String(text)]));

it("publishes what an asset.yaml names, and anew when its build context changes", async () => {
  await fixture.change("Add assets", texts({ ...environmentLayout(), ...modelLayout("small") }));
  const first = await apply();
  await fixture.change(
    "Write better words",
    texts(modelLayout("small", { "description.md": "# New\n" })),
  );
  const second = await apply();
  await fixture.change(
    "Take another base",
    texts(environmentLayout(undefined, { "context/Dockerfile": "FROM debian:12\n" })),
  );
  const third = await apply();

  expect(first.toSorted()).toEqual([
    "publish environments/pytorch-2.2-cuda12.1 1, followed by dev",
    "publish models/small 3, followed by dev",
  ]);
  expect(second).toEqual(first);
  expect(third).toEqual([
    ...second,
    "publish environments/pytorch-2.2-cuda12.1 2, followed by dev",
  ]);
});
