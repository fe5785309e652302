import { toCairnError, type CairnError } from "../shared/errors.ts";
import type { Logger } from "../shared/log.ts";
import type { ContextSource, ServeContext } from "./serve-context.ts";
import type { Timer } from "./timer.ts";
import type { WatchFile } from "./watch-file.ts";

export interface ReloadOptions {
  readonly source: ContextSource;
  readonly watchFile: WatchFile;
  readonly timer: Timer;
  readonly log: Logger;
  /** Puts it in force. Rejects when that cannot be; what was in force then still is. */
  readonly onContext: (context: ServeContext) => Promise<void>;
  /** `undefined`: what is written is in force. */
  readonly onProblem: (problem: CairnError | undefined) => void;
}

/** A save is several events. */
const quietMs = 100;
/** What is written counts when it has not changed for so long: nobody wants half a file in force. */
const settleMs = 300;
/** Events get lost, and files of secrets are not watched at all. */
const pollMs = 10_000;

/**
 * Looks at the configuration again and again, and puts in force what has changed and can be used.
 * Events and signals only say when to look.
 */
export class ConfigReloader {
  readonly #options: ReloadOptions;
  #running: Promise<void> | undefined;
  #isHinted = false;
  #isStopped = false;
  #problem: string | undefined;
  #cancelLook: () => void = () => undefined;
  #endWatch: () => Promise<void> = async () => undefined;

  constructor(options: ReloadOptions) {
    this.#options = options;
  }

  start(): void {
    const { watchFile, source } = this.#options;
    this.#endWatch = watchFile(source.path, () => this.hint());
    this.#plan(pollMs);
  }

  /** Something may have changed: looks soon. */
  hint(): void {
    this.#isHinted = true;
    if (this.#running === undefined) this.#plan(quietMs);
  }

  /** A change that is being put in force is waited for. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelLook();
    await this.#endWatch();
    await this.#running;
  }

  #plan(delayMs: number): void {
    this.#cancelLook();
    if (this.#isStopped) return;
    this.#cancelLook = this.#options.timer.after(delayMs, () => {
      this.#running ??= this.#run();
    });
  }

  /** Never rejects, and plans its successor. */
  async #run(): Promise<void> {
    this.#isHinted = false;
    const isSettling = await this.#look();
    this.#running = undefined;
    if (isSettling) this.#plan(settleMs);
    else this.#plan(this.#isHinted ? quietMs : pollMs);
  }

  async #look(): Promise<boolean> {
    const { source, onContext } = this.#options;
    try {
      const seen = await source.look();
      if (seen === "settling") return true;
      // It can be used: what ends because of it may take a while.
      this.#report(undefined);
      if (seen !== "unchanged") await onContext(seen);
    } catch (error) {
      this.#report(toCairnError(error));
    }
    return false;
  }

  /** Once for each problem, however long it lasts. */
  #report(problem: CairnError | undefined): void {
    const { log, onProblem } = this.#options;
    const text = problem === undefined ? undefined : `${problem.code} ${problem.message}`;
    if (text === this.#problem) return;
    this.#problem = text;
    if (problem === undefined) log.info({}, "the configuration can be used again");
    else log.error({ error: problem }, "the configuration cannot be used; the one before stays");
    onProblem(problem);
  }
}
