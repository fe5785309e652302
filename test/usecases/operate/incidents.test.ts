import { describe, expect, it } from "vitest";
import { observeTagIncidents } from "../../../src/domain/plan/incidents.ts";
import type { LedgerState } from "../../../src/domain/ledger/state.ts";
import { listIncidents, resolveIncident } from "../../../src/usecases/operate/incidents.ts";
import { observe } from "../../../src/usecases/reconcile/observe.ts";
import { recordEvents } from "../../../src/usecases/ledger/record.ts";
import type { RegistrySession } from "../../../src/usecases/session.ts";
import { accepted, adopted, incident, published } from "../../support/domain-builders.ts";
import { MemoryRemote } from "../../support/memory-mirror.ts";
import { failOnPush, filesOf, openSession, recordAll } from "../reconcile/world.ts";

const versionTag = "refs/tags/models/taxi-fare@v1";
const stageTag = "refs/tags/models/taxi-fare#prod#1";

describe("restoring", () => {
  it.each([
    { name: "a version's tag that vanished", ref: versionTag, to: undefined },
    { name: "a version's tag that moved", ref: versionTag, to: "head" as const },
    { name: "a stage's tag that vanished", ref: stageTag, to: undefined },
    { name: "a stage's tag that moved", ref: stageTag, to: "head" as const },
  ])("makes the very same object again for $name", async ({ ref, to }) => {
    const { remote, session, head } = await openWorld();
    const before = new Map(remote.refs);
    const object = remote.refs.get(ref) ?? "";
    remote.objects.tags.delete(object);
    if (to === undefined) remote.refs.delete(ref);
    else remote.refs.set(ref, head);
    const fresh = openSession(remote);
    const id = await recordObserved(fresh);

    const item = await resolveIncident(fresh, { id, how: "restore", by: "ann", reason: "oops" });
    expect(item).toMatchObject({ id, resolved: { how: "restored", by: "ann" } });
    expect(remote.refs.get(ref)).toBe(object);
    expect(remote.objects.tags.has(object)).toBe(true);
    expect(
      new Map([...remote.refs].filter(([name]) => before.get(name) === remote.refs.get(name))).size,
    ).toBe(before.size - 1);
    expect(await observed(session)).toEqual([]);
  });

  it("needs no push for a tag that somebody put back", async () => {
    const { remote, session } = await openWorld();
    const object = remote.refs.get(versionTag) ?? "";
    remote.refs.delete(versionTag);
    const id = await recordObserved(session);
    remote.refs.set(versionTag, object);
    const pushes = remote.pushes;
    await resolveIncident(session, { id, how: "restore", by: "ann" });
    expect(remote.pushes).toBe(pushes + 1);
  });

  it.each([
    { name: "a foreign tag", event: incident({ kind: "tag-foreign", tag: "models/x@v1" }) },
    { name: "a rewritten history", event: incident({ kind: "history-rewritten" }) },
    {
      name: "a tag that the ledger never made",
      event: incident({ tag: "models/x@v9", expected: adopted().commit }),
    },
  ])("is refused for $name", async ({ event }) => {
    const { session } = await openWorld([event]);
    await expect(
      resolveIncident(session, { id: event.id, how: "restore", by: "ann" }),
    ).rejects.toMatchObject({ code: "INCIDENT_NOT_RESTORABLE" });
  });

  it("says when the remote does not take the tag", async () => {
    const { remote, session } = await openWorld();
    remote.refs.delete(versionTag);
    const id = await recordObserved(session);
    remote.refuse = ({ ref }) => (ref === versionTag ? "protected tag" : undefined);
    await expect(resolveIncident(session, { id, how: "restore", by: "ann" })).rejects.toMatchObject(
      {
        code: "LEDGER_PUSH_REFUSED",
      },
    );
    expect((await listIncidents(session)).items).toMatchObject([{ id, resolved: undefined }]);
  });
});

