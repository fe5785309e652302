import { expect, it } from "vitest";
import { ReportMemory } from "../../../src/usecases/report/memory.ts";

it("forgets what was tried in vain and is not open any more", async () => {
  const memory = await ReportMemory.of({ get: async () => undefined, set: async () => undefined });
  memory.tried(1);
  memory.tried(2);

  memory.keepOnly([2], undefined);

  expect([memory.lastTry(1), memory.lastTry(2)]).toEqual([0, 2]);
});
