import { describe, expect, it, onTestFinished } from "vitest";
import { Controller, type ControllerOptions } from "../../src/controller/controller.ts";
import type { ServedRegistry } from "../../src/controller/serve-context.ts";
import { CairnError } from "../../src/shared/errors.ts";
import { silentLog } from "../../src/shared/log.ts";
import type { App, ApplyReport, ApplyRequest } from "../../src/usecases/app.ts";
import { appWith } from "../cli/fake-app.ts";
import { FakeTime, settle } from "./fake-time.ts";

const report: ApplyReport = {
  registry: "contoso-ml",
  head: "c0ffee",
  actions: [],
  done: [],
  findings: [],
  pending: [],
  workspaces: [],
  conditions: [{ type: "Ready", status: "True", reason: "Applied", message: "All is well." }],
};

const delivered: ApplyReport["workspaces"][number] = {
  workspace: "dev",
  outcome: "synced",
  delivered: 1,
  removed: 0,
  sizeBytes: 2048,
};

function registryWith(name: string, app: App): ServedRegistry {
  return { name, url: `/srv/${name}`, watchPaths: [], pollMs: 30_000, revision: "1", app };
}

function controllerWith(answers: Partial<App>, options: Partial<ControllerOptions> = {}) {
  const time = new FakeTime();
  const app = appWith({ incidents: async () => ({ items: [], next: undefined }), ...answers });
  const controller = new Controller({
    registries: [registryWith("contoso-ml", app)],
    work: { kind: "reconcile" },
    clock: time,
    timer: time,
    random: () => 0.5,
    log: silentLog,
    ...options,
  });
  const [view] = controller.view.registries;
  if (!view) throw new Error("The controller has no registry.");
  onTestFinished(async () => {
    const stopping = controller.stop();
    await time.pass(100_000);
    await stopping;
  });
  return { controller, view, time };
}

/** The conditions that hold. */
function holding(view: ReturnType<typeof controllerWith>["view"]): readonly string[] {
  return view.conditions().flatMap(({ type, status }) => (status === "True" ? [type] : []));
}

