import { askGates, failure, type Question, type Verdict, type Version } from "./oracle-gates.ts";
import { Knowledge, nextOf, rulesOf, type Mark } from "./oracle-knowledge.ts";
import { copyOf, type Decided, type Decision, type Expected } from "./oracle-decided.ts";
import type { TagFacts, Waiting } from "./oracle-decided.ts";
import { votesOf, type Voters } from "./oracle-approvals.ts";
import { baseOf, landingsOf, type Landing } from "./oracle-landings.ts";

import {
  assets,
  isSame,
  needsPullRequest,
  policyText,
  stages,
  wishKey,
  type Asset,
  type Manifest,
  type Stage,
  type Tree,
} from "./tree.ts";
import { dayMs, type PullFacts, type World } from "./world.ts";

/** What one complete look at the world must add to the ledger, in this order. */
export function expectDecisions(world: World, known: Decided, tags: TagFacts): Expected {
  const decided = copyOf(known);
  const oracle = new Oracle(world, decided, tags);
  const before = [...decided.waiting.keys()];
  for (const landing of landingsOf(world, decided)) oracle.land(landing);
  oracle.adopt();
  for (const commit of before) oracle.lookAgain(commit);
  decided.processed = oracle.heldSince ?? world.head;
  const { decisions, places } = oracle;
  return { decisions, decided, places };
}

type Wanted = Omit<Move, "verdict">;

interface Move {
  readonly asset: Asset;
  readonly stage: Stage;
  readonly kind: Question["kind"];
  readonly version: string;
  readonly isDeprecated: boolean;
  readonly verdict: Verdict;
}

class Oracle extends Knowledge {
  readonly decisions: Decision[] = [];
  readonly places = new Set<string>();
  /** From here on it is looked at again, until the ledger is told something newer. */
  heldSince: string | undefined;
  readonly #tags: TagFacts;

  constructor(world: World, decided: Decided, tags: TagFacts) {
    super(world, decided);
    this.#tags = tags;
  }

  land(found: Landing): void {
    const landing = this.#known(found);
    const { touched, moves } = this.#movesOf(landing);
    const policy = this.#judgePolicy(landing);
    const spoilt = policy === "none" ? moves : moves.map(failing("policy in the same change"));
    const supersedes = [...this.decided.waiting.values()].filter(({ keys }) =>
      keys.some((key) => touched.includes(key)),
    );
    // Read under the policy that was in force before.
    const unreviewed = this.#judgeContents(landing);
    const marks = this.changedMarks(landing);
    const judged = unreviewed ? moves.map(failing("beside what nobody reviewed")) : spoilt;
    if (policy === "accepted") this.#acceptPolicy(landing);
    for (const mark of marks) this.#mark(landing, mark);
    for (const waiting of supersedes) this.#giveUp(waiting, "superseded");
    this.#conclude(landing, judged, false);
  }

  /** What ran before Cairn, of versions that were there then; and once. */
  adopt(): void {
    const { adoption } = this.decided;
    for (const stage of stages) {
      for (const asset of assets) {
        const version = adoption[stage]?.[asset];
        if (version !== undefined) this.#adoptOne(stage, asset, version);
      }
    }
  }

  /** Only time may have turned a gate of it green. */
  lookAgain(commit: string): void {
    const waiting = this.decided.waiting.get(commit);
    if (waiting === undefined) return;
    const { nowMs } = this.world;
    if (nowMs >= waiting.expires) {
      this.#giveUp(waiting, "waited for 30 days");
      return;
    }
    const isEarly = waiting.until !== undefined && nowMs < waiting.until;
    const isSamePolicy = (this.decided.policies.at(-1)?.since ?? 0) < waiting.at;
    if (isEarly && isSamePolicy) return;
    const { moves } = this.#movesOf(waiting.landing);
    if (moves.length === 0) this.#giveUp(waiting, "runs already");
    else this.#conclude(waiting.landing, moves, true);
  }

