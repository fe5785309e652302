import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

import type { RawText, TextParsers } from "../registry/document-cache.ts";
import type { ParseAnswer, ParseJob } from "./parse-worker.ts";

/** Batches that a thread has at a time: the next one lies ready when it is done with one. */
const batchesAhead = 2;
/** This thread parses as well. More of them cost more than they save (docs/performance.md). */
const maxWorkers = 3;
/** A thread keeps nothing from one batch to the next: with more room it only collects later. */
const youngMb = 16;
const script = new URL("./parse-worker.js", import.meta.url);

/** Threads beside this one, where there are cores for them and the program is built. */
export function createTextParsers(cores = availableParallelism()): TextParsers | undefined {
  const count = Math.min(cores - 1, maxWorkers);
  return count > 0 && import.meta.url.endsWith(".js") ? new TextWorkers(count) : undefined;
}

class TextWorkers implements TextParsers {
  readonly #count: number;
  #threads: Thread[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  parse(texts: readonly RawText[]): Promise<readonly string[]> | undefined {
    this.#threads = this.#threads.filter(({ isAlive }) => isAlive);
    const free = this.#threads.find((thread) => thread.load < batchesAhead) ?? this.#start();
    return free?.parse(texts);
  }

  /** Another registry may be at work: its threads end with it. */
  rest(): void {
    for (const thread of this.#threads) if (thread.load === 0) thread.end();
    this.#threads = this.#threads.filter(({ load }) => load > 0);
  }

  #start(): Thread | undefined {
    if (this.#threads.length >= this.#count) return undefined;
    const thread = new Thread();
    this.#threads.push(thread);
    return thread;
  }
}

interface Waiting {
  readonly resolve: (lines: readonly string[]) => void;
  readonly reject: (reason: Error) => void;
}

class Thread {
  isAlive = true;
  readonly #worker = new Worker(script, {
    resourceLimits: { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: youngMb },
  });
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;

  constructor() {
    this.#worker.on("message", ({ id, lines }: ParseAnswer) => {
      this.#waiting.get(id)?.resolve(lines);
      this.#waiting.delete(id);
    });
    this.#worker.on("error", (error: Error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("the thread ended")));
    this.#worker.unref();
  }

  get load(): number {
    return this.#waiting.size;
  }

  parse(texts: readonly RawText[]): Promise<readonly string[]> {
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      const job: ParseJob = { id, texts };
      this.#worker.postMessage(job, []);
    });
  }

  end(): void {
    void this.#worker.terminate();
  }

  /** Whoever asked parses for itself. */
  #fail(error: Error): void {
    this.isAlive = false;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
