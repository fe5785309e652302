import type { CairnError } from "../shared/errors.ts";

/** What the shell learns. */
export const ExitCode = {
  ok: 0,
  /** It ran, and found problems. */
  findings: 1,
  /** It was called the wrong way. */
  usage: 2,
  failed: 3,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export function exitCodeOf(error: CairnError): ExitCode {
  return error.kind === "invalid" ? ExitCode.usage : ExitCode.failed;
}
