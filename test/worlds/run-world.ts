import assert from "node:assert/strict";

import type * as fc from "fast-check";
import { CairnError } from "../../src/shared/errors.ts";
import { resolveIncident } from "../../src/usecases/operate/incidents.ts";
import { applyChanges, describeChange } from "./changes.ts";
import {
  describeCommand,
  type Act,
  type Approvers,
  type Command,
  type Fault,
  type Flow,
} from "./commands.ts";
import type { Start } from "./journeys.ts";
import { Watch } from "./invariants.ts";
import { isPerson, type Person } from "./people.ts";
import { assets, filesOfTree, isSame, type Tree } from "./tree.ts";
import { wantedAutomatically } from "./oracle-automatic.ts";
import { hourMs, minuteMs, World, type Look, type PullFacts } from "./world.ts";
import type { Pause } from "../support/memory-mirror.ts";

/** Plays commands in a world; the oracle looks at every step of the ledger. */
export class Run {
  readonly world: World;
  readonly watch: Watch;
  readonly #scheduler: fc.Scheduler;

  private constructor(world: World, scheduler: fc.Scheduler) {
    this.world = world;
    this.watch = new Watch(world);
    this.#scheduler = scheduler;
  }

  static async open(
    scheduler: fc.Scheduler,
    { tree, adoption, isLookedAt, takenTag }: Start,
  ): Promise<Run> {
    const run = new Run(await World.open(tree, adoption), scheduler);
    run.world.pass();
    run.world.story.add(`begins with ${JSON.stringify({ adoption, ...tree })}`);
    if (takenTag !== undefined) {
      run.world.story.add(`somebody took the tag ${takenTag}`);
      run.world.attackedTags.add(takenTag);
      run.world.remote.refs.set(`refs/tags/${takenTag}`, run.world.head);
    }
    if (isLookedAt) await run.reconcile(0);
    return run;
  }

  async play(command: Command): Promise<void> {
    this.world.story.add(describeCommand(command));
    switch (command.type) {
      case "flow":
        return this.#flow(command);
      case "go on":
        return this.#goOn(command);
      case "direct":
        this.world.pushToMain(command.by, this.#changed(this.world.tree, command.changes));
        return;
      case "replay":
        return this.#replay(command);
      case "foxtrot":
        return this.#foxtrot(command);
      case "tag":
        return this.#attackTag(command);
      case "restore":
        return this.#restoreTags();
      case "wait":
        this.world.pass(command.ms);
        return;
      case "jump":
        this.world.jump(command.ms);
        return;
      case "reconcile":
        this.world.pass();
        return this.reconcile(command.controller, command.fault);
      case "both":
        return this.#both();
    }
  }

  async reconcile(index: 0 | 1, fault: Partial<Fault> = {}): Promise<void> {
    const { world, watch } = this;
    const { killedAt, breaks = 0, isRefused = false, keepsCache = true } = fault;
    const expected = watch.expect();
    let left = killedAt ?? Number.POSITIVE_INFINITY;
    const pause = async (method: string): Promise<void> => {
      if (!remoteMethods.has(method)) return;
      left -= 1;
      if (left < 0) throw killed;
    };
    world.remote.connectionBreaks = breaks;
    if (isRefused) world.remote.refuse = () => "a hook declined";
    let look: Look | undefined;
    let isComplete = false;
    try {
      look = await world.reconcile(index, pause);
      isComplete = !isRefused;
    } catch (error) {
      if (error !== killed) throw error;
      watch.places.add("killed");
      world.restart(index, keepsCache);
    } finally {
      world.remote.connectionBreaks = 0;
      world.remote.refuse = () => undefined;
    }
    watch.check(expected, isComplete);
    if (!isComplete || look === undefined) return;
    const isMerged = await this.#promote(index, look, { pause, keepsCache });
    if (isMerged) await this.reconcile(index);
  }

  /** What Cairn proposes by itself is what the oracle wants, unless it was killed on the way. */
  async #promote(
    index: 0 | 1,
    look: Look,
    { pause, keepsCache }: { readonly pause: Pause; readonly keepsCache: boolean },
  ): Promise<boolean> {
    const { world, watch } = this;
    const wanted = wantedAutomatically(world, watch.decided);
    const known = new Set(world.pulls.keys());
    let isMerged = false;
    let isKilled = false;
    const killable: Pause = (method) =>
      pause(method).catch((error: unknown) => {
        isKilled = true;
        throw error;
      });
    try {
      isMerged = await world.promote(index, look, killable);
    } catch (error) {
      if (!isKilled) throw error;
    }
    if (isKilled) {
      watch.places.add("killed while promoting");
      world.restart(index, keepsCache);
    }
    watch.checkAutomatic(wanted, { known, isComplete: !isKilled });
    return isMerged;
  }

