import { describe, expect, it } from "vitest";

import { forgeDenied, forgeUnavailable, pullRequestEnded } from "../../../src/forge/errors.ts";
import { mergeWhenReadyLabel } from "../../../src/usecases/report/merge-when-ready.ts";
import {
  access,
  assets,
  people,
  policies,
  prodRule,
  prodRuleAnd,
  testRule,
  toProd,
  type Changes,
} from "../promote/promotion-world.ts";
import type { RegistrySpec } from "../reconcile/world.ts";
import { ReportWorld } from "./report-world.ts";

async function labelled(world: ReportWorld, changes: Changes): Promise<number> {
  const number = await world.people.propose(changes);
  await world.forge.setLabels(number, { labels: [mergeWhenReadyLabel] });
  return number;
}

async function stateOf(world: ReportWorld, number: number): Promise<string> {
  return (await world.forge.get(number)).state;
}

const newModel = assets({ key: "models/b", content: "b" });

interface Row {
  readonly name: string;
  readonly changes: Changes;
  readonly spec?: Partial<RegistrySpec>;
  readonly act?: (world: ReportWorld, number: number) => void | Promise<void>;
}

const approve: Row["act"] = ({ people: world }, number) => world.review(number, people.bo);

const merged: readonly Row[] = [
  { name: "a promotion that is approved", changes: toProd("2"), act: approve },
  { name: "a new model that somebody approved", changes: newModel, act: approve },
  {
    name: "new content and its metadata",
    changes: assets({ key: "models/a", content: "z", metadata: { owner: "ann" } }),
    act: approve,
  },
  {
    name: "a model that is removed",
    changes: { "models/a/asset.yaml": undefined },
    act: approve,
  },
  {
    name: "what somebody approved who has no say in the gates",
    spec: { rules: [prodRule({ order: {} }), testRule], stageNames: ["prod"] },
    changes: toProd("2"),
    act: approve,
  },
];

describe("merged by Cairn", () => {
  it.each(merged)("is $name", async ({ changes, spec, act = () => undefined }) => {
    const world = await ReportWorld.open(spec);
    const number = await labelled(world, changes);
    await act(world, number);
    const head = await world.people.headOf(number);
    const report = await world.run();
    expect(report.done[0]).toMatchObject({ kind: "merge-pull-request", number });
    expect(report.again).toBeUndefined();
    const { state, merged: landed } = await world.forge.get(number);
    expect(state).toBe("merged");
    expect(landed?.by).toMatchObject({ name: "Cairn", isBot: true });
    // Exactly what was judged and shown.
    expect(world.host.shown.get(head)?.outcome).toBe("passed");
    expect(world.host.written[0]).toBe(`check ${head.slice(0, 4)}`);
  });

  it("takes effect in the same reconcile", async () => {
    const world = await ReportWorld.open();
    const number = await labelled(world, toProd("2"));
    await world.people.review(number, people.bo);
    const { done } = await world.run();
    expect(done.map(({ kind }) => kind)).toEqual(["merge-pull-request", "accept"]);
    expect(await world.people.runs("prod")).toBe("2");
  });

  it("is one after the other, each judged on what the one before left", async () => {
    const world = await ReportWorld.open();
    for (const version of ["1", "2"]) {
      const number = await labelled(world, { ...toProd(version), [`n${version}.yaml`]: undefined });
      await world.people.review(number, people.bo);
    }
    await world.run();
    // The other one conflicts now.
    const open = await world.forge.list(["open"]);
    expect(open).toHaveLength(1);
    expect(world.comment(open[0]?.number ?? 0)).toContain("Not merged yet: its check fails.");
  });
});

const kept: readonly (Row & { readonly says: string })[] = [
  { name: "fails", changes: toProd("2"), says: "its check fails" },
  {
    name: "waits for time",
    changes: toProd("2"),
    spec: { rules: [prodRuleAnd({ window: { deny: [{ cron: "0 12 * * *", duration: "2h" }] } })] },
    act: approve,
    says: "its check waits for the time to come",
  },
  {
    name: "is a draft",
    changes: newModel,
    act: async (world, number) => {
      world.forge.marks.set(number, { isDraft: true });
      await world.people.review(number, people.bo);
    },
    says: "it is a draft",
  },
  {
    name: "comes from a fork",
    changes: newModel,
    act: async (world, number) => {
      world.forge.marks.set(number, { fork: "eve/ml-registry" });
      await world.people.review(number, people.bo);
    },
    says: "it comes from another repository",
  },
  ...[
    ".github/workflows/check.yaml",
    "CODEOWNERS",
    "models/b/CODEOWNERS",
    ".gitattributes",
    "README.yaml",
    "models/b/notes.yaml",
  ].map((path) => ({
    name: `changes ${path}`,
    changes: { ...newModel, [path]: '{"a": 1}' },
    act: approve,
    says: `it changes what Cairn does not judge (${path})`,
  })),
  {
    name: "changes the policy, though its owner approved",
    changes: policies({ rules: [testRule], access }),
    act: ({ people: world }, number) => world.review(number, people.dee),
    says: "it changes what Cairn does not judge (policies/promotion.yaml)",
  },
  { name: "nobody approved", changes: newModel, says: "nobody who may approve models/b" },
  {
    name: "only its author approved",
    changes: newModel,
    act: ({ people: world }, number) => world.review(number, people.ann),
    says: "nobody who may approve models/b, other than its authors",
  },
  {
    name: "somebody approved who may not",
    changes: newModel,
    act: ({ people: world }, number) => world.review(number, people.eve),
    says: "nobody who may approve models/b",
  },
  {
    name: "was approved before the last push",
    changes: newModel,
    act: async ({ people: world }, number) => {
      await world.review(number, people.bo);
      await world.push(number, assets({ key: "models/b", content: "other" }));
    },
    says: "nobody who may approve models/b, other than its authors, has approved it as it is now",
  },
  {
    name: "was approved by one and refused by another",
    changes: newModel,
    act: async ({ people: world }, number) => {
      await world.review(number, people.bo);
      await world.review(number, people.cy, { verdict: "changes-requested" });
    },
    says: "cy asked for changes",
  },
  {
    name: "brings more than the promotion that was approved",
    changes: { ...toProd("2"), ...newModel },
    spec: {
      rules: [prodRule(), testRule],
      access: {
        ...access,
        bindings: [{ role: "leads", can: ["assets/approve"], on: ["models/a"] }],
      },
    },
    act: approve,
    says: "nobody who may approve models/b",
  },
];

