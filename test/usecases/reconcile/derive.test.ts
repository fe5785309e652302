import { describe, expect, it, vi } from "vitest";
import type { AssetKey } from "../../../src/domain/asset.ts";
import { assetState, stageVersion } from "../../../src/domain/ledger/state.ts";
import { adopted, FixedClock } from "../../support/domain-builders.ts";
import { MemoryRemote } from "../../support/memory-mirror.ts";
import { recordEvents } from "../../../src/usecases/ledger/record.ts";
import type { RegistrySession } from "../../../src/usecases/session.ts";
import { derive, expectSound, settle, stateAt, versionsAt } from "./settle.ts";
import { filesOf, openSession, recordAll, type AssetSpec, type RegistrySpec } from "./world.ts";

const a = (content: string, more: Partial<AssetSpec> = {}): AssetSpec => ({
  key: "models/a",
  content,
  ...more,
});
const environment = (content: string, more: Partial<AssetSpec> = {}): AssetSpec => ({
  key: "environments/env",
  content,
  ...more,
});

describe("before anything can be decided", () => {
  it("asks for adoption", async () => {
    const remote = new MemoryRemote();
    remote.land(filesOf({ assets: [a("x")] }));
    const plan = await derive(openSession(remote));
    expect(plan).toMatchObject({ drafts: [], stalled: { reason: "NotAdopted" } });
  });

  it("stalls on a branch that is gone, and keeps what is published", async () => {
    const { remote, session } = await adoptedWith({ assets: [a("x")] });
    remote.refs.delete("refs/heads/main");
    expect(await settle(session)).toMatchObject({ stalled: { reason: "BranchMissing" } });
    expect(await versionsAt(remote)).toEqual({ "models/a": ["1"] });
  });

  it("goes on under the policy in force while registry.yaml cannot be used", async () => {
    const { remote, session } = await adoptedWith({ assets: [a("x")] });
    const { "registry.yaml": _, ...files } = filesOf({ assets: [a("y")] });
    remote.land(files);
    const plan = await settle(session);
    expect(plan.stalled).toBeUndefined();
    expect(plan.drafts).toMatchObject([
      { type: "published", version: "2" },
      { type: "incident", kind: "policy-unaccepted" },
    ]);
    remote.land(filesOf({ assets: [a("y")] }));
    expect((await settle(session)).drafts).toMatchObject([{ type: "resolved", how: "restored" }]);
    expect(await versionsAt(remote)).toEqual({ "models/a": ["1", "2"] });
  });
});

