import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LedgerEvent } from "../../../src/domain/ledger/event.ts";
import { foldLedger } from "../../../src/domain/ledger/fold.ts";
import { assetState, type LedgerState } from "../../../src/domain/ledger/state.ts";
import { dateDraft, foldDrafts, type EventDraft } from "../../../src/usecases/ledger/draft.ts";
import {
  accepted,
  adopted,
  incident,
  objectId,
  published,
  stateOf,
} from "../../support/domain-builders.ts";

const now = new Date("2026-03-01T12:00:00.900Z");

describe("dateDraft", () => {
  it.each([
    {
      name: "the clock, in whole seconds",
      at: "2026-03-01T12:00:00.900Z",
      last: undefined,
      is: "2026-03-01T12:00:00Z",
    },
    {
      name: "no time before the ledger's newest",
      at: "2026-03-01T12:00:00Z",
      last: "2026-03-05T00:00:00Z",
      is: "2026-03-05T00:00:01Z",
    },
    {
      name: "a second after the asset's last tag",
      at: "2026-03-05T00:00:00.999Z",
      last: "2026-03-05T00:00:00Z",
      is: "2026-03-05T00:00:01Z",
    },
    {
      name: "the clock again once it is ahead",
      at: "2026-03-06T00:00:00Z",
      last: "2026-03-05T00:00:00Z",
      is: "2026-03-06T00:00:00Z",
    },
  ])("gives a version $name", ({ at, last, is }) => {
    const state = last === undefined ? stateOf() : stateOf(published({ at: last }));
    const { event } = dateDraft(published({ version: "2" }), state, new Date(at));
    expect(event.at).toBe(is);
  });

  it("lets events without a tag share a second", () => {
    const state = stateOf(published({ at: "2026-03-05T00:00:00Z" }));
    expect(dateDraft(incident(), state, now).event.at).toBe("2026-03-05T00:00:00Z");
    const other = dateDraft(published({ asset: "data/a" }), state, now);
    expect(other.event.at).toBe("2026-03-05T00:00:00Z");
  });

  it("makes one tag for versions and stages and none for the rest", () => {
    const state = stateOf(
      published({ landing: { ...published().landing, commit: objectId("c1") } }),
    );
    expect(dateDraft(published({ version: "2" }), state, now).tag).toMatchObject({
      name: "models/taxi-fare@v2",
      target: objectId("landing"),
    });
    expect(dateDraft(accepted(), state, now).tag).toMatchObject({
      name: "models/taxi-fare#prod#1",
      target: objectId("c1"),
    });
    expect(dateDraft(adopted(), undefined, now).tag).toBeUndefined();
    expect(dateDraft(incident(), state, now).tag).toBeUndefined();
  });

  it("counts stage tags per asset, over all stages", () => {
    const state = stateOf(published(), accepted({ stage: "test" }));
    expect(dateDraft(accepted(), state, now).tag?.name).toBe("models/taxi-fare#prod#2");
    const other = dateDraft(accepted({ asset: "data/a" }), state, now);
    expect(other.tag?.name).toBe("data/a#prod#1");
  });
});

describe("tags of one asset", () => {
  const asset = fc.constantFrom("models/a" as const, "models/b" as const);
  const version = fc.integer({ min: 1, max: 99 }).map(String);
  const draft: fc.Arbitrary<EventDraft> = fc.oneof(
    fc.record({ asset, version }).map((fields) => published(fields)),
    fc.record({ asset, version }).map((fields) => accepted(fields)),
    fc.constant(incident()),
  );
  /** Hours, so that the clock stands still, runs ahead and jumps back. */
  const step = fc.record({ draft, hours: fc.integer({ min: -50, max: 50 }) });

  it("have strictly growing dates whatever the clock does", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const dated = dateAll(steps);
        for (const key of ["models/a", "models/b"]) {
          const times = dated.flatMap(({ tag }) =>
            tag?.name.startsWith(key) === true ? [tag.timestamp] : [],
          );
          expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
        }
        const ats = dated.map(({ event }) => event.at);
        expect(ats).toEqual(ats.toSorted());
      }),
    );
  });

  it("are the same for the same events and clock", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 10 }), (steps) => {
        expect(dateAll(steps)).toEqual(dateAll(structuredClone(steps)));
      }),
    );
  });
});

it("folds drafts like the events they become", () => {
  const drafts = [published(), published({ version: "2", stages: ["dev"] }), accepted()];
  const state = foldDrafts(stateOf(), drafts, now);
  const asset = assetState(state, "models/taxi-fare");
  expect(asset?.versions.map(({ version }) => version)).toEqual(["1", "2"]);
  expect(Object.keys(asset?.stages ?? {})).toEqual(["dev", "prod"]);
  expect(foldDrafts(undefined, [], now)).toBeUndefined();
  expect(foldDrafts(undefined, [adopted()], now)).toMatchObject({ registry: "contoso-ml" });
});

interface Step {
  readonly draft: EventDraft;
  readonly hours: number;
}

function dateAll(steps: readonly Step[]): readonly ReturnType<typeof dateDraft>[] {
  let state: LedgerState | undefined = stateOf();
  return steps.map(({ draft, hours }, index) => {
    const dated = dateDraft(draft, state, new Date(now.getTime() + hours * 3_600_000));
    const event: LedgerEvent =
      dated.tag !== undefined && "tags" in dated.event
        ? { ...dated.event, tags: [{ name: dated.tag.name, object: objectId(dated.tag.name) }] }
        : dated.event;
    state = foldLedger(state, [{ commit: objectId(`${index}`), event }]);
    return dated;
  });
}
