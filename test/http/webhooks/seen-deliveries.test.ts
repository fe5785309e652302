import { expect, it } from "vitest";

import { SeenDeliveries } from "../../../src/http/webhooks/seen-deliveries.ts";
import { FakeTime } from "../../controller/fake-time.ts";

it("remembers a bounded number of deliveries, and the newest longest", () => {
  const seen = new SeenDeliveries(new FakeTime(), { maxDeliveries: 100 });
  for (let index = 0; index < 10_000; index += 1) expect(seen.isNew(`id-${index}`)).toBe(true);

  expect(seen.size).toBe(100);
  expect(seen.isNew("id-9999")).toBe(false);
  expect(seen.isNew("id-0")).toBe(true);
});

it("forgets with time", async () => {
  const time = new FakeTime();
  const seen = new SeenDeliveries(time);
  seen.isNew("a");
  await time.pass(599_999);
  expect(seen.isNew("a")).toBe(false);
  await time.pass(1);

  expect(seen.isNew("a")).toBe(true);
  expect(seen.size).toBe(1);
});

it.each([undefined, "", "x".repeat(65), "a b", "ä", "a,b"])("remembers no %j", (id) => {
  const seen = new SeenDeliveries(new FakeTime());

  expect([seen.isNew(id), seen.isNew(id)]).toEqual([true, true]);
  expect(seen.size).toBe(0);
});
