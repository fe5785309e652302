import { describe, expect, it, onTestFinished } from "vitest";

import { Controller } from "../../src/controller/controller.ts";
import type { ServedRegistry } from "../../src/controller/serve-context.ts";
import { silentLog } from "../../src/shared/log.ts";
import type { ApplyReport, ApplyRequest } from "../../src/usecases/app.ts";
import { appWith } from "../cli/fake-app.ts";
import { FakeTime, settle } from "./fake-time.ts";

const report: ApplyReport = {
  registry: "",
  head: "c0ffee",
  actions: [],
  done: [],
  findings: [],
  pending: [],
  workspaces: [],
  conditions: [{ type: "Ready", status: "True", reason: "Applied", message: "" }],
};

/** What happened to registries, in order: `a1 runs`, `a1 closed`. */
class World {
  readonly time = new FakeTime();
  readonly happened: string[] = [];
  /** Those whose runs end only when told, or never. */
  readonly held = new Map<string, () => void>();

  registry(name: string, revision = "1", options: Partial<ServedRegistry> = {}): ServedRegistry {
    const called = `${name}${revision}`;
    const app = appWith({
      incidents: async () => ({ items: [], next: undefined }),
      apply: async (request) => this.#apply(called, request),
      close: async () => void this.happened.push(`${called} closed`),
    });
    return { name, url: `/srv/${name}`, watchPaths: [], pollMs: 30_000, revision, app, ...options };
  }

  hold(called: string): void {
    this.held.set(called, () => undefined);
  }

  take(): readonly string[] {
    return this.happened.splice(0);
  }

  async #apply(called: string, request: ApplyRequest = {}): Promise<ApplyReport> {
    this.happened.push(`${called} runs`);
    if (this.held.has(called)) {
      await new Promise<void>((resolve) => {
        this.held.set(called, resolve);
        request.signal?.addEventListener("abort", () => this.happened.push(`${called} cancelled`));
      });
      this.happened.push(`${called} ends`);
    }
    return report;
  }
}

function start(world: World, ...registries: readonly ServedRegistry[]): Controller {
  const { time } = world;
  const controller = new Controller({
    registries,
    work: { kind: "reconcile" },
    clock: time,
    timer: time,
    random: () => 0.5,
    log: silentLog,
    limits: { graceMs: 1000, abortMs: 1000 },
  });
  onTestFinished(async () => {
    const stopping = controller.stop();
    await time.pass(10_000);
    await stopping;
  });
  controller.start();
  return controller;
}

const names = ({ view }: Controller): readonly string[] => view.registries.map(({ name }) => name);

describe("another configuration", () => {
  it("starts what is new, ends what is gone, and leaves the rest alone", async () => {
    const world = new World();
    const controller = start(world, world.registry("a"), world.registry("b"));
    await world.time.pass(0);
    expect(world.take()).toEqual(["a1 runs", "b1 runs"]);

    const registries = [world.registry("b"), world.registry("c")];
    const changes = await controller.apply({ registries, webhookSecrets: [] });
    await world.time.pass(0);

    expect(changes).toEqual({ added: ["c"], changed: [], removed: ["a"] });
    expect(world.take()).toEqual(["c1 runs", "a1 closed"]);
    expect(names(controller)).toEqual(["b", "c"]);
    await world.time.pass(30_000);
    expect(world.take()).toEqual(["b1 runs", "c1 runs"]);
  });

  it("makes what is different anew when its run in flight has ended, and not before", async () => {
    const world = new World();
    world.hold("a1");
    const controller = start(world, world.registry("a"), world.registry("b"));
    await world.time.pass(200);
    world.take();
    const registries = [world.registry("a", "2"), world.registry("b")];
    const applying = controller.apply({ registries, webhookSecrets: [] });
    await world.time.pass(500);
    expect(world.take()).toEqual([]);
    world.held.get("a1")?.();

    expect(await applying).toEqual({ added: [], changed: ["a"], removed: [] });
    await world.time.pass(200);
    expect(world.take()).toEqual(["a1 ends", "a1 closed", "a2 runs"]);
  });

  it("cancels a run in flight that takes too long", async () => {
    const world = new World();
    world.hold("a1");
    const controller = start(world, world.registry("a"));
    await world.time.pass(0);
    const applying = controller.apply({ registries: [], webhookSecrets: [] });
    await world.time.pass(999);
    expect(world.take()).toEqual(["a1 runs"]);
    await world.time.pass(1);
    expect(world.take()).toEqual(["a1 cancelled"]);
    world.held.get("a1")?.();
    await applying;

    expect(world.take()).toEqual(["a1 ends", "a1 closed"]);
    expect(names(controller)).toEqual([]);
  });

  it("never runs two of one name at once, even when the old one does not end", async () => {
    const world = new World();
    world.hold("a1");
    const controller = start(world, world.registry("a"));
    await world.time.pass(0);
    const applying = controller.apply({
      registries: [world.registry("a", "2")],
      webhookSecrets: [],
    });
    await world.time.pass(5000);
    await applying;
    await world.time.pass(100_000);
    expect(world.take()).toEqual(["a1 runs", "a1 cancelled"]);
    world.held.get("a1")?.();
    await world.time.pass(200);

    expect(world.take()).toEqual(["a1 ends", "a1 closed", "a2 runs"]);
  });

  it("does not make the others wait for one that does not end", async () => {
    const world = new World();
    world.hold("a1");
    const controller = start(world, world.registry("a"), world.registry("b"));
    await world.time.pass(0);
    world.take();
    const registries = [world.registry("b", "2"), world.registry("c")];
    const applying = controller.apply({ registries, webhookSecrets: [] });
    await world.time.pass(200);

    expect(world.take()).toEqual(["c1 runs", "b1 closed", "b2 runs"]);
    await world.time.pass(2000);
    await applying;
  });

  it("is refused as a whole when an entry is wrong", async () => {
    const world = new World();
    const controller = start(world, world.registry("a"));
    await world.time.pass(0);
    world.take();
    const wrong = world.registry("b", "1", { resyncCron: "* * *" });
    const applying = controller.apply({ registries: [wrong], webhookSecrets: ["new"] });

    await expect(applying).rejects.toMatchObject({ code: "CONTROLLER_CRON_INVALID" });
    expect(names(controller)).toEqual(["a"]);
    expect(controller.view.webhooks.secrets).toEqual([]);
    expect(world.take()).toEqual([]);
  });

  it("may leave nothing to serve, and something again", async () => {
    const world = new World();
    const controller = start(world, world.registry("a"));
    await world.time.pass(0);
    await controller.apply({ registries: [], webhookSecrets: [] });
    expect(names(controller)).toEqual([]);
    await controller.apply({ registries: [world.registry("a")], webhookSecrets: [] });
    await world.time.pass(0);

    expect(world.take()).toEqual(["a1 runs", "a1 closed", "a1 runs"]);
    const text = await controller.view.metrics.render();
    expect(text).toContain('cairn_config_reloads_total{outcome="ok"} 2');
  });

  it("forgets the numbers of what is gone", async () => {
    const world = new World();
    const controller = start(world, world.registry("a"), world.registry("b"));
    await world.time.pass(0);
    await controller.apply({ registries: [world.registry("b")], webhookSecrets: [] });
    const text = await controller.view.metrics.render();

    expect(text).not.toContain('registry="a"');
    expect(text).toContain('cairn_reconcile_total{registry="b",outcome="ok"} 1');
    expect(text).toContain('cairn_reconcile_duration_seconds_count{registry="b"} 1');
  });

  it("does not start what comes while everything stops", async () => {
    const world = new World();
    world.hold("a1");
    const controller = start(world, world.registry("a"));
    await world.time.pass(0);
    const replacing = controller.apply({
      registries: [world.registry("a", "2")],
      webhookSecrets: [],
    });
    await settle();
    const stopping = controller.stop();
    const late = controller.apply({ registries: [world.registry("b")], webhookSecrets: [] });
    world.held.get("a1")?.();
    await Promise.all([stopping, replacing, late]);
    await world.time.pass(100_000);

    expect(world.take()).toEqual(["a1 runs", "a1 ends", "a1 closed"]);
    expect(world.time.waiting).toBe(0);
  });
});

