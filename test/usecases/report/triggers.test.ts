import { describe, expect, it } from "vitest";

import { cairnIdentity } from "../../../src/domain/ledger/tag.ts";
import { people, prodRule, prodRuleAnd, toProd } from "../promote/promotion-world.ts";
import type { RegistrySpec } from "../reconcile/world.ts";
import { ReportWorld } from "./report-world.ts";

/** A promotion that Ann proposed, reported on and quiet. */
async function quietWorld(spec: Partial<RegistrySpec> = {}): Promise<ReportWorld> {
  const world = await ReportWorld.open(spec);
  await world.people.propose(toProd("2"));
  await world.settle();
  return world;
}

const one = 1;

async function numberOf(world: ReportWorld): Promise<number> {
  const [newest] = await world.forge.list(["open"]);
  return newest?.number ?? one;
}

/** It is noon: closed for eight minutes. */
const closed = {
  rules: [prodRule({ window: { deny: [{ cron: "0 12 * * *", duration: "8m" }] } })],
};
const ci = { rules: [prodRule({ checks: { required: ["ci/eval"] } })] };
const team: Partial<RegistrySpec> = {
  access: {
    people: { ann: ["ann@contoso.example"] },
    roles: { leads: ["team:leads"] },
    bindings: [{ role: "leads", can: ["assets/approve"], on: ["**"] }],
  },
  rules: [prodRule()],
};

interface Row {
  readonly name: string;
  readonly spec?: Partial<RegistrySpec>;
  readonly act: (world: ReportWorld, number: number) => void | Promise<void>;
}

const triggers: readonly Row[] = [
  {
    name: "a review",
    act: ({ people: world }, number) => world.review(number, people.bo),
  },
  {
    name: "a push",
    act: async ({ people: world }, number) => {
      await world.push(number, { "models/a/notes.yaml": "{}" });
      world.clock.advance(-3_600_000);
    },
  },
  {
    name: "a push that the host did not see",
    act: ({ people: world }, number) => {
      const { remote, head } = world;
      remote.refs.set(`refs/pull/${number}/head`, world.commit(toProd("1"), { on: head }));
    },
  },
  {
    name: "a label",
    act: async ({ forge }, number) => {
      await forge.setLabels(number, { labels: ["hotfix"] });
    },
  },
  {
    name: "that it is no draft any more",
    act: ({ forge }, number) => void forge.marks.set(number, { isDraft: true }),
  },
  {
    name: "a commit on the branch",
    act: ({ people: world }) => void world.land({ "README.yaml": "{}" }),
  },
  {
    name: "an incident in the ledger",
    act: ({ people: world, session }) => {
      world.remote.refs.delete("refs/tags/models/a@v1");
      // Every tag is looked at once in 15 minutes: as another controller would.
      Object.defineProperty(session.tagSchedule, "isDue", { value: true });
    },
  },
  {
    name: "another member of a team",
    spec: team,
    act: (world) => {
      world.host.members.set("leads", ["bo", "cy"]);
      // Who is in a team is asked once a minute.
      world.after(2);
    },
  },
  {
    name: "the time that a gate waits for",
    spec: closed,
    act: (world) => world.after(8),
  },
  {
    name: "what another program says of the head",
    spec: ci,
    act: async ({ host, people: world }, number) => {
      host.statuses.set(await world.headOf(number), [{ name: "ci/eval", outcome: "passed" }]);
    },
  },
  { name: "ten minutes", act: (world) => world.after(10) },
  { name: "a clock that was set back", act: (world) => world.after(-5) },
  {
    name: "a review of which the host says nothing, ten minutes later",
    act: async (world, number) => {
      const { revision = "" } = await world.forge.get(number);
      world.forge.marks.set(number, { revision });
      await world.people.review(number, people.bo);
      expect(await world.judged()).toEqual([]);
      world.after(10);
    },
  },
];

describe("judged again", () => {
  it.each(triggers)("after $name", async ({ spec, act }) => {
    const world = await quietWorld(spec);
    const number = await numberOf(world);
    await act(world, number);
    expect(await world.judged()).toEqual([number]);
  });
});

const quiet: readonly Row[] = [
  { name: "nothing", act: () => undefined },
  { name: "nine minutes", act: (world) => world.after(9) },
  {
    name: "a comment",
    act: async ({ forge }, number) => {
      await forge.comment(number, { by: people.bo, body: "LGTM" });
    },
  },
  {
    name: "a comment of Cairn's own",
    act: async ({ forge }, number) => {
      await forge.comment(number, { by: cairnIdentity, body: "passed" });
    },
  },
  {
    name: "another mark and nothing else",
    act: ({ forge }, number) => void forge.marks.set(number, { revision: "42" }),
  },
  {
    name: "the same people in a team",
    spec: team,
    act: (world) => {
      world.host.members.set("others", ["eve"]);
      world.after(2);
    },
  },
  {
    name: "a moment before the time that a gate waits for",
    spec: closed,
    act: (world) => world.after(7),
  },
  {
    name: "statuses, where no gate asks for them",
    act: async ({ host, people: world }, number) => {
      host.statuses.set(await world.headOf(number), [{ name: "ci/eval", outcome: "passed" }]);
    },
  },
  {
    name: "statuses in another order",
    spec: ci,
    act: async ({ host, people: world }, number) => {
      host.statuses.set(await world.headOf(number), []);
    },
  },
];

describe("not judged again", () => {
  it.each(quiet)("after $name", async ({ spec, act }) => {
    const world = await quietWorld(spec);
    const number = await numberOf(world);
    const written = [...world.host.written];
    await act(world, number);
    expect(await world.judged()).toEqual([]);
    expect(world.host.written).toEqual(written);
  });
});

it("waits for time, and says when that has come", async () => {
  const window = { deny: [{ cron: "0 12 * * *", duration: "2h" }] };
  const world = await quietWorld({ rules: [prodRuleAnd({ window })] });
  const number = await numberOf(world);
  await world.people.review(number, people.bo);
  await world.settle();
  expect((await world.check(number)).outcome).toBe("pending");

  world.after(121);
  await world.settle();
  expect((await world.check(number)).outcome).toBe("passed");
  expect(world.comment(number)).toContain("Check passed");
});

it("says nothing else of what is judged again without a reason", async () => {
  const world = await quietWorld();
  const { length } = world.host.written;
  for (let round = 0; round < 5; round += 1) {
    world.after(11);
    expect(await world.judged()).toHaveLength(1);
  }
  expect(world.host.written).toHaveLength(length);
});

it("names another tip of the branch in the check, and leaves the comment alone", async () => {
  const world = await quietWorld();
  const number = await numberOf(world);
  const { length } = world.host.written;
  const tip = world.people.land({ "README.yaml": "{}" });
  await world.settle();
  expect(world.host.written.slice(length)).toEqual([
    `check ${(await world.people.headOf(number)).slice(0, 4)}`,
  ]);
  expect((await world.check(number)).summary).toContain(`merged with \`${tip.slice(0, 10)}\``);
});
