import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ledgerTags } from "../../../src/domain/plan/incidents.ts";
import { stateKeys, assetState, type LedgerState } from "../../../src/domain/ledger/state.ts";
import type { EventDraft } from "../../../src/usecases/ledger/draft.ts";
import { loadState, saveState } from "../../../src/usecases/ledger/load-state.ts";
import { recordEvents } from "../../../src/usecases/ledger/record.ts";
import { accepted, incident, published } from "../../support/domain-builders.ts";
import { MemoryRemote } from "../../support/memory-mirror.ts";
import { filesOf, openSession, recordAll } from "../reconcile/world.ts";

const ledgerRef = "refs/heads/cairn-ledger";
const draftOf = (index: number): EventDraft => published({ asset: `models/m${index}` });
const draftsUpTo = (count: number): readonly EventDraft[] =>
  Array.from({ length: count }, (_, index) => draftOf(index));

describe("recordEvents", () => {
  it("starts the ledger, and goes on from it", async () => {
    const { remote, session } = openWorld();
    const state = await recordAll(session, [published()]);
    expect(remote.refs.get(ledgerRef)).toBe(state.head);
    const next = await recordEvents(session, state, [accepted()]);
    expect(next).toMatchObject({ outcome: "recorded", refused: [] });
    expect(ledgerSubjects(remote)).toEqual([
      expect.stringMatching(/^adopt contoso-ml at /),
      "publish models/taxi-fare 1",
      "accept models/taxi-fare 1 in prod",
    ]);
    expectTrue(remote, stateOfOutcome(next));
  });

  it("writes commits without files, in Cairn's name, dated like their events", async () => {
    const { remote, session } = openWorld();
    const state = await recordAll(session, []);
    const commit = remote.objects.commits.get(state.head);
    expect(commit).toMatchObject({
      tree: remote.objects.writeTree({}),
      author: { name: "Cairn", timestamp: Date.parse(state.at) / 1000 },
    });
  });

  it("sends many events in few pushes", async () => {
    const { remote, session } = openWorld();
    const state = await recordAll(session, draftsUpTo(450));
    expect(remote.pushes).toBe(3);
    expect(stateKeys(state)).toHaveLength(450);
    expectTrue(remote, state);
  });

  it("does nothing for no events", async () => {
    const { remote, session } = openWorld();
    const state = await recordAll(session, []);
    const pushes = remote.pushes;
    expect(await recordEvents(session, state, [])).toMatchObject({ outcome: "recorded", state });
    expect(remote.pushes).toBe(pushes);
  });

  it("loses to whoever wrote first, and leaves nothing behind", async () => {
    const { remote, session } = openWorld();
    const state = await recordAll(session, []);
    const rival = openSession(remote);
    await rival.mirror.fetch();
    await recordEvents(rival, state, [draftOf(1)]);
    const refs = new Map(remote.refs);
    const outcome = await recordEvents(session, state, [draftOf(2)]);
    expect(outcome).toEqual({ outcome: "lost-race", recorded: [] });
    expect(remote.refs).toEqual(refs);
  });

  it("says which batches were written when the race is lost on the way", async () => {
    const { remote, session } = openWorld();
    const state = await recordAll(session, []);
    let isFirst = true;
    const slow = openSession(remote, {
      pause: async (method) => {
        if (method !== "pushed" || !isFirst) return;
        isFirst = false;
        const rival = openSession(remote);
        const { ledger } = await rival.mirror.fetch();
        const seen = await loadState(rival.mirror, ledger, rival.cache);
        await recordEvents(rival, seen, [incident()]);
      },
    });
    await slow.mirror.fetch();
    const outcome = await recordEvents(slow, state, draftsUpTo(300));
    expect(outcome.outcome).toBe("lost-race");
    expect(outcome.recorded).toEqual(draftsUpTo(200));
  });

  it("isolates exactly what the remote refuses, and writes each event with its tag", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat({ max: 24 }), { maxLength: 6 }), async (refused) => {
        const { remote, session } = openWorld();
        const state = await recordAll(session, []);
        const names = new Set(refused.map((index) => `refs/tags/models/m${index}@v1`));
        remote.refuse = ({ ref }) => (names.has(ref) ? "protected tag" : undefined);
        const outcome = await recordEvents(session, state, draftsUpTo(25));
        if (outcome.outcome !== "recorded") throw new Error("nobody else writes");
        expect(outcome.refused.map(({ draft }) => draft)).toEqual(
          refused.toSorted((a, b) => a - b).map(draftOf),
        );
        expect(outcome.recorded).toHaveLength(25 - refused.length);
        expectTrue(remote, stateOfOutcome(outcome));
      }),
      { numRuns: 40 },
    );
  });

  it("refuses everything when the ledger itself is protected", async () => {
    const { remote, session } = openWorld();
    const state = await recordAll(session, []);
    remote.refuse = ({ ref }) => (ref === ledgerRef ? "protected branch" : undefined);
    const outcome = await recordEvents(session, state, draftsUpTo(3));
    expect(outcome).toMatchObject({ outcome: "recorded", recorded: [], state });
    expect(outcome.outcome === "recorded" && outcome.refused).toHaveLength(3);
  });

  it("refuses a tag that is there already, alone", async () => {
    const { remote, session, head } = openWorld();
    const state = await recordAll(session, []);
    remote.refs.set("refs/tags/models/m1@v1", head);
    const outcome = await recordEvents(session, state, draftsUpTo(3));
    expect(outcome).toMatchObject({ outcome: "recorded", refused: [{ draft: draftOf(1) }] });
    expect(remote.refs.get("refs/tags/models/m1@v1")).toBe(head);
  });

  it("writes nothing that builds on what was refused", async () => {
    const { remote, session } = openWorld();
    const state = await recordAll(session, []);
    const user = published({ asset: "components/user", uses: ["models/m1@1"] });
    const pipeline = published({ asset: "components/all", uses: ["components/user@1"] });
    const drafts = [...draftsUpTo(3), user, pipeline, accepted({ asset: "models/m1" })];
    remote.refuse = ({ ref }) => (ref === "refs/tags/models/m1@v1" ? "protected tag" : undefined);
    const outcome = await recordEvents(session, state, drafts);
    expect(outcome.recorded).toEqual([draftOf(0), draftOf(2)]);
    expect(outcome.outcome === "recorded" && outcome.refused.map(({ draft }) => draft)).toEqual([
      draftOf(1),
      ...drafts.slice(3),
    ]);
    expectTrue(remote, stateOfOutcome(outcome));
  });

  it("is in doubt when nobody knows whether the remote took it; the next look finds it", async () => {
    const { remote, session } = openWorld();
    const state = await recordAll(session, []);
    remote.connectionBreaks = 1;
    expect(await recordEvents(session, state, [draftOf(1)])).toMatchObject({
      outcome: "lost-race",
      recorded: [],
      doubt: { code: "GIT_REMOTE_UNAVAILABLE" },
    });
    const { ledger } = await session.mirror.fetch();
    const found = await loadState(session.mirror, ledger, session.cache);
    expect(found && stateKeys(found)).toEqual(["models/m1"]);
  });
});

