import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, it, onTestFinished } from "vitest";

import type { ResolvedReference } from "../../src/usecases/app.ts";
import { runCliJson } from "../support/cli.ts";
import { createRegistryFixture, type RegistryFixture } from "../support/registry-fixture.ts";

/** The ways in which a host brings a branch to main, each after main went on by itself. */
const landings: Readonly<Record<string, (fixture: RegistryFixture) => Promise<unknown>>> = {
  merge: ({ git }) => git("merge", "--quiet", "--no-ff", "-m", "Merge better-prep", "better-prep"),
  squash: async ({ git }) => {
    await git("merge", "--quiet", "--squash", "better-prep");
    await git("commit", "--quiet", "-m", "Better prep (squashed)");
  },
  rebase: async ({ git }) => {
    await git("rebase", "--quiet", "main", "better-prep");
    await git("checkout", "--quiet", "main");
    await git("merge", "--quiet", "--ff-only", "better-prep");
  },
};

it("gives the same content the same digest, however it landed", async () => {
  const digests: string[] = [];
  for (const land of Object.values(landings)) digests.push(await digestAfter(land));

  expect(new Set(digests).size).toBe(1);
}, 120_000);

async function digestAfter(land: (fixture: RegistryFixture) => Promise<unknown>): Promise<string> {
  const fixture = await createRegistryFixture();
  onTestFinished(() => fixture.remove());
  const here = { cwd: fixture.folder };
  await runCliJson(["adopt", ...fixture.flags], here);
  await proposeOnBranch(fixture);
  await land(fixture);
  await fixture.git("push", "--quiet", "origin", "main");
  await runCliJson(["apply", ...fixture.flags], here);
  const latest = await runCliJson<ResolvedReference>(
    ["resolve", "components/prep@latest", ...fixture.flags],
    here,
  );
  const delivered = join(
    fixture.stores,
    `dev/assets/components/prep/${latest.version}/src/prep.py`,
  );
  expect(await readFile(delivered, "utf8")).toBe(await fixture.read("components/prep/src/prep.py"));
  return latest.digest;
}

/** Two commits on a branch; meanwhile somebody changes another asset on main. */
async function proposeOnBranch({ git, read, clone, change }: RegistryFixture): Promise<void> {
  await git("checkout", "--quiet", "-B", "main");
  await git("checkout", "--quiet", "-b", "better-prep");
  for (const note of ["# first half\n", "# second half\n"]) {
    const path = "components/prep/src/prep.py";
    await writeFile(join(clone, path), `${await read(path)}${note}`);
    await git("commit", "--quiet", "--all", "-m", "Improve the prep step");
  }
  await git("checkout", "--quiet", "main");
  const path = "components/score/src/score.py";
  await change("Change score meanwhile", { [path]: `${await read(path)}# meanwhile\n` });
}
