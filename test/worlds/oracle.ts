import { askGates, type Question, type Stay, type Verdict, type Version } from "./oracle-gates.ts";
import { historyOf, votesOf, type Voters } from "./oracle-approvals.ts";
import { landingsOf, type Landing } from "./oracle-landings.ts";
import { policyFilesOf, type Policy } from "./people.ts";
import {
  assets,
  isSame,
  needsPullRequest,
  stages,
  type Asset,
  type Stage,
  type Tree,
  wishKey,
} from "./tree.ts";
import { dayMs, type PullFacts, type World } from "./world.ts";

/** Everything that was decided so far, kept by the oracle for itself. */
export interface Decided {
  processed: string;
  /** The same, as far as the ledger was told: it is not told of what brings nothing. */
  recorded: string;
  /** Cairn's time of the newest event. */
  at: number;
  readonly versions: Record<Asset, Version[]>;
  /** By stage and asset. */
  readonly stays: Record<string, Stay[]>;
  readonly lastTag: Record<Asset, number>;
  readonly policies: { readonly commit: string; readonly since: number }[];
  readonly waiting: Map<string, Waiting>;
  /** Assets whose content on the branch was never reviewed. */
  readonly held: Set<Asset>;
}

interface Waiting {
  readonly landing: Landing;
  readonly text: string;
  readonly at: number;
  readonly keys: readonly string[];
  readonly until: number | undefined;
  readonly expires: number;
}

/** One thing that the ledger must say, and nothing else of its kind. */
export interface Decision {
  readonly type: "published" | "accepted" | "withdrawn" | "blocked" | "waiting" | "policy-accepted";
  /** What about, in words that an event of the ledger can be told in as well. */
  readonly text: string;
  readonly at: number;
  readonly landing: string;
  /** For the tally: why it was refused, or what is special about it. */
  readonly notes: readonly string[];
}

export function firstDecided(world: World): Decided {
  const { head, nowMs } = world;
  return {
    processed: `before ${head}`,
    recorded: head,
    at: nowMs,
    versions: { "models/a": [], "data/b": [] },
    stays: {},
    lastTag: { "models/a": 0, "data/b": 0 },
    policies: [{ commit: head, since: nowMs }],
    waiting: new Map(),
    held: new Set(),
  };
}

/** What one complete look at the world must add to the ledger, in this order. */
export function expectDecisions(world: World, known: Decided, tags: TagFacts): Expected {
  const decided = copyOf(known);
  const oracle = new Oracle(world, decided, tags);
  const before = [...decided.waiting.keys()];
  for (const landing of landingsOf(world, decided)) oracle.land(landing);
  for (const commit of before) oracle.lookAgain(commit);
  decided.processed = oracle.heldSince ?? world.head;
  return { decisions: oracle.decisions, decided };
}

function copyOf(decided: Decided): Decided {
  const { versions, stays, lastTag, policies, waiting, held } = decided;
  const copied = Object.entries(stays).map(
    ([key, list]) => [key, list.map((stay) => ({ ...stay }))] as const,
  );
  return {
    ...decided,
    versions: { "models/a": [...versions["models/a"]], "data/b": [...versions["data/b"]] },
    stays: Object.fromEntries(copied),
    lastTag: { ...lastTag },
    policies: [...policies],
    waiting: new Map(waiting),
    held: new Set(held),
  };
}

export interface Expected {
  readonly decisions: readonly Decision[];
  readonly decided: Decided;
}

/** What really became of the tags. */
export interface TagFacts {
  isTaken(tag: string): boolean;
  /** Why no promotion of this asset can be believed, or only none of this version. */
  isDamaged(asset: Asset, version?: string): boolean;
}

interface Move {
  readonly asset: Asset;
  readonly stage: Stage;
  readonly kind: Question["kind"];
  readonly version: string;
  readonly verdict: Verdict;
}

class Oracle {
  readonly decisions: Decision[] = [];
  /** From here on it is looked at again, until the ledger is told something newer. */
  heldSince: string | undefined;
  readonly #world: World;
  readonly #decided: Decided;
  readonly #tags: TagFacts;

  constructor(world: World, decided: Decided, tags: TagFacts) {
    this.#world = world;
    this.#decided = decided;
    this.#tags = tags;
  }

