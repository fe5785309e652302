import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { approvals } from "../../../src/domain/gates/approvals.ts";
import type { Approval } from "../../../src/domain/promotion/facts.ts";
import type { ApprovalsSettings } from "../../../src/domain/promotion/policy.ts";
import { approval, facts } from "../promotion/builders.ts";

function judge(settings: ApprovalsSettings, ...given: readonly Approval[]) {
  return approvals.evaluate(settings, facts({ approvals: given }));
}

const two: ApprovalsSettings = { count: 2, from: ["ml-leads"] };
const rejected = { verdict: "changes-requested" } as const;

describe("approvals", () => {
  it.each<{ name: string; settings?: ApprovalsSettings; given: Approval[]; outcome: string }>([
    { name: "enough", given: [approval("ann"), approval("bo")], outcome: "passed" },
    { name: "one short", given: [approval("ann")], outcome: "failed" },
    { name: "nobody", given: [], outcome: "failed" },
    { name: "the same person twice", given: [approval("ann"), approval("ann")], outcome: "failed" },
    {
      name: "the author",
      given: [approval("ann"), approval("bo", { isAuthor: true })],
      outcome: "failed",
    },
    {
      name: "the author, who is allowed",
      settings: { ...two, author: "allowed" },
      given: [approval("ann"), approval("bo", { isAuthor: true })],
      outcome: "passed",
    },
    {
      name: "the author's wish, who is allowed",
      settings: { count: 1, author: "allowed" },
      given: [approval("bo", { isAuthor: true, isImplied: true })],
      outcome: "passed",
    },
    {
      name: "the author's wish and review are one",
      settings: { count: 2, author: "allowed" },
      given: [
        approval("bo", { isAuthor: true, isImplied: true }),
        approval("bo", { isAuthor: true }),
      ],
      outcome: "failed",
    },
    {
      name: "the author's wish",
      settings: { count: 1, author: "excluded" },
      given: [approval("bo", { isImplied: true })],
      outcome: "failed",
    },
    {
      name: "another role",
      given: [approval("ann"), approval("dee", { roles: ["ml-engineers"] })],
      outcome: "failed",
    },
    {
      name: "a role that counts, without a binding",
      given: [approval("ann"), approval("bo", { mayApprove: false })],
      outcome: "passed",
    },
    {
      name: "no role asked, but not one who may approve",
      settings: { count: 1 },
      given: [approval("dee", { mayApprove: false })],
      outcome: "failed",
    },
    {
      name: "no role asked",
      settings: { count: 1 },
      given: [approval("dee", { roles: [] })],
      outcome: "passed",
    },
    {
      name: "an approval of something else",
      given: [approval("ann"), approval("bo", { problem: "approved another state" })],
      outcome: "failed",
    },
    {
      name: "somebody who counts asks for changes",
      given: [approval("ann"), approval("bo"), approval("cy", rejected)],
      outcome: "failed",
    },
    {
      name: "somebody who does not count asks for changes",
      given: [approval("ann"), approval("bo"), approval("dee", { ...rejected, roles: [] })],
      outcome: "passed",
    },
    {
      name: "the author asks for changes",
      given: [approval("ann"), approval("bo"), approval("cy", { ...rejected, isAuthor: true })],
      outcome: "passed",
    },
    {
      name: "somebody unknown asks for changes",
      given: [
        approval("ann"),
        approval("bo"),
        approval("x@y", { ...rejected, problem: "x@y is not in policies/access.yaml" }),
      ],
      outcome: "passed",
    },
  ])("$name: $outcome", ({ settings = two, given, outcome }) => {
    expect(judge(settings, ...given).outcome).toBe(outcome);
  });

  it("says who counted, who did not and why, and whom to ask", () => {
    const verdict = judge(
      two,
      approval("ann"),
      approval("dee", { isAuthor: true }),
      approval("bo", { problem: "bo approved another state: the stage file changed since" }),
      approval("x@y", { problem: "x@y is not in policies/access.yaml", roles: [] }),
      approval("eli", { roles: [] }),
      approval("dee", { isAuthor: true, isImplied: true }),
    );
    expect(verdict.reason).toBe(
      "1 of 2 approvals (ann). Not counted: bo approved another state: the stage file changed since; dee is the author; eli is none of ml-leads; x@y is not in policies/access.yaml. Ask somebody of ml-leads for a review; the author's own does not count.",
    );
  });

  it("says whom to ask when no role is asked for", () => {
    expect(
      judge({ count: 1, author: "allowed" }, approval("eli", { mayApprove: false })).reason,
    ).toBe(
      "0 of 1 approvals. Not counted: eli may not approve models/taxi-fare. Ask somebody who may approve models/taxi-fare (policies/access.yaml) for a review.",
    );
  });

  it("says why the author's wish is not enough, where it could be", () => {
    const wish = approval("dee", { isAuthor: true, isImplied: true, mayApprove: false });
    expect(judge({ count: 1, author: "allowed" }, wish).reason).toContain(
      "Not counted: dee may not approve models/taxi-fare.",
    );
    expect(judge({ count: 1 }, wish).reason).not.toContain("dee");
  });

  it("names who asked for changes", () => {
    expect(judge(two, approval("cy", rejected), approval("bo", rejected)).reason).toMatch(
      /^bo, cy asked/,
    );
  });

  const anyApproval = fc
    .record({
      person: fc.constantFrom("ann", "bo", "cy"),
      verdict: fc.constantFrom("approved", "approved", "changes-requested"),
      roles: fc.subarray(["ml-leads", "ml-engineers"]),
      mayApprove: fc.boolean(),
      isAuthor: fc.boolean(),
      isImplied: fc.boolean(),
      problem: fc.constantFrom(undefined, undefined, "approved another state"),
    })
    .map(({ person, ...rest }) => approval(person, rest as Partial<Approval>));
  const anySettings = fc
    .record({
      count: fc.integer({ min: 1, max: 3 }),
      from: fc.option(fc.constant(["ml-leads"]), { nil: undefined }),
      author: fc.constantFrom("allowed" as const, "excluded" as const),
    })
    .map(({ from, ...rest }) => ({ ...rest, ...(from ? { from } : {}) }));

  it("is never lost by one more approval", () => {
    fc.assert(
      fc.property(anySettings, fc.array(anyApproval), anyApproval, (settings, given, more) => {
        fc.pre(judge(settings, ...given).outcome === "passed" && more.verdict === "approved");
        expect(judge(settings, ...given, more).outcome).toBe("passed");
      }),
    );
  });

  it("does not depend on their order", () => {
    const shuffled = fc
      .array(anyApproval)
      .chain((given) =>
        fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
      );
    fc.assert(
      fc.property(anySettings, shuffled, (settings, [given, other]) => {
        expect(judge(settings, ...other)).toEqual(judge(settings, ...given));
      }),
    );
  });
});
