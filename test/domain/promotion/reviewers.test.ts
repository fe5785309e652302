import { describe, expect, it } from "vitest";
import { reviewersOf, type ReviewQuestion } from "../../../src/domain/promotion/reviewers.ts";
import type { AccessPolicy, PromotionRule } from "../../../src/domain/promotion/policy.ts";
import { teamOf } from "../../../src/domain/promotion/teams.ts";
import type { Account } from "../../../src/domain/pull-request.ts";
import { access, binding, person, policy, rule } from "./builders.ts";

const asset = "models/taxi-fare";
const toProd: ReviewQuestion = { asset, move: { stage: "prod", kind: "promotion" } };
const back: ReviewQuestion = { asset, move: { stage: "prod", kind: "rollback" } };
const approvals = { count: 2, from: ["ml-leads"] };
const leads = ["ann-contoso", "bo-contoso", "cy-contoso"];

interface Case {
  readonly name: string;
  readonly rules?: readonly PromotionRule[];
  readonly known?: Partial<AccessPolicy>;
  readonly questions?: readonly ReviewQuestion[];
  readonly author?: Account;
  readonly logins: readonly string[];
  readonly teams?: readonly string[];
}

describe("who is asked to review", () => {
  it.each<Case>([
    { name: "those whom a rule names", rules: [rule({ gates: { approvals } })], logins: leads },
    {
      name: "those who may approve, where a rule names nobody",
      rules: [rule({ gates: { approvals: { count: 1 } } })],
      logins: leads,
    },
    { name: "nobody, where no rule asks for approvals", rules: [rule()], logins: [] },
    { name: "nobody, where no rule is about it", rules: [], logins: [] },
    {
      name: "nobody, where the rule is for another stage",
      rules: [rule({ stage: "test", gates: { approvals } })],
      logins: [],
    },
    {
      name: "those of all rules, once",
      rules: [
        rule({ gates: { approvals } }),
        rule({ gates: { approvals: { count: 1, from: ["ml-engineers", "ml-leads"] } } }),
      ],
      logins: [...leads, "dee-contoso", "eli-contoso"],
    },
    {
      name: "not the author, by login",
      rules: [rule({ gates: { approvals } })],
      author: { login: "BO-contoso" },
      logins: ["ann-contoso", "cy-contoso"],
    },
    {
      name: "not the author, by address",
      rules: [rule({ gates: { approvals } })],
      author: { email: "ann@contoso.example" },
      logins: ["bo-contoso", "cy-contoso"],
    },
    {
      name: "not those without an account",
      rules: [rule({ gates: { approvals } })],
      known: { people: [person("ann", { github: undefined }), person("bo")] },
      logins: ["bo-contoso"],
    },
    {
      name: "of a rollback those of its own approvals",
      rules: [
        rule({
          gates: { approvals },
          rollback: { approvals: { count: 1, from: ["ml-engineers"] } },
        }),
      ],
      questions: [back],
      logins: ["dee-contoso", "eli-contoso"],
    },
    {
      name: "of a rollback without any those who may approve",
      rules: [rule({ gates: { approvals: { count: 1, from: ["ml-engineers"] } } })],
      questions: [back],
      logins: leads,
    },
    {
      name: "of what moves no stage those who may approve it",
      questions: [{ asset: "data/holdout" }],
      logins: ["dee-contoso", "eli-contoso"],
    },
    {
      name: "teams as teams, before people",
      rules: [rule({ gates: { approvals: { count: 1, from: ["on-call"] } } })],
      known: { teams: new Map([["ops", teamOf(["bo-contoso"])]]) },
      logins: ["ann-contoso"],
      teams: ["ops"],
    },
    {
      name: "no team that nobody is in",
      rules: [rule({ gates: { approvals: { count: 1, from: ["on-call"] } } })],
      known: { teams: new Map([["ops", teamOf(undefined)]]) },
      logins: ["ann-contoso"],
    },
    {
      name: "nobody without a policy of people",
      rules: [rule({ gates: { approvals } })],
      known: { people: [], roles: new Map(), bindings: [] },
      logins: [],
    },
  ])("$name", ({ rules = [], known, questions = [toProd], author = {}, logins, teams = [] }) => {
    const policies = { promotion: policy(...rules), access: access(known) };
    expect(reviewersOf(policies, questions, author)).toEqual({ logins, teams });
  });

  it("are at most fifteen, the same ones whatever the order", () => {
    const people = Array.from({ length: 40 }, (_, index) => person(`p${100 + index}`));
    const roles = (ids: readonly string[]) => new Map([["all", [...ids, "team:b", "team:a"]]]);
    const teams = new Map(["a", "b"].map((name) => [name, teamOf(["x"])] as const));
    const ask = (list: typeof people) =>
      reviewersOf(
        {
          promotion: undefined,
          access: access({
            people: list,
            roles: roles(list.map(({ id }) => id)),
            bindings: [binding("all", ["assets/approve"])],
            teams,
          }),
        },
        [{ asset }],
        { login: "p100-contoso" },
      );
    const asked = ask(people);
    expect(asked).toEqual({
      teams: ["a", "b"],
      logins: Array.from({ length: 13 }, (_, index) => `p${101 + index}-contoso`),
    });
    expect(ask(people.toReversed())).toEqual(asked);
  });
});
