import type { Finding, Place, Severity } from "../finding.ts";
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
}

/** One thing that is checked beyond the schema: one file, named after its id. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  /** One sentence that holds when the rule is kept: its documentation. */
  readonly states: string;
  check(context: RuleContext): Iterable<Violation>;
}

/** Runs every rule; findings come sorted, and a rule never sees another's. */
export function runRules(rules: readonly Rule[], context: RuleContext): readonly Finding[] {
  const findings: Finding[] = [];
  for (const rule of rules) {
    for (const { message, at, severity } of rule.check(context)) {
      findings.push({ rule: rule.id, severity: severity ?? rule.severity, message, ...at });
    }
  }
  return findings.sort(compareFindings);
}
