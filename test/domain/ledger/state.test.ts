import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LedgerEvent } from "../../../src/domain/ledger/event.ts";
import {
  assetState,
  findVersion,
  foldLedger,
  latestVersion,
  stageVersion,
  stateKeys,
  type AssetState,
} from "../../../src/domain/ledger/state.ts";
import {
  accepted,
  adopted,
  anyEvent,
  incident,
  ledgerOf,
  objectId,
  published,
  resolved,
  stateOf,
} from "../../support/domain-builders.ts";

describe("fold", () => {
  it("gives the same state at once and in two parts, wherever it is cut", () => {
    const events = fc.array(anyEvent, { maxLength: 20 }).map((rest) => [adopted(), ...rest]);
    fc.assert(
      fc.property(events, fc.nat({ max: 21 }), (ledger, cut) => {
        const entries = ledgerOf(ledger);
        const first = foldLedger(undefined, entries.slice(0, cut));
        const frozen = structuredClone(first);
        const whole = foldLedger(undefined, entries);
        expect(foldLedger(first, entries.slice(cut))).toEqual(whole);
        expect(first).toEqual(frozen);
        expect(JSON.parse(JSON.stringify(whole))).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  it("has no state before the adoption, and ignores a second one", () => {
    expect(foldLedger(undefined, [])).toBeUndefined();
    expect(foldLedger(undefined, ledgerOf([published()]))).toBeUndefined();
    const again = adopted({ registry: "other", commit: objectId("other"), policy: "sha256:0" });
    const state = stateOf(adopted(), again);
    expect(state).toMatchObject({ registry: "contoso-ml", baseline: objectId("base") });
  });

  it("knows where it stands", () => {
    const processed = objectId("landed");
    const at = "2026-03-02T00:00:00Z";
    expect(stateOf(adopted(), published({ processed, at }))).toMatchObject({
      head: objectId("ledger 1"),
      adoptedAt: "2026-03-01T12:00:00Z",
      processed,
      at,
      eventCount: 2,
    });
  });

  it("keeps the tags that were there before", () => {
    const existing_tags = [{ name: "models/a@v1", object: objectId("a") }];
    expect(stateOf(adopted({ existing_tags })).existingTags).toEqual(existing_tags);
  });

  it("keeps versions in the order of publication, with what was recorded", () => {
    const asset = modelOf(
      published({ version: "2", same_as: "1" }),
      published({ version: "1", uses: ["environments/taxi-env@1"] }),
    );
    expect(asset.versions.map(({ version, sameAs }) => [version, sameAs])).toEqual([
      ["2", "1"],
      ["1", undefined],
    ]);
    expect(findVersion(asset, "1")).toMatchObject({
      commit: objectId("landing"),
      author: "Ann <ann@contoso.example>",
      publishedAt: "2026-03-01T12:00:00Z",
      uses: ["environments/taxi-env@1"],
      ledgerCommit: objectId("ledger 2"),
    });
    expect(findVersion(asset, "3")).toBeUndefined();
  });

  it("opens and ends incidents, and opens them again", () => {
    const { id } = incident();
    expect(stateOf(incident()).incidents[id]?.resolved).toBeUndefined();
    expect(stateOf(incident(), resolved()).incidents[id]?.resolved).toEqual({
      at: "2026-03-01T12:00:00Z",
      how: "restored",
      by: "ann",
    });
    expect(stateOf(incident(), resolved(), incident()).incidents[id]?.resolved).toBeUndefined();
    expect(stateOf(resolved({ incident: "never-opened" })).incidents).toEqual({});
  });

  it("lists keys sorted and never takes an object's own property for an asset", () => {
    const state = stateOf(published({ asset: "models/b" }), published({ asset: "data/a" }));
    expect(stateKeys(state)).toEqual(["data/a", "models/b"]);
    expect(assetState(state, "models/constructor")).toBeUndefined();
    expect(assetState(undefined, "models/b")).toBeUndefined();
  });
});

describe("latest", () => {
  it.each([
    { name: "the newest whole number", versions: ["1", "2"], latest: "2" },
    { name: "the highest, not the last", versions: ["1.0.0", "2.0.0", "1.0.1"], latest: "2.0.0" },
    { name: "no prerelease", versions: ["1.0.0", "1.1.0-rc.1"], latest: "1.0.0" },
    { name: "nothing but prereleases", versions: ["1.0.0-rc.1"], latest: undefined },
    { name: "the last where there is no order", versions: ["b", "a"], latest: "a" },
    { name: "the last of equal precedence", versions: ["1.0.0+b", "1.0.0+a"], latest: "1.0.0+a" },
    { name: "the last after a change of scheme", versions: ["3", "1.0.0"], latest: "1.0.0" },
    { name: "nothing published", versions: [], latest: undefined },
  ])("is $name", ({ versions, latest }) => {
    const state = stateOf(...versions.map((version) => published({ version })));
    expect(latestVersion(assetState(state, "models/taxi-fare"))?.version).toBe(latest);
  });
});

describe("stages", () => {
  it.each([
    { name: "a new version", versions: ["1", "2"], runs: "2" },
    { name: "no backport", versions: ["2.0.0", "1.0.1"], runs: "2.0.0" },
    { name: "no prerelease", versions: ["1.0.0", "2.0.0-rc.1"], runs: "1.0.0" },
    { name: "not even the first prerelease", versions: ["1.0.0-rc.1"], runs: undefined },
  ])("that follow take $name", ({ versions, runs }) => {
    const asset = modelOf(...versions.map((version) => published({ version, stages: ["dev"] })));
    expect(stageVersion(asset, "dev")?.version).toBe(runs);
  });

  it.each([
    { name: "before anything", at: "2026-03-01T09:59:59Z", runs: undefined },
    { name: "at the second", at: "2026-03-01T10:00:00Z", runs: "1" },
    { name: "within the second", at: "2026-03-01T10:00:00.250Z", runs: "1" },
    { name: "just before the next", at: "2026-03-02T09:59:59.999Z", runs: "1" },
    { name: "after the next", at: "2026-03-02T10:00:01Z", runs: "2" },
    { name: "with an offset, before the next", at: "2026-03-02T11:59:59+02:00", runs: "1" },
    { name: "with an offset, after the next", at: "2026-03-02T05:00:01-05:00", runs: "2" },
    { name: "on a day", at: "2026-03-02", runs: "1" },
    { name: "now", at: undefined, runs: "2" },
    { name: "at no moment at all", at: "yesterday", runs: undefined },
  ])("ran a version $name", ({ at, runs }) => {
    const asset = modelOf(
      published({ version: "1", stages: ["dev"], at: "2026-03-01T10:00:00Z" }),
      published({ version: "2", stages: ["dev"], at: "2026-03-02T10:00:00Z" }),
    );
    expect(stageVersion(asset, "dev", at)?.version).toBe(runs);
  });

  it("remember why and since when", () => {
    const asset = modelOf(published({ stages: ["dev"] }), accepted({ stage: "prod" }));
    expect(stageVersion(asset, "dev")).toMatchObject({ cause: "followed", tags: [] });
    expect(stageVersion(asset, "prod")).toMatchObject({ cause: "adopted", version: "1" });
    expect(asset.stageTagCount).toBe(1);
  });

  it.each(["constructor", "__proto__", "toString", "hasOwnProperty"])(
    "do not exist because objects have %s",
    (stage) => {
      expect(stageVersion(modelOf(published()), stage)).toBeUndefined();
    },
  );

  it("may be named like what every object has", () => {
    const asset = modelOf(
      published({ stages: ["constructor"] }),
      accepted({ stage: "valueOf", tags: [] }),
    );
    expect(stageVersion(asset, "constructor")?.version).toBe("1");
    expect(stageVersion(asset, "valueOf")?.version).toBe("1");
  });
});

function modelOf(...events: readonly LedgerEvent[]): AssetState {
  const asset = assetState(stateOf(...events), "models/taxi-fare");
  if (asset === undefined) throw new Error("the events publish models/taxi-fare");
  return asset;
}
