import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { runCliJson } from "../support/cli.ts";
import { firstThatRuns } from "../support/programs.ts";
import { runGit } from "../support/registry-fixture.ts";

const execute = promisify(execFile);

/** Where `.ci/run` installs it; anybody may have it on the path. */
const gto = await firstThatRuns([
  fileURLToPath(new URL("../../.ci/peers/bin/gto", import.meta.url)),
  "gto",
]);

describe("GTO reads what Cairn publishes", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cairn-gto-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  // Without the program this is reported as skipped; in CI it must be there.
  it.skipIf(gto === undefined && process.env["CI"] === undefined)(
    "shows semantic versions and the stages that run them (needs gto)",
    async () => {
      if (gto === undefined) throw new Error("gto is not installed: see .ci/run");
      const clone = await semverRegistry(folder);
      const flags = ["--registry", join(folder, "registry.git"), "--data", join(folder, "data")];
      const stores = ["--stores", join(folder, "stores")];
      await runCliJson(["adopt", "--with-stages", ...flags, ...stores], { cwd: folder });
      await runGit(clone, "fetch", "--quiet", "--tags");
      const { stdout } = await execute(gto, ["show", "--json"], { cwd: clone });
      expect(JSON.parse(stdout)).toEqual({
        "models/churn": {
          version: "v1.4.0",
          stage: { prod: "v1.4.0" },
          registered: true,
          active: true,
        },
      });
    },
  );
});

async function semverRegistry(folder: string): Promise<string> {
  const clone = join(folder, "clone");
  const remote = join(folder, "registry.git");
  await runGit(folder, "init", "--quiet", "--bare", "--initial-branch=main", remote);
  await runGit(folder, "clone", "--quiet", remote, clone);
  const files = {
    "registry.yaml":
      "format: 1\nname: contoso-ml\nlocation: eastus\nreplication_locations: [{ location: eastus }]\nstages: [dev, prod]\nversioning: { default: semver }\n",
    "models/churn/model.yaml":
      'name: churn\nversion: "1.4.0"\ntype: custom_model\npath: weights.bin\n',
    "models/churn/weights.bin": "weights\n",
    "stages/prod/models/churn.yaml": "version: 1.4.0\nreason: it is the first\n",
  };
  await writeAll(clone, files);
  await runGit(clone, "add", "--all");
  await runGit(clone, "commit", "--quiet", "-m", "Start the registry");
  await runGit(clone, "push", "--quiet", "origin", "HEAD:refs/heads/main");
  return clone;
}

async function writeAll(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}
