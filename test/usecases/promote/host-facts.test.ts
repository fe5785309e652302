import { describe, expect, it } from "vitest";
import type { Account } from "../../../src/domain/pull-request.ts";
import { readDeciding } from "../../../src/usecases/promote/teams.ts";
import type { CommitStatus } from "../../../src/forge/host-services.ts";
import { MemoryHost } from "../../support/memory-host.ts";
import { stateAt } from "../reconcile/settle.ts";
import {
  access,
  assets,
  people,
  policies,
  prodRule,
  prodRuleAnd,
  PromotionWorld,
  testRule,
  toProd,
} from "./promotion-world.ts";
import { expectRow, playEach, type Row } from "./rows.ts";

const flo: Account = { login: "Flo-Contoso" };
/** Bo's account: his address is another way to know him. */
const bo: Account = { login: "bo-contoso" };

/** The leads are a team of the host, and so are those who own the policy. */
const teamAccess = {
  ...access,
  logins: { bo: "bo-contoso", dee: "dee-contoso" },
  roles: { ...access.roles, leads: ["team:Leads"], "policy-owners": ["team:owners"] },
};

function hostWith(teams: Readonly<Record<string, readonly string[]>>): MemoryHost {
  const host = new MemoryHost();
  for (const [team, logins] of Object.entries(teams)) host.members.set(team, logins);
  return host;
}

const both = { leads: ["flo-contoso", "bo-contoso"], owners: ["dee-contoso"] };

interface TeamCase extends Pick<Row, "says" | "host"> {
  readonly name: string;
  readonly act: (world: PromotionWorld, number: number) => Promise<unknown>;
}

function teamRow({ name, act, says, host = hostWith(both) }: TeamCase): Row {
  return {
    name,
    host,
    spec: { access: teamAccess },
    act: async (world) => {
      const number = await world.propose(toProd("2"));
      world.after(1);
      await act(world, number);
      await world.merge(number);
    },
    events: [`${says === undefined ? "accepted" : "blocked"} prod models/a 2`],
    runs: says === undefined ? "2" : undefined,
    ...(says === undefined ? {} : { says }),
  };
}

describe("a role that is given to a team", () => {
  playEach(teamRow, [
    {
      name: "is had by a member who is nobody else",
      act: (world, number) => world.review(number, flo),
    },
    {
      name: "is had by a member who is a person of the policy",
      act: (world, number) => world.review(number, bo),
    },
    {
      name: "is not had by others",
      act: (world, number) => world.review(number, { login: "eve-contoso" }),
      says: "eve-contoso is not in policies/access.yaml",
    },
    {
      name: "is not had by a person who is in no team",
      act: (world, number) => world.review(number, people.cy),
      says: "cy is none of leads",
    },
    {
      name: "is not had by a program in the team",
      act: (world, number) => world.review(number, { ...flo, isBot: true }),
      says: "is a program",
    },
    {
      name: "is lost with the team",
      act: (world, number) => world.review(number, flo),
      host: hostWith({ owners: ["dee-contoso"] }),
      says: "team:Leads gives nobody the role leads: the pull-request host has no such team",
    },
    {
      name: "is nobody's in an empty team",
      act: (world, number) => world.review(number, flo),
      host: hostWith({ ...both, leads: [] }),
      says: "team:Leads gives nobody the role leads: nobody is in it",
    },
  ]);

  it("is nobody's on a host without teams", async () => {
    const { runs } = await expectRow({
      name: "",
      spec: { access: teamAccess },
      act: (world) => world.bring(toProd("2"), [bo]),
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: "teams are known only to a pull-request host that has them",
    });
    expect(runs).toBeUndefined();
  });

  it("voids no approval when only the members change, and counts those who are members now", async () => {
    const host = hostWith(both);
    const { runs } = await expectRow({
      name: "",
      host,
      spec: { access: teamAccess, rules: [prodRule({ approvals: { count: 1, from: ["leads"] } })] },
      act: async (world) => {
        const number = await world.propose(toProd("2"));
        world.after(1);
        await world.review(number, flo);
        await world.review(number, bo);
        await world.settle();
        host.members.set("leads", ["bo-contoso", "cy-contoso"]);
        world.after(1);
        await world.merge(number);
      },
      events: ["accepted prod models/a 2"],
      runs: "2",
    });
    expect(runs).toBe("2");
  });

  it.each([
    { by: "dee-contoso", event: "policy-accepted" },
    { by: "flo-contoso", event: "incident policy-unaccepted" },
  ])("owns the policy or not: $by", async ({ by, event }) => {
    const change = policies({ rules: [prodRule(), testRule, prodRule({})], access: teamAccess });
    const { runs } = await expectRow({
      name: "",
      host: hostWith(both),
      spec: { access: teamAccess },
      act: (world) => world.bring(change, [{ login: by }]),
      events: [event],
      runs: undefined,
    });
    expect(runs).toBeUndefined();
  });

  it("is asked for once in a look, and only when it is named", async () => {
    const host = hostWith(both);
    const world = await PromotionWorld.open({ access: teamAccess }, host);
    host.asked.length = 0;
    world.after(1);
    await world.bring(toProd("2"), [flo]);
    await world.settle();
    expect(host.asked).toEqual(["team leads", "team owners"]);
    const other = new MemoryHost();
    await (await PromotionWorld.open({}, other)).settle();
    expect(other.asked).toEqual([]);
  });

  it("is no address: a name with a slash is not asked for", async () => {
    const host = hostWith({ "../x": ["flo-contoso"], "contoso/leads": ["flo-contoso"] });
    const roles = { ...teamAccess.roles, leads: ["team:contoso/leads"] };
    await expectRow({
      name: "",
      host,
      spec: { access: { ...teamAccess, roles } },
      act: (world) => world.bring(toProd("2"), [flo]),
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: "write the name of the team alone, without its organization",
    });
    expect(new Set(host.asked)).toEqual(new Set(["team owners"]));
  });
});

