import assert from "node:assert/strict";

import type { LedgerEvent, TagMark } from "../../src/domain/ledger/event.ts";
import { foldLedger } from "../../src/domain/ledger/fold.ts";
import { assetState, stageVersion } from "../../src/domain/ledger/state.ts";
import type { LedgerState } from "../../src/domain/ledger/state.ts";
import { parseLedgerMessage } from "../../src/registry/ledger-event-yaml.ts";
import { sha256 } from "../../src/shared/digest.ts";
import { canonicalJson } from "../../src/shared/json.ts";
import { missing } from "../support/memory-objects.ts";
import { firstDecided, type Decided, type Decision, type TagFacts } from "./oracle-decided.ts";
import { describeMark, describeMove, expectDecisions } from "./oracle.ts";
import { assets, contents, manifestText, stages, usesOf, wishKey } from "./tree.ts";
import type { Asset, Stage } from "./tree.ts";
import type { World } from "./world.ts";

const ledgerRef = "refs/heads/cairn-ledger";

interface Entry {
  readonly commit: string;
  readonly event: LedgerEvent;
}

/** Follows the ledger of a world from look to look, and holds it against the oracle. */
export class Watch {
  /** Everything that this world got to, for the tally. */
  readonly places = new Set<string>();
  readonly entries: Entry[] = [];
  readonly #world: World;
  #decided: Decided;

  constructor(world: World) {
    this.#world = world;
    this.entries.push(...this.#newEntries());
    this.#decided = firstDecided(world);
  }

  get decided(): Decided {
    return this.#decided;
  }

  /** What a look would have to write now; to be asked before the look. */
  expect(): ReturnType<typeof expectDecisions> {
    return expectDecisions(this.#world, this.#decided, this.#tagFacts());
  }

  /** After a look: complete, or perhaps cut off. */
  check(expected: ReturnType<typeof expectDecisions>, isComplete: boolean): void {
    const fresh = this.#newEntries();
    this.entries.push(...fresh);
    const actual = fresh.flatMap(({ event }) => told(event) ?? []);
    for (const line of actual) this.#world.story.add(`    ledger: ${line}`);
    if (isComplete || fresh.length > 0) this.#compare(expected, fresh);
    this.#checkEvents(fresh);
    this.#checkTags();
  }

  /** Who was overtaken looks again, at a ledger that knows more: that may bring more. */
  #compare(expected: ReturnType<typeof expectDecisions>, fresh: readonly Entry[]): void {
    const events = fresh.map(({ event }) => event);
    const actual = events.flatMap((event) => told(event) ?? []);
    const wanted = expected.decisions.map(toLine);
    this.#take(expected, events.slice(0, endOf(events, wanted.length)));
    if (actual.length > wanted.length && wanted.length > 0) {
      const second = this.expect();
      wanted.push(...second.decisions.map(toLine));
      if (second.decisions.length > 0) this.#take(second, events);
      this.places.add("looked twice");
    }
    const message = `the oracle says\n${list(wanted)}\nand the ledger\n${list(actual)}\n`;
    assert.deepEqual(actual, wanted, message);
  }

  #take(expected: ReturnType<typeof expectDecisions>, events: readonly LedgerEvent[]): void {
    this.#decided = expected.decided;
    const event = events.at(-1) ?? this.entries.at(-1)?.event ?? missing("the adoption");
    this.#decided.at = Date.parse(event.at);
    this.#decided.recorded = event.processed;
    this.#note(expected.decisions);
    for (const place of expected.places) this.places.add(place);
  }

