import type { Finding, Fix, Place, Severity } from "../finding.ts";
import { compareFindings } from "../finding.ts";
import type { LedgerState } from "../ledger/state.ts";
import type { Registry } from "../registry.ts";

/** What a rule looks at: the registry as proposed, and what the ledger has published so far. */
export interface RuleContext {
  readonly registry: Registry;
  /** Absent when a manifest is checked on its own or the registry is not adopted. */
  readonly state: LedgerState | undefined;
}

export interface Violation {
  readonly message: string;
  readonly at: Place;
  /** When it differs from the rule's own. */
  readonly severity?: Severity;
  /** What corrects it, where that is certain. */
  readonly fix?: Fix;
}

/** What can be said of a rule without running it; `docs/rules/<id>.md` says more. */
export interface RuleInfo {
  readonly id: string;
  readonly severity: Severity;
  /** One sentence that holds when the rule is kept: its documentation. */
  readonly states: string;
  /**
   * What it finds leaves a manifest without a usable meaning or without its bytes: its severity
   * cannot be changed, and what was accepted is still not published.
   */
  readonly isFixed?: true;
}

/** One thing that is checked beyond the schema: one file, named after its id. */
export interface Rule extends RuleInfo {
  check(context: RuleContext): Iterable<Violation>;
}

/** Findings of one rule in one file: with more of them the file is beyond reading anyway. */
const maxPerFile = 100;

/** Runs every rule; findings come sorted, and a rule never sees another's. */
export function runRules(rules: readonly Rule[], context: RuleContext): readonly Finding[] {
  const findings: Finding[] = [];
  for (const rule of rules) {
    const counts = new Map<string, number>();
    for (const { message, at, severity = rule.severity, fix } of rule.check(context)) {
      const count = (counts.get(at.path) ?? 0) + 1;
      counts.set(at.path, count);
      if (count > maxPerFile) continue;
      const finding = { rule: rule.id, severity, message, ...at };
      findings.push(fix === undefined ? finding : { ...finding, fix });
    }
  }
  return findings.sort(compareFindings);
}