describe("one registry that is ill", () => {
  it.each([
    { name: "hangs", apply: async () => new Promise<never>(() => undefined) },
    { name: "throws", apply: () => Promise.reject(new Error("poisoned")) },
    {
      name: "throws before it promises",
      apply: () => {
        throw new Error("poisoned");
      },
    },
  ])("which $name does not keep the others from running", async ({ apply }) => {
    const world = new World();
    const ill = Array.from({ length: 5 }, (_, index) =>
      world.registry(`ill${index}`, "1", {
        app: appWith({ apply, incidents: async () => ({ items: [], next: undefined }) }),
      }),
    );
    start(world, ...ill, world.registry("well"));
    await world.time.pass(60_000);

    expect(world.take().filter((line) => line === "well1 runs").length).toBeGreaterThan(0);
  });
});

describe("hints of a host", () => {
  function withId(world: World, name: string, answers: readonly (string | undefined | Error)[]) {
    let asked = 0;
    const repositoryId = async (): Promise<string | undefined> => {
      const answer = answers[Math.min(asked, answers.length - 1)];
      asked += 1;
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return {
      registry: world.registry(name, "1", { webhook: { repositoryId } }),
      asked: () => asked,
    };
  }

  it("reach the registry with that number only, at once", async () => {
    const world = new World();
    const a = withId(world, "a", ["1"]);
    const b = withId(world, "b", ["2"]);
    const { view } = start(world, a.registry, b.registry, world.registry("c"));
    await world.time.pass(1000);
    view.webhooks.hint("0");
    await world.time.pass(1000);
    world.take();

    expect(view.webhooks.hint("2")).toBe(true);
    await world.time.pass(0);
    expect(world.take()).toEqual(["b1 runs"]);
    expect(view.webhooks.hint("3")).toBe(false);
    await world.time.pass(1000);
    expect(world.take()).toEqual([]);
  });

  it("ask the host once, however many there are and whoever they mean", async () => {
    const world = new World();
    const a = withId(world, "a", ["1"]);
    const { view } = start(world, a.registry);
    await world.time.pass(1000);
    expect(a.asked()).toBe(0);
    world.take();
    for (let count = 0; count < 1000; count += 1) view.webhooks.hint(String(count % 7));
    await world.time.pass(50);
    expect(world.take()).toEqual(["a1 runs"]);
    await world.time.pass(100_000);
    for (let count = 0; count < 1000; count += 1) view.webhooks.hint("9");

    expect(a.asked()).toBe(1);
  });

  it("ask again after a while when the host did not say", async () => {
    const world = new World();
    const a = withId(world, "a", [new Error("down"), undefined, "1"]);
    const { view } = start(world, a.registry);
    const asked: number[] = [];
    for (let minute = 0; minute < 4; minute += 1) {
      for (let count = 0; count < 10; count += 1) view.webhooks.hint("1");
      await world.time.pass(60_000);
      asked.push(a.asked());
    }

    expect(asked).toEqual([1, 2, 3, 3]);
    expect(view.webhooks.hint("1")).toBe(true);
  });
});