describe("not merged by Cairn", () => {
  it.each(kept)("is what $name, and the comment says why", async ({ changes, spec, act, says }) => {
    const world = await ReportWorld.open(spec);
    const number = await labelled(world, changes);
    await act?.(world, number);
    const { findings } = await world.run();
    expect(world.forge.merges).toEqual([]);
    expect(await stateOf(world, number)).toBe("open");
    expect(world.comment(number).replaceAll("\u200B", "")).toContain(`Not merged yet: ${says}`);
    expect(findings.filter(({ rule }) => rule === "pull-request-unreported")).toEqual([]);
  });

  it("is what has no label", async () => {
    const world = await ReportWorld.open();
    const number = await world.people.propose(toProd("2"));
    await world.people.review(number, people.bo);
    await world.run();
    expect(world.forge.merges).toEqual([]);
    expect(world.comment(number)).not.toContain("Not merged");
  });
});

describe("a host that does not merge", () => {
  async function refusedWorld(error: Error): Promise<[ReportWorld, number]> {
    const world = await ReportWorld.open();
    const number = await labelled(world, toProd("2"));
    await world.people.review(number, people.bo);
    world.forge.mergeRefusal = error;
    return [world, number];
  }

  it("is quoted, asked once more soon, and then only when something changes", async () => {
    const [world, number] = await refusedWorld(forgeDenied("2 reviews are required."));
    const { findings } = await world.run();
    expect(findings).toEqual([]);
    expect(world.comment(number)).toContain("2 reviews are required.");
    for (let run = 0; run < 5; run += 1) await world.run();
    expect(world.forge.merges).toEqual([number]);

    world.after(1);
    for (let run = 0; run < 5; run += 1) await world.run();
    expect(world.forge.merges).toEqual([number, number]);
    const written = world.host.written.filter((what) => what === `comment ${number}`);
    expect(written).toHaveLength(2);

    world.forge.mergeRefusal = undefined;
    world.host.statuses.set(await world.people.headOf(number), [{ name: "ci", outcome: "passed" }]);
    await world.run();
    expect(await stateOf(world, number)).toBe("merged");
  });

  it("does not answer: the next run sees whether it was merged", async () => {
    const [world, number] = await refusedWorld(forgeUnavailable("the connection broke"));
    expect((await world.run()).findings).toHaveLength(1);
    world.forge.mergeRefusal = undefined;
    world.forge.lostAnswers = 1;
    await world.run();
    expect(await stateOf(world, number)).toBe("merged");
    expect((await world.run()).done).toMatchObject([{ kind: "accept", version: "2" }]);
  });

  it.each([
    ["was merged by another controller", pullRequestEnded(1, "merged")],
    ["was closed by somebody", pullRequestEnded(1, "closed")],
  ])("because it %s says nothing", async (_, error) => {
    const [world] = await refusedWorld(error);
    expect((await world.run()).findings).toEqual([]);
  });

  it("merges nothing that was pushed while it was judged", async () => {
    const world = await ReportWorld.open();
    const number = await labelled(world, toProd("2"));
    await world.people.review(number, people.bo);
    const { publish } = world.host.checks;
    world.host.checks.publish = async (check) => {
      world.host.checks.publish = publish;
      await world.people.push(number, newModel);
      return publish(check);
    };
    await world.run();
    expect(await stateOf(world, number)).toBe("open");
    await world.run();
    expect(world.comment(number)).toContain("Not merged yet");
  });
});

it("is merged once by two controllers at the same time", async () => {
  const world = await ReportWorld.open();
  const number = await labelled(world, toProd("2"));
  await world.people.review(number, people.bo);
  const pause = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const controllers = [world.controller({ pause }), world.controller({ pause })];
  const reports = await Promise.all(controllers.map((controller) => world.run(controller)));
  expect(await stateOf(world, number)).toBe("merged");
  expect(reports.flatMap(({ findings }) => findings)).toEqual([]);
  const news = await world.people.news();
  expect(news.filter(({ type }) => type === "accepted")).toHaveLength(1);
});
