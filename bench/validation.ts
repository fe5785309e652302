import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { generateRegistry } from "./generate-registry.ts";
import { median } from "./measure.ts";
import { cairn, runs, scratch, shell, type Row } from "./process.ts";

/** A whole registry, with nothing remembered and with everything, from a commit and from a folder. */
export async function benchValidation(count: number): Promise<readonly Row[]> {
  const folder = join(scratch, `validation-${count}`);
  mkdirSync(folder);
  const repository = join(folder, "registry.git");
  const data = join(folder, "data");
  await generateRegistry(repository, count);
  const command = ["validate", "--ref", "refs/heads/main", "--registry", repository];
  const cold = await median(runs, () => {
    rmSync(data, { recursive: true, force: true });
    return cairn([...command, "--data", data]);
  });
  const warm = await median(runs, () => cairn([...command, "--data", data]));
  const readAll = await median(runs, () =>
    shell(
      "git ls-tree -r refs/heads/main | cut -f1 | cut -d' ' -f3 | git cat-file --batch >/dev/null",
      repository,
    ),
  );
  const work = join(folder, "work");
  execFileSync("git", ["clone", "--quiet", repository, work]);
  const inFolder = await median(runs, () => cairn(["validate", work]));
  const hashed = await median(runs, () =>
    shell("find . -name .git -prune -o -type f -print0 | xargs -0 sha256sum >/dev/null", work),
  );
  rmSync(folder, { recursive: true, force: true });
  const label = `${count / 1000} k assets`;
  const floor = { floorName: "git ls-tree + cat-file --batch", floor: readAll };
  return [
    { name: `validate ${label}, nothing remembered`, cairn: cold, ...floor },
    { name: `validate ${label}, again`, cairn: warm, ...floor },
    {
      name: `validate ${label} in a folder`,
      cairn: inFolder,
      floorName: "sha256sum",
      floor: hashed,
    },
  ];
}
