import { byCodeUnits, type JsonValue } from "../shared/json.ts";

/**
 * Where in the registry something is; absent for a whole file. Line and column count from 1, the
 * column in UTF-16 code units, as editors and SARIF do.
 */
export interface Place {
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  /** Where the value is written, when an alias stands at this place. */
  readonly anchor?: { readonly line: number; readonly column: number };
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
  /** Where the value is written, when an alias stands at this place. */
  readonly anchor?: NonNullable<Place["anchor"]>;
  /** What corrects it, where that is certain. */
  readonly fix?: Fix;
  /** Why it blocks nothing: `accept` in registry.yaml takes it for now. */
  readonly accepted?: Acceptance;
}

/** A change of one file, by the place of a value in it, so that comments and layout stay. */
export type Fix =
  | { readonly type: "set"; readonly pointer: Pointer; readonly value: JsonValue }
  /** Gives the member at `pointer` another key; its value and place stay. */
  | { readonly type: "rename"; readonly pointer: Pointer; readonly key: string }
  | { readonly type: "remove"; readonly pointer: Pointer }
  | { readonly type: "strip-byte-order-mark" };

/** The way to a value in a document: keys, and indexes of lists. */
export type Pointer = readonly (string | number)[];

export interface Acceptance {
  readonly reason: string;
  /** ISO date; for ever when absent. */
  readonly until?: string;
}

/** What registry.yaml says about findings: `severity` and `accept`. */
export interface FindingPolicy {
  /** In order; the last that matches decides. */
  readonly severities: readonly SeverityChange[];
  readonly acceptances: readonly AcceptedFindings[];
}

export interface SeverityChange {
  readonly rule: string;
  /** `none`: not reported at all. */
  readonly level: Severity | "none";
  readonly place: Place;
  readonly matches: (path: string) => boolean;
}

/** Findings that a registry takes for now: those of one rule in the files that match. */
export interface AcceptedFindings extends Acceptance {
  readonly rule: string;
  /** At most so many in one file: with one more, all of them are reported. No bound when absent. */
  readonly count: number | undefined;
  readonly isExpired: boolean;
  readonly place: Place;
  readonly matches: (path: string) => boolean;
}

/** By path, then position, then rule: the order in which a person reads files. */
export function compareFindings(left: Finding, right: Finding): number {
  return (
    byCodeUnits(left.path, right.path) ||
    (left.line ?? 0) - (right.line ?? 0) ||
    (left.column ?? 0) - (right.column ?? 0) ||
    byCodeUnits(left.rule, right.rule) ||
    byCodeUnits(left.message, right.message)
  );
}

export function isBlocking({
  severity,
  accepted,
}: Pick<Finding, "severity" | "accepted">): boolean {
  return severity === "error" && accepted === undefined;
}

/** Whether `--fix` may correct it: what is accepted, or stands behind an alias, is left alone. */
export function isFixable(finding: Finding): finding is Finding & { readonly fix: Fix } {
  const { fix, accepted, anchor } = finding;
  return fix !== undefined && accepted === undefined && anchor === undefined;
}