  land(landing: Landing): void {
    const { touched, moves } = this.#movesOf(landing);
    const policy = this.#judgePolicy(landing);
    const spoilt = policy === "none" ? moves : moves.map(failing("policy in the same change"));
    const supersedes = [...this.#decided.waiting.values()].filter(({ keys }) =>
      keys.some((key) => touched.includes(key)),
    );
    const unreviewed = assets.filter(
      (asset) => this.#judgeContent(landing, asset) === "unreviewed",
    );
    const judged =
      unreviewed.length === 0 ? spoilt : moves.map(failing("beside what nobody reviewed"));
    if (policy === "accepted") this.#acceptPolicy(landing);
    for (const waiting of supersedes) this.#giveUp(waiting, "superseded");
    this.#conclude(landing, judged, false);
  }

  /** Only time may have turned a gate of it green. */
  lookAgain(commit: string): void {
    const waiting = this.#decided.waiting.get(commit);
    if (waiting === undefined) return;
    const { nowMs } = this.#world;
    if (nowMs >= waiting.expires) {
      this.#giveUp(waiting, "waited for 30 days");
      return;
    }
    const isEarly = waiting.until !== undefined && nowMs < waiting.until;
    const isSamePolicy = (this.#decided.policies.at(-1)?.since ?? 0) < waiting.at;
    if (isEarly && isSamePolicy) return;
    const { moves } = this.#movesOf(waiting.landing);
    if (moves.length === 0) this.#giveUp(waiting, "runs already");
    else this.#conclude(waiting.landing, moves, true);
  }

  get #policyCommit(): string {
    return this.#decided.policies.at(-1)?.commit ?? "";
  }

