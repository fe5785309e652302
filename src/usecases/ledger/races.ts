import { setTimeout as sleep } from "node:timers/promises";

import { CairnError } from "../../shared/errors.ts";
import type { RecordOutcome } from "./record.ts";

/** How often a lost race is tried again before the next reconcile has to do it. */
const maxRaces = 30;
const raceBackoffMs = 50;
/** How often in a row it may stay open whether the remote took a push before that is the answer. */
const maxDoubts = 5;

/** Counts the races that one command lost, so that it gives up in the end. */
export class Races {
  #lost = 0;
  #doubts = 0;

  get isInDoubt(): boolean {
    return this.#doubts > 0;
  }

  /** Waits until the next try. Rejects with the doubt, or with `LEDGER_BUSY`, when there is none. */
  async lose(
    { doubt }: Pick<Extract<RecordOutcome, { readonly outcome: "lost-race" }>, "doubt">,
    signal?: AbortSignal,
  ): Promise<void> {
    this.#lost += 1;
    this.#doubts = doubt === undefined ? 0 : this.#doubts + 1;
    if (doubt !== undefined && this.#doubts >= maxDoubts) throw doubt;
    if (this.#lost >= maxRaces) throw ledgerBusy();
    const waitMs = Math.random() * raceBackoffMs * 2 ** Math.min(this.#lost - 1, 5);
    await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
  }
}

function ledgerBusy(): CairnError {
  return new CairnError({
    code: "LEDGER_BUSY",
    kind: "conflict",
    message: `Others wrote to the ledger ${maxRaces} times in a row while Cairn tried to.`,
    hint: "Try again; if this repeats, look who else writes to cairn-ledger.",
  });
}
