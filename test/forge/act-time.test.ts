import { describe, expect, it } from "vitest";
import type { Account } from "../../src/domain/pull-request.ts";
import { timeAfter } from "../../src/forge/drivers/local/act-time.ts";
import { openLocalHost } from "./memory-host.ts";

const ann: Account = { name: "Ann Carter", email: "ann@contoso.example" };
const bo: Account = { name: "Bo Diaz", email: "bo@contoso.example" };
const before = "2026-03-04T10:00:00Z";

describe("the time of an act", () => {
  it.each([
    { name: "later", claimed: "2026-03-04T10:00:01Z", at: "2026-03-04T10:00:01Z" },
    { name: "at once", claimed: before, at: before },
    { name: "by a clock that is a little behind", claimed: "2026-03-04T09:55:00Z", at: before },
    {
      name: "after a clock that was wrong",
      claimed: "2026-03-04T09:54:59Z",
      at: "2026-03-04T09:54:59Z",
    },
  ])("$name", ({ claimed, at }) => {
    expect(timeAfter(before, claimed)).toBe(at);
  });
});

it("is not dragged into the future by one that was dated far ahead", async () => {
  const host = await openLocalHost();
  const head = await host.commit(await host.base(), { "a.txt": "2" });
  const { number } = await host.forge.open({
    title: "Change",
    body: "",
    by: ann,
    labels: [],
    branch: "better",
    head,
  });
  const { seconds } = host.clock;
  host.clock.tick(10 * 365 * 86_400);
  await host.forge.comment(number, { by: bo, body: "from the future" });
  host.clock.seconds = seconds + 60;
  await host.forge.review(number, { by: bo, verdict: "approved", body: "", commit: head });
  for (const forge of [host.forge, await host.another()]) {
    const { reviews } = await forge.get(number);
    expect(reviews.map(({ at }) => Date.parse(at) / 1000)).toEqual([seconds + 60]);
  }
});

it("keeps the words of one person in order, by whatever clocks", async () => {
  const host = await openLocalHost();
  const head = await host.commit(await host.base(), { "a.txt": "2" });
  const draft = { title: "Change", body: "", by: ann, labels: [], branch: "better", head };
  const { number, openedAt } = await host.forge.open(draft);
  const review = { by: bo, body: "", commit: head } as const;
  await host.forge.review(number, { ...review, verdict: "approved" });
  host.clock.tick(-7200);
  await host.forge.review(number, { ...review, verdict: "changes-requested" });
  await host.forge.review(number, { ...review, by: { name: "Cy" }, verdict: "approved" });

  const { reviews } = await (await host.another()).get(number);
  const times = reviews.map(({ at }) => (Date.parse(at) - Date.parse(openedAt)) / 1000);
  expect(times).toEqual([0, 0, -7200]);
});
