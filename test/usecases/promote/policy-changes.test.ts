import { describe, expect, it } from "vitest";
import {
  access,
  assets,
  people,
  policies,
  prodRule,
  prodRuleAnd,
  PromotionWorld,
  stageFiles,
  testRule,
  toProd,
  type Changes,
} from "./promotion-world.ts";
import { playEach, type Row } from "./rows.ts";

/** Nobody needs to approve anything. */
const weak = policies({ rules: [prodRule({}), testRule], access });
const strict = policies({ rules: [prodRule({ approvals: { count: 2 } }), testRule], access });
const { "policies/access.yaml": accessFile, "policies/promotion.yaml": weakRules } = weak;
const broken = { "policies/promotion.yaml": JSON.stringify({ isBroken: true, rules: [] }) };
const eveOwns = policies({
  access: { ...access, roles: { ...access.roles, "policy-owners": ["dee", "eve"] } },
});
const asIs = (row: Row): Row => row;
const refused = ["incident policy-unaccepted"];

describe("a change of the policy", () => {
  playEach(asIs, [
    {
      name: "by a pull request that an owner approved",
      act: (world) => world.bring(weak, [people.dee]),
      events: ["policy-accepted"],
      runs: undefined,
    },
    {
      name: "directly on the branch",
      act: async (world) => void world.land(weak),
      events: refused,
      runs: undefined,
      says: ["policies/promotion.yaml is not in force", "No pull request brought it"],
    },
    {
      name: "of the versioning, directly on the branch",
      act: async (world) => {
        world.land({
          ...registry({ versioning: "semver" }),
          ...assets({ key: "models/a", content: "z" }),
        });
      },
      events: ["published models/a 3", "incident policy-unaccepted"],
      runs: undefined,
      says: "registry.yaml is not in force",
    },
    {
      name: "of the versioning, by its owners",
      act: async (world) => {
        await world.bring(registry({ versioning: "semver" }), [people.dee]);
        await world.bring(assets({ key: "data/d", content: "d", version: "1.0.0" }));
      },
      events: ["policy-accepted", "published data/d 1.0.0"],
      runs: undefined,
    },
    {
      name: "by a pull request that nobody approved",
      act: (world) => world.bring(weak, []),
      events: refused,
      runs: undefined,
      says: "A policy owner other than its authors must approve pull request #2: ann, dee",
    },
    {
      name: "approved by somebody else",
      act: (world) => world.bring(weak, [people.bo]),
      events: refused,
      runs: undefined,
      says: "bo does not own the policy",
    },
    {
      name: "approved by the owner who wrote it",
      act: (world) => world.bring(weak, [people.ann]),
      events: refused,
      runs: undefined,
      says: "ann is an author of it",
    },
    {
      name: "that names its own owners",
      act: (world) => world.bring(eveOwns, [people.eve]),
      events: refused,
      runs: undefined,
      says: "eve does not own the policy",
    },
    {
      name: "approved, then changed",
      act: async (world) => {
        const number = await world.propose(strict);
        await world.review(number, people.dee);
        await world.push(number, weak);
        await world.merge(number);
      },
      events: refused,
      runs: undefined,
      says: "since then the policy changed",
    },
    {
      name: "approved by one owner, and another asked for changes",
      act: async (world) => {
        const number = await world.propose(weak, { by: people.bo });
        await world.review(number, people.dee);
        await world.review(number, people.ann, { verdict: "changes-requested" });
        await world.merge(number);
      },
      events: refused,
      runs: undefined,
      says: "ann asked for changes",
    },
    {
      name: "that lands otherwise than it was proposed",
      act: async (world) => {
        const number = await world.propose(strict);
        await world.review(number, people.dee);
        world.mergeAs(number, weak);
      },
      events: refused,
      runs: undefined,
      says: "not as pull request #2 proposed it",
    },
    {
      name: "that cannot be read, whoever approved it",
      act: (world) => world.bring(broken, [people.dee]),
      events: refused,
      runs: undefined,
      says: ["It cannot be used: policies/promotion.yaml", "policy in force stays"],
    },
    {
      name: "that takes away a stage that runs something",
      act: async (world) => {
        await world.bring(toProd("2"));
        await world.settle();
        await world.bring(registry({ stageNames: ["dev", "test"] }), [people.dee]);
      },
      events: refused,
      runs: "2",
      says: ["The stage prod runs models/a 2", "withdraw"],
    },
    {
      name: "that takes away a stage that runs nothing",
      act: (world) => world.bring(registry({ stageNames: ["dev", "test"] }), [people.dee]),
      events: ["policy-accepted"],
      runs: undefined,
    },
  ]);

  it("that was refused is ended by taking it back", async () => {
    const world = await PromotionWorld.open();
    world.land(weak);
    await world.settle();
    await world.news();
    world.land(policies({ rules: [prodRule(), testRule], access }));
    await world.settle();
    expect((await world.news()).map(({ type }) => type)).toEqual(["resolved"]);
  });

  it("that was refused is ended by a pull request with an owner's approval", async () => {
    const world = await PromotionWorld.open();
    world.land(weak);
    await world.settle();
    await world.news();
    await world.bring(strict, [people.dee]);
    await world.settle();
    expect((await world.news()).map(({ type }) => type)).toEqual(["policy-accepted", "resolved"]);
  });
});

