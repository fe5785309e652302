/** Where in the registry something is. Line and column count from 1; absent for a whole file. */
export interface Place {
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
}

export const severities = ["error", "warning", "info"] as const;
export type Severity = (typeof severities)[number];

/** One thing that is wrong in a user's registry, and what to do about it. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
}

/** By path, then position, then rule: the order in which a person reads files. */
export function compareFindings(left: Finding, right: Finding): number {
  return (
    compareText(left.path, right.path) ||
    (left.line ?? 0) - (right.line ?? 0) ||
    (left.column ?? 0) - (right.column ?? 0) ||
    compareText(left.rule, right.rule) ||
    compareText(left.message, right.message)
  );
}

export function isBlocking(finding: Finding): boolean {
  return finding.severity === "error";
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
