import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { PlannedAction, WorkspaceOutcome } from "../usecases/app.ts";

export interface CountedWork {
  readonly done: readonly PlannedAction[];
  readonly workspaces: readonly WorkspaceOutcome[];
}

/** From a poll that finds nothing to a first sync of many gigabytes. */
const durationBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

/** What Prometheus sees of one controller; its own registry, so that two can live in one process. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #registers = [this.#registry];

  readonly #runs = new Counter({
    name: "cairn_reconcile_total",
    help: "Reconciles that ended, by outcome.",
    labelNames: ["registry", "outcome"],
    registers: this.#registers,
  });

  readonly #durations = new Histogram({
    name: "cairn_reconcile_duration_seconds",
    help: "How long reconciles took.",
    labelNames: ["registry"],
    buckets: durationBuckets,
    registers: this.#registers,
  });

  readonly #published = new Counter({
    name: "cairn_versions_published_total",
    help: "Versions that this process published.",
    labelNames: ["registry"],
    registers: this.#registers,
  });

  readonly #delivered = new Counter({
    name: "cairn_delivered_bytes_total",
    help: "Bytes that this process delivered to workspaces.",
    labelNames: ["registry", "workspace"],
    registers: this.#registers,
  });

  readonly #incidents = new Gauge({
    name: "cairn_open_incidents",
    help: "Incidents that nobody has resolved.",
    labelNames: ["registry"],
    registers: this.#registers,
  });

  readonly #depth = new Gauge({
    name: "cairn_queue_depth",
    help: "Registries that are due, running or waiting for their next try.",
    registers: this.#registers,
  });

  readonly #queueDepth: () => number;

  constructor(queueDepth: () => number) {
    this.#queueDepth = queueDepth;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  async render(): Promise<string> {
    this.#depth.set(this.#queueDepth());
    return this.#registry.metrics();
  }

  observeRun(registry: string, outcome: "ok" | "failed", durationMs: number): void {
    this.#runs.inc({ registry, outcome });
    this.#durations.observe({ registry }, durationMs / 1000);
  }

  countWork(registry: string, { done, workspaces }: CountedWork): void {
    this.#published.inc({ registry }, done.filter(({ kind }) => kind === "publish").length);
    for (const { workspace, sizeBytes } of workspaces) {
      this.#delivered.inc({ registry, workspace }, sizeBytes);
    }
  }

  setOpenIncidents(registry: string, count: number): void {
    this.#incidents.set({ registry }, count);
  }
}