describe("landings", () => {
  interface Case {
    readonly name: string;
    readonly landings: readonly (readonly AssetSpec[])[];
    readonly versioning?: RegistrySpec["versioning"];
    readonly versions: Record<string, readonly string[]>;
  }

  const cases: readonly Case[] = [
    { name: "a new asset", landings: [[], [a("x")]], versions: { "models/a": ["1"] } },
    {
      name: "changed content",
      landings: [[a("x")], [a("y")]],
      versions: { "models/a": ["1", "2"] },
    },
    {
      name: "a description alone",
      landings: [[a("x")], [a("x", { description: "now in words" })]],
      versions: { "models/a": ["1"] },
    },
    {
      name: "content that goes back",
      landings: [[a("x")], [a("y")], [a("x")]],
      versions: { "models/a": ["1", "2", "3=1"] },
    },
    {
      name: "an asset that goes and comes back changed",
      landings: [[a("x")], [], [a("y")]],
      versions: { "models/a": ["1", "2"] },
    },
    {
      name: "an asset that goes and comes back as it was",
      landings: [[a("x")], [], [a("x")]],
      versions: { "models/a": ["1"] },
    },
    {
      name: "a manifest that moves",
      landings: [[a("x")], [a("x", { path: "elsewhere/model.yaml" })]],
      versions: { "models/a": ["1"] },
    },
    {
      name: "explicit versions",
      versioning: "explicit",
      landings: [[a("x", { version: "2024-01-a" })], [a("y", { version: "2024-02-b" })]],
      versions: { "models/a": ["2024-01-a", "2024-02-b"] },
    },
    {
      name: "an explicit version, then assigned ones",
      landings: [[a("x", { version: "7" })], [a("y")]],
      versions: { "models/a": ["7", "8"] },
    },
    {
      name: "two manifests of one asset",
      versioning: "semver",
      landings: [
        [
          a("x", { version: "2.0.0", path: "a/2.yaml" }),
          a("y", { version: "1.0.0", path: "a/1.yaml" }),
        ],
      ],
      versions: { "models/a": ["1.0.0", "2.0.0"] },
    },
    {
      name: "a broken asset beside a good one",
      landings: [[a("x", { isBroken: true }), environment("x")]],
      versions: { "environments/env": ["1"] },
    },
    {
      name: "a broken asset that is mended",
      landings: [[a("x", { isBroken: true })], [a("x")]],
      versions: { "models/a": ["1"] },
    },
    {
      name: "bytes that cannot be had, beside good ones",
      landings: [[a("x", { isUnreadable: true }), environment("x")]],
      versions: { "environments/env": ["1"] },
    },
  ];

  it.each(cases)(
    "version $name, one reconcile each",
    async ({ landings, versioning, versions }) => {
      const settings = versioning === undefined ? {} : { versioning };
      const { remote, session } = await adoptedWith({ assets: [], ...settings });
      for (const assets of landings) {
        remote.land(filesOf({ assets, ...settings }));
        await settle(session);
        expect((await derive(session)).drafts).toEqual([]);
      }
      expect(await versionsAt(remote)).toEqual(versions);
      await expectSound(remote);
    },
  );

  it.each(cases)(
    "version $name, in one reconcile for all",
    async ({ landings, versioning, versions }) => {
      const settings = versioning === undefined ? {} : { versioning };
      const { remote, session } = await adoptedWith({ assets: [], ...settings });
      for (const assets of landings) {
        remote.land(filesOf({ assets, ...settings }));
      }
      await settle(session);
      expect((await derive(session)).drafts).toEqual([]);
      expect(await versionsAt(remote)).toEqual(versions);
      await expectSound(remote);
    },
  );

  it("name their commit, author and subject, redacted", async () => {
    const { remote, session } = await adoptedWith({ assets: [] });
    const token = `ghp_${"x".repeat(36)}`;
    const options = { author: "Eve\u202e", message: `use ${token}\n\nbody` };
    const commit = remote.land(filesOf({ assets: [a("x")] }), options);
    const [draft] = (await derive(session)).drafts;
    expect(draft).toMatchObject({
      type: "published",
      processed: commit,
      manifest: "models/a/asset.yaml",
      stages: ["dev"],
      landing: { commit, author: "Eve\ufffd <ann@contoso.example>", subject: "use ***" },
    });
  });

  it("are first-parent commits: what a merged branch went through is not versioned", async () => {
    const { remote, session, head } = await adoptedWith({ assets: [a("x")] });
    const first = remote.commit(filesOf({ assets: [a("draft 1")] }), { parents: [head] });
    const second = remote.commit(filesOf({ assets: [a("draft 2")] }), { parents: [first] });
    const merge = remote.commit(filesOf({ assets: [a("final")] }), { parents: [head, second] });
    remote.refs.set("refs/heads/main", merge);
    await settle(session);
    const versions = assetState(await stateAt(remote), "models/a")?.versions;
    expect(versions?.map(({ commit }) => commit)).toEqual([head, merge]);
  });

  it("are one when what was dealt with is no first parent any more", async () => {
    const { remote, session, head } = await adoptedWith({ assets: [a("x")] });
    const ours = remote.land(filesOf({ assets: [a("y")] }));
    await settle(session);
    const theirs = remote.commit(filesOf({ assets: [a("z")] }), { parents: [head] });
    const merge = remote.commit(filesOf({ assets: [a("end")] }), { parents: [theirs, ours] });
    remote.refs.set("refs/heads/main", merge);
    expect(await settle(session)).toMatchObject({ stalled: undefined });
    const versions = assetState(await stateAt(remote), "models/a")?.versions;
    expect(versions?.map(({ commit }) => commit)).toEqual([head, ours, merge]);
  });

  it("keep published content immutable", async () => {
    const { remote, session } = await adoptedWith({ assets: [a("x", { version: "1" })] });
    remote.land(filesOf({ assets: [a("y", { version: "1" }), environment("x")] }));
    const plan = await settle(session);
    expect(plan.findings).toContainEqual(
      expect.objectContaining({ rule: "version-immutable", severity: "error" }),
    );
    expect(await versionsAt(remote)).toEqual({ "environments/env": ["1"], "models/a": ["1"] });
  });

  it("pass over the name of a foreign tag, and report it once", async () => {
    const { remote, session, head } = await adoptedWith({ assets: [a("x")] });
    remote.refs.set("refs/tags/models/a@v2", head);
    remote.land(filesOf({ assets: [a("y")] }));
    await settle(session);
    expect(await versionsAt(remote)).toEqual({ "models/a": ["1", "3"] });
    expect((await derive(session)).drafts).toEqual([]);
    expect(Object.values((await stateAt(remote)).incidents)).toMatchObject([
      { event: { kind: "tag-foreign", tag: "models/a@v2" } },
    ]);
  });

  it("wait for bytes and are published once these are there", async () => {
    const { remote, session } = await adoptedWith({ assets: [] });
    remote.land(filesOf({ assets: [a("x", { isUnreadable: true })] }));
    const plan = await settle(session);
    expect(plan.findings).toMatchObject([
      { rule: "bytes-unavailable", path: "models/a/asset.yaml" },
    ]);
    Object.assign(session.reader, { contentDigest: async () => adopted().policy });
    await settle(session);
    expect(await versionsAt(remote)).toEqual({ "models/a": ["1"] });
  });
});

