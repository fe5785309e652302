import { describe, expect, it } from "vitest";
import { assetState, stageVersion } from "../../../src/domain/ledger/state.ts";
import type { Registry } from "../../../src/domain/registry.ts";
import { forgeUnavailable } from "../../../src/forge/errors.ts";
import { adopt } from "../../../src/usecases/operate/adopt.ts";
import { apply } from "../../../src/usecases/operate/apply.ts";
import type { RegistrySession } from "../../../src/usecases/session.ts";
import { MemoryForge } from "../../support/memory-forge.ts";
import { MemoryRemote } from "../../support/memory-mirror.ts";
import { settle, stateAt, versionsAt } from "../reconcile/settle.ts";
import { filesOf, MemoryRegistryReader, openSession, type AssetSpec } from "../reconcile/world.ts";
import { assets, people, PromotionWorld, toProd, type Changes } from "./promotion-world.ts";
import { playEach, type Row } from "./rows.ts";

const asIs = (row: Row): Row => row;
const content = (text: string) => assets({ key: "models/a", content: text });

describe("adoption takes over what was there", () => {
  it.each<{ name: string; wanted: string; later: AssetSpec }>([
    { name: "no later version", wanted: "2", later: { key: "models/a", content: "evil" } },
    {
      name: "no asset of later",
      wanted: "7",
      later: { key: "models/a", content: "evil", version: "7" },
    },
  ])("and $name", async ({ wanted, later }) => {
    const remote = new MemoryRemote();
    const stages = { prod: { "models/a": wanted }, test: { "models/a": "1" } };
    const first = { key: "models/a", content: "x" } as const;
    remote.land(filesOf({ assets: [first], stages }));
    const session = openSession(remote);
    await adopt(session, { withStages: true });
    remote.land(filesOf({ assets: [later], stages }));
    await settle(session);
    await settle(session);

    expect((await versionsAt(remote))["models/a"]).toEqual(["1", wanted]);
    const known = assetState(await stateAt(remote), "models/a");
    expect(stageVersion(known, "test")).toMatchObject({ version: "1", cause: "adopted" });
    expect(stageVersion(known, "prod")).toBeUndefined();
  });
});

/** Bo approves "prod runs 3" while there is no version 3. */
async function approveAhead(world: PromotionWorld): Promise<number> {
  const number = await world.propose(toProd("3"));
  await world.review(number, people.bo);
  world.land(content("evil"));
  await world.settle();
  return number;
}

describe("an approval of a number without a version", () => {
  playEach(asIs, [
    {
      name: "is no approval of what gets the number later",
      act: async (world) => void (await world.merge(await approveAhead(world))),
      events: ["blocked prod models/a 3"],
      runs: undefined,
      says: ["does not contain the published version", "ask for another look"],
    },
    {
      name: "is one again after a look at the version",
      act: async (world) => {
        const number = await approveAhead(world);
        const head = world.commit(toProd("3"), { on: world.head });
        world.forge.addPush(number, { head, by: people.ann, at: world.now });
        await world.review(number, people.bo);
        await world.merge(number);
      },
      events: ["accepted prod models/a 3"],
      runs: "3",
    },
  ]);
});

const asked = { requirePullRequest: ["models/**"] };
const uses = [{ kind: "environment", text: "azureml:env:9" }] as const;

/** Brings other content with an error, so that it is not published, and mends that alone. */
const ways: readonly {
  readonly name: string;
  readonly hurt: Changes;
  readonly mend: Changes;
}[] = [
  {
    name: "a registry.yaml that is gone",
    hurt: { ...content("evil"), "registry.yaml": undefined },
    mend: { "registry.yaml": JSON.stringify(asked) },
  },
  {
    name: "a reference to what comes later",
    hurt: assets({ key: "models/a", content: "evil", uses }),
    mend: assets({ key: "environments/env", content: "e", version: "9" }),
  },
];

describe("content that is pushed beside an error", () => {
  it.each(
    ways.flatMap((way) => [
      { ...way, looks: "between" },
      { ...way, looks: "afterwards" },
    ]),
  )("is not published once the error is gone: $name, Cairn looks $looks", async (way) => {
    const world = await PromotionWorld.open(asked);
    world.land(way.hurt);
    if (way.looks === "between") await world.settle();
    world.land(way.mend);
    await world.settle();

    const state = await stateAt(world.remote);
    expect((await versionsAt(world.remote))["models/a"]).toEqual(["1", "2"]);
    const open = Object.values(state.incidents).filter(({ resolved }) => resolved === undefined);
    expect(open.map(({ event }) => `${event.kind} ${event.asset}`)).toEqual([
      "unreviewed-content models/a",
    ]);
  });
});

describe("a tag below the name of one that Cairn would make", () => {
  it("leaves no room for it: the number is passed over", async () => {
    const world = await PromotionWorld.open();
    world.remote.refs.set("refs/tags/models/a@v3/foo", world.head);
    world.remote.refs.set("refs/tags/models/a#prod#1/x", world.head);
    world.land(content("z"));
    await world.settle();
    expect((await versionsAt(world.remote))["models/a"]).toEqual(["1", "2", "4"]);

    await world.bring(toProd("4"));
    await world.settle();
    expect(await world.runs("prod")).toBe("4");
    const known = assetState(await stateAt(world.remote), "models/a");
    expect(stageVersion(known, "prod")?.tags.map(({ name }) => name)).toEqual(["models/a#prod#2"]);
  });
});

/** Wants every model of dev in test, and asks nobody. */
class AutomaticReader extends MemoryRegistryReader {
  override async policyAt(commit: string): Promise<Registry> {
    const registry = await super.policyAt(commit);
    const { rules = [] } = registry.policies.promotion ?? {};
    const place = { path: "policies/promotion.yaml", line: 1, column: 1 };
    const rule = { from: "dev", to: "test", assets: ["**"], merge: "when-gates-pass" } as const;
    const automatic = [{ ...rule, selects: () => true, place }];
    return { ...registry, policies: { ...registry.policies, promotion: { rules, automatic } } };
  }
}

/** Knows what landed, and does not answer when it is asked for pull requests. */
class HalfDownForge extends MemoryForge {
  override async list(): Promise<never> {
    throw forgeUnavailable("503");
  }
}

describe("a host that does not answer when Cairn wants to promote by itself", () => {
  const open = async (): Promise<RegistrySession> => {
    const { remote, clock } = await PromotionWorld.open();
    const session = openSession(remote, {
      clock,
      forge: (mirror) => new HalfDownForge({ remote, clock, mirror }),
    });
    return { ...session, reader: new AutomaticReader(session.mirror) };
  };

  it("is a finding, and the reconcile goes on", async () => {
    const { findings, done } = await apply(await open());
    expect(done).toEqual([]);
    expect(findings).toMatchObject([
      {
        rule: "automatic-refused",
        severity: "error",
        path: "policies/promotion.yaml",
        message: expect.stringContaining("models/a 2 is not promoted to test by itself"),
      },
    ]);
  });

  it("is none for who is asked to stop", async () => {
    const stop = new AbortController();
    const session = await open();
    const list = async (): Promise<never> => {
      stop.abort();
      throw forgeUnavailable("the work was cancelled");
    };
    const forge = Object.assign(Object.create(session.forge) as RegistrySession["forge"], { list });
    const { signal } = stop;
    await expect(apply({ ...session, forge }, { signal })).rejects.toMatchObject({
      name: "AbortError",
    });
  });
});
