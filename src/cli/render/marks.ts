import type { Paint, Style } from "../ansi.ts";

const marks = {
  passed: ["green", "✓"],
  failed: ["red", "✗"],
  waiting: ["yellow", "…"],
  pending: ["yellow", "…"],
} as const satisfies Record<string, readonly [Style, string]>;

export type Outcome = keyof typeof marks;

/** The sign in front of a gate, a test, a check. */
export function renderMark(outcome: Outcome, paint: Paint): string {
  const [style, sign] = marks[outcome];
  return paint(style, sign);
}

export function renderOutcome(outcome: Outcome, paint: Paint): string {
  const [style, sign] = marks[outcome];
  return paint(style, `${sign} ${outcome}`);
}