describe("Controller", () => {
  it("reconciles at the start and with every poll", async () => {
    let runs = 0;
    const apply = async () => {
      runs += 1;
      return report;
    };
    const { controller, view, time } = controllerWith({ apply });
    expect(view.stallReason()).toBeDefined();
    controller.start();
    await time.pass(0);
    expect(runs).toBe(1);
    expect(view.stallReason()).toBeUndefined();
    await time.pass(90_000);

    expect(runs).toBe(4);
    expect(holding(view)).toEqual(["Ready"]);
  });

  it("stalls on what only a person can change, and looks again with the next poll", async () => {
    let runs = 0;
    const apply = async (): Promise<ApplyReport> => {
      runs += 1;
      if (runs > 1) return report;
      throw new CairnError({ code: "REGISTRY_INVALID", kind: "invalid", message: "Broken." });
    };
    const { controller, view, time } = controllerWith({ apply });
    controller.start();
    await time.pass(20_000);
    expect(runs).toBe(1);
    expect(holding(view)).toEqual(["Stalled"]);
    await time.pass(10_000);

    expect(holding(view)).toEqual(["Ready"]);
  });

  it("tries again soon after a workspace failed", async () => {
    let runs = 0;
    const apply = async (): Promise<ApplyReport> => {
      runs += 1;
      return {
        ...report,
        workspaces: [{ ...delivered, outcome: runs === 1 ? "failed" : "synced" }],
      };
    };
    const { controller, time } = controllerWith({ apply });
    controller.start();
    await time.pass(5000);

    expect(runs).toBe(2);
  });

  it("cancels a run without progress, and never starts a second beside it", async () => {
    let running = 0;
    let most = 0;
    let letGo = (): void => undefined;
    const apply = async ({ signal, onProgress }: ApplyRequest = {}): Promise<ApplyReport> => {
      running += 1;
      most = Math.max(most, running);
      onProgress?.({ step: "hash", done: 1, total: 2, doneBytes: 0, totalBytes: 0 });
      await new Promise<void>((resolve) => {
        letGo = resolve;
      });
      running -= 1;
      signal?.throwIfAborted();
      return report;
    };
    const { controller, view, time } = controllerWith(
      { apply },
      { limits: { noProgressMs: 5000 } },
    );
    controller.start();
    await time.pass(4000);
    expect(holding(view)).toEqual(["Reconciling"]);
    await time.pass(100_000);
    expect(view.stallReason()).toBeDefined();
    expect(holding(view)).toEqual(["Degraded"]);
    letGo();
    await time.pass(60_000);

    expect(most).toBe(1);
    letGo();
  });

  it("calls it a loop when every run changes something on an unchanged branch", async () => {
    const removal = { kind: "write-index", workspace: "dev" } as const;
    let runs = 0;
    const apply = async (): Promise<ApplyReport> => {
      runs += 1;
      return { ...report, done: [removal] };
    };
    const { controller, view, time } = controllerWith({ apply });
    controller.start();
    await time.pass(30_000 * 25);

    expect(runs).toBeGreaterThan(20);
    expect(holding(view)).toEqual(["Stalled"]);
    expect(view.conditions()).toContainEqual(expect.objectContaining({ reason: "LoopDetected" }));
  });

  it("lets the run in flight finish before it stops", async () => {
    let letGo = (): void => undefined;
    let isFinished = false;
    const apply = async (): Promise<ApplyReport> => {
      await new Promise<void>((resolve) => {
        letGo = resolve;
      });
      isFinished = true;
      return report;
    };
    const { controller, time } = controllerWith({ apply });
    controller.start();
    await time.pass(0);
    const stopping = controller.stop();
    await settle();
    letGo();
    await stopping;

    expect(isFinished).toBe(true);
  });

  it("stops in bounded time when a run hangs", async () => {
    let signal: AbortSignal | undefined;
    const apply = async (request: ApplyRequest = {}): Promise<ApplyReport> => {
      signal = request.signal;
      return new Promise(() => undefined);
    };
    const limits = { graceMs: 1000, abortMs: 1000 };
    const { controller, time } = controllerWith({ apply }, { limits });
    controller.start();
    await time.pass(0);
    const stopping = controller.stop();
    await time.pass(2000);
    await stopping;

    expect(signal?.aborted).toBe(true);
  });

  it("only syncs, as an agent", async () => {
    const asked: unknown[] = [];
    const sync: App["sync"] = async (request) => {
      asked.push(request?.workspaces);
      return { registry: "contoso-ml", workspaces: [delivered] };
    };
    const work = { kind: "sync", workspaces: ["prod-*"] } as const;
    const { controller, view, time } = controllerWith({ sync }, { work });
    controller.start();
    await time.pass(0);

    expect(asked).toEqual([["prod-*"]]);
    expect(holding(view)).toEqual(["Ready"]);
  });

  it("goes on at once when there is more to do, but not for ever", async () => {
    let runs = 0;
    const apply = async (): Promise<ApplyReport> => {
      runs += 1;
      const again = { ...report, again: runs !== 2 };
      return again;
    };
    const { controller, time } = controllerWith({ apply });
    controller.start();
    await time.pass(1000);
    expect(runs).toBe(2);
    await time.pass(40_000);

    expect(runs).toBeGreaterThan(10);
    expect(runs).toBeLessThan(30);
  });

  it("counts what it did", async () => {
    const apply = async (): Promise<ApplyReport> => ({ ...report, workspaces: [delivered] });
    const incidents = async () => ({
      items: [{ id: "x", kind: "tag-moved" as const, at: "", message: "", resolved: undefined }],
      next: undefined,
    });
    const { controller, time } = controllerWith({ apply, incidents });
    controller.start();
    await time.pass(0);
    const text = await controller.view.metrics.render();

    expect(text).toContain('cairn_reconcile_total{registry="contoso-ml",outcome="ok"} 1');
    expect(text).toContain(
      'cairn_delivered_bytes_total{registry="contoso-ml",workspace="dev"} 2048',
    );
    expect(text).toContain('cairn_open_incidents{registry="contoso-ml"} 1');
    expect(text).toContain("cairn_queue_depth 0");
  });

  it("has nothing to do without a registry", () => {
    const start = () => controllerWith({}, { registries: [] });

    expect(start).toThrow(expect.objectContaining({ code: "CONTROLLER_NOTHING_TO_SERVE" }));
  });

  it("refuses a bad cron entry before anything runs", async () => {
    const time = new FakeTime();
    const app = appWith({});
    const { controller } = controllerWith(
      {},
      {
        registries: [{ ...registryWith("a", app), pollMs: 1000, resyncCron: "* * *" }],
        timer: time,
      },
    );

    expect(() => controller.start()).toThrow(
      expect.objectContaining({ code: "CONTROLLER_CRON_INVALID" }),
    );
    await time.pass(10_000);
  });
});
