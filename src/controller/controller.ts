import type { Clock } from "../shared/clock.ts";
import type { Logger } from "../shared/log.ts";
import { nothingToServe } from "./errors.ts";
import { defaultLimits, type ControllerLimits } from "./limits.ts";
import { Member, type MemberOptions, type RegistryView } from "./member.ts";
import { Metrics } from "./metrics.ts";
import { WorkQueue } from "./queue.ts";
import type { Work } from "./reconcile.ts";
import type { ServeContext, ServedRegistry } from "./serve-context.ts";
import type { Timer } from "./timer.ts";
import { checkTriggers } from "./triggers/start.ts";

export interface ControllerOptions {
  readonly registries: readonly ServedRegistry[];
  readonly webhookSecrets?: readonly string[];
  readonly work: Work;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: () => number;
  readonly log: Logger;
  readonly limits?: Partial<ControllerLimits>;
}

/** The controller as HTTP sees it; what it says is always of now. */
export interface ControllerView {
  readonly registries: readonly RegistryView[];
  readonly webhooks: {
    readonly secrets: readonly string[];
    hint(repositoryId: string): boolean;
    count(outcome: string): void;
  };
  configProblem(): string | undefined;
  readonly metrics: Pick<Metrics, "contentType" | "render">;
}

/** What a new configuration did. */
export interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** Keeps registries true from `start` to `stop`. */
export class Controller {
  readonly #log: Logger;
  readonly #queue: WorkQueue;
  readonly #metrics: Metrics;
  readonly #shared: MemberOptions;
  readonly #members = new Map<string, Member>();
  #webhookSecrets: readonly string[];
  #configProblem: string | undefined;
  #isStopping = false;
  #applying: Promise<unknown> = Promise.resolve();

  constructor(options: ControllerOptions) {
    const { registries, timer, random, webhookSecrets = [] } = options;
    if (registries.length === 0) throw nothingToServe();
    const limits = { ...defaultLimits, ...options.limits };
    this.#log = options.log;
    this.#webhookSecrets = webhookSecrets;
    this.#queue = new WorkQueue({
      ...limits,
      run: async (name) => (await this.#members.get(name)?.run()) ?? { retry: false },
      backoff: { baseMs: limits.backoffBaseMs, maxMs: limits.backoffMaxMs },
      timer,
      random,
    });
    this.#metrics = new Metrics(() => this.#queue.depth);
    const enqueue = (name: string): void => this.#queue.enqueue(name);
    this.#shared = { ...options, limits, metrics: this.#metrics, enqueue };
    for (const registry of registries) this.#admit(registry);
  }

  get view(): ControllerView {
    const registries = (): readonly RegistryView[] =>
      [...this.#members.values()].map(({ view }) => view);
    const secrets = (): readonly string[] => this.#webhookSecrets;
    return {
      get registries() {
        return registries();
      },
      webhooks: {
        get secrets() {
          return secrets();
        },
        hint: (repositoryId) => this.#hint(repositoryId),
        count: (outcome) => this.#metrics.countDelivery(outcome),
      },
      configProblem: () => this.#configProblem,
      metrics: this.#metrics,
    };
  }

  /** Rejects with `CONTROLLER_CRON_INVALID`, and then nothing runs. */
  start(): void {
    const members = [...this.#members.values()];
    for (const { registry } of members) checkTriggers(registry);
    for (const member of members) member.start();
  }

  /**
   * Serves these from now on: what is new starts, what is gone ends, what is different is made anew,
   * each without a word to the others. Rejects with `CONTROLLER_CRON_INVALID`, and then nothing has
   * changed.
   */
  async apply(next: Pick<ServeContext, "registries" | "webhookSecrets">): Promise<Changes> {
    const applied = this.#applying.then(async () => this.#apply(next));
    this.#applying = applied.catch(() => undefined);
    return applied;
  }

  /** What is wrong with the configuration, or that nothing is any more. */
  reportConfig(problem: string | undefined): void {
    this.#configProblem = problem;
    this.#metrics.setConfigValid(problem === undefined);
    if (problem !== undefined) this.#metrics.observeReload("failed");
  }

  /** Lets the runs in flight finish, then cancels them, then leaves them: always ends in bounded time. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const idle = this.#queue.stop();
    const members = [...this.#members.values()];
    const ended = members.map(async (member) => {
      if (!(await member.end(async () => idle))) await member.close();
    });
    await Promise.all([this.#applying, ...ended]);
  }

  async #apply({
    registries,
    webhookSecrets,
  }: Pick<ServeContext, "registries" | "webhookSecrets">): Promise<Changes> {
    if (this.#isStopping) return { added: [], changed: [], removed: [] };
    for (const registry of registries) checkTriggers(registry);
    const names = new Set(registries.map(({ name }) => name));
    const added = registries.filter(({ name }) => !this.#members.has(name));
    const changed = registries.filter(({ name, revision }) => {
      const member = this.#members.get(name);
      return member !== undefined && member.registry.revision !== revision;
    });
    const removed = [...this.#members.values()].filter(({ registry }) => !names.has(registry.name));
    this.#webhookSecrets = webhookSecrets;
    for (const registry of added) this.#admit(registry).start();
    await Promise.all([
      ...changed.map(async (registry) => this.#replace(registry)),
      ...removed.map(async (member) => this.#dismiss(member)),
    ]);
    this.#metrics.observeReload("ok");
    return {
      added: added.map(({ name }) => name),
      changed: changed.map(({ name }) => name),
      removed: removed.map(({ registry }) => registry.name),
    };
  }

  #admit(registry: ServedRegistry): Member {
    const member = new Member(registry, this.#shared);
    this.#members.set(registry.name, member);
    return member;
  }

  /** The old one has ended before the new one begins: nobody else may write to its folder. */
  async #replace(registry: ServedRegistry): Promise<void> {
    const { name } = registry;
    await this.#members.get(name)?.end(async () => this.#queue.remove(name));
    if (!this.#isStopping) this.#admit(registry).start();
  }

  async #dismiss(member: Member): Promise<void> {
    const { name } = member.registry;
    this.#members.delete(name);
    await member.end(async () => this.#queue.remove(name));
    await this.#metrics.forget(name);
  }

  #hint(repositoryId: string): boolean {
    let isKnown = false;
    for (const member of this.#members.values()) {
      if (member.takeHint(repositoryId)) isKnown = true;
    }
    if (!isKnown)
      this.#log.debug({ repositoryId }, "a delivery is about no registry that is known");
    return isKnown;
  }
}