  #treeOf(commit: string): Tree {
    return this.#world.trees.at(commit);
  }

  #stays(stage: Stage, asset: Asset): Stay[] {
    return (this.#decided.stays[wishKey(stage, asset)] ??= []);
  }

  #runs(stage: Stage, asset: Asset): string | undefined {
    const last = this.#stays(stage, asset).at(-1);
    return last?.until === undefined ? last?.version : undefined;
  }

  #movesOf(landing: Landing): { touched: readonly string[]; moves: readonly Move[] } {
    const before = this.#treeOf(landing.before).wishes;
    const after = this.#treeOf(landing.commit).wishes;
    const touched: string[] = [];
    const moves: Move[] = [];
    for (const stage of stages.toSorted()) {
      for (const asset of assets) {
        const key = wishKey(stage, asset);
        if (isSame(before[key], after[key])) continue;
        touched.push(key);
        const runs = this.#runs(stage, asset);
        const version = after[key]?.version ?? runs;
        if (version === undefined || after[key]?.version === runs) continue;
        const move = {
          asset,
          stage,
          version,
          kind: this.#kindOf(stage, asset, after[key]?.version),
        };
        moves.push({ ...move, verdict: this.#judgeMove(landing, move) });
      }
    }
    return { touched, moves };
  }

  #kindOf(stage: Stage, asset: Asset, version: string | undefined): Question["kind"] {
    if (version === undefined) return "withdrawal";
    const last = this.#stays(stage, asset).findLast((stay) => stay.version === version);
    return last !== undefined && last.until === undefined ? "rollback" : "promotion";
  }

  #judgeMove(landing: Landing, { asset, stage, version, kind }: Omit<Move, "verdict">): Verdict {
    const { pull, commit } = landing;
    const key = wishKey(stage, asset);
    const wish = this.#treeOf(commit).wishes[key];
    if (pull === undefined) return failure("no pull request");
    if (stage === "dev") return failure("a stage that follows");
    if (!isSame(this.#treeOf(pull.head).wishes[key], wish)) return failure("not as proposed");
    const published = this.#decided.versions[asset].find((one) => one.version === version);
    if (published === undefined) return failure("no such version");
    if (kind === "promotion" && this.#tags.isDamaged(asset)) return failure("damaged tag");
    if (kind === "rollback" && this.#tags.isDamaged(asset, version)) return failure("damaged tag");
    return askGates({
      asset,
      stage,
      version,
      kind,
      wish,
      landed: commit,
      policy: this.#treeOf(this.#policyCommit).policy,
      now: this.#world.nowMs,
      isClockTrusted: this.#world.isClockTrusted,
      stays: (other) => this.#stays(other, asset),
      evidenceAt: (at, of) => this.#evidenceAt(at, asset, of),
      voters: this.#voters(landing, pull, (seen, at) => {
        if (!this.#hadVersion(seen, published, landing.before)) return false;
        const isSameWish = isSame(this.#treeOf(seen).wishes[key], wish);
        const evidence = this.#evidenceAt(seen, asset, version);
        const isSameEvidence = evidence === this.#evidenceAt(commit, asset, version);
        const rules = rulesOf(this.#policyAt(at), stage);
        return isSameWish && isSameEvidence && rules === rulesOf(this.#policyAt(), stage);
      }),
    });
  }

  /** Nobody approves a number that has nothing behind it yet; a rewritten branch cannot tell. */
  #hadVersion(seen: string, { commit }: Version, before: string): boolean {
    const isSeen = historyOf(this.#world, seen).has(commit);
    return isSeen || !historyOf(this.#world, before).has(commit);
  }

  #voters(landing: Landing, pull: PullFacts, saw: Voters["saw"]): Voters {
    const policy = this.#treeOf(this.#policyCommit).policy;
    const { before } = landing;
    return { world: this.#world, pull, before, policy, now: this.#world.nowMs, saw };
  }

  #policyAt(at: number = Number.POSITIVE_INFINITY): Policy {
    const { policies } = this.#decided;
    const found = policies.findLast(({ since }) => since <= at) ?? policies[0];
    return this.#treeOf(found?.commit ?? "").policy;
  }

  /** Of a version that a commit does not hold any more, what was said when it was published. */
  #evidenceAt(commit: string, asset: Asset, version: string): number {
    const published = this.#decided.versions[asset].find((one) => one.version === version);
    const tree = this.#treeOf(commit);
    if (published === undefined || tree.contents[asset] === published.content) {
      return tree.evidence[asset];
    }
    return this.#treeOf(published.commit).evidence[asset];
  }

  #judgePolicy(landing: Landing): "none" | "accepted" | "refused" {
    const { before, commit, pull } = landing;
    const wanted = policyText(this.#treeOf(commit));
    const inForce = this.#treeOf(this.#policyCommit);
    const isTouched = wanted !== policyText(this.#treeOf(before));
    if (!isTouched || wanted === policyText(inForce)) return "none";
    const { owners } = inForce.policy;
    if (pull === undefined || this.#treeOf(commit).policy.isBroken) return "refused";
    if (policyText(this.#treeOf(pull.head)) !== wanted) return "refused";
    const saw = (seen: string, at: number): boolean =>
      policyText(this.#treeOf(seen)) === wanted && isSame(this.#policyAt(at).owners, owners);
    const votes = votesOf(this.#voters(landing, pull, saw)).filter(({ by }) => owners.includes(by));
    if (votes.some(({ says }) => says === "no")) return "refused";
    const isApproved = votes.some(({ says, isAuthor }) => says === "yes" && !isAuthor);
    return isApproved ? "accepted" : "refused";
  }

  #acceptPolicy({ commit }: Landing): void {
    const at = this.#decide({
      type: "policy-accepted",
      text: "policy",
      landing: commit,
      notes: [],
    });
    this.#decided.policies.push({ commit, since: at });
  }

  /** Publishes it, unless nobody reviewed it as it is: then the whole landing promotes nothing. */
  #judgeContent(landing: Landing, asset: Asset): "unreviewed" | "fine" {
    const { before, commit, pull } = landing;
    const { held, versions } = this.#decided;
    const content = this.#treeOf(commit).contents[asset];
    if (versions[asset].at(-1)?.content === content) {
      held.delete(asset);
      return "fine";
    }
    const isTouched = this.#treeOf(before).contents[asset] !== content;
    const isProposed =
      pull === undefined
        ? !needsPullRequest(asset)
        : this.#treeOf(pull.head).contents[asset] === content;
    if (isTouched && !isProposed) {
      held.add(asset);
      return "unreviewed";
    }
    if (held.has(asset)) {
      if (!isTouched || pull === undefined || !this.#isContentApproved(landing, pull)) {
        this.heldSince ??= before;
        return "fine";
      }
      held.delete(asset);
    }
    this.#publish(commit, asset, content);
    return "fine";
  }

  #isContentApproved(landing: Landing, pull: PullFacts): boolean {
    const voters = this.#voters(landing, pull, (seen) => seen === pull.head);
    return votesOf(voters).some(
      ({ by, says, isAuthor }) => says === "yes" && !isAuthor && voters.policy.leads.includes(by),
    );
  }

  #publish(commit: string, asset: Asset, content: string): void {
    const known = this.#decided.versions[asset];
    let next = Math.max(0, ...known.map(({ version }) => Number(version))) + 1;
    while (this.#tags.isTaken(`${asset}@v${next}`)) next += 1;
    const version = String(next);
    const text = `${asset} ${version} with ${content}`;
    const notes = known.some((one) => one.content === content) ? ["older content again"] : [];
    const at = this.#decide({ type: "published", text, landing: commit, notes }, asset);
    known.push({ version, content, commit });
    this.#stays("dev", asset).push({ version, since: at, until: undefined, commit });
  }

  /** All stage files of a landing together. */
  #conclude(
    { commit, before, pull }: Landing,
    moves: readonly Move[],
    isSecondLook: boolean,
  ): void {
    if (moves.length === 0) return;
    const text = moves.map(describeMove).join(", ");
    const failures = moves.flatMap(({ verdict }) => (verdict.says === "fail" ? [verdict.why] : []));
    if (failures.length > 0) {
      this.#decided.waiting.delete(commit);
      this.#decide({ type: "blocked", text, landing: commit, notes: failures });
      return;
    }
    const times = moves.flatMap(({ verdict }) => (verdict.says === "wait" ? [verdict.until] : []));
    if (times.length > 0) {
      if (isSecondLook) return;
      const known = times.flatMap((time) => time ?? []);
      const until = known.length < times.length ? undefined : Math.max(...known);
      const when = until === undefined ? "" : ` until ${new Date(until).toISOString()}`;
      const at = this.#decide({ type: "waiting", text: text + when, landing: commit, notes: [] });
      const expires = this.#world.nowMs + 30 * dayMs;
      const keys = moves.map(({ stage, asset }) => wishKey(stage, asset));
      const landing = { commit, before, pull };
      this.#decided.waiting.set(commit, { landing, text, at, keys, until, expires });
      return;
    }
    this.#decided.waiting.delete(commit);
    for (const move of moves) this.#accept(commit, move, { isSecondLook, count: moves.length });
  }

  #accept(
    commit: string,
    move: Move,
    { isSecondLook, count }: { readonly isSecondLook: boolean; readonly count: number },
  ): void {
    const { asset, stage, version, kind } = move;
    const text = describeMove(move);
    const isOverridden = this.#treeOf(commit).wishes[wishKey(stage, asset)]?.override !== undefined;
    const notes = [
      kind,
      ...(isSecondLook ? ["after waiting"] : []),
      ...(count > 1 ? ["several together"] : []),
      ...(isOverridden && kind === "promotion" ? ["with an override"] : []),
      ...(stage === "prod" ? ["in prod"] : []),
    ];
    const type = kind === "withdrawal" ? "withdrawn" : "accepted";
    const at = this.#decide({ type, text, landing: commit, notes }, asset);
    const stays = this.#stays(stage, asset);
    const last = stays.at(-1);
    if (kind !== "withdrawal") stays.push({ version, since: at, until: undefined, commit });
    else if (last !== undefined) last.until = at;
  }

  #giveUp({ landing, text }: Waiting, note: string): void {
    this.#decided.waiting.delete(landing.commit);
    this.#decide({ type: "blocked", text, landing: landing.commit, notes: [note] });
  }

  /** Its time: never before that of the event before, and dates of an asset's tags grow. */
  #decide(decision: Omit<Decision, "at">, tagged?: Asset): number {
    const decided = this.#decided;
    const afterTag = tagged === undefined ? 0 : decided.lastTag[tagged] + 1000;
    const isFirstTag = tagged === undefined || decided.lastTag[tagged] === 0;
    const at = Math.max(this.#world.nowMs, decided.at, isFirstTag ? 0 : afterTag);
    decided.at = at;
    if (tagged !== undefined) decided.lastTag[tagged] = at;
    this.decisions.push({ ...decision, at });
    return at;
  }
}

export function describeMove({
  asset,
  stage,
  version,
  kind,
}: Pick<Move, "asset" | "stage" | "version" | "kind">): string {
  return kind === "withdrawal" ? `none of ${asset} in ${stage}` : `${asset} ${version} in ${stage}`;
}

function failing(why: string): (move: Move) => Move {
  return (move) => ({ ...move, verdict: failure(why) });
}

function failure(why: string): Verdict {
  return { says: "fail", why };
}

function policyText(tree: Tree): string {
  return JSON.stringify(policyFilesOf(tree.policy));
}

/** What binds a move: the rules of its stage, and who the people are whose approval counts. */
function rulesOf({ prodApprovals, soakHours, minimumR2, ...rest }: Policy, stage: Stage): string {
  const { isFrozen, isClosedAtWeekends, leads } = rest;
  const rule = [prodApprovals, soakHours, minimumR2, isFrozen, isClosedAtWeekends];
  return JSON.stringify([stage === "prod" ? rule : [], [...leads].sort()]);
}
