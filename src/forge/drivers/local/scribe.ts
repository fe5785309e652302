import type { Account } from "../../../domain/pull-request.ts";
import type { Clock } from "../../../shared/clock.ts";
import { CairnError } from "../../../shared/errors.ts";
import { forgeDenied, textTooLong } from "../../errors.ts";
import { timeAfter } from "./act-time.ts";
import { formatAct, keptCommits, maxActBytes, type Act, type Deed } from "./act.ts";
import { pullRequestRefs, type Conversation, type Conversations } from "./conversations.ts";
import type { GitRefUpdate, GitSignature, PullRequestGit } from "./pull-request-git.ts";

/** An act that is to be written, with the refs that move in the same push. */
export interface Step {
  readonly number: number;
  /** Absent for the first act. */
  readonly seen?: Conversation;
  readonly deed: Deed;
  readonly by: Account;
  /** What the head ref holds afterwards; if that is new, it must hold `seen.ref` before. */
  readonly head: string;
  readonly updates?: readonly GitRefUpdate[];
}

export interface ScribeOptions {
  readonly git: PullRequestGit;
  readonly clock: Clock;
  readonly signingKey?: string;
}

/** Writes acts: one commit and one push each, with leases on what was seen. */
export class Scribe {
  readonly #options: ScribeOptions;
  readonly #conversations: Conversations;

  constructor(options: ScribeOptions, conversations: Conversations) {
    this.#options = options;
    this.#conversations = conversations;
  }

  /** The conversation afterwards; `undefined` when somebody was faster: look again, decide again. */
  async write(step: Step): Promise<Conversation | undefined> {
    const { git } = this.#options;
    const { number, seen, head, updates = [] } = step;
    const id = await this.#writeCommit(step);
    const refs = refsOf(number);
    const all = [
      ...updates,
      ...(head === seen?.ref ? [] : [{ ref: refs.head, expected: seen?.ref, next: head }]),
      { ref: refs.meta, expected: seen?.tip, next: id },
    ];
    try {
      const outcome = await git.push(all);
      if (!outcome.accepted) return passIfRaced(outcome.refs);
    } catch (error) {
      return this.#ask(number, id, { updates: all, error });
    }
    return this.#find(
      number,
      new Map([
        [refs.head, head],
        [refs.meta, id],
      ]),
    );
  }

  /** Who signs a commit of Git for an account, now. */
  signatureOf(account: Account): GitSignature {
    return signatureOf(account, this.#options.clock.now().getTime());
  }

  /**
   * The connection broke: whether the remote took it, only the remote knows. Where a lease does not
   * fit any more, it never will.
   */
  async #ask(
    number: number,
    id: string,
    pushed: { readonly updates: readonly GitRefUpdate[]; readonly error: unknown },
  ): Promise<Conversation | undefined> {
    const { updates, error } = pushed;
    if (!(error instanceof CairnError && error.kind === "unavailable")) throw error;
    const refs = await this.#options.git
      .fetchRefs([refsOf(number).head, ...updates.map(({ ref }) => ref)])
      // The first error says more.
      .catch(() => Promise.reject(error));
    const found = await this.#find(number, refs);
    if (found?.acts.some((act) => act.id === id) === true) return found;
    if (updates.every(({ ref, expected }) => refs.get(ref) === expected)) throw error;
    return undefined;
  }

  async #find(
    number: number,
    refs: ReadonlyMap<string, string>,
  ): Promise<Conversation | undefined> {
    const found = await this.#conversations.read(refs);
    return found.find((conversation) => conversation.number === number);
  }

  async #writeCommit({ number, seen, deed, by }: Step): Promise<string> {
    const { git, clock, signingKey } = this.#options;
    const at = later(clock.now(), seen?.acts ?? []);
    const act: Act = { ...deed, number, by, at };
    const message = formatAct(act);
    if (Buffer.byteLength(message) > maxActBytes) {
      throw textTooLong("What is said on a pull request at once", maxActBytes);
    }
    const tree = await git.writeEmptyTree();
    const author = signatureOf(by, Date.parse(at));
    const root = { tree, parents: [], author, message: `pull request #${number}\n` };
    const previous = seen?.tip ?? (await git.writeCommit(root));
    return git.writeCommit({
      tree,
      parents: [previous, ...keptCommits(act)],
      author,
      message,
      ...(signingKey !== undefined && { signingKey }),
    });
  }
}

/** The refs of one pull request. */
export function refsOf(number: number): { readonly head: string; readonly meta: string } {
  const folder = `${pullRequestRefs}${number}`;
  return { head: `${folder}/head`, meta: `${folder}/meta` };
}

/** In whole seconds. */
function later(now: Date, acts: readonly Act[]): string {
  const time = now.toISOString().replace(/\.\d+Z$/, "Z");
  const [first, ...others] = acts.map(({ at }) => at);
  return first === undefined ? time : timeAfter(others.reduce(timeAfter, first), time);
}

function signatureOf({ name, login, email }: Account, milliseconds: number): GitSignature {
  return {
    name: name ?? login ?? "unknown",
    email: email ?? "",
    timestamp: Math.floor(milliseconds / 1000),
  };
}

/** What Git says when a ref is not, or no longer, as it was seen. */
const raced =
  /stale info|already exists|(?:cannot|failed to) lock|incorrect old value|failed to update ref|atomic (?:push|transaction)/i;

function passIfRaced(refs: ReadonlyMap<string, string>): undefined {
  const refusals = [...new Set(refs.values())].filter((reason) => !raced.test(reason));
  if (refusals.length > 0) throw forgeDenied(refusals.join("; "));
}
