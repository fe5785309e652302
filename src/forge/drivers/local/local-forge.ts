import type { Account, PullRequest } from "../../../domain/pull-request.ts";
import { CairnError } from "../../../shared/errors.ts";
import { forgeBusy, headMoved, pullRequestEnded, pullRequestMissing } from "../../errors.ts";
import type {
  Forge,
  MergeOutcome,
  MergeRequest,
  PullRequestDraft,
  PullRequestState,
  ReviewDraft,
} from "../../forge.ts";
import { translated } from "../../git-errors.ts";
import type { Deed } from "./act.ts";
import { Conversations, maxNumber, pullRequestRefs, type Conversation } from "./conversations.ts";
import { freeNumber } from "./free-number.ts";
import { isLanding, mergeOnce } from "./merging.ts";
import type { PullRequestGit } from "./pull-request-git.ts";
import { refsOf, Scribe, type ScribeOptions, type Step } from "./scribe.ts";

/** How often somebody else may be faster. */
const maxAttempts = 10;

/**
 * `git` is a mirror of the registry, `signingKey` the path of the SSH key that signs what is said.
 * Without one, people are who they say they are: for one trusted machine.
 */
export type LocalForgeOptions = ScribeOptions;

/**
 * Pull requests as refs of the registry's own repository: `refs/cairn/pull/<n>/head` is what is
 * proposed, `refs/cairn/pull/<n>/meta` what was said about it, one commit each.
 */
export class LocalForge implements Forge {
  readonly kind = "local";
  readonly #git: PullRequestGit;
  readonly #conversations: Conversations;
  readonly #scribe: Scribe;
  readonly #isSigning: boolean;

  constructor(options: LocalForgeOptions) {
    this.#git = options.git;
    this.#conversations = new Conversations(options.git);
    this.#scribe = new Scribe(options, this.#conversations);
    this.#isSigning = options.signingKey !== undefined;
  }

  async list(
    states: readonly PullRequestState[],
    signal?: AbortSignal,
  ): Promise<readonly PullRequest[]> {
    return translated(async () => {
      const { conversations } = await this.#readAll(signal);
      const found: PullRequest[] = [];
      for (const conversation of conversations.toReversed()) {
        if (states.includes(conversation.state)) found.push(await conversation.resolve());
      }
      return found;
    });
  }

  /** People are who they say they are, or who signs. */
  async account(): Promise<undefined> {
    return undefined;
  }

  async ofBranch(branch: string, signal?: AbortSignal): Promise<readonly PullRequest[]> {
    const all = await this.list(["open", "merged", "closed"], signal);
    return all.filter((pullRequest) => pullRequest.branch === branch);
  }

  async get(number: number, signal?: AbortSignal): Promise<PullRequest> {
    return translated(async () => (await this.#read(number, signal)).resolve());
  }

  async open(draft: PullRequestDraft): Promise<PullRequest> {
    const { title, body, branch, head, by } = draft;
    const labels = [...new Set(draft.labels)];
    return translated(async () => {
      await this.#git.readCommit(head);
      const passed = new Set<number>();
      return this.#attempt("the pull request", async () => {
        const { refs, conversations } = await this.#readAll();
        const same = conversations.findLast(
          (other) => other.state === "open" && other.branch === branch,
        );
        if (same?.ref === head) return same.resolve();
        const step: Step = same
          ? { number: same.number, seen: same, deed: { act: "pushed", head }, by, head }
          : {
              number: freeNumber({ refs, conversations, passed }),
              deed: { act: "opened", title, body, labels, branch, head },
              by,
              head,
            };
        const written = await this.#scribe.write(step);
        if (written === undefined) passed.add(step.number);
        return written?.resolve();
      });
    });
  }

