import { execFileSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { benchHostileInput } from "./hostile-input.ts";
import { benchPullRequests } from "./pull-request.ts";
import { generateRegistry } from "./generate-registry.ts";
import { measureProcess, median } from "./measure.ts";
import { cairn, program, runs, scratch, shell, type Row } from "./process.ts";
import { benchValidation } from "./validation.ts";

const table = fileURLToPath(new URL("../docs/performance.md", import.meta.url));

const rows: Row[] = [];
try {
  for (const count of [1000, 10_000, 50_000]) rows.push(...(await benchValidation(count)));
  rows.push(...(await benchHostileInput()));
  for (const count of [1000, 10_000]) rows.push(...(await benchRegistry(count)));
  rows.push(await benchSync("sync 1 000 files of 4 KiB", 1000, 4096));
  rows.push(await benchSync("sync one file of 1 GiB", 1, 2 ** 30));
  writeTable(rows);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function benchRegistry(count: number): Promise<readonly Row[]> {
  const folder = join(scratch, `registry-${count}`);
  mkdirSync(folder);
  const repository = join(folder, "registry.git");
  await generateRegistry(repository, count);
  const flags = [
    "--registry",
    repository,
    "--data",
    join(folder, "data"),
    "--stores",
    join(folder, "stores"),
  ];
  const adopt = await cairn(["adopt", ...flags]);
  const deliverFloor = await shell(
    `git archive refs/heads/main | tar -x -C ${makeFolder(folder)}`,
    repository,
  );
  const listCold = await median(runs, () => {
    rmSync(join(folder, "data"), { recursive: true, force: true });
    return cairn(["list", "--json", ...flags]);
  });
  const list = await median(runs, () => cairn(["list", "--json", ...flags]));
  const idle = await median(runs, () => cairn(["apply", ...flags]));
  const refs = await median(runs, () => shell("git for-each-ref >/dev/null", repository));
  const served = count < 10_000 ? [] : await benchServe(folder, repository);
  const check = await benchCheck(folder, repository, flags);
  const label = `${count / 1000} k assets`;
  return [
    {
      name: `adopt, publish and deliver ${label}`,
      cairn: adopt,
      floorName: "git archive, unpacked",
      floor: deliverFloor,
    },
    {
      name: `state of ${label}, no cache`,
      cairn: listCold,
      floorName: "git for-each-ref",
      floor: refs,
    },
    { name: `state of ${label}, cached`, cairn: list, floorName: "git for-each-ref", floor: refs },
    {
      name: `apply with nothing to do, ${label}`,
      cairn: idle,
      floorName: "git for-each-ref",
      floor: refs,
    },
    { name: `check a pull request among ${label}`, ...check },
    ...served,
  ];
}

/** As a host keeps it, whose daemon delivers to the same stores. */
async function benchServe(folder: string, repository: string): Promise<readonly Row[]> {
  git(repository, "pack-refs", "--all");
  return benchPullRequests(join(folder, "serve"), { repository, stores: join(folder, "stores") });
}

/** One asset is changed; the whole answer: findings, version, deliveries, impact. */
async function benchCheck(
  folder: string,
  repository: string,
  flags: readonly string[],
): Promise<Omit<Row, "name">> {
  const clone = join(folder, "clone");
  git(folder, "clone", "--quiet", repository, clone);
  git(clone, "switch", "--quiet", "--create", "change");
  const [first = ""] = execFileSync("git", ["ls-files", "*/weights.bin"], { cwd: clone })
    .toString("utf8")
    .split("\n");
  writeFileSync(join(clone, first), "other weights\n");
  const identity = ["-c", "user.name=B", "-c", "user.email=b@example.com"];
  git(clone, ...identity, "commit", "--quiet", "--all", "--message", "Change");
  await measureProcess(
    process.execPath,
    [program, "pr", "open", "--as", "B <b@example.com>", ...flags],
    { cwd: clone },
  );
  const own = await median(runs, () => cairn(["check", "--pr", "1", ...flags]));
  const floor = await median(runs, () =>
    shell("git merge-tree --write-tree refs/heads/main refs/cairn/pull/1/head", repository),
  );
  return { cairn: own, floorName: "git merge-tree", floor };
}

async function benchSync(name: string, files: number, sizeBytes: number): Promise<Row> {
  const folder = join(scratch, `sync-${files}`);
  const source = join(folder, "work");
  const model = join(source, "models/big");
  mkdirSync(join(model, "files"), { recursive: true });
  for (let index = 0; index < files; index += 1) {
    writeFilled(join(model, "files", `part-${index}`), sizeBytes, index);
  }
  writeFileSync(
    join(model, "model.yaml"),
    "$schema: x/model.schema.json\nname: big\npath: files\n",
  );
  mkdirSync(join(source, "workspaces"));
  writeFileSync(
    join(source, "registry.yaml"),
    "format: 1\nname: bench\nlocation: eastus\nreplication_locations:\n  - { location: eastus }\nstages: [dev]\nfollow: { dev: latest }\n",
  );
  writeFileSync(
    join(source, "workspaces/dev.yaml"),
    'stage: dev\nregion: eastus\nassets: ["**"]\nstore: { driver: file, root: dev }\n',
  );
  git(source, "init", "--quiet", "--initial-branch=main");
  git(source, "-c", "core.bigFileThreshold=1m", "add", "--all");
  git(
    source,
    "-c",
    "user.name=B",
    "-c",
    "user.email=b@example.com",
    "commit",
    "--quiet",
    "-m",
    "Start",
  );
  const repository = join(folder, "registry.git");
  git(folder, "clone", "--quiet", "--bare", source, repository);
  const flags = [
    "--registry",
    repository,
    "--data",
    join(folder, "data"),
    "--stores",
    join(folder, "stores"),
  ];
  await cairn(["adopt", ...flags]);
  const measured = await median(runs, () => {
    rmSync(join(folder, "stores"), { recursive: true, force: true });
    return cairn(["sync", ...flags]);
  });
  const copy = join(folder, "copy");
  const floor = await median(runs, () => {
    rmSync(copy, { recursive: true, force: true });
    return shell(
      `cp -r ${model}/files ${copy} && find ${copy} -type f | xargs sha256sum >/dev/null`,
      folder,
    );
  });
  rmSync(folder, { recursive: true, force: true });
  return { name, cairn: measured, floorName: "cp -r + sha256sum", floor };
}

/** In pieces: on Linux the peak memory of a child starts at what its parent has. */
function writeFilled(path: string, sizeBytes: number, seed: number): void {
  const piece = Buffer.alloc(Math.min(sizeBytes, 2 ** 20), 7);
  piece.writeUInt32LE(seed, 0);
  const file = openSync(path, "w");
  for (let written = 0; written < sizeBytes; written += piece.length) writeSync(file, piece);
  closeSync(file);
}

function git(cwd: string, ...args: readonly string[]): void {
  execFileSync("git", args, { cwd, stdio: "inherit" });
}

function makeFolder(parent: string): string {
  const folder = join(parent, "unpacked");
  mkdirSync(folder);
  return folder;
}

function writeTable(measured: readonly Row[]): void {
  const head = "| what | Cairn | floor | ratio | peak memory |\n|---|---|---|---|---|";
  const lines = measured.map(({ name, cairn: own, floorName, floor }) => {
    const ratio = (own.seconds / floor.seconds).toFixed(1);
    return `| ${name} | ${own.seconds.toFixed(2)} s | ${floor.seconds.toFixed(2)} s (${floorName}) | ${ratio} × | ${own.peakMiB} MiB |`;
  });
  const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, median of ${runs} (adoption: one run).`;
  const section = [`Measured on ${machine}`, "", head, ...lines].join("\n");
  const text = readFileSync(table, "utf8");
  const marked = /(<!-- bench -->\n)[\s\S]*?(\n<!-- \/bench -->)/;
  writeFileSync(
    table,
    text.replace(marked, (_, open: string, close: string) => `${open}${section}${close}`),
  );
  console.log(section);
}
