import { expect, it } from "vitest";

import type { Change } from "../../../src/usecases/promote/change.ts";
import { previewDeliveries } from "../../../src/usecases/promote/check-deliveries.ts";
import { registryWith, workspaceWith } from "../../support/deliveries.ts";
import { accepted, adopted, stateOf, published } from "../../support/domain-builders.ts";
import { MemoryRemote } from "../../support/memory-mirror.ts";
import { openSession } from "../reconcile/world.ts";

const state = stateOf(adopted(), published());
const registry = registryWith({ workspaces: [workspaceWith()] });
// Of a change, what travels needs only these.
const change = { state, registry } as unknown as Change;
const drafts = [accepted()];

/** A session whose stores never answer; `onAsked` is called when one is asked. */
function silentSession(onAsked: () => void) {
  return {
    ...openSession(new MemoryRemote()),
    openStore: async (): Promise<never> => {
      onAsked();
      return new Promise<never>(() => undefined);
    },
  };
}

it("is not known where a store takes too long, which is counted", async () => {
  const abort = new AbortController();
  let lost = 0;
  const patience = { signal: () => abort.signal, lose: () => void (lost += 1) };
  const session = silentSession(() => abort.abort());

  expect(await previewDeliveries(session, change, { drafts, patience })).toEqual([]);
  expect(lost).toBe(1);
});

it("is not asked for where patience has ended", async () => {
  let asked = 0;
  const patience = { signal: () => AbortSignal.abort(), lose: () => undefined };
  const session = silentSession(() => void (asked += 1));

  expect(await previewDeliveries(session, change, { drafts, patience })).toEqual([]);
  expect(asked).toBe(0);
});

it("is not asked for where nothing moves", async () => {
  let asked = 0;
  const session = silentSession(() => void (asked += 1));

  expect(await previewDeliveries(session, change, { drafts: [], patience: undefined })).toEqual([]);
  expect(asked).toBe(0);
});
