import { fail, ok, type Result } from "./result.ts";

const durationMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const sizeBytes: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Parses `30s`, `15m`, `24h`, `7d`, `2w` to milliseconds. A bare number means seconds. */
export function parseDuration(text: string): Result<number, string> {
  const match = /^(\d{1,9})(ms|s|m|h|d|w)?$/.exec(text);
  const factor = durationMs[match?.[2] ?? "s"];
  if (!match || factor === undefined) {
    return fail(`"${text}" is not a duration: write a number and ms, s, m, h, d or w, as in 15m.`);
  }
  return ok(Number(match[1]) * factor);
}

/** Parses `500GiB`, `12MB`, `1024` to bytes. */
export function parseSize(text: string): Result<number, string> {
  const match = /^(\d{1,12})\s?([kKMGT]?i?B)?$/.exec(text);
  const factor = sizeBytes[match?.[2] ?? ""];
  if (!match || factor === undefined) {
    return fail(
      `"${text}" is not a size: write a number and kB, MB, GB, KiB, MiB or GiB, as in 500GiB.`,
    );
  }
  return ok(Number(match[1]) * factor);
}

const binaryUnits = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** `512 B`, `4.2 MiB`, `310 GiB`: three digits at most, then the unit. */
export function formatSize(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1023.5 && unit < binaryUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${binaryUnits[unit] ?? "B"}`;
}