  /** After what the operator did: no decision is among it. */
  follow(): void {
    const nothing = { decisions: [], decided: this.#decided, places: new Set<string>() };
    this.check(nothing, true);
  }

  /** What readers see is the fold of the ledger, and the oracle's own word. */
  async checkState(): Promise<void> {
    const state = foldLedger(undefined, this.entries);
    for (const index of [0, 1]) {
      const cached = await this.#world.session(index).cache.get("ledger-state.json");
      const { state: known } = JSON.parse(cached ?? "{}") as { readonly state?: LedgerState };
      const message = `what controller ${index + 1} remembers`;
      assert.deepEqual(known, JSON.parse(JSON.stringify(state)), message);
    }
    for (const [stage, asset] of stages.flatMap((one) =>
      assets.map((two) => [one, two] as const),
    )) {
      const last = this.#decided.stays[wishKey(stage, asset)]?.at(-1);
      const runs = last?.until === undefined ? last?.version : undefined;
      assert.equal(stageVersion(assetState(state, asset), stage)?.version, runs);
    }
    const open = Object.values(state?.incidents ?? {}).filter(({ resolved }) => !resolved);
    const unreviewed = open.filter(({ event }) => event.kind === "unreviewed-content");
    assert.deepEqual(new Set(unreviewed.map(({ event }) => event.asset)), this.#decided.held);
  }

  /** Cairn proposes what is wanted, nothing else, and all of it unless it was killed. */
  checkAutomatic(
    wanted: ReadonlySet<string>,
    { known, isComplete }: { readonly known: ReadonlySet<number>; readonly isComplete: boolean },
  ): void {
    const own = [...this.#world.pulls.values()].filter(({ author }) => author === "cairn");
    for (const { number, title, state } of own) {
      if (known.has(number)) continue;
      assert.ok(wanted.has(title), `nobody asked for "${title}"`);
      this.#world.story.add(`    Cairn proposes "${title}" as #${number}, ${state}`);
      this.places.add(`proposed by itself: ${state}`);
    }
    const titles = new Set(own.map(({ title }) => title));
    if (!isComplete) return;
    for (const title of wanted) assert.ok(titles.has(title), `Cairn proposes "${title}"`);
  }

  /** The ledger is one chain that only grows: nothing of what was there is gone (I1, I6, I10). */
  #newEntries(): readonly Entry[] {
    const { objects, refs } = this.#world.remote;
    const known = this.entries.at(-1)?.commit;
    const fresh: Entry[] = [];
    let next = refs.get(ledgerRef);
    while (next !== known) {
      assert.ok(next !== undefined, "the ledger still holds what it held");
      const commit = next ?? "";
      const { message, parents } = objects.commits.get(commit) ?? missing(commit);
      assert.ok(parents.length <= 1, "the ledger is one chain");
      fresh.unshift({ commit, event: parseLedgerMessage(commit, message) });
      next = parents[0];
    }
    return fresh;
  }

  /** Numbers are never used twice, and a landing decides about a stage once (I2, I10). */
  #checkEvents(fresh: readonly Entry[]): void {
    const all = this.entries.map(({ event }) => event);
    for (const { event } of fresh) {
      if (event.type === "published") {
        const same = all.filter(
          (other) =>
            other.type === "published" &&
            other.asset === event.asset &&
            other.version === event.version,
        );
        assert.equal(same.length, 1, "a version is published once");
      }
      if (event.type === "accepted" || event.type === "withdrawn") this.#checkMove(event, all);
    }
    const times = all.map(({ at }) => at);
    assert.deepEqual(times, times.toSorted(), "time in the ledger never goes back");
  }

  #checkMove(
    event: Extract<LedgerEvent, { readonly type: "accepted" | "withdrawn" }>,
    all: readonly LedgerEvent[],
  ): void {
    const same = all.filter(
      (other) =>
        (other.type === "accepted" || other.type === "withdrawn") &&
        other.landing.commit === event.landing.commit &&
        other.asset === event.asset &&
        other.stage === event.stage,
    );
    assert.equal(same.length, 1, "a landing moves an asset in a stage once");
    const isAdopted = event.type === "accepted" && event.cause === "adopted";
    const isAsked = event.landing.pull_request !== undefined || isAdopted;
    assert.ok(isAsked, "only pull requests move stages");
    const published = all.some(
      (other) =>
        other.type === "published" &&
        other.asset === event.asset &&
        other.version === event.version &&
        other.digest === event.digest,
    );
    assert.ok(published, "what is accepted was published with this digest");
  }

  /** What the ledger names is there, but for what somebody took away (I2). */
  #checkTags(): void {
    const { refs } = this.#world.remote;
    const tags = this.#ledgerTags();
    assert.equal(new Set(tags.map(({ name }) => name)).size, tags.length, "a tag is made once");
    for (const { name, object } of tags) {
      if (this.#world.attackedTags.has(name)) continue;
      assert.equal(refs.get(`refs/tags/${name}`), object, `the tag ${name}`);
    }
    const own = new Set(tags.map(({ name }) => name));
    for (const [ref] of refs) {
      const name = ref.slice("refs/tags/".length);
      if (!ref.startsWith("refs/tags/") || this.#world.attackedTags.has(name)) continue;
      assert.ok(own.has(name), `the tag ${name} is one of the ledger's`);
    }
  }

  #ledgerTags(): readonly TagMark[] {
    return this.entries.flatMap(({ event }) => ("tags" in event ? event.tags : []));
  }