describe("acknowledging", () => {
  it("leaves things as they are, and they are reported no more", async () => {
    const { remote, session } = await openWorld();
    remote.refs.delete(versionTag);
    const id = await recordObserved(session);
    await resolveIncident(session, { id, how: "acknowledge", by: "ann" });
    expect(remote.refs.has(versionTag)).toBe(false);
    expect(await observed(session)).toEqual([]);
  });

  it("goes on from a rewritten branch, and passes over nothing once it has", async () => {
    const first = incident({ id: "history-rewritten/1", kind: "history-rewritten" });
    const second = { ...first, id: "history-rewritten/2" };
    const { remote, session } = await openWorld([first, second]);
    const other = remote.commit(filesOf({ assets: [] }));
    remote.refs.set("refs/heads/main", other);
    await resolveIncident(session, { id: first.id, how: "acknowledge", by: "ann" });
    expect((await stateOf(session)).processed).toBe(other);
    remote.land(filesOf({ assets: [{ key: "models/new", content: "x" }] }));
    await resolveIncident(session, { id: second.id, how: "acknowledge", by: "ann" });
    expect((await stateOf(session)).processed).toBe(other);
  });

  it("tries again when another controller wrote first", async () => {
    const { remote, session } = await openWorld([incident()]);
    let isFirst = true;
    const slow = openSession(remote, {
      pause: async (method) => {
        if (method !== "push" || !isFirst) return;
        isFirst = false;
        const state = await stateOf(session);
        await recordEvents(session, state, [published({ version: "2" })]);
      },
    });
    const item = await resolveIncident(slow, { id: incident().id, how: "acknowledge", by: "ann" });
    expect(item.resolved).toMatchObject({ how: "acknowledged" });
    expect((await stateOf(session)).assets["models/taxi-fare"]?.versions).toHaveLength(2);
  });
});

it("resolves when only the answer of the remote was lost", async () => {
  const { remote, session } = await openWorld([incident()]);
  remote.connectionBreaks = 1;
  const request = { id: incident().id, how: "acknowledge", by: "ann" } as const;
  const item = await resolveIncident(session, request);
  expect(item.resolved).toMatchObject({ how: "acknowledged", by: "ann" });
  expect((await stateOf(session)).eventCount).toBe(5);
});

it("gives up on a remote that takes no push", async () => {
  const { remote } = await openWorld([incident()]);
  const session = openSession(remote, { pause: failOnPush });
  const request = { id: incident().id, how: "acknowledge", by: "ann" } as const;
  await expect(resolveIncident(session, request)).rejects.toMatchObject({
    code: "GIT_REMOTE_UNAVAILABLE",
  });
});

it.each([
  { name: "an unknown one", id: "tag-missing/x", code: "INCIDENT_MISSING" },
  { name: "an object's own property", id: "constructor", code: "INCIDENT_MISSING" },
])("resolves not $name", async ({ id, code }) => {
  const { session } = await openWorld();
  await expect(
    resolveIncident(session, { id, how: "acknowledge", by: "ann" }),
  ).rejects.toMatchObject({ code });
});

it("resolves each incident once", async () => {
  const { session } = await openWorld([incident()]);
  const request = { id: incident().id, how: "acknowledge", by: "ann" } as const;
  await resolveIncident(session, request);
  await expect(resolveIncident(session, request)).rejects.toMatchObject({
    code: "INCIDENT_RESOLVED",
  });
});

it("resolves nothing before adoption", async () => {
  const session = openSession(new MemoryRemote());
  const request = { id: "x", how: "acknowledge", by: "ann" } as const;
  await expect(resolveIncident(session, request)).rejects.toMatchObject({
    code: "REGISTRY_NOT_ADOPTED",
  });
});

it("lists open ones first, newest first", async () => {
  const events = ["a", "b", "c", "d"].map((id) => incident({ id }));
  const { session } = await openWorld(events);
  await resolveIncident(session, { id: "c", how: "acknowledge", by: "ann" });
  const { items } = await listIncidents(session);
  expect(items.map(({ id }) => id)).toEqual(["d", "b", "a", "c"]);
});

async function openWorld(events: Parameters<typeof recordAll>[1] = []) {
  const remote = new MemoryRemote();
  const head = remote.land(filesOf({ assets: [] }));
  const session = openSession(remote);
  const landing = { ...published().landing, commit: head };
  await recordAll(session, [published({ landing }), accepted({ landing }), ...events]);
  return { remote, session, head };
}

async function stateOf(session: RegistrySession): Promise<LedgerState> {
  const { state } = await observe(session.mirror, session.cache);
  if (state === undefined) throw new Error("the registry is adopted");
  return state;
}

async function observed(session: RegistrySession): Promise<ReturnType<typeof observeTagIncidents>> {
  const { state, tags } = await observe(session.mirror, session.cache);
  return state === undefined ? [] : observeTagIncidents(state, await tags.all());
}

/** Writes the one incident that there is to see, and names it. */
async function recordObserved(session: RegistrySession): Promise<string> {
  const state = await stateOf(session);
  const [seen, ...others] = await observed(session);
  if (seen === undefined || others.length > 0) throw new Error("one incident is expected");
  const { processed } = state;
  await recordEvents(session, state, [{ ...seen, type: "incident", processed }]);
  return seen.id;
}
