import { fail, ok, type Result } from "../../shared/result.ts";

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words: readonly string[];
}

const fields: readonly Field[] = [
  { name: "minute", min: 0, max: 59, words: [] },
  { name: "hour", min: 0, max: 23, words: [] },
  { name: "day of month", min: 1, max: 31, words: [] },
  { name: "month", min: 1, max: 12, words: months },
  { name: "day of week", min: 0, max: 7, words: days },
];

/**
 * Checks five cron fields. Stricter than node-cron, which takes seconds as a sixth field and lets
 * ranges run backwards and steps leave their field. Five fields cannot ask for more than one run a
 * minute.
 */
export function parseCronExpression(text: string): Result<string, string> {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== fields.length) {
    return fail(
      `"${text}" has ${parts.length} fields: write minute, hour, day of month, month and day of week, as in "0 3 * * *".`,
    );
  }
  for (const [index, field] of fields.entries()) {
    const part = parts[index] ?? "";
    if (!part.split(",").every((item) => isItem(item, field))) {
      return fail(
        `"${part}" is no ${field.name} in "${text}": write *, a number from ${field.min} to ${field.max}, a range like 1-5 or a step like */5.`,
      );
    }
  }
  return ok(parts.join(" "));
}

/** `*`, `5`, `1-5`, and the first and last with a step. */
function isItem(item: string, field: Field): boolean {
  const match = /^(\*|\w{1,3}(?:-\w{1,3})?)(?:\/(\d{1,2}))?$/.exec(item);
  if (!match) return false;
  const [, range = "", step] = match;
  if (step !== undefined && !isStep(Number(step), range, field)) return false;
  if (range === "*") return true;
  const [from = "", to = from] = range.split("-");
  const first = valueOf(from, field);
  const last = valueOf(to, field);
  return first !== undefined && last !== undefined && first <= last;
}

function isStep(step: number, range: string, { min, max }: Field): boolean {
  return step >= 1 && step <= max - min && (range === "*" || range.includes("-"));
}

function valueOf(text: string, { min, max, words }: Field): number | undefined {
  const word = words.indexOf(text.toLowerCase());
  if (word >= 0) return word + min;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}
