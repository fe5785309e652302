import type { ReviewVerdict } from "../../src/domain/pull-request.ts";
import type { Registry } from "../../src/domain/registry.ts";
import type { GitMirror } from "../../src/git/git.ts";
import type { Clock } from "../../src/shared/clock.ts";
import { cairnIdentity } from "../../src/domain/ledger/tag.ts";
import type { LedgerState } from "../../src/domain/ledger/state.ts";
import { saveState } from "../../src/usecases/ledger/load-state.ts";
import { recordEvents } from "../../src/usecases/ledger/record.ts";
import { promoteAutomatically } from "../../src/usecases/promote/automatic.ts";
import { deriveLedgerPlan } from "../../src/usecases/reconcile/derive.ts";
import { observe, TagSchedule } from "../../src/usecases/reconcile/observe.ts";
import type { RegistrySession } from "../../src/usecases/session.ts";
import { MemoryForge, pullRequestHead } from "../support/memory-forge.ts";
import { findMergeBase, mergeTrees } from "../support/memory-merge.ts";
import { MemoryRemote, type Pause } from "../support/memory-mirror.ts";
import { missing } from "../support/memory-objects.ts";
import { MemoryRegistryReader, openSession, recordAll } from "../usecases/reconcile/world.ts";
import { accountOf, personOfEmail, type Actor, type Person } from "./people.ts";
import { Story } from "./story.ts";
import { filesOfTree, TreeReader, type Asset, type Stage, type Tree } from "./tree.ts";

const main = "refs/heads/main";
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** What really happened to a pull request, whatever its host says. */
export interface PullFacts {
  readonly number: number;
  readonly author: Actor;
  readonly branch: string;
  readonly title: string;
  head: string;
  readonly pushes: {
    readonly head: string;
    readonly by: Actor | undefined;
    readonly at: number;
  }[];
  readonly reviews: ReviewFacts[];
  state: "open" | "merged" | "closed";
  mergedAt: number;
}

export interface ReviewFacts {
  readonly by: Person;
  readonly verdict: ReviewVerdict;
  /** As the host dates it. */
  readonly at: number;
  readonly commit: string | undefined;
  /** The host gave it to a commit that was not there yet. */
  readonly isRebound: boolean;
}

/** Which versions the stages run when Cairn comes. */
export type Adoption = Partial<Record<Stage, Partial<Record<Asset, string>>>>;