describe("loadState", () => {
  it("is undefined before adoption", async () => {
    const { session } = openWorld();
    expect(await loadState(session.mirror, undefined, session.cache)).toBeUndefined();
  });

  it("goes on from its cache and says what a whole fold says", async () => {
    const { session, remote } = openWorld();
    const first = await recordAll(session, draftsUpTo(3));
    await saveState(first, session.cache);
    await recordEvents(session, first, [published({ asset: "models/m0", version: "2" })]);
    const { ledger } = await session.mirror.fetch();
    const fresh = openSession(remote);
    await fresh.mirror.fetch();
    const whole = await loadState(fresh.mirror, ledger, fresh.cache);
    expect(await loadState(session.mirror, ledger, session.cache)).toEqual(whole);
    expect(assetState(whole, "models/m0")?.versions).toHaveLength(2);
  });

  it.each([
    { name: "torn", text: '{"format":1,"sta' },
    { name: "of another format", text: '{"format":0,"state":{"head":"x"}}' },
    { name: "not a state", text: '{"format":1,"state":[]}' },
    { name: "of another ledger", text: '{"format":1,"state":{"head":"0000"}}' },
  ])("passes over a cache that is $name", async ({ text }) => {
    const { session } = openWorld();
    const state = await recordAll(session, [published()]);
    await session.mirror.fetch();
    await session.cache.set("ledger-state.json", text);
    expect(await loadState(session.mirror, state.head, session.cache)).toEqual(state);
  });

  it("does not answer from a ledger that somebody else wrote to", async () => {
    const { session, remote } = openWorld();
    const state = await recordAll(session, [published()]);
    const author = { name: "Eve", email: "eve@evil.example", timestamp: 0 };
    const tree = remote.objects.writeTree({});
    const parents = [state.head];
    const forged = remote.objects.writeCommit({ tree, parents, author, message: "mine now\n" });
    remote.refs.set(ledgerRef, forged);
    await session.mirror.fetch();
    await expect(loadState(session.mirror, forged, session.cache)).rejects.toMatchObject({
      code: "LEDGER_UNREADABLE",
    });
  });
});

function openWorld() {
  const remote = new MemoryRemote();
  const head = remote.land(filesOf({ assets: [] }));
  return { remote, head, session: openSession(remote) };
}

function stateOfOutcome(outcome: Awaited<ReturnType<typeof recordEvents>>): LedgerState {
  if (outcome.outcome !== "recorded" || outcome.state === undefined) throw new Error("recorded");
  return outcome.state;
}

/** The remote has exactly the ledger's tip and tags, and the ledger is one chain. */
function expectTrue(remote: MemoryRemote, state: LedgerState): void {
  const tags = [...remote.refs].filter(([ref]) => ref.startsWith("refs/tags/"));
  const expected = [...ledgerTags(state)].map(([name, object]) => [`refs/tags/${name}`, object]);
  expect(new Map(tags)).toEqual(new Map(expected as [string, string][]));
  for (const [, object] of tags) expect(remote.objects.tags.has(object)).toBe(true);
  expect(remote.refs.get(ledgerRef)).toBe(state.head);
  expect(ledgerSubjects(remote)).toHaveLength(state.eventCount);
}

function ledgerSubjects(remote: MemoryRemote): readonly string[] {
  const subjects: string[] = [];
  let next = remote.refs.get(ledgerRef);
  while (next !== undefined) {
    const commit = remote.objects.commits.get(next);
    expect(commit?.parents.length).toBeLessThanOrEqual(1);
    subjects.unshift(commit?.message.split("\n", 1)[0] ?? "");
    next = commit?.parents[0];
  }
  return subjects;
}
