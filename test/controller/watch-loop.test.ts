import { describe, expect, it, onTestFinished } from "vitest";

import type { FolderListener } from "../../src/controller/watch-folder.ts";
import { WatchLoop } from "../../src/controller/watch-loop.ts";
import type { Finding } from "../../src/domain/finding.ts";
import { CairnError } from "../../src/shared/errors.ts";
import { silentLog } from "../../src/shared/log.ts";
import type { FolderLook } from "../../src/usecases/watch.ts";
import { FakeTime, settle } from "./fake-time.ts";

const error: Finding = { rule: "name", severity: "error", message: "No name.", path: "a.yaml" };
const gone = new CairnError({ code: "WATCH_FOLDER_GONE", kind: "missing", message: "It is gone." });

/** A loop over a folder that a test changes. */
class World {
  readonly time = new FakeTime();
  readonly told: string[] = [];
  readonly problems: string[] = [];
  readonly watches: { readonly listener: FolderListener; isEnded: boolean }[] = [];
  looks = 0;
  looksAtOnce = 0;
  mostAtOnce = 0;
  /** How long a look takes. */
  lookMs = 0;
  failure: Error | undefined;
  folder: FolderLook = {
    folder: "/ml",
    identity: "1",
    signature: "1",
    findings: [],
    assets: 1,
    files: 1,
  };
  readonly loop: WatchLoop;

  constructor() {
    this.loop = new WatchLoop({
      look: () => this.#look(),
      watchFolder: (_folder, listener) => {
        const watch = { listener, isEnded: false };
        this.watches.push(watch);
        return async () => {
          watch.isEnded = true;
        };
      },
      clock: this.time,
      timer: this.time,
      log: silentLog,
      onRun: ({ added, resolved, findings }) =>
        this.told.push(`+${added.length} -${resolved.length} =${findings.length}`),
      onProblem: ({ code }) => this.problems.push(code),
    });
    onTestFinished(async () => {
      const stopped = this.loop.stop();
      await this.time.pass(10_000);
      await stopped;
    });
  }

  async #look(): Promise<FolderLook> {
    this.looks += 1;
    this.looksAtOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.looksAtOnce);
    const { folder, failure } = this;
    if (this.lookMs > 0) {
      await new Promise<void>((resolve) => void this.time.after(this.lookMs, resolve));
    }
    this.looksAtOnce -= 1;
    if (failure !== undefined) throw failure;
    return folder;
  }

  change(signature: string, findings: readonly Finding[] = []): void {
    this.folder = { ...this.folder, signature, findings };
  }

  hint(): void {
    this.watches.at(-1)?.listener.onHint();
  }
}

async function started(): Promise<World> {
  const world = new World();
  world.loop.start();
  await settle();
  return world;
}

