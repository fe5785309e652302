import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assetState } from "../../../src/domain/ledger/state.ts";
import {
  describeVersion,
  knownStages,
  pageAfter,
  stageItems,
  summarizeAsset,
} from "../../../src/usecases/consume/answers.ts";
import { accepted, digestOf, objectId, published, stateOf } from "../../support/domain-builders.ts";

const state = stateOf(
  published({ version: "1", stages: ["dev"], at: "2026-03-01T10:00:00Z" }),
  published({ version: "2", stages: ["dev"], at: "2026-03-02T10:00:00Z" }),
  accepted({ version: "1", stage: "prod", at: "2026-03-03T10:00:00Z" }),
  published({ asset: "data/trips", stages: ["dev"], at: "2026-03-04T10:00:00Z" }),
);

describe("stageItems", () => {
  it.each([
    { name: "now", at: undefined, items: ["data/trips 1", "models/taxi-fare 2"] },
    { name: "on the second day", at: "2026-03-02T12:00:00Z", items: ["models/taxi-fare 2"] },
    { name: "on the first day", at: "2026-03-01T23:59:59.999Z", items: ["models/taxi-fare 1"] },
    { name: "with an offset", at: "2026-03-02T11:59:59+02:00", items: ["models/taxi-fare 1"] },
    { name: "before anything", at: "2026-02-28T00:00:00Z", items: [] },
  ])("are sorted by asset $name", ({ at, items }) => {
    const answer = stageItems(state, "dev", at).map(
      ({ kind, name, version }) => `${kind === "data" ? "data" : "models"}/${name} ${version}`,
    );
    expect(answer).toEqual(items);
  });

  it("say all there is to say", () => {
    expect(stageItems(state, "prod", undefined)).toEqual([
      {
        kind: "model",
        name: "taxi-fare",
        version: "1",
        digest: digestOf("models/taxi-fare 1"),
        tag: "models/taxi-fare#prod#1",
        since: "2026-03-03T10:00:00Z",
      },
    ]);
    expect(stageItems(state, "dev", undefined)[0]).toMatchObject({ tag: "data/trips@v1" });
    expect(stageItems(state, "nowhere", undefined)).toEqual([]);
  });

  it("leave out what a stage names and nobody published", () => {
    expect(stageItems(stateOf(accepted()), "prod", undefined)).toEqual([]);
  });
});

it("knows every stage that ever ran something", () => {
  expect(knownStages(state)).toEqual(["dev", "prod"]);
});

it("sums an asset up", () => {
  const asset = assetState(state, "models/taxi-fare");
  expect(asset && summarizeAsset({ kind: "model", name: "taxi-fare" }, asset)).toEqual({
    kind: "model",
    name: "taxi-fare",
    latest: "2",
    versions: 2,
    stages: { dev: "2", prod: "1" },
  });
});

it("describes a version by what it is now", () => {
  const asset = assetState(state, "models/taxi-fare");
  const [first] = asset?.versions ?? [];
  expect(asset && first && describeVersion(asset, first)).toEqual({
    version: "1",
    digest: digestOf("models/taxi-fare 1"),
    commit: objectId("landing"),
    author: "Ann <ann@contoso.example>",
    publishedAt: "2026-03-01T10:00:00Z",
    manifest: "models/taxi-fare/model.yaml",
    tag: "models/taxi-fare@v1",
    stages: ["prod"],
  });
});

describe("pages", () => {
  it("show everything once, in order, whatever their size", () => {
    const keys = fc.uniqueArray(fc.string({ maxLength: 4 })).map((items) => items.sort());
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 5 }), (items, limit) => {
        const shown: string[] = [];
        let cursor: string | undefined;
        do {
          const page = pageAfter(items, (item) => item, { limit, cursor });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          shown.push(...page.items);
          cursor = page.next;
        } while (cursor !== undefined);
        expect(shown).toEqual(items);
      }),
    );
  });

  it.each([
    { name: "of something that is gone goes on behind it", cursor: "bb", items: ["c", "d"] },
    { name: "past the end is empty", cursor: "z", items: [] },
    { name: "before the start shows all", cursor: "A", items: ["a", "b", "c", "d"] },
  ])("a cursor $name", ({ cursor, items }) => {
    const page = pageAfter(["a", "b", "c", "d"], (item) => item, { limit: 9, cursor });
    expect(page).toEqual({ items, next: undefined });
  });
});
