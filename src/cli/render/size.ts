export { formatSize as renderSize } from "../../shared/units.ts";

/** `1 file`, `3 files`, `2 indexes`. */
export function renderCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
