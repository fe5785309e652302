import { describe, expect, it } from "vitest";
import { rulesOfMove } from "../../../src/domain/promotion/rules-of-move.ts";
import type { AccessPolicy } from "../../../src/domain/promotion/policy.ts";
import { access, binding, person, policy, rule } from "./builders.ts";

describe("the rules of a move", () => {
  const asked = rule({
    gates: { approvals: { count: 1, from: ["ml-leads"] } },
    rollback: { approvals: { count: 1, from: ["on-call"] } },
  });
  const promotion = policy(asked);

  function rules(changes: Partial<AccessPolicy> = {}, given = promotion) {
    return rulesOfMove({ promotion: given, access: access(changes) }, "prod", "models/taxi-fare");
  }

  it("are those that match, with the people they speak of", () => {
    expect(rules()).toEqual({
      rules: [asked.source],
      bindings: [
        { role: "on-call", can: ["assets/override"], on: ["models/**"] },
        { role: "ml-leads", can: ["assets/read", "assets/approve"], on: ["models/**"] },
      ],
      roles: { "ml-leads": ["ann", "bo", "cy"], "on-call": ["ann", "team:ops"] },
      people: ["ann", "bo", "cy"].map((id) => ({
        id,
        github: `${id}-contoso`,
        emails: [`${id}@contoso.example`],
        keys: [],
      })),
    });
  });

  it("are nothing without policies", () => {
    const nothing = { promotion: undefined, access: undefined };
    expect(rulesOfMove(nothing, "prod", "models/x")).toEqual({
      rules: [],
      bindings: [],
      roles: {},
      people: [],
    });
  });

  const { people, roles, bindings } = access();

  it.each<{ name: string; changes?: Partial<AccessPolicy>; given?: typeof promotion }>([
    { name: "a rule for another stage", given: policy(asked, rule({ stage: "test" })) },
    { name: "a rule for other assets", given: policy(asked, rule({ selected: false })) },
    { name: "a person without these roles", changes: { people: [...people, person("flo")] } },
    { name: "a name", changes: { people: people.map((one) => ({ ...one, name: "New" })) } },
    { name: "another role", changes: { roles: new Map([...roles, ["x", ["dee"]]]) } },
    {
      name: "a binding for other assets",
      changes: { bindings: [...bindings, binding("x", ["assets/approve"], "data/")] },
    },
    {
      name: "a binding that is not about approvals",
      changes: { bindings: [...bindings, binding("x", ["assets/write"])] },
    },
    {
      name: "the order of people and bindings",
      changes: { people: people.toReversed(), bindings: bindings.toReversed() },
    },
  ])("stay when this changes: $name", ({ changes, given }) => {
    expect(rules(changes, given)).toEqual(rules());
  });

  it.each<{ name: string; changes?: Partial<AccessPolicy>; given?: typeof promotion }>([
    { name: "another rule that matches", given: policy(asked, rule()) },
    { name: "a member of a role", changes: { roles: new Map([...roles, ["ml-leads", ["ann"]]]) } },
    { name: "a key", changes: { people: people.map((one) => ({ ...one, signingKeys: ["k"] })) } },
    {
      name: "no account",
      changes: { people: people.map((one) => ({ ...one, github: undefined })) },
    },
    {
      name: "another binding",
      changes: { bindings: [...bindings, binding("x", ["assets/approve"])] },
    },
  ])("change with this: $name", ({ changes, given }) => {
    expect(rules(changes, given)).not.toEqual(rules());
  });

  it("do not depend on the order of the rules", () => {
    const other = rule({ assets: ["**"] });
    expect(rules({}, policy(asked, other))).toEqual(rules({}, policy(other, asked)));
  });

  it("name a role that nobody has", () => {
    const unknown = rule({ gates: { approvals: { count: 1, from: ["ghosts"] } } });
    expect(rules({}, policy(unknown))).toMatchObject({ roles: { ghosts: [] } });
  });
});