describe("landings that bring nothing", () => {
  /** How many trees a look reads, beside that of the policy in force. */
  const reads = async (session: RegistrySession, inForce: string): Promise<number> => {
    const spy = vi.spyOn(session.reader, "registryUnder");
    await settle(session);
    const commits = new Set(spy.mock.calls.map(([commit]) => commit));
    spy.mockRestore();
    commits.delete(inForce);
    return commits.size;
  };
  const words = (description: string) => filesOf({ assets: [a("x", { description })] });

  it("are looked at once, but for the head", async () => {
    const { remote, session, head } = await adoptedWith({ assets: [a("x")] });
    for (const text of ["1", "2", "3", "4"]) remote.land(words(text));
    expect(await reads(session, head)).toBe(4);
    expect(await reads(session, head)).toBe(1);
    // A landing is compared with the one before it.
    remote.land(words("5"));
    expect(await reads(session, head)).toBe(2);
    remote.land(filesOf({ assets: [a("y")] }));
    expect(await reads(session, head)).toBe(2);
    expect(await versionsAt(remote)).toEqual({ "models/a": ["1", "2"] });
    await expectSound(remote);
  });

  it("are not those that something was held back in", async () => {
    const { remote, session, head } = await adoptedWith({ assets: [] });
    remote.land(filesOf({ assets: [a("x", { isUnreadable: true })] }));
    remote.land(filesOf({ assets: [a("x", { isUnreadable: true, description: "d" })] }));
    expect(await reads(session, head)).toBe(2);
    expect(await reads(session, head)).toBe(2);
  });
});

it("reads content that stayed the same once, whatever the words about it", async () => {
  const { remote, session } = await adoptedWith({ assets: [a("x")] });
  const spy = vi.spyOn(session.reader, "contentDigest");
  remote.land(filesOf({ assets: [a("x", { description: "in words" })] }));
  for (let time = 0; time < 3; time += 1) await settle(session);
  expect(spy).toHaveBeenCalledTimes(1);
});

