import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { App } from "../../src/usecases/app.ts";
import {
  automaticPolicy,
  copyTemplate,
  createPromotionTemplate,
  deeds,
  extendTemplate,
  policyPath,
  removeTemplate,
  running,
  type PromotionFixture,
} from "../support/promotion-fixture.ts";
import { hasKeygen } from "../support/signing-key.ts";

const people = ["ann", "bo", "dee"] as const;
type Who = (typeof people)[number];

/** Ann and Bo lead; everybody has a key. */
const access = (keys: ReadonlyMap<string, string>): string => `people:
  cairn: { email: [cairn@cairn.invalid], ssh: ["${keys.get("cairn")}"] }
${people.map((id) => `  ${id}: { email: [${id}@contoso.example], ssh: ["${keys.get(id)}"] }\n`).join("")}
  eve: { email: [eve@contoso.example] }
roles: { leads: [ann, bo], policy-owners: [ann, bo] }
bindings:
  - { role: leads, can: [assets/approve], on: ["**"] }
`;

const taxi = "models/taxi";
const toProd = { asset: taxi, to: "prod" } as const;

/** Acts in the clone as somebody, signing or not, whatever Git was told before. */
async function actAs<Value>(
  fixture: PromotionFixture,
  who: { readonly name: string; readonly key: string | undefined },
  act: (app: App) => Promise<Value>,
): Promise<Value> {
  const { name, key } = who;
  await fixture.git("config", "user.name", name);
  await fixture.git("config", "user.email", `${name.toLowerCase()}@contoso.example`);
  await fixture.git("config", "gpg.format", "ssh");
  await fixture.git("config", "commit.gpgsign", String(key !== undefined));
  if (key !== undefined) await fixture.git("config", "user.signingkey", key);
  const app = await fixture.open();
  try {
    return await act(app);
  } finally {
    await app.close();
  }
}

describe.skipIf(!hasKeygen)("where people sign (needs ssh-keygen)", () => {
  let keys: string;
  /** Test runs version 2, and prod wants the word of a lead. */
  let template: string;
  beforeAll(async () => {
    keys = await mkdtemp(join(tmpdir(), "cairn-keys-"));
    const publicKeys = new Map<string, string>();
    for (const id of [...people, "cairn"]) {
      spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(keys, id)]);
      const [type, body] = (await readFile(join(keys, `${id}.pub`), "utf8")).split(" ");
      publicKeys.set(id, `${type} ${body}`);
    }
    const first = await createPromotionTemplate({ "policies/access.yaml": access(publicKeys) });
    template = await extendTemplate(first, async (app) => {
      await app.promote({ asset: taxi, to: "test", merge: true });
      await app.apply();
    });
    await removeTemplate(first);
  });
  afterAll(async () => {
    await removeTemplate(template);
    await rm(keys, { recursive: true, force: true });
  });

  const signing = (name: Who) => ({ name, key: join(keys, name) });
  const approve = async (app: App) =>
    app.reviewPullRequest({ number: 2, verdict: "approved" as const });

  it("a promotion of one known person that another one approves counts", async () => {
    const fixture = await copyTemplate(template);
    await actAs(fixture, signing("dee"), async (app) => app.promote(toProd));
    const { check } = await actAs(fixture, signing("bo"), approve);
    expect(check?.outcome).toBe("passed");
  });

  it.each([
    { name: "counts when Cairn signs with a key of its own", signs: true, outcome: "passed" },
    { name: "does not count when it does not", signs: false, outcome: "failed" },
  ])("an approval of what Cairn proposed $name", async ({ signs, outcome }) => {
    const fixture = await copyTemplate(template);
    // Put in force by the operator: this is not about the policy.
    const rule = '{ from: test, to: prod, assets: ["models/taxi"], merge: when-gates-pass }';
    await fixture.push("Promote by itself", { [policyPath]: automaticPolicy(rule) });
    const key = signs ? join(keys, "cairn") : undefined;
    await actAs(fixture, { name: "operator", key }, async (app) => {
      await app.policyAccept({ by: "ann", reason: "to try it" });
      await app.apply();
    });
    const { check } = await actAs(fixture, signing("bo"), approve);
    expect(check?.outcome).toBe(outcome);
  });

  it.each<{
    name: string;
    propose: (fixture: PromotionFixture) => Promise<unknown>;
    says: string;
  }>([
    {
      name: "what somebody unsigned proposed",
      propose: async (fixture) =>
        actAs(fixture, { name: "dee", key: undefined }, async (app) => app.promote(toProd)),
      says: "bo approved what dee <dee@contoso.example> proposed without a key of policies/access.yaml",
    },
    {
      name: "what somebody proposed under a name of their own making",
      propose: async (fixture) =>
        actAs(fixture, { name: "ghost", key: undefined }, async (app) => app.promote(toProd)),
      says: "bo approved what ghost <ghost@contoso.example> proposed without a key of policies/access.yaml",
    },
    {
      name: "what was proposed in the name of somebody without a key",
      propose: async (fixture) =>
        actAs(fixture, { name: "eve", key: undefined }, async (app) => app.promote(toProd)),
      says: "bo approved what eve <eve@contoso.example> proposed without a key",
    },
    {
      name: "what the same key proposed under another name",
      propose: async (fixture) =>
        actAs(fixture, signing("bo"), async (app) => app.promote({ ...toProd, as: "dee" })),
      says: "Not counted: bo is the author",
    },
    {
      name: "a head that was pushed with git",
      propose: async (fixture) => {
        await actAs(fixture, signing("dee"), async (app) => app.promote(toProd));
        await fixture.git("fetch", "--quiet", "origin", "refs/cairn/pull/2/head");
        await fixture.git("checkout", "--quiet", "FETCH_HEAD");
        await fixture.git("config", "commit.gpgsign", "false");
        const head = await fixture.commit("Say more", { "notes.md": "More.\n" });
        await fixture.git("push", "--quiet", "origin", `${head}:refs/cairn/pull/2/head`);
      },
      says: "bo approved a head that was pushed without a key of policies/access.yaml: push it with cairn pr open",
    },
  ])("an approval of $name does not count", async ({ propose, says }) => {
    const fixture = await copyTemplate(template);
    await propose(fixture);
    const { check } = await actAs(fixture, signing("bo"), approve);
    expect(check?.outcome).toBe("failed");
    const reasons = check?.moves.flatMap(({ gates }) => gates.map(({ reason }) => reason));
    expect(reasons?.join("\n")).toContain(says);

    const done = await actAs(fixture, signing("dee"), async (app) => {
      await app.mergePullRequest({ number: 2, method: "merge", force: true });
      return deeds((await app.apply()).done);
    });
    expect(done).toEqual(["block models/taxi 2 in prod"]);
    await actAs(fixture, signing("dee"), async (app) =>
      expect(await running(app, "prod")).toEqual({ "model taxi": "1" }),
    );
  });
});
