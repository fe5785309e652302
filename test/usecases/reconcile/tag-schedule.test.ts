import { describe, expect, it } from "vitest";

import type { Clock } from "../../../src/shared/clock.ts";
import { adopt } from "../../../src/usecases/operate/adopt.ts";
import { apply } from "../../../src/usecases/operate/apply.ts";
import { TagSchedule } from "../../../src/usecases/reconcile/observe.ts";
import { MemoryRemote } from "../../support/memory-mirror.ts";
import { filesOf, openSession } from "./world.ts";

describe("the schedule of looks at every tag", () => {
  it.each([
    { name: "is due at the start", lookedAt: undefined, minutes: 0, due: true },
    { name: "is not due right after a look", lookedAt: 0, minutes: 0, due: false },
    { name: "is not due before a quarter of an hour", lookedAt: 0, minutes: 14.9, due: false },
    { name: "is due after a quarter of an hour", lookedAt: 0, minutes: 15, due: true },
  ])("$name", ({ lookedAt, minutes, due }) => {
    let monotonicMs = 0;
    const clock: Clock = { now: () => new Date(0), monotonicMs: () => monotonicMs };
    const schedule = new TagSchedule(clock);
    if (lookedAt !== undefined) schedule.looked();
    monotonicMs = minutes * 60_000;

    expect(schedule.isDue).toBe(due);
  });
});

describe("a controller between two looks at every tag", () => {
  it("notices a foreign tag of an asset that changes, and others a quarter of an hour later", async () => {
    const remote = new MemoryRemote();
    const assets = [
      { key: "models/a", content: "1" },
      { key: "models/b", content: "1" },
    ] as const;
    const head = remote.land(filesOf({ assets }));
    let monotonicMs = 0;
    const clock: Clock = { now: () => new Date("2026-01-01"), monotonicMs: () => monotonicMs };
    const session = openSession(remote, { clock });
    await adopt(session, { withStages: false });
    for (const name of ["models/a@v7", "models/b@v7"]) remote.refs.set(`refs/tags/${name}`, head);

    expect((await apply(session)).done).toEqual([]);
    remote.land(filesOf({ assets: [{ key: "models/a", content: "2" }, assets[1]] }));
    expect((await apply(session)).done).toMatchObject([
      { kind: "record-incident", message: expect.stringContaining("models/a@v7") },
      { kind: "publish", asset: "models/a", version: "2" },
    ]);
    monotonicMs = 15 * 60_000;
    expect((await apply(session)).done).toMatchObject([
      { kind: "record-incident", message: expect.stringContaining("models/b@v7") },
    ]);
  });
});
