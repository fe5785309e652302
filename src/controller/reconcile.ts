import type { Clock } from "../shared/clock.ts";
import { toCairnError, type CairnError } from "../shared/errors.ts";
import type { Logger } from "../shared/log.ts";
import type { ApplyRequest, Condition, WorkspaceOutcome } from "../usecases/app.ts";
import {
  conditionsAfter,
  conditionsAfterError,
  conditionsAfterSync,
  conditionsOfLoop,
  conditionsWhileRunning,
  isRetried,
  updateConditions,
  type TimedCondition,
} from "./conditions.ts";
import { noProgress } from "./errors.ts";
import { logAction, logOutcome } from "./log-work.ts";
import type { CountedWork, Metrics } from "./metrics.ts";
import type { RunResult } from "./queue.ts";
import type { ServedRegistry } from "./serve-context.ts";
import type { Timer } from "./timer.ts";
import { startWatchdog } from "./watchdog.ts";

/** Whole registries, or only some of their workspaces. */
export type Work =
  | { readonly kind: "reconcile" }
  | { readonly kind: "sync"; readonly workspaces: readonly string[] };

export interface LoopOptions {
  readonly registry: ServedRegistry;
  readonly work: Work;
  /** Ends the run in flight when the controller cannot wait for it any longer. */
  readonly signal: AbortSignal;
  readonly noProgressMs: number;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Logger;
  readonly metrics: Metrics;
}

interface Outcome extends CountedWork {
  readonly head: string | undefined;
  readonly conditions: readonly Condition[];
  /** There is more to do, and nothing will say so. */
  readonly again?: boolean;
}

/** Runs in a row that change something on an unchanged branch, until it is called a loop. */
const loopLimit = 20;

