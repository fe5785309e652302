import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

import {
  fullName,
  newDelivery,
  repositoryName,
  startDaemon,
  until,
  type AdoptedRegistry,
  type Daemon,
} from "./github-daemon.ts";
import type { Row } from "./process.ts";

const execute = promisify(execFile);
const pushes = Number(process.env["BENCH_PUSHES"] ?? 40);

/**
 * A running `cairn serve` and a GitHub on the same machine. One asset of many is changed in a pull
 * request, again and again: from the push to the check that is completed. The floor of each push is
 * what nobody can do without: the push, a fetch of it, the names of what changed, one API call.
 */
export async function benchPullRequests(
  folder: string,
  adopted: AdoptedRegistry,
): Promise<readonly Row[]> {
  mkdirSync(folder, { recursive: true });
  const daemon = await startDaemon(folder, adopted);
  try {
    const clone = await openClone(folder, daemon);
    const [own, floor] = [new Times(), new Times()];
    for (let round = 0; round < pushes + 2; round += 1) {
      const seconds = {
        floor: await floorOf(daemon, clone, round),
        own: await pushAndWait(daemon, clone, round),
      };
      // The first pushes open what stays open.
      if (round < 2) continue;
      own.add(seconds.own);
      floor.add(seconds.floor);
    }
    const peakMiB = daemon.peakMiB();
    const floorName = "push, fetch, diff-tree and a request";
    const rows = [50, 95, 99].map((percent) => ({
      name: `push to completed check among 10 k assets, p${percent}`,
      cairn: { seconds: own.percentile(percent), peakMiB },
      floorName,
      floor: { seconds: floor.percentile(percent), peakMiB: 0 },
    }));
    return [...rows, await benchStorm(daemon)];
  } finally {
    await daemon.stop();
  }
}

class Times {
  readonly #seconds: number[] = [];

  add(seconds: number): void {
    this.#seconds.push(seconds);
  }

  percentile(percent: number): number {
    const sorted = this.#seconds.toSorted((left, right) => left - right);
    const index = Math.ceil((percent / 100) * sorted.length) - 1;
    const found = sorted[Math.max(index, 0)];
    if (found === undefined) throw new Error("A percentile needs a measurement.");
    return found;
  }
}

async function openClone(folder: string, { github }: Daemon): Promise<string> {
  const clone = join(folder, "clone");
  await git(folder, "clone", "--quiet", github.gitUrl("ann", fullName), clone);
  await git(clone, "config", "user.name", "Ann");
  await git(clone, "config", "user.email", "ann@example.com");
  return clone;
}

/** Another asset each time: it gets a version, and its file travels. */
async function commitChange(clone: string, branch: string, round: number): Promise<string> {
  const index = (round * 37) % 10_000;
  const folder = join(clone, `teams/team-${index % 100}/model-${index}`);
  await git(clone, "checkout", "--quiet", "-B", branch, "origin/main");
  writeFileSync(join(folder, "weights.bin"), `${branch} ${round}\n`);
  await git(clone, "commit", "--quiet", "--all", "--message", `Change model-${index}`);
  return (await git(clone, "rev-parse", "HEAD")).trim();
}

async function pushAndWait(daemon: Daemon, clone: string, round: number): Promise<number> {
  const { github } = daemon;
  const head = await commitChange(clone, "change", round);
  const { pulls, checks } = github.client("ann").rest;
  const started = performance.now();
  await git(clone, "push", "--quiet", "--force", "origin", "change");
  if (round === 0) {
    await pulls.create({ ...repositoryName, head: "change", base: "main", title: "Change" });
  }
  const conclusion = await until(async () => {
    const { data } = await checks.listForRef({ ...repositoryName, ref: head });
    return data.check_runs.find(({ status }) => status === "completed")?.conclusion ?? undefined;
  });
  const seconds = (performance.now() - started) / 1000;
  if (conclusion !== "success") throw new Error(`The check ended with ${conclusion}.`);
  return seconds;
}

async function floorOf({ github }: Daemon, clone: string, round: number): Promise<number> {
  const head = await commitChange(clone, "floor", round);
  const started = performance.now();
  await git(clone, "push", "--quiet", "--force", "origin", "floor");
  await git(clone, "fetch", "--quiet", "origin", "floor");
  await git(clone, "diff-tree", "-r", "origin/main", head);
  await github.client("ann").rest.repos.get(repositoryName);
  return (performance.now() - started) / 1000;
}

async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  return (await execute("git", args, { cwd, maxBuffer: 2 ** 26 })).stdout;
}

const storm = 10_000;
const stormSeconds = 10;

/**
 * Ten thousand deliveries in ten seconds: a tenth is lost, three of ten come twice, none in order.
 * Nothing else changes, so that what is there afterwards must be what was there before.
 */
async function benchStorm(daemon: Daemon): Promise<Row> {
  const before = await worldOf(daemon);
  const runsBefore = await daemon.reconciles();
  const started = performance.now();
  const ids = shuffled(
    Array.from({ length: storm }, newDelivery).flatMap((id, index) => {
      if (index % 10 === 0) return [];
      return index % 10 < 4 ? [id, id] : [id];
    }),
  );
  const sending = ids.map(async (id, index) => {
    await wait((index / ids.length) * stormSeconds * 1000);
    return daemon.deliver(id);
  });
  const answers = await Promise.all(sending);
  const sentAt = performance.now();
  const runs = await until(async () => settledRuns(daemon));
  const seconds = (performance.now() - started) / 1000;
  if (answers.some((status) => status !== undefined && status !== 202))
    throw new Error("A delivery was refused.");
  if ((await worldOf(daemon)) !== before) throw new Error("The storm changed something.");
  return {
    name: `storm of 10 k deliveries: ${runs - runsBefore} reconciles`,
    cairn: { seconds, peakMiB: daemon.peakMiB() },
    floorName: "sending them",
    floor: { seconds: (sentAt - started) / 1000, peakMiB: 0 },
  };
}

/** The count of reconciles, once none was added for a while. */
async function settledRuns(daemon: Daemon): Promise<number | undefined> {
  const count = await daemon.reconciles();
  await wait(3000);
  return (await daemon.reconciles()) === count ? count : undefined;
}

/** Every ref of the host, and what its check says. */
async function worldOf({ repository, github }: Daemon): Promise<string> {
  const refs = await git(repository, "for-each-ref");
  const { checks } = github.client("ann").rest;
  const head = (await git(repository, "rev-parse", "refs/heads/change")).trim();
  const { data } = await checks.listForRef({ ...repositoryName, ref: head });
  return refs + data.check_runs.map(({ id, conclusion }) => `${id} ${conclusion}`).join("\n");
}

function shuffled<Value>(values: readonly Value[]): readonly Value[] {
  const mixed = values.map((value, index) => ({ value, order: Math.sin(index * 12.9898) }));
  return mixed.sort((left, right) => left.order - right.order).map(({ value }) => value);
}
