import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs } from "../../src/controller/backoff.ts";
import { WorkQueue, type QueueOptions, type RunResult } from "../../src/controller/queue.ts";
import { FakeTime, settle } from "./fake-time.ts";

const done: RunResult = { retry: false };

function queueWith(time: FakeTime, options: Partial<QueueOptions>): WorkQueue {
  return new WorkQueue({
    run: async () => done,
    concurrency: 4,
    slowMs: 30_000,
    slowPlaces: 2,
    restMs: 100,
    backoff: { baseMs: 1000, maxMs: 60_000 },
    timer: time,
    random: () => 1,
    ...options,
  });
}

/** Runs that end when the test says so. */
function heldRuns() {
  const started: string[] = [];
  const ends: ((result: RunResult) => void)[] = [];
  const run = async (name: string): Promise<RunResult> => {
    started.push(name);
    return new Promise((resolve) => ends.push(resolve));
  };
  return { started, run, end: (result: RunResult = done) => ends.shift()?.(result) };
}

describe("WorkQueue", () => {
  it("holds a name once", async () => {
    const { started, run } = heldRuns();
    const queue = queueWith(new FakeTime(), { run, concurrency: 1 });
    for (const name of ["a", "b", "b", "b"]) queue.enqueue(name);
    await settle();

    expect(started).toEqual(["a"]);
    expect(queue.depth).toBe(2);
  });

  it("runs again what was asked for while it ran, once and after a rest", async () => {
    const time = new FakeTime();
    const { started, run, end } = heldRuns();
    const queue = queueWith(time, { run });
    for (const name of ["a", "a", "a"]) queue.enqueue(name);
    end();
    await time.pass(99);
    expect(started).toEqual(["a"]);
    await time.pass(1);
    end();
    await time.pass(1000);

    expect(started).toEqual(["a", "a"]);
    expect(queue.depth).toBe(0);
  });

  it("backs off after failures and starts anew after a success", async () => {
    const time = new FakeTime();
    const startedAt: number[] = [];
    const results: RunResult[] = [{ retry: true }, { retry: true }, done, { retry: true }, done];
    const queue = queueWith(time, {
      run: async () => {
        startedAt.push(time.monotonicMs());
        return results[startedAt.length - 1] ?? done;
      },
    });
    queue.enqueue("a");
    await time.pass(10_000);
    queue.enqueue("a");
    await time.pass(10_000);

    expect(startedAt).toEqual([0, 1000, 3000, 10_000, 11_000]);
  });

  it("waits as long as the dependency asked, whatever the triggers say", async () => {
    const time = new FakeTime();
    const startedAt: number[] = [];
    const queue = queueWith(time, {
      run: async () => {
        startedAt.push(time.monotonicMs());
        return startedAt.length === 1 ? { retry: true, afterMs: 30_000 } : done;
      },
    });
    queue.enqueue("a");
    await time.pass(5000);
    queue.enqueue("a");
    await time.pass(60_000);

    expect(startedAt).toEqual([0, 30_000]);
  });

  it("takes a rejection for a failure to retry", async () => {
    const time = new FakeTime();
    let runs = 0;
    const queue = queueWith(time, {
      run: async () => {
        runs += 1;
        if (runs === 1) throw new Error("unexpected");
        return done;
      },
    });
    queue.enqueue("a");
    await time.pass(1000);

    expect(runs).toBe(2);
  });

  it("stops: waits for what runs, starts nothing more", async () => {
    const time = new FakeTime();
    const { started, run, end } = heldRuns();
    const queue = queueWith(time, { run, concurrency: 1 });
    queue.enqueue("a");
    queue.enqueue("b");
    let stopped = false;
    const stopping = queue.stop().then(() => (stopped = true));
    queue.enqueue("c");
    await settle();
    expect(stopped).toBe(false);
    end({ retry: true });
    await stopping;
    await time.pass(100_000);

    expect(started).toEqual(["a"]);
    expect(queue.depth).toBe(0);
    expect(time.waiting).toBe(0);
  });

  it("rests after a run, and runs once for all that was asked meanwhile", async () => {
    const time = new FakeTime();
    const startedAt: number[] = [];
    const queue = queueWith(time, {
      run: async () => {
        startedAt.push(time.monotonicMs());
        return done;
      },
    });
    for (let count = 0; count < 999; count += 1) {
      queue.enqueue("a");
      await time.pass(1);
    }

    expect(startedAt).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
  });

  it("lets names take turns, however often one of them is asked for", async () => {
    const time = new FakeTime();
    const started: string[] = [];
    const queue = queueWith(time, {
      concurrency: 1,
      restMs: 0,
      run: async (name) => {
        started.push(name);
        if (started.length < 10) queue.enqueue("busy");
        return done;
      },
    });
    queue.enqueue("busy");
    queue.enqueue("b");
    queue.enqueue("c");
    await time.pass(0);

    expect(started.slice(0, 4)).toEqual(["busy", "b", "c", "busy"]);
  });

  it("runs again when a run says that there is more to do", async () => {
    const time = new FakeTime();
    const results: RunResult[] = [{ retry: false, again: true }, done];
    let runs = 0;
    const run = async (): Promise<RunResult> => results[runs++] ?? done;
    queueWith(time, { run }).enqueue("a");
    await time.pass(10_000);

    expect(runs).toBe(2);
  });

  it("gives the place of a slow run to others, as far as there are slow places", async () => {
    const time = new FakeTime();
    const { started, run } = heldRuns();
    const queue = queueWith(time, { run, concurrency: 1, slowMs: 1000, slowPlaces: 2 });
    for (const name of ["a", "b", "c", "d"]) queue.enqueue(name);
    await time.pass(999);
    expect(started).toEqual(["a"]);
    await time.pass(1);
    expect(started).toEqual(["a", "b"]);
    await time.pass(60_000);

    expect(started).toEqual(["a", "b", "c"]);
  });

  it("forgets a name that is removed, and waits for its run", async () => {
    const time = new FakeTime();
    const { started, run, end } = heldRuns();
    const queue = queueWith(time, { run, concurrency: 1 });
    queue.enqueue("a");
    queue.enqueue("b");
    queue.enqueue("a");
    let isRemoved = false;
    void queue.remove("b");
    const removing = queue.remove("a").then(() => (isRemoved = true));
    await settle();
    expect(isRemoved).toBe(false);
    end({ retry: true });
    await removing;
    await time.pass(100_000);

    expect(started).toEqual(["a"]);
    expect(queue.depth).toBe(0);
  });

  it("never runs a name twice at once, never loses one, keeps its bound", async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("enqueue" as const), name: fc.constantFrom("a", "b", "c", "d") }),
      fc.record({ do: fc.constant("end" as const), retry: fc.boolean() }),
      fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 5000 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const time = new FakeTime();
        const running: { name: string; end: (result: RunResult) => void }[] = [];
        const owed = new Set<string>();
        const problems: string[] = [];
        const run = async (name: string): Promise<RunResult> => {
          if (running.some((item) => item.name === name)) problems.push(`${name} runs twice`);
          if (running.length >= 3) problems.push("more than two at once, and a slow one");
          owed.delete(name);
          return new Promise((end) => running.push({ name, end }));
        };
        const queue = queueWith(time, { run, concurrency: 2, slowPlaces: 1 });
        for (const item of steps) {
          if (item.do === "enqueue") {
            owed.add(item.name);
            queue.enqueue(item.name);
          } else if (item.do === "end") running.shift()?.end({ retry: item.retry });
          await time.pass(item.do === "pass" ? item.ms : 0);
        }
        for (let rest = 0; rest < 20; rest += 1) {
          running.shift()?.end(done);
          await time.pass(60_000);
        }

        expect(problems).toEqual([]);
        expect([...owed]).toEqual([]);
        expect(queue.depth).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe("backoffMs", () => {
  it("stays within its bounds for every attempt", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
        const delayMs = backoffMs(attempt, { baseMs: 1000, maxMs: 60_000 }, () => chance);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(60_000);
      }),
    );
  });
});
