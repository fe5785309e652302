import type { OptionSpecs } from "./command.ts";
import { usageError } from "./errors.ts";

export const markdownOption = {
  markdown: { type: "flag", summary: "Print the check as a comment for the pull request." },
} as const satisfies OptionSpecs;

export function checkOneForm({
  json,
  markdown,
}: {
  readonly json: boolean;
  readonly markdown: boolean;
}): void {
  if (!json || !markdown) return;
  throw usageError("The answer has one form.", "Give either --json or --markdown.");
}
