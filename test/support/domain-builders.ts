import { createHash } from "node:crypto";

import * as fc from "fast-check";
import { assetKinds, formatAssetKey, nameProblem, type AssetId } from "../../src/domain/asset.ts";
import {
  incidentKinds,
  type AcceptedEvent,
  type AdoptedEvent,
  type DeprecatedEvent,
  type IncidentEvent,
  type LedgerEntry,
  type LedgerEvent,
  type PublishedEvent,
  type ResolvedEvent,
} from "../../src/domain/ledger/event.ts";
import { foldLedger } from "../../src/domain/ledger/fold.ts";
import type { LedgerState } from "../../src/domain/ledger/state.ts";
import type { Clock } from "../../src/shared/clock.ts";
import { sha256, type Digest } from "../../src/shared/digest.ts";

/** A made-up object id: the same text gives the same id. */
export function objectId(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

export function digestOf(text: string): Digest {
  return sha256(text);
}

/** Shows the times it was given, one after the other; the last one for ever. */
export class FixedClock implements Clock {
  readonly #times: string[];

  constructor(...times: readonly string[]) {
    this.#times = times.length === 0 ? ["2026-03-01T12:00:00Z"] : [...times];
  }

  now(): Date {
    const [time = ""] = this.#times.length > 1 ? this.#times.splice(0, 1) : this.#times;
    return new Date(time);
  }

  monotonicMs(): number {
    return 0;
  }
}

const base = {
  format: 1,
  at: "2026-03-01T12:00:00Z",
  processed: objectId("base"),
} as const;
const landing = { commit: objectId("landing"), author: "Ann <ann@contoso.example>", subject: "x" };

export function adopted(overrides: Partial<AdoptedEvent> = {}): AdoptedEvent {
  return {
    ...base,
    type: "adopted",
    registry: "contoso-ml",
    commit: objectId("base"),
    policy: digestOf("policy"),
    stages: {},
    existing_tags: [],
    ...overrides,
  };
}

/** Tags default to the one that an integer or semantic version gets. */
export function published(overrides: Partial<PublishedEvent> = {}): PublishedEvent {
  const { asset = "models/taxi-fare", version = "1" } = overrides;
  return {
    ...base,
    type: "published",
    asset,
    version,
    digest: digestOf(`${asset} ${version}`),
    recipe: 1,
    objects: digestOf(`objects of ${asset} ${version}`),
    manifest: `${asset}/model.yaml`,
    evidence: digestOf("evidence"),
    uses: [],
    stages: [],
    landing,
    tags: [{ name: `${asset}@v${version}`, object: objectId(`${asset}@v${version}`) }],
    ...overrides,
  };
}

export function accepted(overrides: Partial<AcceptedEvent> = {}): AcceptedEvent {
  const { asset = "models/taxi-fare", version = "1", stage = "prod" } = overrides;
  return {
    ...base,
    type: "accepted",
    asset,
    stage,
    version,
    digest: digestOf(`${asset} ${version}`),
    cause: "adopted",
    landing,
    tags: [{ name: `${asset}#${stage}#1`, object: objectId(`${asset}#${stage}#1`) }],
    ...overrides,
  };
}

export function incident(overrides: Partial<IncidentEvent> = {}): IncidentEvent {
  return {
    ...base,
    type: "incident",
    id: "tag-missing/models/taxi-fare@v1/000000000000",
    kind: "tag-missing",
    message: "the tag models/taxi-fare@v1 is gone; the version stays published",
    ...overrides,
  };
}

export function deprecated(overrides: Partial<DeprecatedEvent> = {}): DeprecatedEvent {
  return {
    ...base,
    type: "deprecated",
    asset: "models/taxi-fare",
    version: "1",
    reason: "there is a better one",
    landing,
    ...overrides,
  };
}

export function resolved(overrides: Partial<ResolvedEvent> = {}): ResolvedEvent {
  return {
    ...base,
    type: "resolved",
    incident: "tag-missing/models/taxi-fare@v1/000000000000",
    how: "restored",
    by: "ann",
    ...overrides,
  };
}

export function ledgerOf(events: readonly LedgerEvent[]): readonly LedgerEntry[] {
  return events.map((event, index) => ({ commit: objectId(`ledger ${index}`), event }));
}

/** The fold of an adoption and these events. */
export function stateOf(...events: readonly LedgerEvent[]): LedgerState {
  const [first] = events;
  const all = first?.type === "adopted" ? events : [adopted(), ...events];
  const state = foldLedger(undefined, ledgerOf(all));
  if (state === undefined) throw new Error("a ledger that starts with its adoption has a state");
  return state;
}

export const anyName: fc.Arbitrary<string> = fc
  .stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/)
  .filter((name) => nameProblem(name) === undefined);

