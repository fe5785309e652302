import * as fc from "fast-check";

import type {
  AcceptedEvent,
  BlockedEvent,
  DeprecatedEvent,
  LedgerEvent,
  PolicyAcceptedEvent,
  WaitingEvent,
  WithdrawnEvent,
} from "../../../src/domain/ledger/event.ts";
import {
  anyAssetKey,
  anyEvent,
  anyText,
  anyVersion,
  digestOf,
  objectId,
  resolved,
} from "../../support/domain-builders.ts";

const base = {
  format: 1,
  at: "2026-03-01T12:00:00Z",
  processed: objectId("base"),
} as const;

/** The landing of a pull request: the same text gives the same commit. */
export function landingOf(text: string): WaitingEvent["landing"] {
  const author = "Ann <ann@contoso.example>";
  return { commit: objectId(text), author, subject: text, pull_request: 7, requester: "ann" };
}

const move = {
  asset: "models/taxi-fare",
  stage: "prod",
  version: "2",
  gates: [{ gate: "soak", outcome: "waiting", reason: "3 of 24 hours" }],
} as const;

export function withdrawn(overrides: Partial<WithdrawnEvent> = {}): WithdrawnEvent {
  const { asset = "models/taxi-fare", stage = "prod", version = "1" } = overrides;
  return {
    ...base,
    type: "withdrawn",
    asset,
    stage,
    version,
    digest: digestOf(`${asset} ${version}`),
    policy: digestOf("policy"),
    approvals: [],
    gates: [],
    landing: landingOf("withdrawal"),
    tags: [{ name: `${asset}#${stage}!#2`, object: objectId(`${asset}#${stage}!#2`) }],
    ...overrides,
  };
}

export function waiting(overrides: Partial<WaitingEvent> = {}): WaitingEvent {
  return {
    ...base,
    type: "waiting",
    moves: [move],
    until: "2026-03-02T12:00:00Z",
    expires: "2026-03-31T12:00:00Z",
    before: objectId("before"),
    landing: landingOf("one"),
    ...overrides,
  };
}

export function blocked(overrides: Partial<BlockedEvent> = {}): BlockedEvent {
  return { ...base, type: "blocked", moves: [move], landing: landingOf("one"), ...overrides };
}

export function policyAccepted(overrides: Partial<PolicyAcceptedEvent> = {}): PolicyAcceptedEvent {
  return {
    ...base,
    type: "policy-accepted",
    policy: digestOf("another policy"),
    commit: objectId("another policy"),
    cause: "pull-request",
    approvals: [],
    landing: landingOf("policy"),
    ...overrides,
  };
}

export function deprecated(overrides: Partial<DeprecatedEvent> = {}): DeprecatedEvent {
  return {
    ...base,
    type: "deprecated",
    asset: "models/taxi-fare",
    version: "1",
    reason: "wrong units",
    landing: landingOf("deprecation"),
    ...overrides,
  };
}

const anyCommit = fc.string({ maxLength: 3 }).map(objectId);
const anyDigest = fc.string({ maxLength: 3 }).map(digestOf);
const anySecond = fc.integer({ min: 1_700_000_000, max: 1_900_000_000 });
const anyAt = anySecond.map((second) => `${new Date(second * 1000).toISOString().slice(0, 19)}Z`);
const anyMoment = fc.oneof(
  anyAt,
  anySecond.map((second) => new Date(second * 1000 + 250).toISOString()),
);
/** Few landings, so that they wait, are looked at again and end. */
const anyLanding = fc.oneof(
  fc.constantFrom("one", "two", "three").map(landingOf),
  fc.record({ commit: anyCommit, author: anyText, subject: anyText }),
);
const anyStage = fc.constantFrom("dev", "test", "prod", "constructor");
const anyTags = fc.array(fc.record({ name: anyText, object: anyCommit }), { maxLength: 2 });
const anyApprovals = fc.array(
  fc.record(
    { person: anyText, at: anyMoment, commit: anyCommit },
    { requiredKeys: ["person", "at"] },
  ),
  { maxLength: 2 },
);
const anyGates = fc.array(
  fc.record({
    gate: anyText,
    outcome: fc.constantFrom("passed", "failed", "waiting", "overridden"),
    reason: anyText,
  }),
  { maxLength: 3 },
);
const anyMoves = fc.array(
  fc.record(
    { asset: anyAssetKey, stage: anyStage, version: anyVersion, gates: anyGates },
    { requiredKeys: ["asset", "stage", "gates"] },
  ),
  { minLength: 1, maxLength: 3 },
);

