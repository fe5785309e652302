import { usageError } from "./errors.ts";

/** A day or a moment in ISO 8601; anything else is a problem of the command line. */
export function checkDate(text: string): string {
  if (isDate(text)) return text;
  throw usageError(
    `"${text}" is not a date.`,
    "Write a day or a moment in ISO 8601: 2025-03-01 or 2025-03-01T12:00:00Z.",
  );
}

function isDate(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}(T[\d:.]{5,15}(Z|[+-]\d{2}:?\d{2})?)?$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  );
}
