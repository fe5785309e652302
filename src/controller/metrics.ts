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

  readonly #deliveries = new Counter({
    name: "cairn_webhook_deliveries_total",
    help: "Deliveries of webhooks, by what became of them.",
    labelNames: ["outcome"],
    registers: this.#registers,
  });

  readonly #configValid = new Gauge({
    name: "cairn_config_valid",
    help: "1 when the configuration is in force as it is written, 0 while an earlier one is.",
    registers: this.#registers,
  });

  readonly #reloads = new Counter({
    name: "cairn_config_reloads_total",
    help: "Changes of the configuration that were seen, by outcome.",
    labelNames: ["outcome"],
    registers: this.#registers,
  });

  readonly #queueDepth: () => number;

  constructor(queueDepth: () => number) {
    this.#queueDepth = queueDepth;
    this.#configValid.set(1);
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

  countDelivery(outcome: string): void {
    this.#deliveries.inc({ outcome });
  }

  observeReload(outcome: "ok" | "failed"): void {
    this.#reloads.inc({ outcome });
  }

  setConfigValid(isValid: boolean): void {
    this.#configValid.set(isValid ? 1 : 0);
  }

  /** A registry that is not served any more has no numbers. */
  async forget(registry: string): Promise<void> {
    for (const metric of [this.#runs, this.#published, this.#delivered, this.#incidents]) {
      const { values } = await metric.get();
      for (const { labels } of values) {
        if (labels["registry"] === registry) metric.remove(labels);
      }
    }
    this.#durations.remove({ registry });
  }
}