  /** After the last fault two looks are enough for everybody, and a third writes nothing (I5). */
  async end(): Promise<void> {
    const { world, watch } = this;
    world.story.add("the faults stop");
    // Now both are to look at every tag.
    world.pass(16 * minuteMs);
    for (const index of [0, 1, 0, 1] as const) await this.reconcile(index);
    const { pushes } = world.remote;
    for (const index of [0, 1] as const) await this.reconcile(index);
    assert.equal(world.remote.pushes, pushes, "a third look pushes nothing");
    await watch.checkState();
  }

  async #both(): Promise<void> {
    const { world, watch } = this;
    world.pass();
    const expected = watch.expect();
    const pause = async (method: string): Promise<void> => {
      if (remoteMethods.has(method)) await this.#scheduler.schedule(Promise.resolve(), method);
    };
    const before = world.remote.pushes;
    const looks = Promise.all([world.reconcile(0, pause), world.reconcile(1, pause)]);
    const [look] = await this.#scheduler.waitFor(looks);
    if (world.remote.pushes > before + 1) watch.places.add("raced");
    watch.check(expected, true);
    if (look === undefined) return;
    const wanted = wantedAutomatically(world, watch.decided);
    const known = new Set(world.pulls.keys());
    const promotions = Promise.all([world.promote(0, look, pause), world.promote(1, look, pause)]);
    const merged = await this.#scheduler.waitFor(promotions);
    watch.checkAutomatic(wanted, { known, isComplete: true });
    if (merged.includes(true)) await this.reconcile(0);
  }

  async #flow(flow: Flow): Promise<void> {
    const { world } = this;
    const base = this.#commitBehind(flow.behind);
    const tree = this.#changed(world.trees.at(base), flow.changes);
    const pull = await world.propose(flow.by, flow.changes.map(describeChange).join(), tree, base);
    world.story.add(`    as #${pull.number}: ${JSON.stringify(tree.wishes)}`);
    await this.#finish(pull, flow);
  }

  async #goOn({ which, ...rest }: Extract<Command, { readonly type: "go on" }>): Promise<void> {
    const open = this.world.openPulls();
    const pull = open[which % Math.max(1, open.length)];
    if (pull !== undefined) await this.#finish(pull, rest);
  }

  async #finish(
    pull: PullFacts,
    {
      acts,
      approvers,
      late,
      ending,
      mergedBy,
      evil,
    }: Omit<Flow, "type" | "by" | "changes" | "behind">,
  ): Promise<void> {
    for (const act of acts) await this.#act(pull, act);
    for (const by of approversOf(pull, approvers)) this.#approve(pull, by);
    if (approvers === "against") {
      this.#review(pull, {
        type: "review",
        by: "bo",
        verdict: "changes-requested",
        when: "now",
        of: "head",
      });
    }
    for (const act of late) await this.#act(pull, act);
    const isDone = await this.#endPull(pull, { ending, mergedBy, evil });
    this.world.story.add(
      `    #${pull.number}: ${ending} by ${mergedBy}${isDone ? "" : ", in vain"}`,
    );
    if (isDone) this.watch.places.add(`ended: ${ending}`);
  }

  #approve(pull: PullFacts, by: Person): void {
    this.world.review(pull, {
      by,
      verdict: "approved",
      at: this.world.hostMs + 60_000,
      commit: pull.head,
    });
    this.world.story.add(`    ${by} approves #${pull.number}`);
  }

  async #act(pull: PullFacts, act: Act): Promise<void> {
    const { world } = this;
    if (act.type === "wait") world.pass(act.ms);
    else if (act.type === "review") this.#review(pull, act);
    else {
      const from = act.how === "onto the branch" ? world.head : pull.head;
      const parent = act.how === "force" ? this.#commitBehind(1) : from;
      const tree = this.#changed(world.trees.at(from), act.changes);
      await world.push(pull, act.by, tree, { parent, isSeen: act.how !== "unseen" });
      const what = act.changes.map(describeChange).join(" and ");
      world.story.add(`    ${act.by} pushes (${act.how}) to #${pull.number}: ${what}`);
    }
  }

  #review(
    pull: PullFacts,
    { by, verdict, when, of }: Extract<Act, { readonly type: "review" }>,
  ): void {
    const { world } = this;
    const commit = seenCommit(pull, of);
    const last = pull.pushes.at(-1);
    // No two words at the same second: which of them is newer, nobody could say.
    const shiftMs = shifts[when] + pull.reviews.length * 1000;
    const isRebound = of === "rebound" && pull.pushes.length > 1;
    const at = isRebound && last !== undefined ? last.at - 50_000 : world.hostMs + shiftMs;
    // What is dated before its commit was pushed was given to that commit by the host.
    const isEarly = last !== undefined && last.at > at && last.by !== undefined;
    world.review(pull, { by, verdict, commit, at, isRebound: isEarly && commit === pull.head });
    world.story.add(`    ${by}: ${verdict} (${when}, of ${of}) #${pull.number}`);
  }

  async #endPull(
    pull: PullFacts,
    { ending, mergedBy, evil }: Pick<Flow, "ending" | "mergedBy" | "evil">,
  ): Promise<boolean> {
    const { world } = this;
    if (ending === "none") return false;
    if (ending === "close") {
      await world.close(pull, mergedBy);
      return true;
    }
    if (ending === "evil merge") {
      const tree = world.mergedTree(pull.head);
      if (tree === undefined) return false;
      const merged = world.remote.commit({}, { parents: [] });
      const { commits } = world.remote.objects;
      const made = commits.get(merged);
      if (made === undefined) return false;
      const readable = world.remote.objects.writeCommit({ ...made, tree, message: "merge" });
      const other = this.#changed(world.trees.at(readable), evil);
      if (isSame(other, world.trees.at(readable))) return false;
      const id = world.remote.objects.writeTree(filesOfTree(other));
      world.story.add(`    evil: ${evil.map(describeChange).join(" and ")}`);
      return world.mergeAs(pull, mergedBy, "merge", id);
    }
    if (ending === "stale squash") {
      const older = pull.pushes.at(-2);
      const tree = older === undefined ? undefined : world.mergedTree(older.head);
      return tree !== undefined && world.mergeAs(pull, mergedBy, "squash", tree);
    }
    return world.merge(pull, mergedBy, ending);
  }

  #foxtrot({ changes, behind }: Extract<Command, { readonly type: "foxtrot" }>): void {
    const { world } = this;
    const base = this.#commitBehind(behind);
    world.foxtrot("eve", this.#changed(world.trees.at(base), changes), base);
  }

  /** Right after the landing itself it would be a part of it. */
  #replay({ which, changes }: Extract<Command, { readonly type: "replay" }>): void {
    const { world } = this;
    const landed = [...world.landed];
    const [commit = "", number = 0] = landed[which % Math.max(1, landed.length)] ?? [];
    const pull = world.pulls.get(number);
    if (pull === undefined || world.landed.get(world.head) === number) return;
    world.story.add(`    #${number}`);
    world.replay("eve", pull, this.#changed(world.trees.at(commit), changes));
  }

  #attackTag({ how, which }: Extract<Command, { readonly type: "tag" }>): void {
    const { world, watch } = this;
    const { refs, objects } = world.remote;
    if (how === "create") {
      const asset = assets[which % assets.length] ?? "models/a";
      const next = watch.decided.versions[asset].length + 1 + (which % 3);
      const name = which % 2 === 0 ? `${asset}@v${next}` : `${asset}#prod#${next}`;
      if (refs.has(`refs/tags/${name}`)) return;
      world.attackedTags.add(name);
      refs.set(`refs/tags/${name}`, world.head);
      return;
    }
    const names = [...refs.keys()].filter((ref) => ref.startsWith("refs/tags/"));
    const ref = names[which % Math.max(1, names.length)];
    if (ref === undefined) return;
    world.story.add(`    ${ref}`);
    world.attackedTags.add(ref.slice("refs/tags/".length));
    if (how === "delete") refs.delete(ref);
    else if (objects.commits.has(world.head)) refs.set(ref, world.head);
  }

  /** Not Cairn's own tags are left; they count for nothing. */
  async #restoreTags(): Promise<void> {
    const { world, watch } = this;
    world.pass();
    await this.reconcile(0);
    for (const { id, tag, kind } of watch.openIncidents()) {
      if (tag === undefined || kind === "tag-foreign") continue;
      world.pass();
      try {
        await resolveIncident(world.session(0), { id, how: "restore", by: "the operator" });
        world.attackedTags.delete(tag);
        watch.places.add("restored");
      } catch (error) {
        if (!(error instanceof CairnError)) throw error;
      }
      watch.follow();
    }
  }

  #changed(tree: Tree, changes: Parameters<typeof applyChanges>[1]): Tree {
    return applyChanges(tree, changes, this.watch.decided);
  }

  #commitBehind(count: number): string {
    const { commits } = this.world.remote.objects;
    let id = this.world.head;
    for (let left = count; left > 0; left -= 1) id = commits.get(id)?.parents[0] ?? id;
    return id;
  }
}

function approversOf({ author }: PullFacts, who: Approvers): readonly Person[] {
  const others = (["ann", "bo"] as const).filter((person) => person !== author);
  if (who === "nobody") return [];
  if (!isPerson(author)) return who === "both" ? others : others.slice(0, 1);
  if (who === "alone") return [author];
  if (who === "both") return others;
  return who === "one" || who === "against" ? others.slice(0, 1) : [author, ...others.slice(0, 1)];
}

const shifts = { now: minuteMs, before: -3 * hourMs, later: 3 * hourMs };

function seenCommit(
  { head, pushes }: PullFacts,
  of: Extract<Act, { readonly type: "review" }>["of"],
): string | undefined {
  if (of === "unknown") return undefined;
  return of === "older" ? pushes.at(-2)?.head : head;
}

const killed = new Error("killed");
const remoteMethods = new Set(["fetch", "fetchTags", "fetchRefs", "push", "pushed"]);
