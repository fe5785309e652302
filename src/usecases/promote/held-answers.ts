import type { Clock } from "../../shared/clock.ts";

/** How long an answer holds: about one look at the world. */
const answerHoldsMs = 60_000;

interface HeldAnswer<Answer> {
  readonly answer: Answer;
  readonly askedMs: number;
}

/** What a host answered of late, by name and for each host; a failure is no answer and not kept. */
export class HeldAnswers<Host extends object, Answer> {
  readonly #held = new WeakMap<Host, Map<string, HeldAnswer<Answer>>>();

  /** Asks unless the answer still holds. Rejects like `ask`. */
  async of(
    host: Host,
    { name, clock }: { readonly name: string; readonly clock: Clock },
    ask: () => Promise<Answer>,
  ): Promise<Answer> {
    const held = this.#held.get(host) ?? new Map<string, HeldAnswer<Answer>>();
    this.#held.set(host, held);
    const askedMs = clock.monotonicMs();
    const last = held.get(name);
    if (last !== undefined && askedMs - last.askedMs < answerHoldsMs) return last.answer;
    const answer = await ask();
    held.set(name, { answer, askedMs });
    return answer;
  }
}
