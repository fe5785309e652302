import { parseIndex, type IndexDocument } from "../../src/domain/workspace/index-document.ts";
import { Store } from "../../src/store/store.ts";
import type { SyncWorkspaceRequest } from "../../src/usecases/deliver/sync-types.ts";
import { syncWorkspace } from "../../src/usecases/deliver/sync-workspace.ts";
import {
  FixedClock,
  ledgerWith,
  registryWith,
  sourceOf,
  workspaceWith,
  type SampleVersions,
} from "./deliveries.ts";
import { MemoryStoreDriver } from "./memory-store-driver.ts";

export const versions: SampleVersions = {
  "data/trips@1": { files: { "trips.csv": "a,b" } },
  "environments/env@1": { files: { "conda.yaml": "name: env" } },
  "models/m@1": {
    files: { "model/MLmodel": "flavors", "model/m.onnx": "bytes 1" },
    needs: ["environments/env@1"],
  },
  "models/m@2": { files: { "model/m.onnx": "bytes 2" }, needs: ["environments/env@1"] },
  "models/other@1": { files: { "o.bin": "bytes 1" } },
};

export interface Setup {
  readonly driver: MemoryStoreDriver;
  readonly clock: FixedClock;
  readonly sync: (
    prod: readonly string[],
    overrides?: Partial<SyncWorkspaceRequest>,
  ) => ReturnType<typeof syncWorkspace>;
  readonly request: (
    prod: readonly string[],
    overrides?: Partial<SyncWorkspaceRequest>,
  ) => SyncWorkspaceRequest;
  readonly index: () => IndexDocument;
}

/** A workspace in memory; each request is derived from a newer ledger than the one before. */
export function setUp(): Setup {
  const clock = new FixedClock();
  const driver = new MemoryStoreDriver(() => clock.now().getTime());
  let ledgers = 0;
  function request(
    prod: readonly string[],
    overrides: Partial<SyncWorkspaceRequest> = {},
  ): SyncWorkspaceRequest {
    ledgers += 1;
    return {
      workspace: workspaceWith(),
      registry: registryWith(),
      state: ledgerWith(versions, { prod }, `ledger-${ledgers}`),
      store: new Store(driver),
      source: sourceOf(versions),
      isAncestor: async (ancestor, descendant) =>
        Number(ancestor.split("-")[1]) <= Number(descendant.split("-")[1]),
      clock,
      ...overrides,
    };
  }
  return {
    driver,
    clock,
    request,
    sync: (prod, overrides) => syncWorkspace(request(prod, overrides)),
    index() {
      const bytes = Buffer.from(driver.contents()["index.json"] ?? "", "base64").toString();
      const parsed = parseIndex(bytes);
      if (!parsed.ok) throw new Error(parsed.problem);
      return parsed.value;
    },
  };
}

/** What an index names, in short. */
export function held(document: IndexDocument): readonly string[] {
  return document.assets.map(
    ({ name, version, state }) => `${name}@${version}${state === "kept" ? " kept" : ""}`,
  );
}
