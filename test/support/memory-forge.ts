import type {
  Account,
  PullRequest,
  PullRequestComment,
  Push,
  Review,
} from "../../src/domain/pull-request.ts";
import {
  baseMissing,
  forgeDenied,
  forgeUnavailable,
  headMoved,
  historiesUnrelated,
  nothingToMerge,
  pullRequestEnded,
  pullRequestMissing,
} from "../../src/forge/errors.ts";
import type {
  Forge,
  MergeOutcome,
  MergeRequest,
  PullRequestDraft,
  PullRequestState,
  ReviewDraft,
} from "../../src/forge/forge.ts";
import type { GitMirror } from "../../src/git/git.ts";
import type { Clock } from "../../src/shared/clock.ts";
import { findMergeBase, mergeTrees, reachableFrom } from "./memory-merge.ts";
import { missing } from "./memory-objects.ts";
import type { MemoryRemote } from "./memory-remote.ts";

interface Conversation {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: Account;
  readonly openedAt: string;
  readonly branch: string;
  state: PullRequestState;
  head: string;
  labels: readonly string[];
  readonly pushes: Push[];
  readonly reviews: Review[];
  readonly comments: PullRequestComment[];
  merged: PullRequest["merged"];
  /** Of the newest thing that was said. */
  lastAt: string;
}

/** What the host of one remote knows. */
class Conversations {
  readonly byState = {
    open: new Map<number, Conversation>(),
    merged: new Map<number, Conversation>(),
    closed: new Map<number, Conversation>(),
  };
  readonly openByBranch = new Map<string, Conversation>();
  readonly byLandedCommit = new Map<string, Conversation>();
  count = 0;
  reviewCount = 0;

  find(number: number): Conversation | undefined {
    const { open, merged, closed } = this.byState;
    return open.get(number) ?? merged.get(number) ?? closed.get(number);
  }
}

const hosts = new WeakMap<MemoryRemote, Conversations>();
const mainBranch = "refs/heads/main";

/** The head of a pull request, as a ref of the remote: anyone may push to it. */
export function pullRequestHead(number: number): string {
  return `refs/pull/${number}/head`;
}

export interface MemoryForgeOptions {
  readonly remote: MemoryRemote;
  readonly clock: Clock;
  /** Where proposed commits are taken from, and what can read them afterwards. */
  readonly mirror?: GitMirror;
}

/**
 * A pull-request host that keeps conversations as objects: clients of one remote see the same
 * ones. For worlds of many thousand steps; passes the contract of every host.
 */
export class MemoryForge implements Forge {
  readonly kind = "memory";
  /** Does not answer while this is set. */
  isDown = false;
  /** How many of the next writes happen without an answer. */
  lostAnswers = 0;
  readonly #remote: MemoryRemote;
  readonly #clock: Clock;
  readonly #mirror: GitMirror | undefined;
  readonly #host: Conversations;

