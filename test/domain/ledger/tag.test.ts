import { expect, it } from "vitest";
import {
  acceptedTag,
  isCairnTagName,
  publishedTag,
  stageTagName,
  versionTagName,
  withdrawalTagName,
  withdrawnTag,
} from "../../../src/domain/ledger/tag.ts";
import { eventSubject, type LedgerEvent } from "../../../src/domain/ledger/event.ts";
import {
  accepted,
  adopted,
  digestOf,
  incident,
  objectId,
  published,
  resolved,
} from "../../support/domain-builders.ts";
import { blocked, deprecated, policyAccepted, waiting, withdrawn } from "./promotion-events.ts";

it("names tags in GTO's grammar", () => {
  expect(versionTagName("models/taxi-fare", "3")).toBe("models/taxi-fare@v3");
  expect(versionTagName("models/taxi-fare", "1.4.0")).toBe("models/taxi-fare@v1.4.0");
  expect(versionTagName("data/trips", "2024-01-a")).toBe("data/trips@2024-01-a");
  expect(stageTagName("models/taxi-fare", "prod", 5)).toBe("models/taxi-fare#prod#5");
  expect(withdrawalTagName("models/taxi-fare", "prod", 6)).toBe("models/taxi-fare#prod!#6");
});

it.each([
  ["models/taxi-fare@v3", true],
  ["models/taxi-fare#prod#5", true],
  ["models/taxi-fare#prod!#6", true],
  ["environments/a.b@2024-01-a", true],
  ["v1.0.0", false],
  ["taxi-fare@v3", false],
  ["model/taxi-fare@v3", false],
  ["models/taxi-fare", false],
  ["models/taxi-fare@", false],
  ["models/a/b@v1", false],
  ["x/models/a@v1", false],
  ["endpoints/a@v1", false],
])("takes %s for its own: %s", (name, is) => {
  expect(isCairnTagName(name)).toBe(is);
});

it("says on a version's tag what was published", () => {
  const event = published({ version: "2", same_as: "1", manifest: "models/taxi/model.yaml" });
  expect(publishedTag(event)).toEqual({
    name: "models/taxi-fare@v2",
    target: objectId("landing"),
    timestamp: Date.UTC(2026, 2, 1, 12) / 1000,
    message: [
      "models/taxi-fare 2",
      "",
      `digest: ${digestOf("models/taxi-fare 2")}`,
      "manifest: models/taxi/model.yaml",
      "same-as: 1",
      "author: Ann <ann@contoso.example>",
      "",
    ].join("\n"),
  });
  expect(publishedTag(event)).toEqual(publishedTag(structuredClone(event)));
  expect(publishedTag(published()).message).not.toContain("same-as");
});

it("says on a stage's tag what was accepted", () => {
  expect(acceptedTag(accepted(), objectId("published"), 5)).toEqual({
    name: "models/taxi-fare#prod#5",
    target: objectId("published"),
    timestamp: Date.UTC(2026, 2, 1, 12) / 1000,
    message: `models/taxi-fare 1 in prod\n\ndigest: ${digestOf("models/taxi-fare 1")}\ncause: adopted\n`,
  });
});

it("says on a withdrawal's tag what ran until then", () => {
  expect(withdrawnTag(withdrawn(), objectId("published"), 6)).toEqual({
    name: "models/taxi-fare#prod!#6",
    target: objectId("published"),
    timestamp: Date.UTC(2026, 2, 1, 12) / 1000,
    message: `models/taxi-fare 1 withdrawn from prod\n\ndigest: ${digestOf("models/taxi-fare 1")}\n`,
  });
  expect(isCairnTagName(withdrawnTag(withdrawn(), objectId("published"), 6).name)).toBe(true);
});

const { reason: _, ...takenBack } = deprecated();
const [prodMove] = waiting().moves;
if (prodMove === undefined) throw new Error("a wait has a move");
const withdrawalMove = { asset: prodMove.asset, stage: "test", gates: [] };

it.each<{ event: LedgerEvent; subject: string }>([
  { event: adopted(), subject: `adopt contoso-ml at ${objectId("base").slice(0, 12)}` },
  { event: published(), subject: "publish models/taxi-fare 1" },
  {
    event: published({ stages: ["dev", "test"] }),
    subject: "publish models/taxi-fare 1, followed by dev, test",
  },
  { event: accepted(), subject: "accept models/taxi-fare 1 in prod" },
  {
    event: accepted({ cause: "rollback" }),
    subject: "roll back models/taxi-fare 1 in prod",
  },
  { event: withdrawn(), subject: "withdraw models/taxi-fare 1 from prod" },
  { event: waiting(), subject: "wait with models/taxi-fare 2 in prod" },
  { event: blocked(), subject: "block models/taxi-fare 2 in prod" },
  {
    event: blocked({ moves: [withdrawalMove, prodMove, prodMove] }),
    subject: "block the withdrawal of models/taxi-fare from test and 2 more",
  },
  {
    event: policyAccepted(),
    subject: `put the policy of ${objectId("another policy").slice(0, 12)} in force`,
  },
  { event: deprecated(), subject: "deprecate models/taxi-fare 1" },
  { event: takenBack, subject: "end the deprecation of models/taxi-fare 1" },
  {
    event: incident(),
    subject: "incident: the tag models/taxi-fare@v1 is gone; the version stays published",
  },
  {
    event: resolved({ how: "acknowledged" }),
    subject: "resolve tag-missing/models/taxi-fare@v1/000000000000 (acknowledged) by ann",
  },
])("calls an event of type $event.type $subject", ({ event, subject }) => {
  expect(eventSubject(event)).toBe(subject);
});
