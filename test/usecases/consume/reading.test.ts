import { describe, expect, it } from "vitest";
import { listAssets } from "../../../src/usecases/consume/list-assets.ts";
import { listHistory } from "../../../src/usecases/consume/list-history.ts";
import { resolveReference } from "../../../src/usecases/consume/resolve-reference.ts";
import { showAsset } from "../../../src/usecases/consume/show-asset.ts";
import { accepted, incident, published } from "../../support/domain-builders.ts";
import { MemoryRemote } from "../../support/memory-mirror.ts";
import { filesOf, openSession, recordAll, type RegistrySpec } from "../reconcile/world.ts";

const trips = published({ asset: "data/trips" });
const events = [
  published(),
  published({ version: "2", stages: ["dev"] }),
  accepted(),
  trips,
  published({ asset: "models/other" }),
];

describe("before adoption", () => {
  const session = () => {
    const remote = new MemoryRemote();
    remote.land(filesOf({ assets: [] }));
    return openSession(remote);
  };

  it.each([
    { name: "list", ask: () => listAssets(session(), { limit: 1 }) },
    { name: "show", ask: () => showAsset(session(), { reference: "models/a" }) },
    { name: "history", ask: () => listHistory(session(), { limit: 1 }) },
    { name: "resolve", ask: () => resolveReference(session(), { reference: "models/a" }) },
  ])("$name says so", async ({ ask }) => {
    await expect(ask()).rejects.toMatchObject({ code: "REGISTRY_NOT_ADOPTED" });
  });
});

describe("listAssets", () => {
  it.each([
    { name: "all", request: {}, keys: ["data trips", "model other", "model taxi-fare"] },
    {
      name: "of a kind",
      request: { kind: "model" as const },
      keys: ["model other", "model taxi-fare"],
    },
    { name: "that a glob matches", request: { match: "models/t*" }, keys: ["model taxi-fare"] },
    { name: "that nothing matches", request: { match: "x*" }, keys: [] },
  ])("shows $name", async ({ request, keys }) => {
    const { session } = await openWorld();
    const { items } = await listAssets(session, { limit: 10, ...request });
    expect(items.map(({ kind, name }) => `${kind} ${name}`)).toEqual(keys);
  });

  it("goes on after a cursor", async () => {
    const { session } = await openWorld();
    const first = await listAssets(session, { limit: 2 });
    expect(first.next).toBe("models/other");
    const cursor = first.next ?? "";
    const second = await listAssets(session, { limit: 2, cursor });
    expect(second).toMatchObject({ items: [{ name: "taxi-fare" }], next: undefined });
  });
});

describe("listHistory", () => {
  it("is newest first, cut by cursors that are ledger commits", async () => {
    const { session } = await openWorld();
    const types: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listHistory(session, {
        limit: 2,
        ...(cursor === undefined ? {} : { cursor }),
      });
      types.push(...page.items.map(({ type, asset = "" }) => `${type} ${asset}`.trim()));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(types).toEqual([
      "published models/other",
      "published data/trips",
      "accepted models/taxi-fare",
      "published models/taxi-fare",
      "published models/taxi-fare",
      "adopted",
    ]);
  });

  it("of an asset leaves out the others", async () => {
    const { session } = await openWorld();
    const { items } = await listHistory(session, { asset: "taxi-fare", limit: 10 });
    expect(items.map(({ type, version, stage }) => ({ type, version, stage }))).toEqual([
      { type: "accepted", version: "1", stage: "prod" },
      { type: "published", version: "2", stage: undefined },
      { type: "published", version: "1", stage: undefined },
    ]);
  });

  it("of an unknown asset is an error", async () => {
    const { session } = await openWorld();
    await expect(listHistory(session, { asset: "gone", limit: 1 })).rejects.toMatchObject({
      code: "ASSET_MISSING",
    });
  });

  it("shows no control characters of a hostile incident", async () => {
    const { session } = await openWorld([incident({ message: "\u001b[2K\u202egone" })]);
    const { items } = await listHistory(session, { limit: 1 });
    expect(items[0]?.subject).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});

describe("showAsset", () => {
  it("shows all versions, newest first, with what the manifest says now", async () => {
    const assets = [{ key: "models/taxi-fare", content: "x", description: "fares" }] as const;
    const { session } = await openWorld(events, { assets });
    const detail = await showAsset(session, { reference: "models/taxi-fare" });
    expect(detail).toMatchObject({ latest: "2", retired: false, description: "fares" });
    expect(detail.versions.map(({ version, stages }) => [version, stages])).toEqual([
      ["2", ["dev"]],
      ["1", ["prod"]],
    ]);
  });

  it("shows the version that was asked for", async () => {
    const { session } = await openWorld();
    const detail = await showAsset(session, { reference: "models/taxi-fare@prod" });
    expect(detail.versions.map(({ version }) => version)).toEqual(["1"]);
  });

  it("calls an asset without manifest retired", async () => {
    const { session } = await openWorld();
    const detail = await showAsset(session, { reference: "models/taxi-fare" });
    expect(detail).toMatchObject({ retired: true, description: undefined });
  });

  it("answers from the ledger when the branch is gone", async () => {
    const { remote, session } = await openWorld();
    remote.refs.delete("refs/heads/main");
    const detail = await showAsset(session, { reference: "models/taxi-fare" });
    expect(detail).toMatchObject({ latest: "2", retired: false });
  });
});

it("resolves a name to everything a program needs", async () => {
  const { session } = await openWorld();
  expect(await resolveReference(session, { reference: "models/taxi-fare@prod" })).toEqual({
    asset: "models/taxi-fare",
    kind: "model",
    name: "taxi-fare",
    version: "1",
    digest: events[0] && "digest" in events[0] ? events[0].digest : "",
    commit: trips.landing.commit,
    tag: "models/taxi-fare@v1",
    uri: "azureml://registries/contoso-ml/models/taxi-fare/versions/1",
  });
});

async function openWorld(
  recorded: Parameters<typeof recordAll>[1] = events,
  spec: RegistrySpec = { assets: [] },
) {
  const remote = new MemoryRemote();
  remote.land(filesOf(spec));
  const session = openSession(remote);
  await recordAll(session, recorded);
  return { remote, session };
}
