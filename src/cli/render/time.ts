const steps = [
  { ms: 86_400_000 * 365, unit: "y" },
  { ms: 86_400_000, unit: "d" },
  { ms: 3_600_000, unit: "h" },
  { ms: 60_000, unit: "min" },
  { ms: 1000, unit: "s" },
] as const;

/** `just now`, `4 min ago`, `in a moment`, `in 3 d`; text that is no date is shown as it is. */
export function renderAgo(iso: string, now: Date): string {
  const then = Date.parse(iso);
  if (Number.isNaN(then)) return iso;
  const distanceMs = now.getTime() - then;
  const absoluteMs = Math.abs(distanceMs);
  const step = steps.find(({ ms }) => absoluteMs >= ms);
  if (!step || absoluteMs < 5000) return distanceMs >= 0 ? "just now" : "in a moment";
  const amount = `${Math.floor(absoluteMs / step.ms)} ${step.unit}`;
  return distanceMs >= 0 ? `${amount} ago` : `in ${amount}`;
}

/** `2026-03-04 10:00 UTC (in 3 h)`: for moments that somebody plans with. */
export function renderMoment(iso: string, now: Date): string {
  const text = renderDate(iso);
  return text === iso ? iso : `${text} (${renderAgo(iso, now)})`;
}

/** `2026-03-04 10:00 UTC`; text that is no date is shown as it is. */
export function renderDate(iso: string): string {
  const then = new Date(iso);
  if (Number.isNaN(then.getTime())) return iso;
  const text = then.toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}