/** A remote, its host, two controllers and everybody else, with a memory of what really happened. */
export class World {
  readonly remote = new MemoryRemote();
  readonly trees = new TreeReader(this.remote);
  readonly story = new Story();
  readonly pulls = new Map<number, PullFacts>();
  /** Which pull request a commit of the branch came with. */
  readonly landed = new Map<string, number>();
  /** Tags that somebody made, moved or deleted. */
  readonly attackedTags = new Set<string>();
  readonly #sessions: RegistrySession[] = [];
  readonly #pauses: Pause[] = [async () => undefined, async () => undefined];
  /** 2026-03-02 is a Monday. */
  #hostMs = Date.UTC(2026, 2, 2, 9);
  #monotonicMs = 0;
  #offsetMs = 0;
  #untrustedUntilMs = 0;
  readonly #registries = new Map<string, Registry>();
  readonly hostClock: Clock = {
    now: () => new Date(this.#hostMs),
    monotonicMs: () => this.#monotonicMs,
  };
  readonly cairnClock: Clock = {
    now: () => new Date(this.#hostMs + this.#offsetMs),
    monotonicMs: () => this.#monotonicMs,
  };
  readonly forge = new MemoryForge({ remote: this.remote, clock: this.hostClock });

  readonly adoption: Adoption;

  private constructor(adoption: Adoption) {
    this.adoption = adoption;
  }

  static async open(tree: Tree, adoption: Adoption): Promise<World> {
    const world = new World(adoption);
    world.remote.land(filesOfTree(tree));
    world.#sessions.push(world.#openSession(0), world.#openSession(1));
    await recordAll(world.session(0), [], { stages: adoption });
    return world;
  }

  get head(): string {
    return this.remote.refs.get(main) ?? missing(main);
  }

  get tree(): Tree {
    return this.trees.at(this.head);
  }

  get hostMs(): number {
    return this.#hostMs;
  }

  /** What Cairn's clock shows. */
  get nowMs(): number {
    return this.#hostMs + this.#offsetMs;
  }

  get isClockTrusted(): boolean {
    return this.#monotonicMs >= this.#untrustedUntilMs;
  }

  session(index: number): RegistrySession {
    return this.#sessions[index] ?? missing(`controller ${index}`);
  }

  pass(ms: number = minuteMs): void {
    this.#hostMs += ms;
    this.#monotonicMs += ms;
  }

  /** Cairn's clock is set; the host's goes on. */
  jump(ms: number): void {
    this.#offsetMs += ms;
    this.#untrustedUntilMs = this.#monotonicMs + hourMs;
  }

  openPulls(): readonly PullFacts[] {
    return [...this.pulls.values()].filter(({ state }) => state === "open");
  }

  commit(tree: Tree, by: Person, parent: string): string {
    return this.remote.commit(filesOfTree(tree), {
      author: by,
      email: `${by}@contoso.example`,
      parents: [parent],
    });
  }

  async propose(by: Person, title: string, tree: Tree, base: string = this.head) {
    this.pass();
    const head = this.commit(tree, by, base);
    const branch = `refs/heads/change-${this.pulls.size + 1}`;
    const draft = { title, body: "", by: accountOf(by), labels: [], branch, head };
    const { number } = await this.forge.open(draft);
    const pushes = [{ head, by, at: this.#hostMs }];
    const pull: PullFacts = {
      number,
      author: by,
      branch,
      title,
      head,
      pushes,
      reviews: [],
      state: "open",
      mergedAt: 0,
    };
    this.pulls.set(number, pull);
    return pull;
  }

  /** Another head; `parent` tells whether by force. One that the host did not see has no pusher. */
  async push(pull: PullFacts, by: Person, tree: Tree, how: { parent: string; isSeen: boolean }) {
    this.pass();
    const head = this.commit(tree, by, how.parent);
    if (head === pull.head) return;
    if (how.isSeen) {
      const { branch } = pull;
      await this.forge.open({ title: "", body: "", by: accountOf(by), labels: [], branch, head });
    } else this.remote.refs.set(pullRequestHead(pull.number), head);
    pull.head = head;
    pull.pushes.push({ head, by: how.isSeen ? by : undefined, at: this.#hostMs });
    await this.forge.get(pull.number);
  }

  review(pull: PullFacts, review: Omit<ReviewFacts, "isRebound"> & { isRebound?: boolean }): void {
    this.pass();
    const facts = { isRebound: false, ...review };
    pull.reviews.push(facts);
    const { by, verdict, commit, at } = facts;
    this.forge.addReview(pull.number, {
      by: accountOf(by),
      verdict,
      commit,
      at: new Date(at).toISOString().replace(".000Z", "Z"),
    });
  }

  async merge(pull: PullFacts, by: Person, method: "merge" | "squash" | "rebase") {
    this.pass();
    const request = { by: accountOf(by), expectedHead: pull.head };
    const before = this.head;
    try {
      const outcome =
        method === "rebase"
          ? await this.forge.rebase(pull.number, request)
          : await this.forge.merge(pull.number, { ...request, method });
      if (outcome.outcome !== "merged") return false;
    } catch {
      return false; // Nothing to merge.
    }
    this.#landed(pull, before);
    return true;
  }

  /** As a person with rights on the host can: the button's result, but another tree. */
  mergeAs(pull: PullFacts, by: Person, method: "merge" | "squash", tree: string): boolean {
    this.pass();
    const before = this.head;
    try {
      this.forge.mergeAs(pull.number, { by: accountOf(by), method, tree });
    } catch {
      return false;
    }
    this.#landed(pull, before);
    return true;
  }

  /** The tree that merging an older head would have given. */
  mergedTree(head: string): string | undefined {
    const { objects } = this.remote;
    const base = findMergeBase(objects.commits, this.head, head);
    if (base === undefined) return undefined;
    const itemsAt = (id: string) => objects.itemsOf(objects.commits.get(id)?.tree ?? "");
    const { items, conflicts } = mergeTrees({
      base: itemsAt(base),
      ours: itemsAt(this.head),
      theirs: itemsAt(head),
    });
    return conflicts.length > 0 ? undefined : objects.writeItems(items);
  }

  /** Somebody brings a state of the branch back; the host believes that a pull request did. */
  replay(by: Person, pull: PullFacts, tree: Tree): void {
    this.pushToMain(by, tree);
    this.forge.claim(pull.number, this.head);
    this.landed.set(this.head, pull.number);
  }

  async close(pull: PullFacts, by: Person): Promise<void> {
    this.pass();
    await this.forge.close(pull.number, { by: accountOf(by), reason: "" });
    pull.state = "closed";
  }

  pushToMain(by: Person, tree: Tree): void {
    this.pass();
    this.remote.refs.set(main, this.commit(tree, by, this.head));
  }

  /** The branch becomes the second parent of somebody's own work: history is turned around. */
  foxtrot(by: Person, tree: Tree, base: string): void {
    this.pass();
    const own = this.commit(tree, by, base);
    const files = filesOfTree({ ...this.tree, contents: tree.contents });
    const options = { author: by, email: `${by}@contoso.example`, parents: [own, this.head] };
    this.remote.refs.set(main, this.remote.commit(files, options));
  }

  /** One look of a controller; the pause may kill it. */
  async reconcile(index: number, pause: Pause = async () => undefined): Promise<Look | undefined> {
    return this.#paused(index, pause, (session) => settle(session));
  }

  /** What follows a look: promotions that nobody asks for. Tells whether one was merged. */
  async promote(index: number, look: Look, pause: Pause = async () => undefined) {
    try {
      const done = await this.#paused(index, pause, (session) =>
        promoteAutomatically(session, look, undefined),
      );
      return done.done.some(({ kind }) => kind === "merge-pull-request");
    } finally {
      await this.#noticeAutomatic();
    }
  }

  async #paused<Result>(
    index: number,
    pause: Pause,
    act: (session: RegistrySession) => Promise<Result>,
  ): Promise<Result> {
    this.#pauses[index] = pause;
    try {
      return await act(this.session(index));
    } finally {
      this.#pauses[index] = async () => undefined;
    }
  }

  /** What Cairn proposed and merged, as the host tells it. */
  async #noticeAutomatic(): Promise<void> {
    for (const found of await this.forge.list(["open", "merged"])) {
      const { number, author, head, branch = "", merged } = found;
      if (author.email !== cairnIdentity.email) continue;
      const pull = this.pulls.get(number) ?? {
        number,
        author: "cairn" as const,
        branch,
        head,
        title: found.title,
        pushes: [],
        reviews: [],
        state: "open" as const,
        mergedAt: 0,
      };
      this.pulls.set(number, pull);
      for (const { head: pushed, by, at } of found.pushes.slice(pull.pushes.length)) {
        const who = personOfEmail(by?.email);
        pull.pushes.push({ head: pushed, by: who, at: Date.parse(at ?? found.openedAt) });
      }
      pull.head = head;
      if (merged === undefined || pull.state === "merged") continue;
      pull.state = "merged";
      pull.mergedAt = Date.parse(merged.at);
      this.landed.set(merged.commit, number);
    }
  }

  /** A new process; with its cache, or without. */
  restart(index: number, keepsCache: boolean): void {
    const { cache } = this.session(index);
    const session = this.#openSession(index);
    this.#sessions[index] = keepsCache ? { ...session, cache } : session;
  }

  #openSession(index: number): RegistrySession {
    const pause: Pause = async (method) => this.#pauses[index]?.(method);
    const forge = (mirror: GitMirror) =>
      new MemoryForge({ remote: this.remote, clock: this.hostClock, mirror });
    const session = openSession(this.remote, { clock: this.cairnClock, pause, forge });
    return {
      ...session,
      tagSchedule: new TagSchedule(this.cairnClock),
      clockProblem: () => (this.isClockTrusted ? undefined : "The clock jumped."),
      reader: new RememberingReader(session.mirror, this.#registries),
    };
  }

  #landed(pull: PullFacts, before: string): void {
    pull.state = "merged";
    pull.mergedAt = this.#hostMs;
    for (let id = this.head; id !== before;) {
      this.landed.set(id, pull.number);
      id = this.remote.objects.commits.get(id)?.parents[0] ?? before;
    }
  }
}

/** Reads each commit once for all: what it says does not depend on who reads it. */
class RememberingReader extends MemoryRegistryReader {
  readonly #known: Map<string, Registry>;
  readonly #source: GitMirror;

  constructor(mirror: GitMirror, known: Map<string, Registry>) {
    super(mirror);
    this.#source = mirror;
    this.#known = known;
  }

  override async registryAt(commit: string): Promise<Registry> {
    return this.#remember(commit, commit, () => super.registryAt(commit));
  }

  override async registryUnder(commit: string, policy: string): Promise<Registry> {
    const key = `${commit} ${policy}`;
    return this.#remember(key, commit, () => super.registryUnder(commit, policy));
  }

  async #remember(key: string, commit: string, read: () => Promise<Registry>): Promise<Registry> {
    const known = this.#known.get(key);
    if (known !== undefined && (await this.#source.resolveCommit(commit)) !== undefined) {
      return known;
    }
    const registry = withBrokenPolicy(await read());
    this.#known.set(key, registry);
    return registry;
  }
}

/** A policy file that cannot be used is an error, as the real reader says. */
function withBrokenPolicy(registry: Registry): Registry {
  if (registry.policies.promotion !== undefined) return registry;
  const path = "policies/promotion.yaml";
  const finding = { rule: "broken", severity: "error", message: "it is broken", path } as const;
  return { ...registry, findings: [...registry.findings, finding] };
}

const maxTries = 30;

/** What a complete look found. */
export interface Look {
  readonly head: string;
  readonly state: LedgerState;
}

/** One reconcile of the ledger, as `apply` does it, without waiting between tries. */
async function settle(session: RegistrySession): Promise<Look | undefined> {
  for (let count = 0; count < maxTries; count += 1) {
    const observation = await observe(session.mirror, session.cache);
    const isLooking = session.tagSchedule.isDue;
    const plan = await deriveLedgerPlan(session, observation);
    const outcome = await recordEvents(session, observation.state, plan.drafts);
    if (outcome.outcome !== "recorded") continue;
    if (isLooking) session.tagSchedule.looked();
    const { state, head } = { ...observation, state: outcome.state ?? observation.state };
    if (state !== undefined) await saveState(state, session.cache);
    const isStuck = head === undefined || state === undefined || plan.registry === undefined;
    return isStuck ? undefined : { head, state };
  }
  throw new Error(`still not written after ${maxTries} tries`);
}
