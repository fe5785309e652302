import { expect, it } from "vitest";
import type { LedgerEvent } from "../../../src/domain/ledger/event.ts";
import {
  isForeignTag,
  ledgerTags,
  observeRewrittenHistory,
  observeTagIncidents,
  openIncidents,
} from "../../../src/domain/plan/incidents.ts";
import {
  accepted,
  adopted,
  incident,
  objectId,
  published,
  resolved,
  stateOf,
} from "../../support/domain-builders.ts";

const tag = "models/taxi-fare@v1";
const stageTag = "models/taxi-fare#prod#1";
const intact = { [tag]: objectId(tag), [stageTag]: objectId(stageTag) };
const elsewhere = objectId("elsewhere");
const short = (object: string): string => object.slice(0, 12);
const missing = `tag-missing/${tag}/${short(objectId(tag))}`;
const moved = `tag-moved/${tag}/${short(elsewhere)}`;

interface Case {
  readonly name: string;
  readonly existing?: Record<string, string>;
  readonly events?: readonly LedgerEvent[];
  /** Added to the intact tags; `undefined` takes one away. */
  readonly remote: Record<string, string | undefined>;
  readonly ids: readonly string[];
}

const opened = (id: string): LedgerEvent => incident({ id });
const ended = (id: string, how: "restored" | "acknowledged"): LedgerEvent =>
  resolved({ incident: id, how });

it.each<Case>([
  { name: "nothing while all is as the ledger says", remote: {}, ids: [] },
  { name: "a moved tag", remote: { [tag]: elsewhere }, ids: [moved] },
  { name: "a missing tag", remote: { [tag]: undefined }, ids: [missing] },
  {
    name: "a missing stage tag",
    remote: { [stageTag]: undefined },
    ids: [`tag-missing/${stageTag}/${short(objectId(stageTag))}`],
  },
  {
    name: "a foreign tag of a known asset",
    remote: { "models/taxi-fare@v9": elsewhere },
    ids: [`tag-foreign/models/taxi-fare@v9/${short(elsewhere)}`],
  },
  {
    name: "a foreign tag of an unknown asset",
    remote: { "data/trips#prod#1": elsewhere },
    ids: [`tag-foreign/data/trips#prod#1/${short(elsewhere)}`],
  },
  {
    name: "no tag of another grammar",
    remote: { "v1.0.0": elsewhere, "taxi@v1": elsewhere },
    ids: [],
  },
  {
    name: "no tag from before adoption",
    existing: { "models/old@v1": elsewhere },
    remote: { "models/old@v1": elsewhere },
    ids: [],
  },
  {
    name: "nothing when a tag from before adoption goes",
    existing: { "models/old@v1": elsewhere },
    remote: {},
    ids: [],
  },
  {
    name: "a tag from before adoption that moved since",
    existing: { "models/old@v1": elsewhere },
    remote: { "models/old@v1": objectId("new") },
    ids: [`tag-foreign/models/old@v1/${short(objectId("new"))}`],
  },
  {
    name: "nothing that is recorded",
    events: [opened(missing)],
    remote: { [tag]: undefined },
    ids: [],
  },
  {
    name: "what was restored and happened again",
    events: [opened(missing), ended(missing, "restored")],
    remote: { [tag]: undefined },
    ids: [`${missing}/2`],
  },
  {
    name: "nothing while the second of that kind is open",
    events: [opened(missing), ended(missing, "restored"), opened(`${missing}/2`)],
    remote: { [tag]: undefined },
    ids: [],
  },
  {
    name: "what was restored twice and happened again",
    events: [
      opened(missing),
      ended(missing, "restored"),
      opened(`${missing}/2`),
      ended(`${missing}/2`, "restored"),
    ],
    remote: { [tag]: undefined },
    ids: [`${missing}/3`],
  },
  {
    name: "nothing that was acknowledged",
    events: [opened(missing), ended(missing, "acknowledged")],
    remote: { [tag]: undefined },
    ids: [],
  },
  {
    name: "another move after an acknowledged one",
    events: [opened(moved), ended(moved, "acknowledged")],
    remote: { [tag]: objectId("third") },
    ids: [`tag-moved/${tag}/${short(objectId("third"))}`],
  },
  {
    name: "several at once",
    remote: { [tag]: elsewhere, [stageTag]: undefined, "models/x@v1": elsewhere },
    ids: [
      moved,
      `tag-missing/${stageTag}/${short(objectId(stageTag))}`,
      `tag-foreign/models/x@v1/${short(elsewhere)}`,
    ],
  },
])("observes $name", ({ existing = {}, events = [], remote, ids }) => {
  const existing_tags = Object.entries(existing).map(([name, object]) => ({ name, object }));
  const state = stateOf(adopted({ existing_tags }), published(), accepted(), ...events);
  const observed = observeTagIncidents(state, tagsOf({ ...intact, ...remote }));
  expect(observed.map(({ id }) => id)).toEqual(ids);
});

it("says what an incident is about", () => {
  const state = stateOf(published());
  expect(observeTagIncidents(state, tagsOf({ [tag]: elsewhere }))).toEqual([
    {
      id: moved,
      kind: "tag-moved",
      tag,
      asset: "models/taxi-fare",
      expected: objectId(tag),
      observed: elsewhere,
      message:
        "the tag models/taxi-fare@v1 was moved to another object; the ledger's stays in force",
    },
  ]);
  const badName = tagsOf({ [tag]: objectId(tag), "models/.bad@v1": elsewhere });
  const [foreign] = observeTagIncidents(state, badName);
  expect(foreign).not.toHaveProperty("asset");
  expect(foreign).not.toHaveProperty("expected");
});

it("tells foreign tags by the ledger alone", () => {
  const expected = ledgerTags(stateOf(published(), accepted()));
  expect(Object.fromEntries(expected)).toEqual(intact);
  const remote = tagsOf({ ...intact, "models/x@v1": elsewhere });
  expect(isForeignTag("models/x@v1", expected, remote)).toBe(true);
  expect(isForeignTag(tag, expected, remote)).toBe(false);
  expect(isForeignTag("models/y@v1", expected, remote)).toBe(false);
});

it("gives a rewritten history a name of its own each time it had been resolved", () => {
  const id = `history-rewritten/${elsewhere}`;
  expect(observeRewrittenHistory(stateOf(), elsewhere)).toMatchObject({
    id,
    expected: objectId("base"),
    observed: elsewhere,
  });
  expect(observeRewrittenHistory(stateOf(opened(id)), elsewhere).id).toBe(id);
  const again = stateOf(opened(id), ended(id, "acknowledged"));
  expect(observeRewrittenHistory(again, elsewhere).id).toBe(`${id}/2`);
});

it("counts as open what nobody resolved", () => {
  const state = stateOf(opened("a"), opened("b"), ended("a", "acknowledged"));
  expect(openIncidents(state).map(({ event }) => event.id)).toEqual(["b"]);
});

function tagsOf(tags: Record<string, string | undefined>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(tags).flatMap(([name, object]) =>
      object === undefined ? [] : [[name, object]],
    ),
  );
}