/** One registry's loop: runs the work, and remembers how it went. */
export class ReconcileLoop {
  readonly #options: LoopOptions;
  #conditions: readonly TimedCondition[] = [];
  #triedAt: Date | undefined;
  #progressAtMs: number;
  #isRunning = false;
  #isStuck = false;
  #isVerifyDue = false;
  #selfCaused = { head: "", runs: 0 };
  /** Runs in a row that asked for another one. */
  #asked = 0;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#progressAtMs = options.clock.monotonicMs();
  }

  get conditions(): readonly TimedCondition[] {
    return this.#conditions;
  }

  /** When the first run ended, whatever its outcome. */
  get triedAt(): Date | undefined {
    return this.#triedAt;
  }

  /** The next run also hashes again what the workspaces hold. */
  requestVerify(): void {
    this.#isVerifyDue = true;
  }

  /** Why this loop does not get on, or `undefined` when it does. */
  stallReason(idleLimitMs: number): string | undefined {
    if (this.#triedAt === undefined) return "The first reconcile has not ended yet.";
    if (this.#isStuck) return "A cancelled reconcile has not ended.";
    const sinceMs = this.#options.clock.monotonicMs() - this.#progressAtMs;
    const limitMs = this.#isRunning ? this.#options.noProgressMs : idleLimitMs;
    return sinceMs > limitMs ? `No progress for ${Math.round(sinceMs / 1000)} s.` : undefined;
  }

  /** Never rejects. */
  async run(): Promise<RunResult> {
    const { clock, metrics, registry } = this.#options;
    const startedMs = clock.monotonicMs();
    this.#isRunning = true;
    this.#progressAtMs = startedMs;
    this.#setConditions(conditionsWhileRunning(this.#conditions));
    let result: RunResult;
    let hasFailed = false;
    try {
      result = this.#succeed(await this.#runWatched());
      hasFailed = result.retry;
    } catch (error) {
      hasFailed = true;
      result = this.#fail(toCairnError(error));
    }
    this.#isRunning = false;
    this.#isStuck = false;
    this.#triedAt ??= clock.now();
    this.#progressAtMs = clock.monotonicMs();
    metrics.observeRun(registry.name, hasFailed ? "failed" : "ok", clock.monotonicMs() - startedMs);
    return result;
  }

  /** Cancels what makes no progress; the name stays taken until the work has really ended. */
  async #runWatched(): Promise<Outcome> {
    const { timer, noProgressMs, signal, clock } = this.#options;
    const hung = new AbortController();
    const watchdog = startWatchdog(timer, noProgressMs, () => {
      this.#isStuck = true;
      this.#setConditions(conditionsAfterError(noProgress(noProgressMs)));
      hung.abort();
    });
    const request: ApplyRequest = {
      signal: AbortSignal.any([signal, hung.signal]),
      onProgress: () => {
        this.#progressAtMs = clock.monotonicMs();
        watchdog.touch();
      },
    };
    try {
      const outcome = await this.#work(request);
      await this.#verifyIfDue(request);
      await this.#countIncidents();
      return outcome;
    } catch (error) {
      throw hung.signal.aborted ? noProgress(noProgressMs) : error;
    } finally {
      watchdog.end();
    }
  }

  async #work(request: ApplyRequest): Promise<Outcome> {
    const { work, registry } = this.#options;
    if (work.kind === "reconcile") return registry.app.apply(request);
    const { workspaces } = await registry.app.sync({ ...request, workspaces: work.workspaces });
    return { done: [], workspaces, head: undefined, conditions: conditionsAfterSync(workspaces) };
  }

  async #verifyIfDue(request: ApplyRequest): Promise<void> {
    if (!this.#isVerifyDue) return;
    const { work, registry, log } = this.#options;
    const workspaces = work.kind === "sync" ? work.workspaces : [];
    const report = await registry.app.verify({ ...request, workspaces, repair: true });
    this.#isVerifyDue = false;
    for (const { workspace, problems } of report.workspaces) {
      for (const { problem, key, repaired } of problems) {
        log.warn({ workspace, problem, key, repaired }, "verify found a problem");
      }
      log.info({ workspace, problems: problems.length }, "verified");
    }
  }

  /** A number for a graph: it must not fail what has been done. */
  async #countIncidents(): Promise<void> {
    const { registry, metrics, log } = this.#options;
    try {
      const { items } = await registry.app.incidents();
      metrics.setOpenIncidents(registry.name, items.filter((item) => !item.resolved).length);
    } catch (error) {
      log.debug({ error }, "incidents could not be counted");
    }
  }

  #succeed(outcome: Outcome): RunResult {
    const { log, metrics, registry } = this.#options;
    metrics.countWork(registry.name, outcome);
    for (const action of outcome.done) logAction(log, action);
    for (const workspace of outcome.workspaces) logOutcome(log, workspace);
    if (this.#isLoop(outcome)) {
      this.#setConditions(conditionsOfLoop(loopLimit));
      log.error({ runs: loopLimit }, "reconciling goes round in circles; waiting for a new commit");
      return { retry: false };
    }
    this.#setConditions(conditionsAfter(outcome.conditions));
    if (outcome.workspaces.some(isFailed)) return { retry: true };
    this.#asked = outcome.again === true ? this.#asked + 1 : 0;
    return { retry: false, again: this.#asked > 0 && this.#asked < loopLimit };
  }

  #fail(error: CairnError): RunResult {
    const { log } = this.#options;
    this.#setConditions(conditionsAfterError(error));
    log.error({ error }, "reconcile failed");
    if (!isRetried(error)) return { retry: false };
    const { retryAfterMs } = error;
    return retryAfterMs === undefined ? { retry: true } : { retry: true, afterMs: retryAfterMs };
  }

  #isLoop({ head, done }: Outcome): boolean {
    const isSame = head !== undefined && head === this.#selfCaused.head && done.length > 0;
    this.#selfCaused = { head: head ?? "", runs: isSame ? this.#selfCaused.runs + 1 : 0 };
    return this.#selfCaused.runs >= loopLimit;
  }

  #setConditions(next: readonly Condition[]): void {
    this.#conditions = updateConditions(this.#conditions, next, this.#options.clock.now());
  }
}

function isFailed({ outcome }: WorkspaceOutcome): boolean {
  return outcome === "failed";
}