describe("a policy and a promotion", () => {
  const both: Changes = { ...weak, ...toProd("2") };
  const events = ["policy-accepted", "blocked prod models/a 2"];
  playEach(asIs, [
    ...(["merge", "squash", "rebase"] as const).map((method) => ({
      name: `in one pull request, by ${method}`,
      act: (world: PromotionWorld) =>
        world.bring([weak, toProd("2")], [people.dee, people.bo], method),
      events,
      runs: undefined,
      says: "The same change alters the policy",
    })),
    {
      name: "in one pull request, the promotion first",
      act: (world) => world.bring([toProd("2"), weak], [people.dee, people.bo], "rebase"),
      events,
      runs: undefined,
      says: "The same change alters the policy",
    },
    {
      name: "in one pull request without an owner",
      act: (world) => world.bring(both),
      events: ["incident policy-unaccepted", "blocked prod models/a 2"],
      runs: undefined,
      says: "The same change alters the policy",
    },
    {
      name: "after it was weakened on the branch",
      act: async (world) => {
        world.land(weak);
        await world.bring(toProd("2"), []);
      },
      events: ["incident policy-unaccepted", "blocked prod models/a 2"],
      runs: undefined,
      says: "0 of 1 approvals",
    },
    {
      name: "after it was weakened without an owner",
      act: async (world) => {
        await world.bring(weak, []);
        await world.settle();
        await world.bring(toProd("2"), []);
      },
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: "0 of 1 approvals",
    },
    {
      name: "after it was broken on the branch",
      act: async (world) => {
        world.land(broken);
        await world.settle();
        await world.bring(toProd("2"));
      },
      events: ["accepted prod models/a 2"],
      runs: "2",
      says: "1 of 1 approvals",
    },
    {
      name: "after it was weakened by its owners, in one look",
      act: async (world) => {
        await world.bring(weak, [people.dee]);
        await world.bring(toProd("2"), []);
      },
      events: ["policy-accepted", "accepted prod models/a 2"],
      runs: "2",
    },
    {
      name: "by the rules of a policy of which a part is not in force",
      act: async (world) => {
        world.land({ "policies/promotion.yaml": weakRules });
        await world.settle();
        // The owners approve what they see: the whole policy.
        await world.bring({ "policies/access.yaml": `${accessFile} ` }, [people.dee]);
        await world.settle();
        await world.bring(toProd("2"), []);
      },
      events: ["accepted prod models/a 2"],
      runs: "2",
    },
    {
      name: "approved before its rule was made stricter",
      act: async (world) => {
        const number = await world.propose(toProd("2"));
        await world.review(number, people.bo);
        await world.review(number, people.cy);
        world.after(1);
        await world.bring(strict, [people.dee]);
        await world.settle();
        await world.merge(number);
      },
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: "the rules that apply changed",
    },
    {
      name: "approved before another rule was changed",
      act: async (world) => {
        const number = await world.propose(toProd("2"));
        await world.review(number, people.bo);
        world.after(1);
        const rules = [prodRule(), { ...testRule, gates: { approvals: { count: 3 } } }];
        await world.bring(policies({ rules, access }), [people.dee]);
        await world.settle();
        await world.merge(number);
      },
      events: ["accepted prod models/a 2"],
      runs: "2",
    },
    {
      name: "approved by somebody who lost the role since",
      act: async (world) => {
        const number = await world.propose(toProd("2"));
        await world.review(number, people.bo);
        world.after(1);
        const roles = { ...access.roles, leads: ["ann", "cy"] };
        await world.bring(policies({ access: { ...access, roles } }), [people.dee]);
        await world.settle();
        await world.merge(number);
      },
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: ["0 of 1 approvals", "bo"],
    },
  ]);
});

describe("what the policy in force asks", () => {
  const env = { key: "environments/env", content: "e" } as const;
  const uses = [{ kind: "environment", text: "azureml:env:1" }] as const;
  const spec = {
    assets: [env, { key: "models/a", content: "x", uses }] as const,
    rules: [prodRuleAnd({ dependencies: {} })],
  };
  playEach(asIs, [
    {
      name: "nothing of a stage without a rule: that denies",
      act: (world) => world.bring(toProd("2")),
      spec: { rules: [testRule] },
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: "add a rule for stage prod and models/a",
    },
    {
      name: "an order",
      spec: { rules: [prodRuleAnd({ order: {} })] },
      act: (world) => world.bring(toProd("2")),
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: "never accepted in test",
    },
    {
      name: "an order, kept",
      spec: { rules: [prodRuleAnd({ order: {} }), testRule] },
      act: async (world) => {
        await world.bring(stageFiles("test", { "models/a": "2" }));
        await world.bring(toProd("2"));
      },
      events: ["accepted test models/a 2", "accepted prod models/a 2"],
      runs: "2",
    },
    {
      name: "what it refers to",
      spec,
      act: (world) => world.bring(toProd("1")),
      events: ["blocked prod models/a 1"],
      runs: undefined,
      says: "environments/env@1 (accepted in dev) is not accepted in prod",
    },
    {
      name: "what it refers to, brought alongside",
      spec,
      act: (world) => world.bring(stageFiles("prod", { "models/a": "1", "environments/env": "1" })),
      events: ["accepted prod environments/env 1", "accepted prod models/a 1"],
      runs: "1",
    },
    {
      name: "what it refers to, of which another version is brought alongside",
      spec,
      act: async (world) => {
        world.land(assets({ ...env, content: "f" }));
        await world.settle();
        await world.bring(stageFiles("prod", { "models/a": "1", "environments/env": "2" }));
      },
      events: ["blocked prod environments/env 2", "blocked prod models/a 1"],
      runs: undefined,
      says: "environments/env@1",
    },
  ]);
});

/** registry.yaml with these settings. */
function registry(settings: Readonly<Record<string, unknown>>): Changes {
  return { "registry.yaml": JSON.stringify(settings) };
}