  constructor({ remote, clock, mirror }: MemoryForgeOptions) {
    this.#remote = remote;
    this.#clock = clock;
    this.#mirror = mirror;
    this.#host = hosts.get(remote) ?? new Conversations();
    hosts.set(remote, this.#host);
  }

  async list(states: readonly PullRequestState[]): Promise<readonly PullRequest[]> {
    this.#failIfDown();
    const found = [...new Set(states)].flatMap((state) => [...this.#host.byState[state].values()]);
    return this.#show(found.sort((left, right) => right.number - left.number));
  }

  async account(): Promise<Account | undefined> {
    return undefined;
  }

  async ofBranch(branch: string): Promise<readonly PullRequest[]> {
    const all = await this.list(["open", "merged", "closed"]);
    return all.filter((pullRequest) => pullRequest.branch === branch);
  }

  async get(number: number): Promise<PullRequest> {
    return this.#showOne(this.#find(number));
  }

  async open(draft: PullRequestDraft): Promise<PullRequest> {
    this.#failIfDown();
    const { head, by, branch } = draft;
    await this.#bring(head);
    let conversation = this.#host.openByBranch.get(branch);
    if (conversation === undefined) conversation = this.#add(draft);
    else if (this.#notice(conversation).head !== head) {
      this.#record(conversation, { head, by, at: this.#now(conversation) });
    }
    return this.#answer(conversation);
  }

  async review(number: number, draft: ReviewDraft): Promise<PullRequest> {
    const conversation = this.#findOpen(number);
    const { by, verdict, body, commit } = draft;
    if (conversation.head !== commit) throw headMoved(number, conversation.head);
    const last = conversation.reviews.findLast((review) => isSame(review.by, by));
    const isRepeated = last?.verdict === verdict && last.commit === commit && last.body === body;
    if (!isRepeated) {
      const at = this.#now(conversation);
      conversation.reviews.push({ id: this.#reviewId(), by, verdict, commit, body, at });
    }
    return this.#answer(conversation);
  }

  async comment(
    number: number,
    { by, body }: { readonly by: Account; readonly body: string },
  ): Promise<PullRequest> {
    const conversation = this.#findOpen(number);
    const last = conversation.comments.at(-1);
    if (last?.body !== body || !isSame(last.by, by)) {
      conversation.comments.push({ by, body, at: this.#now(conversation) });
    }
    return this.#answer(conversation);
  }

  async setLabels(
    number: number,
    { labels }: { readonly labels: readonly string[] },
  ): Promise<PullRequest> {
    const conversation = this.#findOpen(number);
    conversation.labels = [...new Set(labels)];
    return this.#answer(conversation);
  }

  async close(
    number: number,
    { by, reason }: { readonly by: Account; readonly reason: string },
  ): Promise<PullRequest> {
    const conversation = this.#findOpen(number);
    const at = this.#now(conversation);
    if (reason.trim() !== "") conversation.comments.push({ by, body: reason, at });
    this.#end(conversation, "closed");
    return this.#answer(conversation);
  }

  async merge(number: number, request: MergeRequest): Promise<MergeOutcome> {
    const conversation = this.#findOpen(number);
    const { head, title, author } = conversation;
    const { method, by, message } = request;
    if (head !== request.expectedHead) return { outcome: "head-moved", head };
    const base = this.#mergeableBase(conversation);
    const tree = this.#merge({ from: this.#baseOf(base, head), ours: base, theirs: head });
    if (typeof tree !== "string") return { outcome: "conflict", paths: tree };
    const isMerge = method === "merge";
    const own = isMerge ? `Merge pull request #${number}: ${title}` : `${title} (#${number})`;
    const commit = this.#remote.objects.writeCommit({
      tree,
      parents: isMerge ? [base, head] : [base],
      author: this.#signatureOf(isMerge ? by : author),
      message: `${message ?? own}\n`,
    });
    return this.#land(conversation, { by, commits: [commit], base });
  }

  /**
   * As GitHub's third way to merge: a new commit on the default branch for each of the pull
   * request's own, all of which `landedBy` knows.
   */
  async rebase(
    number: number,
    { by, expectedHead }: { readonly by: Account; readonly expectedHead: string },
  ): Promise<MergeOutcome> {
    const conversation = this.#findOpen(number);
    const { head } = conversation;
    if (head !== expectedHead) return { outcome: "head-moved", head };
    const base = this.#mergeableBase(conversation);
    const { commits } = this.#remote.objects;
    const old = reachableFrom(commits, base);
    const landed: string[] = [];
    for (const { id, parents, author, message } of reachableFrom(commits, head).values()) {
      const [from] = parents;
      if (old.has(id) || parents.length !== 1 || from === undefined) continue;
      const ours = landed.at(-1) ?? base;
      const tree = this.#merge({ from, ours, theirs: id });
      if (typeof tree !== "string") return { outcome: "conflict", paths: tree };
      landed.push(this.#remote.objects.writeCommit({ tree, parents: [ours], author, message }));
    }
    return this.#land(conversation, { by, commits: landed, base });
  }

  /**
   * A merge that brings another tree than the one proposed: a conflict that somebody solved at will,
   * or the squash of an older head while a newer one was pushed.
   */
  mergeAs(
    number: number,
    { by, method, tree }: Pick<MergeRequest, "by" | "method"> & { readonly tree: string },
  ): MergeOutcome {
    const conversation = this.#findOpen(number);
    const base = this.#mergeableBase(conversation);
    const commit = this.#remote.objects.writeCommit({
      tree,
      parents: method === "merge" ? [base, conversation.head] : [base],
      author: this.#signatureOf(by),
      message: `${conversation.title} (#${number})\n`,
    });
    return this.#land(conversation, { by, commits: [commit], base });
  }

  async landedBy(commits: readonly string[]): Promise<ReadonlyMap<string, PullRequest>> {
    this.#failIfDown();
    const landed = new Map<string, PullRequest>();
    for (const commit of commits) {
      const conversation = this.#host.byLandedCommit.get(commit);
      if (conversation) landed.set(commit, await this.#showOne(conversation));
    }
    return landed;
  }

  /** A review as another client left it: at any time, of any commit or of none that is known. */
  addReview(
    number: number,
    review: Omit<Review, "id" | "body"> & { readonly body?: string },
  ): void {
    this.#findOpen(number).reviews.push({ id: this.#reviewId(), body: "", ...review });
  }

  /** A push that the host saw; one that it did not see is a change of the ref alone. */
  addPush(number: number, push: Push): void {
    this.#record(this.#findOpen(number), push);
  }

  /** A commit of which somebody made the host believe that this pull request brought it too. */
  claim(number: number, commit: string): void {
    this.#host.byLandedCommit.set(commit, this.#find(number));
  }

  #add({ title, body, by, labels, branch, head }: PullRequestDraft): Conversation {
    this.#host.count += 1;
    const at = this.#now();
    const conversation: Conversation = {
      number: this.#host.count,
      title,
      body,
      author: by,
      openedAt: at,
      branch,
      state: "open",
      head,
      labels: [...new Set(labels)],
      pushes: [],
      reviews: [],
      comments: [],
      merged: undefined,
      lastAt: at,
    };
    this.#record(conversation, { head, by, at });
    this.#host.byState.open.set(conversation.number, conversation);
    this.#host.openByBranch.set(branch, conversation);
    return conversation;
  }

  #record(conversation: Conversation, push: Push): void {
    conversation.head = push.head;
    conversation.pushes.push(push);
    this.#remote.refs.set(pullRequestHead(conversation.number), push.head);
  }

  /** Somebody may have pushed with git; then nobody knows who or when. */
  #notice(conversation: Conversation): Conversation {
    if (conversation.state !== "open") return conversation;
    const head = this.#remote.refs.get(pullRequestHead(conversation.number));
    if (head !== undefined && head !== conversation.head) {
      this.#record(conversation, { head, by: undefined, at: undefined });
    }
    return conversation;
  }

  #end(conversation: Conversation, state: "merged" | "closed"): void {
    const { byState, openByBranch } = this.#host;
    conversation.state = state;
    byState.open.delete(conversation.number);
    byState[state].set(conversation.number, conversation);
    openByBranch.delete(conversation.branch);
  }

  #mergeableBase({ number, head }: Conversation): string {
    const base = this.#remote.refs.get(mainBranch);
    if (base === undefined) throw baseMissing("main");
    if (this.#remote.objects.isAncestor(head, base)) throw nothingToMerge(number, "main");
    if (this.#baseOf(base, head) === undefined) throw historiesUnrelated(number, "main");
    return base;
  }

  #baseOf(base: string, head: string): string | undefined {
    return findMergeBase(this.#remote.objects.commits, base, head);
  }

  /** The tree, or the paths in conflict. */
  #merge(commits: {
    readonly from: string | undefined;
    readonly ours: string;
    readonly theirs: string;
  }): string | readonly string[] {
    const { objects } = this.#remote;
    const itemsAt = (commit: string) =>
      objects.itemsOf((objects.commits.get(commit) ?? missing(commit)).tree);
    const { from, ours, theirs } = commits;
    const { items, conflicts } = mergeTrees({
      base: from === undefined ? new Map() : itemsAt(from),
      ours: itemsAt(ours),
      theirs: itemsAt(theirs),
    });
    return conflicts.length > 0 ? conflicts : objects.writeItems(items);
  }

