import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { ApplyReport } from "../../src/usecases/app.ts";
import { runCli, runCliJson, startCli } from "../support/cli.ts";
import {
  createRegistryFixture,
  viewWorld,
  type RegistryFixture,
  type WorldView,
} from "../support/registry-fixture.ts";

/** The whole hundred runs with CAIRN_KILLS=100; a dozen is enough for every commit. */
const kills = Number(process.env["CAIRN_KILLS"] ?? 12);

describe("kill -9 in the middle of apply", () => {
  let fixture: RegistryFixture;
  let expected: WorldView;
  let durationMs: number;

  beforeAll(async () => {
    fixture = await createRegistryFixture();
    await runCliJson(["adopt", "--with-stages", ...fixture.flags], { cwd: fixture.folder });
    for (const name of ["prep", "train", "score"]) {
      const path = `components/${name}/src/${name}.py`;
      await fixture.change(`Change ${name}`, { [path]: `${await fixture.read(path)}# a change\n` });
    }
    const whole = await copyOf(fixture);
    const started = performance.now();
    await runCliJson(["apply", ...whole.flags], { cwd: whole.folder });
    durationMs = performance.now() - started;
    expected = await viewWorld(whole);
    await rm(whole.folder, { recursive: true });
  });
  afterAll(() => fixture.remove());

  it.each(Array.from({ length: kills }, (_, index) => (index + 0.5) / kills))(
    "at %f of the run converges to the same events, tags and stores",
    async (share) => {
      const copy = await copyOf(fixture);
      await killAfter(startCli(["apply", ...copy.flags], { cwd: copy.folder }), durationMs * share);
      const second = await runCli(["apply", "--json", ...copy.flags], { cwd: copy.folder });
      expect(second).toMatchObject({ exitCode: 0 });
      expect(await viewWorld(copy)).toEqual(expected);
      const third = await runCliJson<ApplyReport>(["apply", ...copy.flags], { cwd: copy.folder });
      expect(third.done).toEqual([]);
      await rm(copy.folder, { recursive: true });
    },
  );
});

/** A copy of remote, stores and cache as they are: what the killed run starts from. */
async function copyOf(
  fixture: RegistryFixture,
): Promise<Pick<RegistryFixture, "folder" | "remote" | "stores" | "flags">> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-kill-"));
  await cp(fixture.folder, folder, { recursive: true });
  const remote = join(folder, "registry.git");
  const stores = join(folder, "stores");
  const flags = ["--registry", remote, "--data", join(folder, "data"), "--stores", stores];
  return { folder, remote, stores, flags };
}

async function killAfter(child: ReturnType<typeof startCli>, delayMs: number): Promise<void> {
  const timer = setTimeout(() => child.kill("SIGKILL"), delayMs);
  await new Promise((resolve) => child.once("close", resolve));
  clearTimeout(timer);
}
