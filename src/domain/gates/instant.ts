/** `2026-03-04T10:00:00Z`: the moment as people read it, without milliseconds that say nothing. */
export function formatInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(".000Z", "Z");
}

const lastInstant = Date.UTC(9999, 11, 31);

/** Milliseconds since 1970, absent for text that is no moment between then and the year 9999. */
export function parseInstant(text: string): number | undefined {
  const milliseconds = Date.parse(text);
  return milliseconds >= 0 && milliseconds <= lastInstant ? milliseconds : undefined;
}

export function earliest(instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

export function latest(instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
