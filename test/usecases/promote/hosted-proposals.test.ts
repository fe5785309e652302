import { describe, expect, it } from "vitest";
import type { Account, PullRequest } from "../../../src/domain/pull-request.ts";
import type { PullRequestDraft } from "../../../src/forge/forge.ts";
import { promoteAutomatically } from "../../../src/usecases/promote/automatic.ts";
import { hold } from "../../../src/usecases/promote/hold.ts";
import { promote, rollback, withdraw } from "../../../src/usecases/promote/promote.ts";
import { check, mergePullRequest } from "../../../src/usecases/promote/pull-requests.ts";
import type { RegistrySession } from "../../../src/usecases/session.ts";
import { MemoryForge } from "../../support/memory-forge.ts";
import { MemoryHost } from "../../support/memory-host.ts";
import { stateAt } from "../reconcile/settle.ts";
import {
  access,
  assets,
  prodRule,
  PromotionWorld,
  stageFiles,
  testRule,
  toProd,
} from "./promotion-world.ts";

const ann: Account = { login: "ann-contoso" };
const app: Account = { login: "cairn[bot]", isBot: true };

const logins = { ann: "ann-contoso", bo: "bo-contoso", cy: "cy-contoso" };
const roles = { ...access.roles, leads: ["ann", "bo", "team:leads"], backers: ["cy"] };
const hostedAccess = { ...access, logins, roles };
const rules = [
  { ...prodRule(), rollback: { approvals: { count: 1, from: ["backers"] } } },
  testRule,
];

/** A host that decides by credentials who acts. */
class HostedForge extends MemoryForge {
  readonly drafts: PullRequestDraft[] = [];
  acting: Account = ann;
  /** What the host says of every pull request besides. */
  besides: Partial<PullRequest> = {};

  override async account(): Promise<Account> {
    return this.acting;
  }

  override async open(draft: PullRequestDraft): Promise<PullRequest> {
    this.drafts.push(draft);
    return super.open({ ...draft, by: this.acting });
  }

  override async get(number: number): Promise<PullRequest> {
    return { ...(await super.get(number)), ...this.besides };
  }
}

/** Version 1 runs in test and prod. */
async function openWorld() {
  const host = new MemoryHost();
  host.members.set("leads", ["flo-contoso"]);
  const world = await PromotionWorld.open({ access: hostedAccess, rules }, host);
  for (const stage of ["test", "prod"]) {
    await world.bring(stageFiles(stage, { "models/a": "1" }));
    await world.settle();
    world.after(1);
  }
  const { remote, clock, session: given } = world;
  const forge = new HostedForge({ remote, clock, mirror: given.mirror });
  const session: RegistrySession = { ...given, forge };
  return { world, forge, session };
}

describe("what is proposed on a host with accounts", () => {
  it.each<{
    name: string;
    run: (session: RegistrySession, world: PromotionWorld) => Promise<unknown>;
    labels: readonly string[];
    logins: readonly string[];
    teams: readonly string[];
  }>([
    {
      name: "a promotion asks those whom the rule names",
      run: (session) =>
        promote(session, { asset: "models/a@2", to: "prod", labels: ["hotfix"], reason: "x" }),
      labels: ["cairn:promotion", "hotfix"],
      logins: ["bo-contoso"],
      teams: ["leads"],
    },
    {
      name: "a rollback asks those of the rule for rollbacks",
      run: async (session, world) => {
        await world.bring(toProd("2"));
        return rollback(session, { asset: "models/a", stage: "prod" });
      },
      labels: ["cairn:rollback"],
      logins: ["cy-contoso"],
      teams: [],
    },
    {
      name: "a withdrawal asks the same",
      run: (session) => withdraw(session, { asset: "models/a", stage: "prod" }),
      labels: ["cairn:withdrawal"],
      logins: ["cy-contoso"],
      teams: [],
    },
    {
      name: "a hold asks those who may approve",
      run: (session) => hold(session, { asset: "models/a", stage: "prod" }),
      labels: ["cairn:hold"],
      logins: ["bo-contoso"],
      teams: ["leads"],
    },
  ])("$name", async ({ run, labels, logins: asked, teams }) => {
    const { world, forge, session } = await openWorld();
    await run(session, world);
    const [draft] = forge.drafts;
    expect(draft?.labels).toEqual(labels);
    expect(draft?.reviewers).toEqual({ logins: asked, teams });
    const { author } = await session.mirror.readCommit(draft?.head ?? "");
    expect(author).toMatchObject({ name: "Ann", email: "ann@contoso.example" });
  });

  it("is the account's, whatever --as says", async () => {
    const { forge, session } = await openWorld();
    await expect(
      promote(session, { asset: "models/a@2", to: "prod", as: "bo" }),
    ).rejects.toMatchObject({ code: "ACCOUNT_GIVEN" });
    expect(forge.drafts).toEqual([]);
  });
});

