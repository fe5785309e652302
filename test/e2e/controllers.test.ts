import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { VerifyReport } from "../../src/usecases/app.ts";
import { runCli, runCliJson } from "../support/cli.ts";
import {
  createRegistryFixture,
  runGit,
  viewWorld,
  type RegistryFixture,
} from "../support/registry-fixture.ts";

/** The hundred with CAIRN_PUSHES=100. */
const pushes = Number(process.env["CAIRN_PUSHES"] ?? 20);

describe("two controllers on one registry while changes are pushed", () => {
  let fixture: RegistryFixture;
  beforeAll(async () => {
    fixture = await createRegistryFixture();
    await runCliJson(["adopt", ...fixture.flags], { cwd: fixture.folder });
  });
  afterAll(() => fixture.remove());

  it("publishes each version once, keeps the ledger linear and the stores right", async () => {
    const stop = new AbortController();
    const problems: string[] = [];
    const loops = ["one", "two"].map((name) => applyInLoop(fixture, name, stop.signal, problems));
    for (let push = 1; push <= pushes; push += 1) {
      const path = "components/prep/src/prep.py";
      await fixture.change(`Change ${push}`, {
        [path]: `${await fixture.read(path)}# change ${push}\n`,
      });
    }
    stop.abort();
    await Promise.all(loops);
    await runCliJson(["apply", ...fixture.flags], { cwd: fixture.folder });

    expect(problems).toEqual([]);
    const { events } = await viewWorld(fixture);
    const versions = events.filter((event) => event.startsWith("publish components/prep "));
    expect(new Set(versions).size).toBe(versions.length);
    expect(versions).toHaveLength(pushes + 1);
    const parents = await runGit(fixture.remote, "log", "--format=%P", "refs/heads/cairn-ledger");
    expect(parents.split("\n").every((line) => line.split(" ").length === 1)).toBe(true);
    const { workspaces } = await runCliJson<VerifyReport>(["verify", ...fixture.flags], {
      cwd: fixture.folder,
    });
    expect(workspaces.flatMap((workspace) => workspace.problems)).toEqual([]);
  }, 300_000);
});

async function applyInLoop(
  fixture: RegistryFixture,
  name: string,
  signal: AbortSignal,
  problems: string[],
): Promise<void> {
  const flags = [
    "--registry",
    fixture.remote,
    "--data",
    join(fixture.folder, name),
    "--stores",
    fixture.stores,
  ];
  while (!signal.aborted) {
    const { exitCode, stderr } = await runCli(["apply", ...flags], { cwd: fixture.folder });
    if (exitCode !== 0) problems.push(`${name}: ${exitCode} ${stderr}`);
  }
}