describe("a watch", () => {
  it("tells what is there first, and then only what changes", async () => {
    const world = await started();
    world.change("2", [error]);
    world.hint();
    await world.time.pass(100);
    world.change("3");
    world.hint();
    await world.time.pass(100);
    expect(world.told).toEqual(["+0 -0 =0", "+1 -0 =1", "+0 -1 =0"]);
  });

  it("says that it saw a save which changes no finding, and nothing of one that changes nothing", async () => {
    const world = await started();
    world.change("2");
    world.hint();
    await world.time.pass(100);
    world.hint();
    await world.time.pass(100);
    expect(world.looks).toBe(3);
    expect(world.told).toEqual(["+0 -0 =0", "+0 -0 =0"]);
  });

  it("looks once after many events", async () => {
    const world = await started();
    for (let index = 0; index < 1000; index += 1) world.hint();
    await world.time.pass(99);
    expect(world.looks).toBe(1);
    await world.time.pass(1000);
    expect(world.looks).toBe(2);
  });

  it("does not wait for ever until it is quiet", async () => {
    const world = await started();
    for (let ms = 0; ms < 600; ms += 50) {
      world.hint();
      await world.time.pass(50);
    }
    expect(world.looks).toBe(2);
  });

  it("never looks twice at once, and once more after a change while it looked", async () => {
    const world = await started();
    world.lookMs = 300;
    world.hint();
    await world.time.pass(100);
    expect(world.looks).toBe(2);
    world.change("2", [error]);
    world.hint();
    world.hint();
    await world.time.pass(300 + 100 + 300);
    expect(world.told).toEqual(["+0 -0 =0", "+1 -0 =1"]);
    expect({ looks: world.looks, most: world.mostAtOnce }).toEqual({ looks: 3, most: 1 });
  });

  it("finds what no event told, and then no longer trusts its watches", async () => {
    const world = await started();
    await world.time.pass(40_000);
    expect(world.watches).toHaveLength(1);
    world.change("2", [error]);
    await world.time.pass(5000);
    expect(world.told).toEqual(["+0 -0 =0", "+1 -0 =1"]);
    expect(world.watches.map(({ isEnded }) => isEnded)).toEqual([true, false]);
    // Not all the time, though.
    world.change("3");
    await world.time.pass(5000);
    expect(world.watches).toHaveLength(2);
  });

  it("looks often where not all can be watched", async () => {
    const world = await started();
    world.watches[0]?.listener.onPartial("ENOSPC");
    world.change("2", [error]);
    await world.time.pass(750);
    expect(world.told).toEqual(["+0 -0 =0", "+1 -0 =1"]);
    await world.time.pass(7500);
    expect(world.looks).toBe(12);
  });

  it("rests longer after looks that take long", async () => {
    const world = await started();
    world.lookMs = 1000;
    await world.time.pass(6000);
    expect(world.looks).toBe(2);
    await world.time.pass(9999);
    expect(world.looks).toBe(2);
    await world.time.pass(1);
    expect(world.looks).toBe(3);
  });

  it("says a problem once, tries again, and watches anew once it is over", async () => {
    const world = await started();
    world.failure = gone;
    world.hint();
    await world.time.pass(5000);
    expect(world.looks).toBeGreaterThan(5);
    expect(world.problems).toEqual(["WATCH_FOLDER_GONE"]);
    world.failure = undefined;
    world.folder = { ...world.folder, signature: "2", findings: [error], identity: "2" };
    await world.time.pass(500);
    expect(world.told).toEqual(["+0 -0 =0", "+1 -0 =1"]);
    expect(world.watches.map(({ isEnded }) => isEnded)).toEqual([true, false]);
    world.failure = gone;
    world.hint();
    await world.time.pass(100);
    expect(world.problems).toEqual(["WATCH_FOLDER_GONE", "WATCH_FOLDER_GONE"]);
  });

  it("watches a folder that took the place of another", async () => {
    const world = await started();
    world.folder = { ...world.folder, identity: "2" };
    world.hint();
    await world.time.pass(100);
    expect(world.watches.map(({ isEnded }) => isEnded)).toEqual([true, false]);
  });

  it("starts where there is nothing to read yet", async () => {
    const world = new World();
    world.failure = new Error("a bug");
    world.loop.start();
    await settle();
    expect(world.problems).toEqual(["INTERNAL"]);
    world.failure = undefined;
    await world.time.pass(500);
    expect(world.told).toEqual(["+0 -0 =0"]);
  });

  it("is silent once it was stopped, also in the middle of a look", async () => {
    const world = await started();
    world.lookMs = 300;
    world.change("2", [error]);
    world.hint();
    await world.time.pass(100);
    const stopped = world.loop.stop();
    await world.time.pass(300);
    await stopped;
    world.hint();
    await world.time.pass(60_000);
    expect({ told: world.told, looks: world.looks, waiting: world.time.waiting }).toEqual({
      told: ["+0 -0 =0"],
      looks: 2,
      waiting: 0,
    });
    expect(world.watches.map(({ isEnded }) => isEnded)).toEqual([true]);
  });
});
