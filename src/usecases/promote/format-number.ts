/** `0.934`: six digits are more than anybody compares by eye. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** `+0.013`, `-2`, `±0`. */
export function formatDelta(from: number, to: number): string {
  // A difference of decimals has noise in its last digits: 0.934 - 0.921 is 0.013000000000000012.
  const delta = Number((to - from).toPrecision(3));
  if (delta === 0) return "±0";
  return delta > 0 ? `+${delta}` : String(delta);
}
