import { expect, it } from "vitest";
import { startPoll } from "../../../src/controller/triggers/poll.ts";
import { FakeTime } from "../fake-time.ts";

it.each([
  { random: 0, first: 9000 },
  { random: 0.5, first: 10_000 },
  { random: 1, first: 11_000 },
])("polls on its beat, off by a tenth at most ($first ms)", async ({ random, first }) => {
  const time = new FakeTime();
  const polledAt: number[] = [];
  const stop = startPoll(() => polledAt.push(time.monotonicMs()), {
    everyMs: 10_000,
    timer: time,
    random: () => random,
  });
  await time.pass(first * 3);
  await stop();
  await time.pass(100_000);

  expect(polledAt).toEqual([first, first * 2, first * 3]);
});
