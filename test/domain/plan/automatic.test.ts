import { expect, it } from "vitest";
import { automaticPromotions } from "../../../src/domain/plan/automatic.ts";
import { foldLedger } from "../../../src/domain/ledger/fold.ts";
import type { LedgerEvent } from "../../../src/domain/ledger/event.ts";
import type { Registry, StageFile } from "../../../src/domain/registry.ts";
import { accepted, adopted, objectId, published } from "../../support/domain-builders.ts";

const at = (hour: number): string => `2026-03-01T${String(hour).padStart(2, "0")}:00:00Z`;
const version = (name: string, hour: number): LedgerEvent =>
  published({ asset: "models/m", version: name, at: at(hour), stages: ["dev"] });
const inTest = (name: string, hour: number, automatic = false): LedgerEvent =>
  accepted({
    asset: "models/m",
    version: name,
    stage: "test",
    at: at(hour),
    cause: "promotion",
    ...(automatic ? { automatic } : {}),
  });
const file = (wanted: string, hold?: StageFile["hold"]): StageFile => ({
  document: { path: "f", value: {}, placeOf: () => ({ path: "f" }) },
  stage: "test",
  asset: "models/m",
  version: wanted,
  reason: undefined,
  hold,
  override: undefined,
  isBroken: false,
});

function promotions(
  events: readonly LedgerEvent[],
  stageFiles: readonly StageFile[] = [],
): readonly string[] {
  const entries = [adopted(), ...events].map((event, index) => ({
    commit: objectId(String(index)),
    event,
  }));
  const state = foldLedger(undefined, entries);
  const rule = {
    from: "dev",
    to: "test",
    selects: (asset: string) => asset.startsWith("models/"),
    merge: "when-gates-pass",
  } as const;
  const registry = {
    policies: { promotion: { rules: [], automatic: [rule] }, access: undefined },
    settings: { stages: ["dev", "test", "prod"], followedStages: ["dev"] },
    stageFiles,
  } as unknown as Registry;
  if (state === undefined) throw new Error("the ledger begins with an adoption");
  return automaticPromotions(registry, state, at(20)).map(
    (promotion) => `${promotion.asset} ${promotion.version} to ${promotion.to}`,
  );
}

it.each([
  { name: "the first version", events: [version("1", 1)], expected: ["models/m 1 to test"] },
  { name: "nothing before the first", events: [], expected: [] },
  {
    name: "nothing that was there before Cairn",
    events: [
      published({
        asset: "models/m",
        stages: ["dev"],
        landing: { commit: objectId("base"), author: "Ann", subject: "x" },
      }),
    ],
    expected: [],
  },
  { name: "nothing that the stage runs", events: [version("1", 1), inTest("1", 2)], expected: [] },
  {
    name: "the next after an automatic one",
    events: [version("1", 1), inTest("1", 2, true), version("2", 3)],
    expected: ["models/m 2 to test"],
  },
  {
    name: "the next after a person chose the newest",
    events: [version("1", 1), inTest("1", 2), version("2", 3)],
    expected: ["models/m 2 to test"],
  },
  {
    name: "nothing after a person went back",
    events: [
      version("1", 1),
      inTest("1", 2, true),
      version("2", 3),
      inTest("2", 4, true),
      inTest("1", 5),
      version("3", 6),
    ],
    expected: [],
  },
  {
    name: "the next once a person chose the newest again",
    events: [
      version("1", 1),
      inTest("1", 2, true),
      version("2", 3),
      inTest("1", 4),
      inTest("2", 5),
      version("3", 6),
    ],
    expected: ["models/m 3 to test"],
  },
])("proposes $name", ({ events, expected }) => {
  expect(promotions(events)).toEqual(expected);
});

it.each([
  { name: "what the branch asks for already", files: [file("2")] },
  { name: "past a hold", files: [file("1", { until: undefined, reason: "audit" })] },
  { name: "past a hold that lasts", files: [file("1", { until: "2026-03-02", reason: "audit" })] },
])("does not propose $name", ({ files }) => {
  const events = [version("1", 1), inTest("1", 2, true), version("2", 3)];
  expect(promotions(events, files)).toEqual([]);
});

it("proposes again when a hold is over", () => {
  const events = [version("1", 1), inTest("1", 2, true), version("2", 3)];
  const held = file("1", { until: "2026-03-01", reason: "audit" });
  expect(promotions(events, [held])).toEqual(["models/m 2 to test"]);
});