  #adoptOne(stage: Stage, asset: Asset, version: string): void {
    const { versions, baseline } = this.decided;
    const published = versions[asset].find((one) => one.version === version);
    const stays = this.stays(stage, asset);
    if (published?.commit !== baseline || stays.length > 0) return;
    const text = `${asset} ${version} in ${stage}`;
    const landing = { commit: baseline, pull: undefined };
    const at = this.#decide(landing, { type: "accepted", text, notes: ["adopted"] }, asset);
    stays.push({ version, since: at, until: undefined, commit: baseline, by: "adoption" });
  }

  /** A pull request lands once; who claims it again brings the change as his own. */
  #known(landing: Landing): Landing {
    const { commit, pull } = landing;
    const known = pull === undefined ? undefined : this.decided.landed.get(pull.number);
    return known === undefined || known === commit ? landing : { ...landing, pull: undefined };
  }

  #movesOf(landing: Landing): { touched: readonly string[]; moves: readonly Move[] } {
    const before = this.treeOf(landing.before).wishes;
    const after = this.treeOf(landing.commit).wishes;
    const touched: string[] = [];
    const moves: Wanted[] = [];
    for (const stage of stages.toSorted()) {
      for (const asset of assets) {
        const key = wishKey(stage, asset);
        if (isSame(before[key], after[key])) continue;
        touched.push(key);
        const runs = this.runs(stage, asset);
        const version = after[key]?.version ?? runs;
        if (version === undefined || after[key]?.version === runs) continue;
        const isDeprecated = this.isDeprecated(landing.commit, asset, version);
        const kind =
          after[key] === undefined
            ? "withdrawal"
            : this.isBack(stage, asset, version) && !isDeprecated
              ? "rollback"
              : "promotion";
        moves.push({ asset, stage, version, kind, isDeprecated });
      }
    }
    const judge = (move: Wanted) => ({ ...move, verdict: this.#judgeMove(landing, move, moves) });
    return { touched, moves: moves.map(judge) };
  }

  #mark(landing: Landing, mark: Mark): void {
    const { asset, version, isOld } = mark;
    this.#decide(landing, {
      type: "deprecated",
      text: describeMark(mark),
      notes: [isOld ? "old" : "fine again"],
    });
    if (isOld) this.decided.deprecated[asset].add(version);
    else this.decided.deprecated[asset].delete(version);
  }

  #judgeMove(landing: Landing, move: Wanted, beside: readonly Wanted[]): Verdict {
    const { pull, commit } = landing;
    const { asset, stage, version, kind, isDeprecated } = move;
    const key = wishKey(stage, asset);
    const wish = this.treeOf(commit).wishes[key];
    if (pull === undefined) {
      const isClaimed = this.world.landed.has(commit);
      return failure(isClaimed ? "landed before" : "no pull request");
    }
    if (stage === "dev") return failure("a stage that follows");
    if (!this.#isOwn(landing, pull, (tree) => tree.wishes[key])) return failure("not as proposed");
    const published = this.decided.versions[asset].find((one) => one.version === version);
    if (published === undefined) return failure("no such version");
    if (isDeprecated && kind === "promotion") return failure("deprecated");
    if (kind === "promotion" && this.#tags.isDamaged(asset)) return failure("damaged tag");
    if (kind === "rollback" && this.#tags.isDamaged(asset, version)) return failure("damaged tag");
    const saidAt = (at: string, of: Version) => this.saidAt(at, asset, of);
    const versionOf = (name: string) =>
      this.decided.versions[asset].find((one) => one.version === name);
    return askGates({
      asset,
      stage,
      version,
      kind,
      wish,
      landed: commit,
      policy: this.inForce,
      now: this.world.nowMs,
      isClockTrusted: this.world.isClockTrusted,
      stays: (other) => this.stays(other, asset),
      isReady: this.#isReady(published, stage, beside),
      r2At: (at, of) => {
        const known = versionOf(of);
        return known === undefined ? undefined : saidAt(at, known)?.r2;
      },
      voters: this.#voters(landing, pull, (seen, at) => {
        if (!this.hadVersion(seen, published, landing.before)) return false;
        const isSameWish = isSame(this.treeOf(seen).wishes[key], wish);
        const isSameEvidence = isSame(saidAt(seen, published), saidAt(commit, published));
        const rules = rulesOf(this.policyAt(at), stage);
        return isSameWish && isSameEvidence && rules === rulesOf(this.policyAt(), stage);
      }),
    });
  }

  /** What it refers to was accepted here or later, or comes along. */
  #isReady({ uses }: Version, stage: Stage, beside: readonly Wanted[]): boolean {
    if (uses === undefined) return true;
    const isAlong = beside.some(
      (move) =>
        move.asset === "data/b" &&
        move.version === uses &&
        move.stage === stage &&
        move.kind !== "withdrawal",
    );
    const later = stages.slice(stages.indexOf(stage));
    return isAlong || later.some((one) => this.isBack(one, "data/b", uses));
  }

  #voters(landing: Landing, pull: PullFacts, saw: Voters["saw"]): Voters {
    const { before } = landing;
    const policy = this.inForce;
    return { world: this.world, pull, before, policy, now: this.world.nowMs, saw };
  }

  #judgePolicy(landing: Landing): "none" | "accepted" | "refused" {
    const { before, commit, pull } = landing;
    const wanted = policyText(this.treeOf(commit));
    const inForce = this.treeOf(this.policyCommit);
    const isTouched = wanted !== policyText(this.treeOf(before));
    if (!isTouched || wanted === policyText(inForce)) return "none";
    const { owners } = inForce.policy;
    const { isBroken, isRegistryBroken } = this.treeOf(commit).policy;
    if (pull === undefined || isBroken || isRegistryBroken) return "refused";
    if (!this.#isOwn(landing, pull, policyText)) return "refused";
    const saw = (seen: string, at: number): boolean =>
      policyText(this.treeOf(seen)) === wanted && isSame(this.policyAt(at).owners, owners);
    const votes = votesOf(this.#voters(landing, pull, saw)).filter(({ by }) => owners.includes(by));
    if (votes.some(({ says }) => says === "no")) return "refused";
    const isApproved = votes.some(({ says, isAuthor }) => says === "yes" && !isAuthor);
    return isApproved ? "accepted" : "refused";
  }

  #acceptPolicy(landing: Landing): void {
    const at = this.#decide(landing, { type: "policy-accepted", text: "policy", notes: [] });
    this.decided.policies.push({ commit: landing.commit, since: at });
  }

  /** Publishes what may be; tells whether something came that nobody reviewed. */
  #judgeContents(landing: Landing): boolean {
    const free: Asset[] = [];
    let isSpoilt = false;
    for (const asset of assets) {
      const verdict = this.#judgeContent(landing, asset);
      if (verdict === "free") free.push(asset);
      isSpoilt ||= verdict === "unreviewed";
    }
    for (const asset of free) this.#publish(landing, asset);
    return isSpoilt;
  }

  #judgeContent(landing: Landing, asset: Asset): "unreviewed" | "free" | "nothing" {
    const { before, commit } = landing;
    const { held } = this.decided;
    const manifest = this.manifestOf(commit, asset);
    const isWrong = this.isWrong(commit, manifest);
    if (manifest === undefined || this.#isOld(asset, manifest, isWrong)) {
      held.delete(asset);
      return "nothing";
    }
    const isTouched = !isSame(this.manifestOf(before, asset), manifest);
    if (isTouched && !this.#isProposed(landing, asset)) {
      if (isWrong) this.places.add("an error that nobody reviewed");
      held.add(asset);
      return "unreviewed";
    }
    if (isWrong) return "nothing";
    if (!held.has(asset)) return "free";
    if (!isTouched || !this.#isContentApproved(landing)) {
      this.heldSince ??= before;
      return "nothing";
    }
    held.delete(asset);
    return "free";
  }

  #isOld(asset: Asset, { text }: Manifest, isWrong: boolean): boolean {
    return !isWrong && this.decided.versions[asset].at(-1)?.text === text;
  }

  #isProposed(landing: Landing, asset: Asset): boolean {
    const { commit, pull } = landing;
    if (pull === undefined) return !needsPullRequest(asset, this.inForce);
    if (!isSame(this.manifestOf(pull.head, asset), this.manifestOf(commit, asset))) return false;
    const base = baseOf(this.world, landing.before, pull);
    if (base === undefined) return false;
    return isSame(this.manifestOf(base, asset), this.manifestOf(landing.before, asset));
  }

  /** As at the head; and the branch still has what the pull request left it with. */
  #isOwn({ before, commit }: Landing, pull: PullFacts, part: (tree: Tree) => unknown): boolean {
    const at = (id: string): unknown => part(this.treeOf(id));
    const base = baseOf(this.world, before, pull);
    return base !== undefined && isSame(at(pull.head), at(commit)) && isSame(at(base), at(before));
  }

  #isContentApproved(landing: Landing): boolean {
    const { pull } = landing;
    if (pull === undefined) return false;
    const voters = this.#voters(landing, pull, (seen) => seen === pull.head);
    return votesOf(voters).some(
      ({ by, says, isAuthor }) => says === "yes" && !isAuthor && voters.policy.leads.includes(by),
    );
  }

  #publish(landing: Landing, asset: Asset): void {
    const known = this.decided.versions[asset];
    const { text: made = "", uses } = this.manifestOf(landing.commit, asset) ?? {};
    const isThere = this.decided.versions["data/b"].some(({ version }) => version === uses);
    if (uses !== undefined && !isThere) {
      this.heldSince ??= landing.before;
      return;
    }
    let next = Number(nextOf(known));
    while (this.#tags.isTaken(`${asset}@v${next}`)) next += 1;
    const version = String(next);
    const text = `${asset} ${version} with ${made}`;
    const notes = [
      ...(known.some((one) => one.text === made) ? ["older content again"] : []),
      ...(uses === undefined ? [] : ["with a reference"]),
      ...(this.#isUnderOther(landing.commit) ? ["whatever registry.yaml says"] : []),
    ];
    const at = this.#decide(landing, { type: "published", text, notes }, asset);
    const { commit } = landing;
    known.push({ version, text: made, uses, commit });
    this.stays("dev", asset).push({ version, since: at, until: undefined, commit, by: "cairn" });
  }

  /** The branch has a registry.yaml that would not let anything happen, or this asset be seen. */
  #isUnderOther(commit: string): boolean {
    const { hidesData, isRegistryBroken } = this.treeOf(commit).policy;
    return isRegistryBroken || (hidesData && !this.inForce.hidesData);
  }

  /** All stage files of a landing together. */
  #conclude(landing: Landing, moves: readonly Move[], isSecondLook: boolean): void {
    if (moves.length === 0) return;
    const { commit } = landing;
    const text = moves.map(describeMove).join(", ");
    const failures = moves.flatMap(({ verdict }) => (verdict.says === "fail" ? [verdict.why] : []));
    if (failures.length > 0) {
      this.decided.waiting.delete(commit);
      this.#decide(landing, { type: "blocked", text, notes: failures });
      return;
    }
    const times = moves.flatMap(({ verdict }) => (verdict.says === "wait" ? [verdict.until] : []));
    if (times.length > 0) {
      if (isSecondLook) return;
      const known = times.flatMap((time) => time ?? []);
      const until = known.length < times.length ? undefined : Math.max(...known);
      const when = until === undefined ? "" : ` until ${new Date(until).toISOString()}`;
      const at = this.#decide(landing, { type: "waiting", text: text + when, notes: [] });
      const expires = this.world.nowMs + 30 * dayMs;
      const keys = moves.map(({ stage, asset }) => wishKey(stage, asset));
      this.decided.waiting.set(commit, { landing, text, at, keys, until, expires });
      return;
    }
    this.decided.waiting.delete(commit);
    for (const move of moves) this.#accept(landing, move, { isSecondLook, count: moves.length });
  }

  #accept(
    landing: Landing,
    move: Move,
    { isSecondLook, count }: { readonly isSecondLook: boolean; readonly count: number },
  ): void {
    const { asset, stage, version, kind } = move;
    const { commit, pull } = landing;
    const text = describeMove(move);
    const by = pull?.author === "cairn" ? "cairn" : "person";
    const notes = [
      kind,
      ...(isSecondLook ? ["after waiting"] : []),
      ...(count > 1 ? ["several together"] : []),
      ...(by === "cairn" ? ["by itself"] : []),
      ...this.#notesOf(commit, move),
    ];
    const type = kind === "withdrawal" ? "withdrawn" : "accepted";
    const at = this.#decide(landing, { type, text, notes }, asset);
    const stays = this.stays(stage, asset);
    const last = stays.at(-1);
    if (kind !== "withdrawal") stays.push({ version, since: at, until: undefined, commit, by });
    else if (last !== undefined) last.until = at;
  }

  #notesOf(commit: string, { asset, stage, version, kind }: Move): readonly string[] {
    const wish = this.treeOf(commit).wishes[wishKey(stage, asset)];
    const isOverridden = wish?.override !== undefined && kind === "promotion";
    const published = this.decided.versions[asset].find((one) => one.version === version);
    return [
      ...(isOverridden ? ["with an override"] : []),
      ...(stage === "prod" ? ["in prod"] : []),
      ...(published?.uses === undefined ? [] : ["with what it refers to"]),
    ];
  }

  #giveUp({ landing, text }: Waiting, note: string): void {
    this.decided.waiting.delete(landing.commit);
    this.#decide(landing, { type: "blocked", text, notes: [note] });
  }

  /** Its time: never before that of the event before, and dates of an asset's tags grow. */
  #decide(
    { commit, pull }: Pick<Landing, "commit" | "pull">,
    decision: Omit<Decision, "at" | "landing">,
    tagged?: Asset,
  ): number {
    const decided = this.decided;
    const afterTag = tagged === undefined ? 0 : decided.lastTag[tagged] + 1000;
    const isFirstTag = tagged === undefined || decided.lastTag[tagged] === 0;
    const at = Math.max(this.world.nowMs, decided.at, isFirstTag ? 0 : afterTag);
    decided.at = at;
    if (tagged !== undefined) decided.lastTag[tagged] = at;
    if (pull !== undefined && !decided.landed.has(pull.number)) {
      decided.landed.set(pull.number, commit);
    }
    this.decisions.push({ ...decision, landing: commit, at });
    return at;
  }
}

export function describeMark({ asset, version, isOld }: Mark): string {
  return `${asset} ${version} is ${isOld ? "old" : "fine again"}`;
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