const anyBase = { format: fc.constant(1), at: anyAt, processed: anyCommit };
const baseKeys = ["format", "at", "processed", "type", "landing"] as const;
const anyStageMove = {
  asset: anyAssetKey,
  stage: anyStage,
  version: anyVersion,
  digest: anyDigest,
  policy: anyDigest,
  approvals: anyApprovals,
  gates: anyGates,
  landing: anyLanding,
  tags: anyTags,
};

const anyAccepted = fc.record(
  {
    ...anyBase,
    ...anyStageMove,
    type: fc.constant("accepted"),
    cause: fc.constantFrom("promotion", "rollback", "adopted"),
    evidence: anyDigest,
    override: fc.record({ gates: fc.array(anyText, { maxLength: 2 }), reason: anyText }),
    automatic: fc.boolean(),
  },
  { requiredKeys: [...baseKeys, "asset", "stage", "version", "digest", "cause", "tags"] },
) as fc.Arbitrary<AcceptedEvent>;

const anyWithdrawn: fc.Arbitrary<WithdrawnEvent> = fc.record({
  ...anyBase,
  ...anyStageMove,
  type: fc.constant("withdrawn" as const),
}) as fc.Arbitrary<WithdrawnEvent>;

const anyWaiting = fc.record(
  {
    ...anyBase,
    type: fc.constant("waiting"),
    moves: anyMoves,
    until: anyMoment,
    expires: anyMoment,
    before: anyCommit,
    landing: anyLanding,
  },
  { requiredKeys: [...baseKeys, "moves", "expires", "before"] },
) as fc.Arbitrary<WaitingEvent>;

const anyBlocked = fc.record({
  ...anyBase,
  type: fc.constant("blocked"),
  moves: anyMoves,
  landing: anyLanding,
}) as fc.Arbitrary<BlockedEvent>;

const anyPolicyAccepted = fc.record(
  {
    ...anyBase,
    type: fc.constant("policy-accepted"),
    policy: anyDigest,
    commit: anyCommit,
    cause: fc.constantFrom("pull-request", "operator"),
    approvals: anyApprovals,
    by: anyText,
    reason: anyText,
    landing: anyLanding,
  },
  { requiredKeys: [...baseKeys, "policy", "commit", "cause", "approvals"] },
) as fc.Arbitrary<PolicyAcceptedEvent>;

const anyDeprecated = fc.record(
  {
    ...anyBase,
    type: fc.constant("deprecated"),
    asset: anyAssetKey,
    version: anyVersion,
    reason: anyText,
    successor: anyVersion,
    landing: anyLanding,
  },
  { requiredKeys: [...baseKeys, "asset", "version"] },
) as fc.Arbitrary<DeprecatedEvent>;

const anyReviewed = anyText.map((by) => resolved({ how: "reviewed", by }));

/** Every type of event, those of promotion included. */
export const anyLedgerEvent: fc.Arbitrary<LedgerEvent> = fc.oneof(
  { arbitrary: anyEvent, weight: 4 },
  { arbitrary: anyAccepted, weight: 2 },
  { arbitrary: anyWithdrawn, weight: 2 },
  { arbitrary: anyWaiting, weight: 2 },
  { arbitrary: anyBlocked, weight: 2 },
  anyPolicyAccepted,
  { arbitrary: anyDeprecated, weight: 2 },
  anyReviewed,
);