describe("stages", () => {
  it("of adoption are accepted once the version exists, once", async () => {
    const { remote, session } = await adoptedWith(
      { assets: [a("x")] },
      { prod: { "models/a": "1", "models/gone": "3" } },
    );
    const asset = assetState(await stateAt(remote), "models/a");
    expect(stageVersion(asset, "prod")).toMatchObject({
      version: "1",
      cause: "adopted",
      tags: [{ name: "models/a#prod#1" }],
    });
    expect((await derive(session)).drafts).toEqual([]);
    await expectSound(remote);
  });

  it("that ask for another version are pending", async () => {
    const stages = { prod: { "models/a": "1" } };
    const { session } = await adoptedWith({ assets: [a("x")], stages });
    expect((await derive(session)).pending).toMatchObject([
      { asset: "models/a", stage: "prod", runs: undefined, wanted: "1" },
    ]);
  });
});

describe("a rewritten branch", () => {
  it("is one incident and stalls; resolved, it goes on from there", async () => {
    const { remote, session } = await adoptedWith({ assets: [a("x")] });
    const other = remote.commit(filesOf({ assets: [a("z")] }));
    remote.refs.set("refs/heads/main", other);
    expect(await settle(session)).toMatchObject({ stalled: { reason: "HistoryRewritten" } });
    const again = await derive(session);
    expect(again).toMatchObject({ drafts: [], stalled: { reason: "HistoryRewritten" } });
    const state = await stateAt(remote);
    expect(Object.keys(state.incidents)).toEqual([`history-rewritten/${other}`]);

    await recordEvents(session, state, [
      {
        type: "resolved",
        incident: `history-rewritten/${other}`,
        how: "acknowledged",
        by: "ann",
        processed: other,
      },
    ]);
    expect(await settle(session)).toMatchObject({ stalled: undefined });
    expect(await versionsAt(remote)).toEqual({ "models/a": ["1", "2"] });
    await expectSound(remote);
  });

  it("is recognised by who never saw the old one", async () => {
    const { remote, head } = await adoptedWith({ assets: [] });
    remote.refs.set("refs/heads/main", remote.commit(filesOf({ assets: [a("x")] })));
    remote.objects.commits.delete(head);
    const plan = await settle(openSession(remote));
    expect(plan.stalled).toMatchObject({ reason: "HistoryRewritten" });
  });

  it("that is put back goes on by itself", async () => {
    const { remote, session, head } = await adoptedWith({ assets: [a("x")] });
    remote.refs.set("refs/heads/main", remote.commit(filesOf({ assets: [] })));
    await settle(session);
    remote.refs.set("refs/heads/main", head);
    remote.land(filesOf({ assets: [a("y")] }));
    expect(await settle(session)).toMatchObject({ stalled: undefined });
    expect(await versionsAt(remote)).toEqual({ "models/a": ["1", "2"] });
  });
});

it("goes on when the clock jumps back", async () => {
  const clock = new FixedClock("2026-03-01T12:00:00Z", "2020-01-01T00:00:00Z");
  const { remote, session } = await adoptedWith({ assets: [a("x")] }, {}, clock);
  remote.land(filesOf({ assets: [a("y")] }));
  await settle(session);
  const times = assetState(await stateAt(remote), "models/a")?.versions.map((v) => v.publishedAt);
  expect(times).toEqual(["2026-03-01T12:00:00Z", "2026-03-01T12:00:01Z"]);
});

async function adoptedWith(
  spec: RegistrySpec,
  stages: Record<string, Record<AssetKey, string>> = {},
  clock = new FixedClock(),
) {
  const remote = new MemoryRemote();
  const head = remote.land(filesOf(spec));
  const session = openSession(remote, { clock });
  if (Object.keys(stages).length === 0) await recordAll(session, []);
  else
    await recordEvents(session, undefined, [
      { ...adopted(), commit: head, processed: head, stages },
    ]);
  await settle(session);
  return { remote, head, session };
}
