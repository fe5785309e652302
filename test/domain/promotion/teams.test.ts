import { describe, expect, it } from "vitest";
import { approvals } from "../../../src/domain/gates/approvals.ts";
import { rulesOfMove } from "../../../src/domain/promotion/rules-of-move.ts";
import { may, personOf, rolesOf } from "../../../src/domain/promotion/people.ts";
import type { AccessPolicy, Team } from "../../../src/domain/promotion/policy.ts";
import { emptyTeams, teamOf, teamsNamedBy } from "../../../src/domain/promotion/teams.ts";
import type { Account } from "../../../src/domain/pull-request.ts";
import { access, approval, binding, facts, person, policy, rule } from "./builders.ts";

const ops = teamOf(["ann-contoso", "Flo-Contoso", "bo", "ops"]);

/** On call are Ann and the team `ops`, as the host knows it. */
function given(team: Team = ops, overrides: Partial<AccessPolicy> = {}): AccessPolicy {
  return access({ teams: new Map([["ops", team]]), ...overrides });
}

describe("who is in a team", () => {
  it.each<{ name: string; account: Account; is: string | undefined; roles?: readonly string[] }>([
    {
      name: "a person of the policy is that person",
      account: { login: "Ann-Contoso" },
      is: "ann",
      roles: ["ml-leads", "on-call"],
    },
    {
      name: "somebody else is a person by login",
      account: { login: "FLO-contoso" },
      is: "github:flo-contoso",
      roles: ["on-call"],
    },
    {
      name: "a login that is a person's short name is not that person",
      account: { login: "bo" },
      is: "github:bo",
      roles: ["on-call"],
    },
    {
      name: "a login that is the name of the team is one more login",
      account: { login: "ops" },
      is: "github:ops",
      roles: ["on-call"],
    },
    { name: "a login that is in no team is nobody", account: { login: "eve" }, is: undefined },
    {
      name: "an address that looks like a login is nobody",
      account: { email: "flo-contoso" },
      is: undefined,
    },
    { name: "a name is nobody", account: { name: "flo-contoso" }, is: undefined },
    {
      name: "a program is nobody",
      account: { login: "flo-contoso", isBot: true },
      is: undefined,
    },
  ])("$name", ({ account, is, roles = [] }) => {
    const found = personOf(account, given());
    expect(found?.id).toBe(is);
    expect(found === undefined ? [] : rolesOf(found, given())).toEqual(roles);
  });

  it.each<{ name: string; people: AccessPolicy["people"] }>([
    {
      name: "of a person who signs",
      people: [person("flo", { signingKeys: ["ssh-ed25519 AAAAflo"] })],
    },
    {
      name: "of two people",
      people: [person("flo"), person("fred", { github: "flo-contoso" })],
    },
  ])("is nobody by a login that is $name", ({ people }) => {
    expect(personOf({ login: "flo-contoso" }, given(ops, { people }))).toBeUndefined();
  });

  it("has the rights of the role, and no others", () => {
    const flo = personOf({ login: "flo-contoso" }, given());
    expect(flo && may(flo, "assets/override", "models/x", given())).toBe(true);
    expect(flo && may(flo, "assets/approve", "models/x", given())).toBe(false);
  });

  it("is nobody where the host was not asked", () => {
    expect(personOf({ login: "flo-contoso" }, access())).toBeUndefined();
    expect(rolesOf(person("cy"), access())).toEqual(["ml-leads"]);
  });

  it("does not matter for a role that is called like the team", () => {
    const roles = new Map([
      ["ops", ["cy"]],
      ["on-call", ["team:ops"]],
    ]);
    const flo = personOf({ login: "flo-contoso" }, given(ops, { roles }));
    expect(flo && rolesOf(flo, given(ops, { roles }))).toEqual(["on-call"]);
    expect(rolesOf(person("cy"), given(ops, { roles }))).toEqual(["ops"]);
  });

  it("cannot get into a role by a name that nobody in people has", () => {
    const roles = new Map([
      ["ghosts", ["flo-contoso"]],
      ["on-call", ["team:ops"]],
    ]);
    const flo = personOf({ login: "flo-contoso" }, given(ops, { roles }));
    expect(flo && rolesOf(flo, given(ops, { roles }))).toEqual(["on-call"]);
  });
});

describe("the rules that approvals are bound to", () => {
  const promotion = policy(rule({ gates: { approvals: { count: 1, from: ["on-call"] } } }));
  const rules = (known: AccessPolicy) =>
    rulesOfMove({ promotion, access: known }, "prod", "models/taxi-fare");

  it("are those that are written, whoever is in the team", () => {
    expect(rules(given(teamOf(["flo-contoso"])))).toEqual(rules(given(teamOf([]))));
    expect(rules(given())).toEqual(rules(access()));
  });

  it("change with the team that is written", () => {
    const roles = new Map([...access().roles, ["on-call", ["ann", "team:others"]]]);
    expect(rules(given(ops, { roles }))).not.toEqual(rules(given()));
  });
});

describe("the teams that a policy names", () => {
  it("are asked for once each, ignoring case", () => {
    const roles = new Map([
      ["a", ["team:Ops", "ann"]],
      ["b", ["team:ops", "team:leads"]],
    ]);
    expect(teamsNamedBy(access({ roles }))).toEqual(["leads", "ops"]);
    expect(teamsNamedBy(undefined)).toEqual([]);
  });

  it.each<{ name: string; known: AccessPolicy; problem: string | undefined }>([
    { name: "with members", known: given(), problem: undefined },
    { name: "without members", known: given(teamOf([])), problem: "nobody is in it" },
    {
      name: "that do not exist",
      known: given(teamOf(undefined)),
      problem: "the pull-request host has no such team",
    },
    {
      name: "of a host without teams",
      known: access(),
      problem: "teams are known only to a pull-request host that has them",
    },
  ])("$name are said to be so", ({ known, problem }) => {
    const expected = problem === undefined ? [] : [{ role: "on-call", team: "team:ops", problem }];
    expect(emptyTeams(known)).toEqual(expected);
    expect(emptyTeams(known, ["on-call", "ml-leads", "on-call"])).toEqual(expected);
    expect(emptyTeams(known, ["ml-leads"])).toEqual([]);
  });

  it.each([
    { from: ["on-call"], says: true },
    { from: ["ml-leads"], says: false },
    { from: undefined, says: true },
  ])("are named where approvals of $from are missing: $says", ({ from, says }) => {
    const known = given(teamOf(undefined), { bindings: [binding("on-call", ["assets/approve"])] });
    const snapshot = facts({
      emptyTeams: emptyTeams(known),
      approvals: [approval("dee", { roles: [], mayApprove: false })],
    });
    const settings = { count: 1, ...(from === undefined ? {} : { from }) };
    const { outcome, reason } = approvals.evaluate(settings, snapshot);
    const text = "team:ops gives nobody the role on-call: the pull-request host has no such team.";
    expect({ outcome, isSaid: reason.includes(text) }).toEqual({ outcome: "failed", isSaid: says });
  });
});
