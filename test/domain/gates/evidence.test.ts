import { describe, expect, it } from "vitest";
import { dependencies } from "../../../src/domain/gates/dependencies.ts";
import { fields } from "../../../src/domain/gates/fields.ts";
import { freeze } from "../../../src/domain/gates/freeze.ts";
import type { Dependency } from "../../../src/domain/promotion/facts.ts";
import { facts } from "../promotion/builders.ts";

describe("fields", () => {
  it.each([
    { name: "text", value: "x", outcome: "passed" },
    { name: "no", value: false, outcome: "passed" },
    { name: "zero", value: 0, outcome: "passed" },
    { name: "a list", value: ["x"], outcome: "passed" },
    { name: "a map", value: { y: 1 }, outcome: "passed" },
    { name: "nothing", value: null, outcome: "failed" },
    { name: "empty text", value: "", outcome: "failed" },
    { name: "blanks", value: " \n", outcome: "failed" },
    { name: "an empty list", value: [], outcome: "failed" },
    { name: "an empty map", value: {}, outcome: "failed" },
  ])("$name: $outcome, nested or not", ({ value, outcome }) => {
    const given = facts({ metadata: { owner: value, lineage: { data: value } } });
    expect(fields.evaluate({ required: ["owner"] }, given).outcome).toBe(outcome);
    expect(fields.evaluate({ required: ["lineage.data"] }, given).outcome).toBe(outcome);
  });

  it.each([
    { required: ["owner", "lineage.data", "tags"], lacks: "lineage.data, tags" },
    { required: ["owner.name"], lacks: "owner.name" },
    { required: ["constructor"], lacks: "constructor" },
    { required: ["list.0"], lacks: "list.0" },
  ])("names what is missing: $lacks", ({ required, lacks }) => {
    expect(fields.evaluate({ required }, facts({ metadata: { owner: "x", list: ["y"] } }))).toEqual(
      {
        outcome: "failed",
        reason: `The metadata file of models/taxi-fare lacks ${lacks}: fill in what is missing.`,
      },
    );
  });

  it("fails without a metadata file", () => {
    const verdict = fields.evaluate({ required: ["owner"] }, facts({ metadata: undefined }));
    expect(verdict.outcome).toBe("failed");
    expect(verdict.reason).toContain("has no metadata file");
  });
});

describe("dependencies", () => {
  const env: Dependency = {
    asset: "environments/taxi-env",
    version: "1",
    acceptedIn: [],
    isAlongside: false,
  };

  it.each<{ name: string; stage?: string; list: Dependency[]; outcome: string }>([
    { name: "none", list: [], outcome: "passed" },
    { name: "accepted here", list: [{ ...env, acceptedIn: ["prod"] }], outcome: "passed" },
    {
      name: "accepted later",
      stage: "test",
      list: [{ ...env, acceptedIn: ["prod"] }],
      outcome: "passed",
    },
    { name: "accepted before", list: [{ ...env, acceptedIn: ["dev", "test"] }], outcome: "failed" },
    { name: "accepted nowhere", list: [env], outcome: "failed" },
    { name: "alongside", list: [{ ...env, isAlongside: true }], outcome: "passed" },
    { name: "one of two", list: [{ ...env, isAlongside: true }, env], outcome: "failed" },
    {
      name: "accepted in a stage that is gone",
      list: [{ ...env, acceptedIn: ["qa"] }],
      outcome: "failed",
    },
    { name: "to an unknown stage", stage: "qa", list: [], outcome: "failed" },
  ])("$name: $outcome", ({ stage = "prod", list, outcome }) => {
    expect(dependencies.evaluate({}, facts({ stage, dependencies: list })).outcome).toBe(outcome);
  });

  it.each([
    { list: [], reason: "It refers to nothing in this registry." },
    {
      list: [{ ...env, isAlongside: true }],
      reason: "Accepted in prod or later, or alongside: environments/taxi-env@1.",
    },
    {
      list: [env],
      reason:
        "environments/taxi-env@1 (accepted in no stage) is not accepted in prod: promote it first, or in the same pull request.",
    },
    {
      list: [env, { ...env, version: "2", acceptedIn: ["dev", "test"] }],
      reason:
        "environments/taxi-env@1 (accepted in no stage), environments/taxi-env@2 (accepted in dev, test) are not accepted in prod: promote them first, or in the same pull request.",
    },
  ])("says $reason", ({ list, reason }) => {
    expect(dependencies.evaluate({}, facts({ dependencies: list })).reason).toBe(reason);
  });
});

describe("freeze", () => {
  const hotfix = { active: true, reason: "end of the year", except: ["hotfix", "security"] };

  it.each([
    {
      name: "not active",
      settings: { active: false },
      labels: [],
      outcome: "passed",
      says: "prod is not frozen.",
    },
    {
      name: "active",
      settings: { active: true },
      labels: ["hotfix"],
      outcome: "failed",
      says: "prod is frozen: wait until the freeze is over.",
    },
    {
      name: "active, with a way through",
      settings: hotfix,
      labels: ["Hotfix"],
      outcome: "failed",
      says: "prod is frozen (end of the year): wait until the freeze is over, or give the pull request the label hotfix or security.",
    },
    {
      name: "let through",
      settings: hotfix,
      labels: ["x", "security"],
      outcome: "passed",
      says: "prod is frozen (end of the year); the label security is let through.",
    },
  ])("$name: $outcome", ({ settings, labels, outcome, says }) => {
    expect(freeze.evaluate(settings, facts({ labels }))).toEqual({ outcome, reason: says });
  });
});
