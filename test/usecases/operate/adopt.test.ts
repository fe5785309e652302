import { expect, it } from "vitest";
import { assetState, stageVersion } from "../../../src/domain/ledger/state.ts";
import { adopt } from "../../../src/usecases/operate/adopt.ts";
import { apply } from "../../../src/usecases/operate/apply.ts";
import { MemoryRemote } from "../../support/memory-mirror.ts";
import { expectSound, stateAt, versionsAt } from "../reconcile/settle.ts";
import { failOnPush, filesOf, openSession } from "../reconcile/world.ts";

const spec = {
  assets: [{ key: "models/a", content: "x" }],
  stages: { prod: { "models/a": "1" } },
} as const;

it("starts the ledger at the head and publishes what the branch holds", async () => {
  const remote = new MemoryRemote();
  remote.land(filesOf({ assets: [{ key: "models/a", content: "before" }] }));
  const head = remote.land(filesOf(spec));
  remote.refs.set("refs/tags/data/old@v1", head);
  remote.refs.set("refs/tags/v1.0.0", head);

  const report = await adopt(openSession(remote), { withStages: false });
  expect(report.actions).toMatchObject([{ kind: "publish", asset: "models/a", version: "1" }]);
  expect(report.pending).toMatchObject([{ asset: "models/a", stage: "prod", wanted: "1" }]);
  const state = await stateAt(remote);
  expect(state).toMatchObject({
    baseline: head,
    existingTags: [{ name: "data/old@v1", object: head }],
    incidents: {},
  });
  expect(stageVersion(assetState(state, "models/a"), "prod")).toBeUndefined();
});

it("takes the stages over as they are when asked", async () => {
  const remote = new MemoryRemote();
  remote.land(filesOf(spec));
  await adopt(openSession(remote), { withStages: true });
  const state = await stateAt(remote);
  expect(stageVersion(assetState(state, "models/a"), "prod")).toMatchObject({
    version: "1",
    cause: "adopted",
  });
  await expectSound(remote);
});

it("can be repeated, by several at once", async () => {
  const remote = new MemoryRemote();
  remote.land(filesOf(spec));
  const sessions = [openSession(remote), openSession(remote), openSession(remote)];
  await Promise.all(sessions.map((session) => adopt(session, { withStages: true })));
  const { eventCount } = await stateAt(remote);
  expect(eventCount).toBe(3);
  expect((await adopt(openSession(remote), { withStages: true })).actions).toEqual([]);
  expect(await versionsAt(remote)).toEqual({ "models/a": ["1"] });
  await expectSound(remote);
});

it.each([
  { name: "a repository without commits", files: undefined, code: "REGISTRY_EMPTY" },
  { name: "a repository without registry.yaml", files: {}, code: "REGISTRY_UNUSABLE" },
])("refuses $name", async ({ files, code }) => {
  const remote = new MemoryRemote();
  if (files !== undefined) remote.land(files);
  await expect(adopt(openSession(remote), { withStages: false })).rejects.toMatchObject({ code });
  expect(remote.refs.has("refs/heads/cairn-ledger")).toBe(false);
});

it("says when the remote does not take the ledger", async () => {
  const remote = new MemoryRemote();
  remote.land(filesOf(spec));
  remote.refuse = () => "protected branch";
  await expect(adopt(openSession(remote), { withStages: false })).rejects.toMatchObject({
    code: "LEDGER_PUSH_REFUSED",
  });
});

it("says when the remote takes no push, and goes on when only the answer was lost", async () => {
  const remote = new MemoryRemote();
  remote.land(filesOf(spec));
  remote.connectionBreaks = 1;
  await adopt(openSession(remote), { withStages: false });
  expect(await versionsAt(remote)).toEqual({ "models/a": ["1"] });

  const other = new MemoryRemote();
  other.land(filesOf(spec));
  const session = openSession(other, { pause: failOnPush });
  await expect(adopt(session, { withStages: false })).rejects.toMatchObject({
    code: "GIT_REMOTE_UNAVAILABLE",
  });
});

it("apply asks for adoption first", async () => {
  const remote = new MemoryRemote();
  remote.land(filesOf(spec));
  await expect(apply(openSession(remote))).rejects.toMatchObject({ code: "REGISTRY_NOT_ADOPTED" });
});

it("apply reports what the remote refuses, at its manifest, and does the rest", async () => {
  const remote = new MemoryRemote();
  remote.land(filesOf({ assets: [] }));
  const session = openSession(remote);
  await adopt(session, { withStages: false });
  remote.refuse = ({ ref }) => (ref.includes("models/a") ? "protected tag" : undefined);
  remote.land(filesOf({ assets: [...spec.assets, { key: "data/b", content: "x" }] }));
  const report = await apply(session);
  expect(report.done).toMatchObject([{ kind: "publish", asset: "data/b" }]);
  expect(report.findings).toMatchObject([{ rule: "remote-refused", path: "models/a/asset.yaml" }]);
  expect(report.conditions).toContainEqual(
    expect.objectContaining({ type: "Degraded", reason: "FindingsOnBranch" }),
  );
});

it("apply stops when it is told to", async () => {
  const remote = new MemoryRemote();
  remote.land(filesOf(spec));
  const session = openSession(remote);
  await adopt(session, { withStages: false });
  await expect(apply(session, { signal: AbortSignal.abort() })).rejects.toThrow(
    expect.objectContaining({ name: "AbortError" }),
  );
});