export const anyAssetId: fc.Arbitrary<AssetId> = fc.record({
  kind: fc.constantFrom(...assetKinds),
  name: anyName,
});

/** Few assets, so that their versions and stages pile up. */
export const anyAssetKey = fc
  .record({ kind: fc.constantFrom(...assetKinds), name: fc.constantFrom("a", "b", "taxi-fare") })
  .map(formatAssetKey);

/** What people and attackers write: any Unicode text without lone surrogates. */
export const anyText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "a\nb",
    "a\r\nb\n\nformat: 9",
    "yes",
    "1e3",
    "0x10",
    "~",
    "- a",
    "a: b #c",
    "---",
  ),
);

const anyObjectId = fc.string({ maxLength: 4 }).map(objectId);
const anyDigest = fc.string({ maxLength: 4 }).map(digestOf);
const anyAt = fc
  .integer({ min: 1_700_000_000, max: 1_900_000_000 })
  .map((seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`);
const anyLanding = fc.record({ commit: anyObjectId, author: anyText, subject: anyText });
const anyTags = fc.array(fc.record({ name: anyText, object: anyObjectId }), { maxLength: 2 });
const anyStage = fc.constantFrom("dev", "test", "prod", "constructor");
export const anyVersion: fc.Arbitrary<string> = fc.oneof(
  fc.integer({ min: 1, max: 30 }).map(String),
  fc.constantFrom("1.0.0", "1.1.0", "1.1.0-rc.1", "0.9.9", "2024-01-a"),
);
const anyBase = { format: fc.constant(1), at: anyAt, processed: anyObjectId };
const anyIncidentId = fc.constantFrom("tag-missing/a", "tag-moved/b", "history-rewritten/c");

export const anyPublished: fc.Arbitrary<PublishedEvent> = fc.record(
  {
    ...anyBase,
    type: fc.constant("published" as const),
    asset: anyAssetKey,
    version: anyVersion,
    digest: anyDigest,
    recipe: fc.integer({ min: 1, max: 9 }),
    objects: anyDigest,
    manifest: anyText,
    evidence: anyDigest,
    uses: fc.array(anyText, { maxLength: 3 }),
    same_as: anyVersion,
    stages: fc.uniqueArray(anyStage, { maxLength: 3 }),
    landing: anyLanding,
    tags: anyTags,
  },
  { requiredKeys: requiredOf("published") },
) as fc.Arbitrary<PublishedEvent>;

const anyAdopted: fc.Arbitrary<AdoptedEvent> = fc.record({
  ...anyBase,
  type: fc.constant("adopted" as const),
  registry: anyText,
  commit: anyObjectId,
  policy: anyDigest,
  stages: fc.dictionary(
    anyStage,
    fc.dictionary(anyAssetKey, anyVersion, { noNullPrototype: true }),
    {
      noNullPrototype: true,
    },
  ),
  existing_tags: anyTags,
});

const anyAccepted: fc.Arbitrary<AcceptedEvent> = fc.record({
  ...anyBase,
  type: fc.constant("accepted" as const),
  asset: anyAssetKey,
  stage: anyStage,
  version: anyVersion,
  digest: anyDigest,
  cause: fc.constant("adopted" as const),
  landing: anyLanding,
  tags: anyTags,
});

const anyIncident = fc.record(
  {
    ...anyBase,
    type: fc.constant("incident" as const),
    id: anyIncidentId,
    kind: fc.constantFrom(...incidentKinds),
    asset: anyAssetKey,
    tag: anyText,
    expected: anyObjectId,
    observed: anyObjectId,
    message: anyText,
  },
  { requiredKeys: ["format", "type", "at", "processed", "id", "kind", "message"] },
) as fc.Arbitrary<IncidentEvent>;

const anyResolved = fc.record(
  {
    ...anyBase,
    type: fc.constant("resolved" as const),
    incident: anyIncidentId,
    how: fc.constantFrom("restored" as const, "acknowledged" as const),
    by: anyText,
    reason: anyText,
  },
  { requiredKeys: ["format", "type", "at", "processed", "incident", "how", "by"] },
) as fc.Arbitrary<ResolvedEvent>;

/** Every kind of event, with hostile text wherever text may stand. */
export const anyEvent: fc.Arbitrary<LedgerEvent> = fc.oneof(
  { arbitrary: anyPublished, weight: 3 },
  anyAdopted,
  { arbitrary: anyAccepted, weight: 2 },
  anyIncident,
  anyResolved,
);

function requiredOf(type: "published"): (keyof PublishedEvent)[] {
  const event = published({ type });
  return Object.keys(event).filter((key): key is keyof PublishedEvent => key in event);
}
