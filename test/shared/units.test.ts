import { expect, it } from "vitest";
import { parseDuration, parseSize } from "../../src/shared/units.ts";

it.each([
  { name: "milliseconds", text: "250ms", ms: 250 },
  { name: "seconds", text: "30s", ms: 30_000 },
  { name: "a bare number is seconds", text: "30", ms: 30_000 },
  { name: "minutes", text: "15m", ms: 900_000 },
  { name: "hours", text: "24h", ms: 86_400_000 },
  { name: "days", text: "7d", ms: 604_800_000 },
  { name: "weeks", text: "2w", ms: 1_209_600_000 },
  { name: "zero", text: "0s", ms: 0 },
])("takes a duration in $name", ({ text, ms }) => {
  expect(parseDuration(text)).toEqual({ ok: true, value: ms });
});

it.each(["", "s", "-1s", "1.5h", "1 h", "1H", "1y", "1h30m", "1_000s", "9999999999s", "1s\n"])(
  "refuses the duration %j",
  (text) => {
    expect(parseDuration(text).ok).toBe(false);
  },
);

it.each([
  { name: "bytes", text: "1024", bytes: 1024 },
  { name: "named bytes", text: "12B", bytes: 12 },
  { name: "decimal kilobytes", text: "3kB", bytes: 3000 },
  { name: "decimal kilobytes in capitals", text: "3KB", bytes: 3000 },
  { name: "decimal megabytes", text: "12MB", bytes: 12e6 },
  { name: "decimal terabytes", text: "1TB", bytes: 1e12 },
  { name: "binary kilobytes", text: "1KiB", bytes: 1024 },
  { name: "binary gigabytes", text: "500GiB", bytes: 500 * 2 ** 30 },
  { name: "a space between", text: "500 GiB", bytes: 500 * 2 ** 30 },
])("takes a size in $name", ({ text, bytes }) => {
  expect(parseSize(text)).toEqual({ ok: true, value: bytes });
});

it.each(["", "GiB", "-1", "1.5GiB", "1gib", "1kiB", "1iB", "1PB", "1  GiB", "1e9", "1GiB\n"])(
  "refuses the size %j",
  (text) => {
    expect(parseSize(text).ok).toBe(false);
  },
);
