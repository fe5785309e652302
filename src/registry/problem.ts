import type { Finding, Fix, Place, Severity } from "../domain/finding.ts";

/** A finding before it is known in which file it stands: files with the same bytes share it. */
export interface Problem {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  readonly anchor?: NonNullable<Place["anchor"]>;
  readonly fix?: Fix;
}

export function toFinding(problem: Problem, path: string): Finding {
  return { path, ...problem };
}

export function hasErrors(problems: Iterable<{ readonly severity: Severity }>): boolean {
  for (const { severity } of problems) if (severity === "error") return true;
  return false;
}
