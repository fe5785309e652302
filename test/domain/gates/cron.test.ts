import { describe, expect, it } from "vitest";
import { parseCron } from "../../../src/domain/gates/cron.ts";

const dayMs = 86_400_000;

/** The days of a month on which a cron expression is. */
function daysIn(text: string, month: string): readonly number[] {
  const cron = parseCron(text);
  if (!cron.ok) throw new Error(cron.problem);
  const first = Date.parse(`${month}-01T00:00:00Z`) / dayMs;
  const days = Array.from({ length: 31 }, (_, index) => first + index);
  return days
    .filter((day) => new Date(day * dayMs).toISOString().startsWith(month))
    .filter((day) => cron.value.isOnDay(day))
    .map((day) => new Date(day * dayMs).getUTCDate());
}

describe("the days of a cron expression", () => {
  // 1 March 2026 is a Sunday.
  it.each([
    { cron: "0 0 * * FRI", days: [6, 13, 20, 27] },
    { cron: "0 0 * * fri", days: [6, 13, 20, 27] },
    { cron: "0 0 * * 0", days: [1, 8, 15, 22, 29] },
    { cron: "0 0 * * 7", days: [1, 8, 15, 22, 29] },
    { cron: "0 0 * * SAT-SUN", days: [1, 7, 8, 14, 15, 21, 22, 28, 29] },
    { cron: "0 0 * * 6-7", days: [1, 7, 8, 14, 15, 21, 22, 28, 29] },
    { cron: "0 0 1,15 * *", days: [1, 15] },
    { cron: "0 0 10-14/2 * *", days: [10, 12, 14] },
    { cron: "0 0 */10 MAR *", days: [1, 11, 21, 31] },
    { cron: "0 0 1 JAN,APR *", days: [] },
    { cron: "0 0 1 3 *", days: [1] },
    { cron: "0 0 13 * FRI", days: [6, 13, 20, 27] },
    { cron: "0 0 14 * FRI", days: [6, 13, 14, 20, 27] },
    { cron: "0 0 */2 * FRI", days: [13, 27] },
    { cron: "0 0 13 * */5", days: [13] },
    { cron: "0 0 31 2 FRI", days: [] },
  ])("$cron: $days", ({ cron, days }) => {
    expect(daysIn(cron, "2026-03")).toEqual(days);
  });

  it("know leap years", () => {
    expect(daysIn("0 0 29 2 *", "2026-02")).toEqual([]);
    expect(daysIn("0 0 29 2 *", "2028-02")).toEqual([29]);
  });
});

it.each([
  { cron: "5 1 * * *", minutes: [65] },
  { cron: "*/30 8-9 * * *", minutes: [480, 510, 540, 570] },
  { cron: "10,5 23 * * *", minutes: [1385, 1390] },
  { cron: "  0   0 * * *  ", minutes: [0] },
])("$cron is at $minutes", ({ cron, minutes }) => {
  expect(parseCron(cron)).toMatchObject({ ok: true, value: { minutes } });
});

it.each([
  { cron: "", says: "five fields" },
  { cron: "* * * *", says: "five fields" },
  { cron: "0 0 0 * * FRI", says: "five fields" },
  { cron: "60 * * * *", says: '"60" is no minute' },
  { cron: "* 24 * * *", says: '"24" is no hour' },
  { cron: "* * 0 * *", says: '"0" is no day of the month' },
  { cron: "* * * 13 *", says: '"13" is no month' },
  { cron: "* * * FOO *", says: "or a name" },
  { cron: "* * * * 8", says: "no day of the week" },
  { cron: "MON * * * *", says: "no minute" },
  { cron: "1, * * * *", says: '"" is no minute' },
  { cron: "5/10 * * * *", says: '"5/10" is no minute' },
  { cron: "*/0 * * * *", says: '"*/0"' },
  { cron: "1-5/0 * * * *", says: '"1-5/0"' },
  { cron: "5-1 * * * *", says: '"5-1"' },
  { cron: "5-99 * * * *", says: '"5-99"' },
  { cron: "* * * * FRI-MON", says: '"FRI-MON"' },
  { cron: "* * * * FRI#2", says: '"FRI#2"' },
  { cron: "* * ? * *", says: '"?"' },
  { cron: "* * L * *", says: '"L"' },
  { cron: "0 0 30 2 *", says: "on no day" },
  { cron: "0 0 31 FEB,APR *", says: "on no day" },
])("$cron: $says", ({ cron, says }) => {
  expect(parseCron(cron)).toMatchObject({ ok: false, problem: expect.stringContaining(says) });
});