  #tagFacts(): TagFacts {
    const { refs } = this.#world.remote;
    const tags = this.#ledgerTags();
    const own = new Set(tags.map(({ name }) => name));
    const damaged = tags
      .filter(({ name, object }) => refs.get(`refs/tags/${name}`) !== object)
      .map(({ name }) => name);
    const reported = this.openIncidents().flatMap(({ tag, kind }) =>
      tag !== undefined && kind !== "tag-foreign" ? [tag] : [],
    );
    const broken = new Set([...damaged, ...reported]);
    return {
      isTaken: (tag) => refs.has(`refs/tags/${tag}`) && !own.has(tag),
      isDamaged: (asset, version) =>
        version === undefined
          ? [...broken].some((tag) => tag.startsWith(`${asset}@`) || tag.startsWith(`${asset}#`))
          : broken.has(`${asset}@v${version}`),
    };
  }

  openIncidents(): readonly Extract<LedgerEvent, { readonly type: "incident" }>[] {
    const ended = new Set(
      this.entries.flatMap(({ event }) => (event.type === "resolved" ? [event.incident] : [])),
    );
    return this.entries.flatMap(({ event }) =>
      event.type === "incident" && !ended.has(event.id) ? [event] : [],
    );
  }

  #note(decisions: readonly Decision[]): void {
    for (const { type, notes } of decisions) {
      this.places.add(type);
      for (const note of notes) this.places.add(`${type}: ${note}`);
    }
    for (const { kind } of this.openIncidents()) this.places.add(`incident: ${kind}`);
  }
}

/** What a digest stands for, so that the ledger and the branch can be compared. */
const textOfDigest = new Map<string, string>();
for (const uses of [undefined, ...Array.from({ length: 40 }, (_, index) => `${index + 1}`), "99"]) {
  for (const content of contents) {
    for (const key of assets) {
      const digest = sha256(canonicalJson({ key, content, uses: [], parts: [], ...usesOf(uses) }));
      textOfDigest.set(`${key} ${digest}`, manifestText(content, uses));
    }
  }
}

/** Where the events end that tell so many decisions, those that follow untold included. */
function endOf(events: readonly LedgerEvent[], count: number): number {
  let left = count;
  const next = events.findIndex((event) => {
    left -= told(event) === undefined ? 0 : 1;
    return left < 0;
  });
  return next < 0 ? events.length : next;
}

function list(lines: readonly string[]): string {
  return lines.length === 0 ? "  nothing" : lines.map((line) => `  ${line}`).join("\n");
}

function toLine({ type, text, at, landing }: Decision): string {
  return `${type} ${text} (${landing.slice(0, 7)}, ${new Date(at).toISOString()})`;
}

/** An event in the words of the oracle; incidents are looked at by what they do. */
function told(event: LedgerEvent): string | undefined {
  const text = textOf(event);
  if (text === undefined || !("landing" in event)) return undefined;
  const at = new Date(event.at).toISOString();
  return `${event.type} ${text} (${event.landing.commit.slice(0, 7)}, ${at})`;
}

function textOf(event: LedgerEvent): string | undefined {
  switch (event.type) {
    case "published": {
      const text = textOfDigest.get(`${event.asset} ${event.digest}`);
      return `${event.asset} ${event.version} with ${String(text)}`;
    }
    case "accepted":
      return moveText({ ...event, kind: "promotion" });
    case "withdrawn":
      return moveText({ ...event, kind: "withdrawal" });
    case "waiting":
      return event.moves.map(blockedText).join(", ") + untilText(event.until);
    case "blocked":
      return event.moves.map(blockedText).join(", ");
    case "policy-accepted":
      return "policy";
    case "deprecated": {
      const { asset, version, reason } = event;
      return describeMark({ asset: asset as Asset, version, isOld: reason !== undefined });
    }
    case "adopted":
    case "incident":
    case "resolved":
      return undefined;
  }
}

function untilText(until: string | undefined): string {
  return until === undefined ? "" : ` until ${new Date(until).toISOString()}`;
}

function blockedText(move: {
  readonly asset: string;
  readonly stage: string;
  readonly version?: string;
}): string {
  const { version = "" } = move;
  return moveText({ ...move, version, kind: version === "" ? "withdrawal" : "promotion" });
}

function moveText(move: {
  readonly asset: string;
  readonly stage: string;
  readonly version: string;
  readonly kind: "promotion" | "withdrawal";
}): string {
  const { version, kind } = move;
  return describeMove({ asset: move.asset as Asset, stage: move.stage as Stage, version, kind });
}
