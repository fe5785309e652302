const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** `512 B`, `4.2 MiB`, `310 GiB`: three digits at most, then the unit. */
export function renderSize(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? "B"}`;
}

/** `1 file`, `3 files`, `2 indexes`. */
export function renderCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
