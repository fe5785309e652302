import { expect, it } from "vitest";
import {
  acceptedTag,
  isCairnTagName,
  publishedTag,
  stageTagName,
  versionTagName,
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

it("names tags in GTO's grammar", () => {
  expect(versionTagName("models/taxi-fare", "3")).toBe("models/taxi-fare@v3");
  expect(versionTagName("models/taxi-fare", "1.4.0")).toBe("models/taxi-fare@v1.4.0");
  expect(versionTagName("data/trips", "2024-01-a")).toBe("data/trips@2024-01-a");
  expect(stageTagName("models/taxi-fare", "prod", 5)).toBe("models/taxi-fare#prod#5");
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

it.each<{ event: LedgerEvent; subject: string }>([
  { event: adopted(), subject: `adopt contoso-ml at ${objectId("base").slice(0, 12)}` },
  { event: published(), subject: "publish models/taxi-fare 1" },
  {
    event: published({ stages: ["dev", "test"] }),
    subject: "publish models/taxi-fare 1, followed by dev, test",
  },
  { event: accepted(), subject: "accept models/taxi-fare 1 in prod" },
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