  async review(number: number, draft: ReviewDraft): Promise<PullRequest> {
    const { by, verdict, body, commit } = draft;
    return this.#say(number, by, ({ acts, ref }) => {
      if (ref !== commit) throw headMoved(number, ref ?? "");
      const newest = acts.findLast((act) => act.act === "reviewed" && this.#isSame(act.by, by));
      const isRepeated =
        newest?.act === "reviewed" &&
        newest.head === commit &&
        newest.verdict === verdict &&
        newest.body === body;
      return isRepeated ? undefined : { act: "reviewed", verdict, body, head: commit };
    });
  }

  async comment(
    number: number,
    { by, body }: { readonly by: Account; readonly body: string },
  ): Promise<PullRequest> {
    return this.#say(number, by, ({ acts }) => {
      const last = acts.at(-1);
      const isRepeated =
        last?.act === "commented" && last.body === body && this.#isSame(last.by, by);
      return isRepeated ? undefined : { act: "commented", body };
    });
  }

  async setLabels(
    number: number,
    change: { readonly by: Account; readonly labels: readonly string[] },
  ): Promise<PullRequest> {
    const labels = [...new Set(change.labels)];
    return this.#say(number, change.by, ({ acts }) => {
      const last = acts.findLast(({ act }) => act === "labelled" || act === "opened");
      const now = last && "labels" in last ? last.labels : [];
      const isSame = now.length === labels.length && now.every((label) => labels.includes(label));
      return isSame ? undefined : { act: "labelled", labels };
    });
  }

  async close(
    number: number,
    { by, reason }: { readonly by: Account; readonly reason: string },
  ): Promise<PullRequest> {
    return this.#say(number, by, ({ ref }) =>
      ref === undefined ? undefined : { act: "closed", reason, head: ref },
    );
  }

  async merge(number: number, request: MergeRequest): Promise<MergeOutcome> {
    return translated(async () =>
      this.#attempt(`the merge of #${number}`, async () => {
        const { head: base } = await this.#git.fetch();
        const seen = await this.#readOpen(number);
        return mergeOnce({ git: this.#git, scribe: this.#scribe, base, seen }, request);
      }),
    );
  }

  async landedBy(
    commits: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, PullRequest>> {
    const landed = new Map<string, PullRequest>();
    if (commits.length === 0) return landed;
    return translated(async () => {
      const wanted = new Set(commits);
      // Ascending: of two that claim the same commit, the one that was there first is believed.
      for (const conversation of (await this.#readAll(signal)).conversations) {
        const last = conversation.acts.at(-1);
        if (last?.act !== "merged" || !wanted.has(last.commit) || landed.has(last.commit)) continue;
        if (!(await isLanding(this.#git, conversation))) continue;
        landed.set(last.commit, await conversation.resolve());
      }
      return landed;
    });
  }

  /** Adds an act that moves nothing; none when it was said already. */
  async #say(
    number: number,
    by: Account,
    decide: (seen: Conversation) => Deed | undefined,
  ): Promise<PullRequest> {
    return translated(async () =>
      this.#attempt(`what was said on #${number}`, async () => {
        const seen = await this.#readOpen(number);
        const deed = decide(seen);
        if (deed === undefined || seen.ref === undefined) return seen.resolve();
        const step = { number, seen, by, deed, head: seen.ref };
        return (await this.#scribe.write(step))?.resolve();
      }),
    );
  }

  /** Reads, decides and writes anew as often as somebody else is faster. */
  async #attempt<Value>(what: string, once: () => Promise<Value | undefined>): Promise<Value> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const value = await once();
      if (value !== undefined) return value;
    }
    throw forgeBusy(what);
  }

  async #readOpen(number: number): Promise<Conversation> {
    const seen = await this.#read(number);
    if (seen.state !== "open") throw pullRequestEnded(number, seen.state);
    return seen;
  }

  async #read(number: number, signal?: AbortSignal): Promise<Conversation> {
    if (!Number.isInteger(number) || number < 1 || number > maxNumber) {
      throw pullRequestMissing(number);
    }
    const refs = await this.#git.fetchRefs([`${pullRequestRefs}${number}/`], signal);
    const [found] = await this.#conversations.read(refs);
    if (found !== undefined) return found;
    const { head, meta } = refsOf(number);
    throw refs.has(meta) && !refs.has(head) ? headMissing(number) : pullRequestMissing(number);
  }

  async #readAll(signal?: AbortSignal) {
    const refs = await this.#git.fetchRefs([pullRequestRefs], signal);
    return { refs, conversations: await this.#conversations.read(refs) };
  }

  /** A claim can be anybody's: with keys in use, only the key would tell whose it is. */
  #isSame(left: Account, right: Account): boolean {
    if (this.#isSigning) return false;
    return left.login === right.login && left.name === right.name && left.email === right.email;
  }
}

/** Its conversation is there, but what it proposes was left out, or is gone. */
function headMissing(number: number): CairnError {
  const { code, kind, message } = pullRequestMissing(number);
  const { head } = refsOf(number);
  const hint = `The objects of ${head} were refused, or it is gone: push a sound commit to it.`;
  const described = { code, kind, message, hint };
  return new CairnError(described);
}
