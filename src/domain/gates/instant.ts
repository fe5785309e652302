/** `2026-03-04T10:00:00Z`: the moment as people read it, without milliseconds that say nothing. */
export function formatInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(".000Z", "Z");
}

/** Milliseconds since 1970, absent for text that is no moment. */
export function parseInstant(text: string): number | undefined {
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