  #land(
    conversation: Conversation,
    change: { readonly by: Account; readonly commits: readonly string[]; readonly base: string },
  ): MergeOutcome {
    const { by, commits, base } = change;
    const commit = commits.at(-1);
    if (commit === undefined) throw nothingToMerge(conversation.number, "main");
    const update = { ref: mainBranch, expected: base, next: commit };
    const reason = this.#remote.refuse(update);
    if (reason !== undefined) throw forgeDenied(reason);
    this.#remote.refs.set(mainBranch, commit);
    conversation.merged = { commit, by, at: this.#now(conversation) };
    this.#end(conversation, "merged");
    for (const landed of commits) this.#host.byLandedCommit.set(landed, conversation);
    this.#loseAnswer();
    return { outcome: "merged", commit };
  }

  #find(number: number): Conversation {
    this.#failIfDown();
    const conversation = this.#host.find(number);
    if (conversation === undefined) throw pullRequestMissing(number);
    return this.#notice(conversation);
  }

  #findOpen(number: number): Conversation {
    const conversation = this.#find(number);
    if (conversation.state !== "open") throw pullRequestEnded(number, conversation.state);
    return conversation;
  }

  async #answer(conversation: Conversation): Promise<PullRequest> {
    this.#loseAnswer();
    return this.#showOne(conversation);
  }

  async #show(conversations: readonly Conversation[]): Promise<readonly PullRequest[]> {
    const shown: PullRequest[] = [];
    for (const conversation of conversations) shown.push(await this.#showOne(conversation));
    return shown;
  }

  async #showOne(conversation: Conversation): Promise<PullRequest> {
    const { lastAt: _, ...rest } = this.#notice(conversation);
    const [pushes, reviews, comments] = [[...rest.pushes], [...rest.reviews], [...rest.comments]];
    const shown = { ...rest, pushes, reviews, comments };
    if (
      this.#mirror !== undefined &&
      (await this.#mirror.resolveCommit(shown.head)) === undefined
    ) {
      await this.#mirror.fetchRefs([pullRequestHead(shown.number)]);
    }
    return shown;
  }

  /** Brings a commit to the host, which only the proposer's mirror may have. */
  async #bring(commit: string): Promise<void> {
    if (this.#remote.objects.commits.has(commit) || this.#mirror === undefined) return;
    const ref = `refs/pull/incoming/${commit}`;
    await this.#mirror
      .push([{ ref, expected: undefined, next: commit }])
      .catch((cause: unknown) => Promise.reject(forgeUnavailable("the push broke off", cause)));
    this.#remote.refs.delete(ref);
  }

  #now(conversation?: Conversation): string {
    const now = this.#clock
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, "Z");
    const last = conversation?.lastAt ?? now;
    const at = now > last ? now : last;
    if (conversation !== undefined) conversation.lastAt = at;
    return at;
  }

  #signatureOf({ name, login, email }: Account) {
    const timestamp = Math.floor(this.#clock.now().getTime() / 1000);
    return { name: name ?? login ?? "unknown", email: email ?? "", timestamp };
  }

  #reviewId(): string {
    this.#host.reviewCount += 1;
    return `review-${this.#host.reviewCount}`;
  }

  #failIfDown(): void {
    if (this.isDown) throw forgeUnavailable("the host is down");
  }

  #loseAnswer(): void {
    if (this.lostAnswers === 0) return;
    this.lostAnswers -= 1;
    throw forgeUnavailable("the connection broke");
  }
}

function isSame(left: Account, right: Account): boolean {
  return left.login === right.login && left.name === right.name && left.email === right.email;
}
