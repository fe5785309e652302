import type { Clock } from "../shared/clock.ts";
import { toCairnError, type CairnError } from "../shared/errors.ts";
import type { Logger } from "../shared/log.ts";
import {
  runBetween,
  type FolderLook,
  type LookAtFolder,
  type WatchRun,
} from "../usecases/watch.ts";
import type { Timer } from "./timer.ts";
import type { WatchFolder } from "./watch-folder.ts";

export interface WatchLoopOptions {
  readonly look: LookAtFolder;
  readonly watchFolder: WatchFolder;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Logger;
  readonly onRun: (run: WatchRun) => void;
  readonly onProblem: (problem: CairnError) => void;
}

/** A save is several events, a checkout thousands: one look when it is quiet again. */
const quietMs = 100;
/** Somebody who never stops writing sees something all the same. */
const impatientMs = 500;
/** Looks that nobody asked for: events get lost. */
const heartbeatMs = 5000;
/** Without watches for all of the folder, looking is all there is. */
const pollMs = 750;
const retryMs = 500;
/** A look at a large folder is not to be all that the machine does. */
const restFactor = 10;
/** A watch that misses things is made anew, but not all the time. */
const renewAfterMs = 30_000;

/**
 * Looks at a folder again and again, and says what changed. Events only say when to look: what is
 * there is seen by looking, so that no lost event makes anything wrong for long.
 */
export class WatchLoop {
  readonly #options: WatchLoopOptions;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #isHinted = false;
  #firstHintMs: number | undefined;
  #cancelLook: () => void = () => undefined;
  #last: FolderLook | undefined;
  #problem: string | undefined;
  #armed: { readonly identity: string; readonly atMs: number } | undefined;
  #endWatch: () => Promise<void> = async () => undefined;
  #isPartial = false;

  constructor(options: WatchLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends at once; a look that is under way is waited for. */
  async stop(): Promise<void> {
    this.#closing.abort();
    this.#cancelLook();
    await this.#running;
    await this.#endWatch();
  }

  /** Never rejects, and plans its successor. */
  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closing;
    const isHinted = this.#isHinted;
    this.#isHinted = false;
    this.#firstHintMs = undefined;
    const startedMs = clock.monotonicMs();
    let hasFailed = false;
    try {
      const look = await this.#options.look(signal);
      if (signal.aborted) return;
      this.#tell(look, isHinted);
    } catch (error) {
      if (signal.aborted) return;
      hasFailed = true;
      this.#report(toCairnError(error));
    }
    this.#running = undefined;
    const tookMs = clock.monotonicMs() - startedMs;
    const everyMs = this.#isPartial ? pollMs : heartbeatMs;
    if (this.#isHinted) this.#plan(quietMs);
    else this.#plan(hasFailed ? retryMs : Math.max(everyMs, tookMs * restFactor));
  }

  #tell(look: FolderLook, isHinted: boolean): void {
    const { clock, onRun } = this.#options;
    const hasRecovered = this.#problem !== undefined;
    this.#problem = undefined;
    const isMissed = !isHinted && this.#last !== undefined && !isSameFolder(this.#last, look);
    const run = runBetween(this.#last, look, clock.now());
    this.#last = look;
    this.#arm(look, isMissed || hasRecovered);
    if (run !== undefined) onRun(run);
  }

  /** Once for each problem, however long it lasts. */
  #report(problem: CairnError): void {
    const text = `${problem.code} ${problem.message}`;
    if (text === this.#problem) return;
    this.#problem = text;
    this.#options.onProblem(problem);
  }

  /** A watch dies with its folder, and may die without a word: then a look sees what it missed. */
  #arm({ folder, identity }: FolderLook, isMissing: boolean): void {
    const nowMs = this.#options.clock.monotonicMs();
    const armed = this.#armed;
    const isOther = armed?.identity !== identity;
    const isDue = armed !== undefined && isMissing && nowMs - armed.atMs >= renewAfterMs;
    if (!isOther && !isDue) return;
    const endOld = this.#endWatch;
    this.#armed = { identity, atMs: nowMs };
    this.#isPartial = false;
    this.#endWatch = this.#options.watchFolder(folder, {
      onHint: () => this.#hint(),
      onPartial: (reason) => this.#degrade(reason),
    });
    void endOld();
  }

  #degrade(reason: string): void {
    if (this.#isPartial || this.#closing.signal.aborted) return;
    this.#isPartial = true;
    const message = "not all of the folder can be watched: it is looked at again and again instead";
    this.#options.log.warn({ reason }, message);
    if (this.#running === undefined) this.#plan(pollMs);
  }

  #hint(): void {
    if (this.#closing.signal.aborted) return;
    const nowMs = this.#options.clock.monotonicMs();
    this.#isHinted = true;
    this.#firstHintMs ??= nowMs;
    if (this.#running !== undefined) return;
    this.#plan(Math.max(0, Math.min(quietMs, this.#firstHintMs + impatientMs - nowMs)));
  }

  /** One look is planned at most, and none while one is under way. */
  #plan(delayMs: number): void {
    this.#cancelLook();
    if (this.#closing.signal.aborted) return;
    this.#cancelLook = this.#options.timer.after(delayMs, () => {
      this.#running ??= this.#run();
    });
  }
}

function isSameFolder(left: FolderLook, right: FolderLook): boolean {
  return left.signature === right.signature && left.identity === right.identity;
}
