import { expect, it } from "vitest";
import { order } from "../../../src/domain/gates/order.ts";
import { facts } from "../promotion/builders.ts";

it.each([
  { name: "it is in the stage before", given: {}, outcome: "passed" },
  {
    name: "it was in the stage before",
    given: {
      history: {
        test: [{ version: "4", since: "2026-03-01T00:00:00Z", until: "2026-03-02T00:00:00Z" }],
      },
    },
    outcome: "passed",
  },
  { name: "another version was there", given: { version: "5" }, outcome: "failed" },
  { name: "the stage before never ran anything", given: { history: {} }, outcome: "failed" },
  {
    name: "it was in an earlier stage only",
    given: { history: { dev: [{ version: "4", since: "2026-03-01T00:00:00Z" }] } },
    outcome: "failed",
  },
  { name: "the first stage", given: { stage: "dev", history: {} }, outcome: "passed" },
  { name: "a stage that the registry does not have", given: { stage: "qa" }, outcome: "failed" },
  { name: "a registry without stages", given: { stages: [] }, outcome: "failed" },
  {
    name: "a stage with the name of an object's own method",
    given: { stages: ["constructor", "prod"], history: {} },
    outcome: "failed",
  },
])("$name: $outcome", ({ given, outcome }) => {
  expect(order.evaluate({}, facts(given)).outcome).toBe(outcome);
});

it("says what to promote where", () => {
  expect(order.evaluate({}, facts({ version: "5" })).reason).toBe(
    "Version 5 of models/taxi-fare was never accepted in test: promote it to test first.",
  );
});