describe("a pull request that Cairn does not merge", () => {
  it.each<{ name: string; besides: Partial<PullRequest>; says: string; isChecked: boolean }>([
    {
      name: "for another branch",
      besides: { base: "release-1" },
      says: "It is for the branch release-1, and the registry is main",
      isChecked: false,
    },
    { name: "a draft", besides: { isDraft: true }, says: "It is a draft", isChecked: true },
  ])("$name", async ({ besides, says, isChecked }) => {
    const { world, forge, session } = await openWorld();
    const number = await world.propose(assets({ key: "models/b", content: "b" }));
    forge.besides = besides;
    for (const force of [false, true]) {
      const merged = await mergePullRequest(session, { number, method: "merge", force });
      expect(merged.commit).toBeUndefined();
      expect(merged.check.outcome).toBe("failed");
      expect(merged.check.summary).toContain(says);
    }
    expect((await forge.get(number)).state).toBe("open");
    const report = await check(session, { pullRequest: number });
    expect(report.outcome).toBe(isChecked ? "passed" : "failed");
    expect(report.refusals.join("")).toContain(isChecked ? "" : says);
  });

  it("is no draft for the registry's own branch", async () => {
    const { world, forge, session } = await openWorld();
    const number = await world.propose(assets({ key: "models/b", content: "b" }));
    forge.besides = { base: "main", isDraft: false };
    const merged = await mergePullRequest(session, { number, method: "merge" });
    expect(merged.check.summary).toContain("models/b gets version 1");
    expect(merged.commit).toBeDefined();
  });
});

describe("what Cairn proposes by itself", () => {
  const automatic = [{ from: "test", to: "prod", assets: ["**"], merge: "when-gates-pass" }];
  const policy = {
    "policies/promotion.yaml": JSON.stringify({ rules, automatic }),
  };

  async function openAutomatic(acting: Account) {
    const opened = await openWorld();
    const { world, forge, session } = opened;
    forge.acting = acting;
    await world.bring(policy, [{ login: "dee-contoso" }, { email: "dee@contoso.example" }]);
    await world.settle();
    await world.bring(stageFiles("test", { "models/a": "2" }));
    await world.settle();
    const run = async () => {
      const state = await stateAt(world.remote);
      return promoteAutomatically(session, { head: world.head, state }, undefined);
    };
    return { ...opened, run };
  }

  it("is its account's, so that everybody may approve it, and nobody's choice", async () => {
    const { world, forge, run } = await openAutomatic(app);
    expect((await run()).done.map(({ kind }) => kind)).toEqual(["open-pull-request"]);
    expect((await run()).done).toEqual([]);
    const [draft, ...others] = forge.drafts;
    expect(others).toEqual([]);
    expect(draft?.labels).toEqual(["cairn:automatic"]);
    expect(draft?.reviewers).toEqual({ logins: ["ann-contoso", "bo-contoso"], teams: ["leads"] });
    const number = (await forge.list(["open"]))[0]?.number ?? 0;
    await world.review(number, ann);
    expect((await run()).done.map(({ kind }) => kind)).toEqual(["merge-pull-request"]);
  });

  it("is not approved by whose token it has", async () => {
    const { world, forge, run } = await openAutomatic(ann);
    await run();
    const number = (await forge.list(["open"]))[0]?.number ?? 0;
    await world.review(number, ann);
    expect((await run()).done).toEqual([]);
    await world.review(number, { login: "bo-contoso" });
    expect((await run()).done.map(({ kind }) => kind)).toEqual(["merge-pull-request"]);
  });

  it.each([
    { name: "by somebody else is opened anew", by: { login: "eve" }, opens: true },
    { name: "by itself is left closed", by: app, opens: false },
  ])("and was closed $name", async ({ by, opens }) => {
    const { forge, run } = await openAutomatic(by);
    await run();
    const number = (await forge.list(["open"]))[0]?.number ?? 0;
    await forge.close(number, { by, reason: "" });
    forge.acting = app;
    const { done } = await run();
    expect(done.map(({ kind }) => kind)).toEqual(opens ? ["open-pull-request"] : []);
  });
});
