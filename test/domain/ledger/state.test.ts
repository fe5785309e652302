import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LedgerEvent } from "../../../src/domain/ledger/event.ts";
import { foldLedger } from "../../../src/domain/ledger/fold.ts";
import {
  assetState,
  findVersion,
  judgedKey,
  latestVersion,
  policyInForce,
  stageEntries,
  stageVersion,
  stateKeys,
  type AssetState,
} from "../../../src/domain/ledger/state.ts";
import {
  accepted,
  adopted,
  incident,
  ledgerOf,
  digestOf,
  objectId,
  published,
  resolved,
  stateOf,
} from "../../support/domain-builders.ts";
import {
  anyLedgerEvent,
  blocked,
  deprecated,
  landingOf,
  policyAccepted,
  waiting,
  withdrawn,
} from "./promotion-events.ts";

describe("fold", () => {
  it("gives the same state at once and in two parts, wherever it is cut", () => {
    const events = fc.array(anyLedgerEvent, { maxLength: 20 }).map((rest) => [adopted(), ...rest]);
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

describe("withdrawals", () => {
  const asset = modelOf(
    accepted({ at: "2026-03-01T10:00:00Z" }),
    withdrawn({ at: "2026-03-02T10:00:00Z" }),
    accepted({ at: "2026-03-03T10:00:00Z", version: "2" }),
  );

  it.each([
    { name: "before", at: "2026-03-02T09:59:59Z", runs: "1" },
    { name: "at", at: "2026-03-02T10:00:00Z", runs: undefined },
    { name: "after", at: "2026-03-03T09:59:59Z", runs: undefined },
    { name: "again after", at: "2026-03-03T10:00:00Z", runs: "2" },
    { name: "long after", at: undefined, runs: "2" },
  ])("leave the stage with $runs $name the withdrawal", ({ at, runs }) => {
    expect(stageVersion(asset, "prod", at)?.version).toBe(runs);
  });

  it("end the stay that was, and bring a tag to it", () => {
    const [first, second] = stageEntries(asset, "prod");
    expect(first).toMatchObject({ version: "1", until: "2026-03-02T10:00:00Z" });
    expect(first?.tags.map(({ name }) => name)).toEqual([
      "models/taxi-fare#prod#1",
      "models/taxi-fare#prod!#2",
    ]);
    expect(second?.until).toBeUndefined();
    expect(asset.stageTagCount).toBe(3);
  });

  it("count their tags even if the stage ran nothing, and end nothing twice", () => {
    const nothing = modelOf(published(), withdrawn());
    expect(stageEntries(nothing, "prod")).toEqual([]);
    expect(nothing.stageTagCount).toBe(1);
    const twice = modelOf(
      accepted(),
      withdrawn({ at: "2026-03-02T10:00:00Z" }),
      withdrawn({ at: "2026-03-03T10:00:00Z" }),
    );
    expect(stageEntries(twice, "prod").map(({ until }) => until)).toEqual(["2026-03-02T10:00:00Z"]);
  });
});

describe("what was judged last", () => {
  const promotion = { cause: "promotion", version: "2" } as const;
  const two = { ...promotion, landing: landingOf("two") };

  it.each<{ name: string; events: LedgerEvent[]; outcome: string; subject: string }>([
    { name: "a wait", events: [waiting()], outcome: "waiting", subject: "one" },
    {
      name: "a wait that was accepted",
      events: [waiting(), accepted({ ...promotion, landing: landingOf("one") })],
      outcome: "accepted",
      subject: "one",
    },
    { name: "a refusal", events: [waiting(), blocked()], outcome: "blocked", subject: "one" },
    {
      name: "a refusal after an acceptance",
      events: [accepted(two), blocked()],
      outcome: "blocked",
      subject: "one",
    },
    {
      name: "an acceptance, when what waited before it is given up",
      events: [waiting(), accepted(two), blocked()],
      outcome: "accepted",
      subject: "two",
    },
    {
      name: "a newer wait, when the older is looked at again",
      events: [waiting(), waiting({ landing: landingOf("two") }), waiting()],
      outcome: "waiting",
      subject: "two",
    },
    {
      name: "a withdrawal",
      events: [accepted(two), withdrawn()],
      outcome: "withdrawn",
      subject: "withdrawal",
    },
  ])("is $name", ({ events, outcome, subject }) => {
    const judged = stateOf(...events).judged[judgedKey("prod", "models/taxi-fare")];
    expect(judged).toMatchObject({ outcome, landing: { subject } });
  });

  it("is nothing after adoption alone, and says why something waits", () => {
    expect(stateOf(accepted()).judged).toEqual({});
    expect(stateOf(waiting()).judged["prod/models/taxi-fare"]).toMatchObject({
      version: "2",
      reasons: ["3 of 24 hours"],
      until: "2026-03-02T12:00:00Z",
    });
  });

  it.each<{ name: string; end: LedgerEvent; left: readonly string[] }>([
    { name: "acceptance", end: accepted({ landing: landingOf("one") }), left: ["two"] },
    { name: "withdrawal", end: withdrawn({ landing: landingOf("one") }), left: ["two"] },
    { name: "refusal", end: blocked(), left: ["two"] },
    { name: "anything else", end: deprecated(), left: ["one", "two"] },
  ])("waits no longer after its $name", ({ end, left }) => {
    const state = stateOf(waiting(), waiting({ landing: landingOf("two") }), end);
    expect(Object.values(state.waiting).map(({ landing }) => landing.subject)).toEqual(left);
  });
});

describe("policies", () => {
  const state = stateOf(
    adopted({ at: "2026-03-01T10:00:00Z" }),
    policyAccepted({ at: "2026-03-02T10:00:00Z" }),
  );

  it.each([
    { name: "before adoption", at: "2026-02-01T10:00:00Z", digest: digestOf("policy") },
    { name: "at first", at: "2026-03-02T09:59:59Z", digest: digestOf("policy") },
    { name: "from then on", at: "2026-03-02T10:00:00Z", digest: digestOf("another policy") },
    { name: "now", at: undefined, digest: digestOf("another policy") },
  ])("are in force $name", ({ at, digest }) => {
    expect(policyInForce(state, at).digest).toBe(digest);
  });

  it("name the commit that has them", () => {
    expect(policyInForce(state)).toMatchObject({
      commit: objectId("another policy"),
      since: "2026-03-02T10:00:00Z",
    });
  });
});

describe("deprecations", () => {
  const { reason: _, ...takenBack } = deprecated();

  it.each<{ name: string; events: LedgerEvent[]; expected: object }>([
    { name: "warn", events: [deprecated()], expected: { "1": "wrong units" } },
    {
      name: "are said anew",
      events: [deprecated(), deprecated({ reason: "wrong sign" })],
      expected: { "1": "wrong sign" },
    },
    { name: "are taken back", events: [deprecated(), takenBack], expected: {} },
    {
      name: "of other versions stay",
      events: [deprecated(), deprecated({ version: "2" }), takenBack],
      expected: { "2": "wrong units" },
    },
  ])("$name", ({ events, expected }) => {
    expect(modelOf(published(), ...events).deprecated).toEqual(expected);
  });

  it("of an asset without versions say nothing", () => {
    expect(stateOf(deprecated()).assets).toEqual({});
  });
});

function modelOf(...events: readonly LedgerEvent[]): AssetState {
  const asset = assetState(stateOf(...events), "models/taxi-fare");
  if (asset === undefined) throw new Error("the events publish models/taxi-fare");
  return asset;
}
