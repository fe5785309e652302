import type { HeadCheck } from "../promotion/facts.ts";
import type { Gate } from "./gate.ts";

/** Settings of the checks gate: names of commit statuses and check runs. */
export type ChecksSettings = { readonly required: readonly string[] };

export const checks: Gate<ChecksSettings> = {
  name: "checks",
  states: "Checks of the pull request's head succeeded.",
  bindsRollback: false,

  evaluate({ required }, { checks: reported }) {
    if (reported === undefined) {
      return {
        outcome: "failed",
        reason: `This pull-request host knows no checks of other programs, so ${list(required)} cannot be asked for: take checks out of the rule in policies/promotion.yaml, or override it.`,
      };
    }
    const names = [...new Set(required)];
    const of = (outcome: Said): readonly string[] =>
      names.filter((name) => saidOf(name, reported) === outcome);
    const failed = of("failed");
    const open = of("pending");
    if (failed.length + open.length === 0) {
      return { outcome: "passed", reason: `Passed: ${list(names)}.` };
    }
    const reasons = [
      ...(failed.length === 0
        ? []
        : [`${list(failed)} failed: see why on the pull request, and push a correction.`]),
      ...(open.length === 0 ? [] : [notYet(open)]),
    ];
    // Never waiting: that is for what time alone turns green, also after the merge.
    return { outcome: "failed", reason: reasons.join(" ") };
  },
};

function notYet(names: readonly string[]): string {
  const [has, it] = names.length === 1 ? ["has", "it has"] : ["have", "they have"];
  return `${list(names)} ${has} not reported yet: merge when ${it}.`;
}

type Said = HeadCheck["outcome"];

/** Several programs may report under one name: then all of them must pass. */
function saidOf(name: string, reported: readonly HeadCheck[]): Said {
  const said = reported.filter((check) => check.name === name).map(({ outcome }) => outcome);
  if (said.includes("failed")) return "failed";
  return said.length === 0 || said.includes("pending") ? "pending" : "passed";
}

function list(names: readonly string[]): string {
  return names.join(", ");
}
