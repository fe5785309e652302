import type { Finding } from "../domain/finding.ts";

export interface ValidateRequest {
  /** Registry folders or single manifests; empty means the registry itself. */
  readonly paths: readonly string[];
  /** Check this commit of the registry instead of the folder. */
  readonly revision?: string;
  /** What nothing in a single file says. */
  readonly kind?: string;
  /** Name files from the working folder, with a single path too: that is where others look. */
  readonly isNamedFromHere?: boolean;
  /** Also answer with the lines that findings stand in. */
  readonly withExcerpts?: boolean;
  /** Correct what is certain, then report what is left. */
  readonly fix?: { readonly isDryRun: boolean };
  /** Accept what is found, in registry.yaml, then report what is left. */
  readonly accept?: AcceptRequest;
}

export interface AcceptRequest {
  /** ISO date, the last day. */
  readonly until: string;
  readonly reason: string;
}

export interface ValidateReport {
  readonly findings: readonly Finding[];
  readonly assets: number;
  readonly files: number;
  readonly excerpts?: readonly Excerpt[];
  readonly fixes?: readonly FixReport[];
  readonly acceptance?: AcceptanceReport;
}

/** A line that findings stand in, as it is written. Lines that may hold a secret are not told. */
export interface Excerpt {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** What became of one fix. */
export interface FixReport {
  readonly rule: string;
  readonly path: string;
  /** The first line that changes. */
  readonly line?: number;
  /** `proposed`: it would be corrected. `left`: not without touching something else. */
  readonly outcome: "fixed" | "proposed" | "left";
  /** The lines that change; empty where they may hold a secret. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface AcceptanceReport {
  /** Findings that are accepted now and were not before. */
  readonly findings: number;
  /** Entries written or brought up to date. */
  readonly entries: number;
  readonly until: string;
  /** Files with findings of rules that keep what they find from being published all the same. */
  readonly unpublished: readonly string[];
}
