import { describe, expect, it, onTestFinished } from "vitest";

import { ConfigReloader } from "../../src/controller/reload.ts";
import type { ContextSource, ServeContext } from "../../src/controller/serve-context.ts";
import { CairnError } from "../../src/shared/errors.ts";
import { silentLog } from "../../src/shared/log.ts";
import { FakeTime } from "./fake-time.ts";

type Look = Awaited<ReturnType<ContextSource["look"]>> | CairnError;

const context: ServeContext = {
  registries: [],
  webhookSecrets: [],
  http: { host: "127.0.0.1", port: 0 },
  dataFolder: "/data",
};

const broken = new CairnError({ code: "CONFIG_INVALID", kind: "invalid", message: "3:1: no." });

/** A reloader over a source that gives these looks, one after the other, then no change any more. */
function reloading(looks: readonly Look[], refuse?: CairnError) {
  const time = new FakeTime();
  const lookedAt: number[] = [];
  const applied: number[] = [];
  const problems: (string | undefined)[] = [];
  let touch = (): void => undefined;
  const reloader = new ConfigReloader({
    source: {
      path: "/etc/cairn.yaml",
      look: async () => {
        const look = looks[lookedAt.length] ?? "unchanged";
        lookedAt.push(time.monotonicMs());
        if (look instanceof CairnError) throw look;
        return look;
      },
    },
    watchFile: (_path, onHint) => {
      touch = onHint;
      return async () => undefined;
    },
    timer: time,
    log: silentLog,
    onContext: async () => {
      if (refuse !== undefined) throw refuse;
      applied.push(time.monotonicMs());
    },
    onProblem: (problem) => problems.push(problem?.code),
  });
  reloader.start();
  onTestFinished(async () => reloader.stop());
  return { reloader, time, lookedAt, applied, problems, touch: () => touch() };
}

describe("ConfigReloader", () => {
  it("looks from time to time, although nobody says anything", async () => {
    const { time, lookedAt } = reloading([]);
    await time.pass(35_000);

    expect(lookedAt).toEqual([10_000, 20_000, 30_000]);
  });

  it("looks once soon after many events, and again until the file has settled", async () => {
    const { time, lookedAt, applied, touch } = reloading(["settling", "settling", context]);
    await time.pass(1000);
    for (let count = 0; count < 50; count += 1) touch();
    await time.pass(5000);

    expect(lookedAt).toEqual([1100, 1400, 1700]);
    expect(applied).toEqual([1700]);
  });

  it("says once that the file cannot be used, and once that it can again", async () => {
    const { time, problems, applied } = reloading([broken, broken, broken, context]);
    await time.pass(30_000);
    expect(problems).toEqual(["CONFIG_INVALID"]);
    expect(applied).toEqual([]);
    await time.pass(10_000);

    expect(problems).toEqual(["CONFIG_INVALID", undefined]);
    expect(applied).toEqual([40_000]);
  });

  it("has no problem any more when the file is again as it is in force", async () => {
    const { time, problems } = reloading([broken, "unchanged"]);
    await time.pass(20_000);

    expect(problems).toEqual(["CONFIG_INVALID", undefined]);
  });

  it("goes on after what was read could not be put in force", async () => {
    const { time, problems, lookedAt } = reloading([context, "unchanged"], broken);
    await time.pass(20_000);

    expect(problems).toEqual(["CONFIG_INVALID", undefined]);
    expect(lookedAt).toHaveLength(2);
  });

  it("looks no more when it was stopped, whatever is said", async () => {
    const { reloader, time, lookedAt, touch } = reloading([]);
    await reloader.stop();
    touch();
    reloader.hint();
    await time.pass(60_000);

    expect(lookedAt).toEqual([]);
    expect(time.waiting).toBe(0);
  });
});
