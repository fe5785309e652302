import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/domain/finding.ts";
import { draftActions } from "../../../src/usecases/reconcile/actions.ts";
import { conditionsOf, type ConditionFacts } from "../../../src/usecases/reconcile/conditions.ts";
import {
  accepted,
  adopted,
  digestOf,
  incident,
  objectId,
  published,
  resolved,
} from "../../support/domain-builders.ts";

const finding: Finding = { rule: "r", severity: "error", message: "m", path: "p" };
const failed = { workspace: "prod-eu", outcome: "failed" } as const;

it.each<{ name: string; facts: Partial<ConditionFacts>; conditions: readonly string[] }>([
  { name: "all is well", facts: {}, conditions: ["Ready True Reconciled"] },
  {
    name: "only warnings",
    facts: { findings: [{ ...finding, severity: "warning" }] },
    conditions: ["Ready True Reconciled"],
  },
  {
    name: "an error on the branch",
    facts: { findings: [finding] },
    conditions: ["Ready False FindingsOnBranch", "Degraded True FindingsOnBranch"],
  },
  {
    name: "an open incident",
    facts: { openIncidents: 1 },
    conditions: ["Ready False IncidentsOpen", "Degraded True IncidentsOpen"],
  },
  {
    name: "a workspace that failed, before everything else",
    facts: { workspaces: [failed], findings: [finding], openIncidents: 1 },
    conditions: ["Ready False DeliveryFailed", "Degraded True DeliveryFailed"],
  },
  {
    name: "a workspace that nobody has brought up to date yet",
    facts: { workspaces: [{ workspace: "dev", outcome: "behind" }] },
    conditions: ["Ready False DeliveryPending"],
  },
  {
    name: "stalled",
    facts: { stalled: { reason: "BranchMissing", message: "gone" } },
    conditions: ["Ready False BranchMissing", "Stalled True BranchMissing"],
  },
  {
    name: "stalled and degraded",
    facts: { stalled: { reason: "HistoryRewritten", message: "x" }, openIncidents: 1 },
    conditions: [
      "Ready False HistoryRewritten",
      "Stalled True HistoryRewritten",
      "Degraded True IncidentsOpen",
    ],
  },
])("conditions say: $name", ({ facts, conditions }) => {
  const nothing = {
    stalled: undefined,
    findings: [],
    openIncidents: 0,
    pending: [],
    workspaces: [],
  };
  const all = { ...nothing, ...facts };
  const said = conditionsOf(all).map(({ type, status, reason }) => `${type} ${status} ${reason}`);
  expect(said).toEqual(conditions);
});

it("counts what the branch asks for and did not get", () => {
  const pending = (["waiting", "blocked", "undecided"] as const).map((outcome) => ({ outcome }));
  const facts = { stalled: undefined, findings: [], openIncidents: 0, workspaces: [] };
  expect(conditionsOf({ ...facts, pending })).toMatchObject([
    {
      type: "Ready",
      status: "True",
      message: expect.stringContaining("1 promotion waits, 2 were"),
    },
  ]);
});

describe("actions", () => {
  it("show what is published, accepted and reported, and nothing of adoption", () => {
    const drafts = [adopted(), published({ same_as: "7" }), accepted(), incident(), resolved()];
    expect(draftActions(drafts)).toEqual([
      {
        kind: "publish",
        asset: "models/taxi-fare",
        version: "1",
        digest: digestOf("models/taxi-fare 1"),
        sameAs: "7",
        stages: [],
        commit: objectId("landing"),
        tag: "models/taxi-fare@v1",
      },
      { kind: "accept", asset: "models/taxi-fare", stage: "prod", version: "1" },
      { kind: "record-incident", incident: "tag-missing", message: incident().message },
      { kind: "resolve-incident", id: resolved().incident, how: resolved().how },
    ]);
  });
});
