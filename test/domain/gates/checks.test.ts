import { describe, expect, it } from "vitest";
import { checks } from "../../../src/domain/gates/checks.ts";
import type { HeadCheck } from "../../../src/domain/promotion/facts.ts";
import { facts } from "../promotion/builders.ts";

const check = (name: string, outcome: HeadCheck["outcome"]): HeadCheck => ({ name, outcome });
const passed = check("ci/eval", "passed");

describe("checks", () => {
  it.each<{
    name: string;
    required?: readonly string[];
    given: readonly HeadCheck[] | undefined;
    outcome: "passed" | "failed";
    reason: string;
  }>([
    { name: "passed", given: [passed], outcome: "passed", reason: "Passed: ci/eval." },
    {
      name: "another failed",
      given: [passed, check("ci/docs", "failed")],
      outcome: "passed",
      reason: "Passed: ci/eval.",
    },
    {
      name: "failed",
      given: [check("ci/eval", "failed")],
      outcome: "failed",
      reason: "ci/eval failed: see why on the pull request, and push a correction.",
    },
    {
      name: "still runs",
      given: [check("ci/eval", "pending")],
      outcome: "failed",
      reason: "ci/eval has not reported yet: merge when it has.",
    },
    {
      name: "never started",
      given: [],
      outcome: "failed",
      reason: "ci/eval has not reported yet: merge when it has.",
    },
    {
      name: "has another name",
      given: [check("CI/eval", "passed"), check("ci/eval ", "passed")],
      outcome: "failed",
      reason: "ci/eval has not reported yet: merge when it has.",
    },
    {
      name: "two programs, one of them still runs",
      given: [passed, check("ci/eval", "pending")],
      outcome: "failed",
      reason: "ci/eval has not reported yet: merge when it has.",
    },
    {
      name: "two programs, one of them failed",
      given: [check("ci/eval", "pending"), check("ci/eval", "failed"), passed],
      outcome: "failed",
      reason: "ci/eval failed: see why on the pull request, and push a correction.",
    },
    {
      name: "several, each once",
      required: ["a", "b", "c", "d", "b"],
      given: [check("a", "passed"), check("c", "failed")],
      outcome: "failed",
      reason:
        "c failed: see why on the pull request, and push a correction. b, d have not reported yet: merge when they have.",
    },
    {
      name: "a host without checks",
      given: undefined,
      outcome: "failed",
      reason:
        "This pull-request host knows no checks of other programs, so ci/eval cannot be asked for: take checks out of the rule in policies/promotion.yaml, or override it.",
    },
  ])("$name: $outcome", ({ required = ["ci/eval"], given, outcome, reason }) => {
    expect(checks.evaluate({ required }, facts({ checks: given }))).toEqual({ outcome, reason });
  });
});