describe("a host that does not answer", () => {
  it.each([
    { name: "who is in a team", by: flo, spec: { access: teamAccess } },
    {
      name: "what checks say",
      by: people.bo,
      spec: { rules: [prodRuleAnd({ checks: { required: ["ci/eval"] } })] },
    },
  ])("$name decides nothing, neither way, until it does", async ({ by, spec }) => {
    const host = hostWith(both);
    const world = await PromotionWorld.open(spec, host);
    const number = await world.propose(toProd("2"));
    await world.review(number, by);
    const head = await world.headOf(number);
    host.statuses.set(head, [{ name: "ci/eval", outcome: "passed" }]);
    await world.merge(number);
    world.after(1);
    host.isDown = true;
    await expect(world.settle()).rejects.toMatchObject({
      code: "FORGE_UNAVAILABLE",
      kind: "unavailable",
    });
    expect(await world.news()).toEqual([]);
    host.isDown = false;
    await world.settle();
    expect(await world.runs("prod")).toBe("2");
  });
});

describe("what teams are known to have", () => {
  it("is the policy in force and nothing else", async () => {
    const world = await PromotionWorld.open({ access: teamAccess }, hostWith(both));
    const { policies: known } = await readDeciding(world.session, await stateAt(world.remote));
    expect(known.access?.roles.get("leads")).toEqual(["team:Leads"]);
    expect([...(known.access?.teams?.keys() ?? [])]).toEqual(["leads", "owners"]);
  });
});

const status = (name: string, outcome: CommitStatus["outcome"]): CommitStatus => ({
  name,
  outcome,
});

interface CheckCase {
  readonly name: string;
  readonly given: readonly CommitStatus[];
  /** Of another commit of the pull request. */
  readonly before?: readonly CommitStatus[];
  readonly says?: string;
}

function checkRow({ name, given, before = [], says }: CheckCase): Row {
  const host = new MemoryHost();
  return {
    name,
    host,
    spec: { rules: [prodRuleAnd({ checks: { required: ["ci/eval"] } })] },
    act: async (world) => {
      const number = await world.propose(toProd("2"));
      host.statuses.set(await world.headOf(number), before);
      host.statuses.set(await world.push(number, { "notes.md": "{}" }), given);
      await world.review(number, people.bo);
      await world.merge(number, "squash");
    },
    events: [`${says === undefined ? "accepted" : "blocked"} prod models/a 2`],
    runs: says === undefined ? "2" : undefined,
    ...(says === undefined ? {} : { says }),
  };
}

describe("a rule that asks for checks", () => {
  playEach(checkRow, [
    { name: "passes with them", given: [status("ci/eval", "passed")] },
    {
      name: "fails with them",
      given: [status("ci/eval", "failed")],
      says: "ci/eval failed",
    },
    {
      name: "does not take those of an older head",
      given: [],
      before: [status("ci/eval", "passed")],
      says: "ci/eval has not reported yet",
    },
    {
      name: "does not wait for one that runs",
      given: [status("ci/eval", "pending")],
      says: "ci/eval has not reported yet: merge when it has",
    },
  ]);

  it("is not asked of a way back, nor of what asks for none", async () => {
    const host = new MemoryHost();
    const world = await PromotionWorld.open(
      { rules: [prodRule(), { ...testRule, gates: { checks: { required: ["ci/eval"] } } }] },
      host,
    );
    for (const version of ["1", "2", "1"]) {
      await world.bring(toProd(version));
      await world.settle();
    }
    await world.bring(assets({ key: "models/b", content: "b" }));
    await world.settle();
    expect(await world.runs("prod")).toBe("1");
    expect(host.asked).toEqual([]);
  });
});
