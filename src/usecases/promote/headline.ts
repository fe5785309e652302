import { isBlocking } from "../../domain/finding.ts";
import { formatSize } from "../../shared/units.ts";
import type { CheckReport, MoveReport } from "../app-promote.ts";
import { formatDelta } from "./format-number.ts";
import { plainLine } from "./markdown-text.ts";

/** A host cuts longer ones where it likes. */
const mostLetters = 240;
const mostParts = 4;
/** Of the findings about what is refused. */
const refusedRule = "unreviewed-content";

/**
 * A check in one line of plain text, the promotion first:
 * `prod: taxi-fare 3 → 4, +0.01 r2 on taxi-holdout, 12.0 MiB to prod-eu`.
 */
export function headlineOf(report: CheckReport): string {
  const { conflicts, moves, versions, policy, findings, refusals } = report;
  if (conflicts.length > 0) return plainLine(report.summary, mostLetters);
  // What is refused says so itself.
  const errors = findings.filter(
    (finding) => isBlocking(finding) && (refusals.length === 0 || finding.rule !== refusedRule),
  );
  const names = shortNames(report);
  const [only, ...others] = moves;
  const parts = [
    ...(only !== undefined && others.length === 0
      ? [[moveLine(only, names), ...movedBytes(only, report)].join(", ") + openGates(only)]
      : moves.map((move) => moveLine(move, names) + openGates(move))),
    ...versions.map(({ asset, version }) => `${names.get(asset) ?? asset} gets version ${version}`),
    ...(policy === undefined
      ? []
      : [`the policy changes${policy.outcome === "failed" ? ", without those who own it" : ""}`]),
    ...(errors.length > 0 ? [counted(errors.length, "error")] : []),
    ...refusalParts(refusals),
  ];
  const [error] = errors;
  if (parts.length === 1 && error !== undefined) {
    const which = errors.length === 1 ? "in" : "the first in";
    return plainLine(`${parts[0]}, ${which} ${error.path}: ${error.message}`, mostLetters);
  }
  const shown = parts.slice(0, mostParts);
  if (parts.length > shown.length) shown.push(`${parts.length - shown.length} more`);
  return plainLine(shown.join("; ") || report.summary, mostLetters);
}

/** Assets without their kind, where that leaves no doubt. */
function shortNames({ moves, versions }: CheckReport): ReadonlyMap<string, string> {
  const keys = [...new Set([...moves, ...versions].map(({ asset }) => asset))];
  const short = keys.map((key) => key.slice(key.indexOf("/") + 1));
  return new Map(
    keys.map((key, index) => {
      const name = short[index] ?? key;
      return [key, short.filter((other) => other === name).length > 1 ? key : name];
    }),
  );
}

function moveLine(
  { stage, asset, runs, version }: MoveReport,
  names: ReadonlyMap<string, string>,
): string {
  const name = names.get(asset) ?? asset;
  if (version === undefined) return `${stage}: ${name} ${runs ?? ""} is withdrawn`;
  return `${stage}: ${name} ${runs === undefined ? version : `${runs} → ${version}`}`;
}

/** What gets better or worse, and what travels where. */
function movedBytes(move: MoveReport, { deliveries }: CheckReport): readonly string[] {
  const { stage, asset, version, metrics } = move;
  const sizes = deliveries
    .filter((item) => item.stage === stage && item.asset === asset && item.version === version)
    .map(({ workspace, sizeBytes }) => `${formatSize(sizeBytes)} to ${workspace}`);
  return [
    ...metrics.slice(0, 2).map(({ metric, from, to }) => `${formatDelta(from, to)} ${metric}`),
    ...sizes.slice(0, 2),
  ];
}

/** ` (1 of 8 gates fails)`; nothing when all of them pass. */
function openGates({ gates }: MoveReport): string {
  const failed = gates.filter(({ outcome }) => outcome === "failed").length;
  const waiting = gates.filter(({ outcome }) => outcome === "waiting").length;
  const of = ` of ${gates.length} gates`;
  if (failed > 0) return ` (${failed}${of} ${failed === 1 ? "fails" : "fail"})`;
  return waiting > 0 ? ` (${waiting}${of} ${waiting === 1 ? "waits" : "wait"})` : "";
}

/** A single one in short: what comes after a colon is advice. */
function refusalParts([only, ...others]: CheckReport["refusals"]): readonly string[] {
  if (only === undefined) return [];
  if (others.length > 0) return [`${others.length + 1} would not be taken`];
  const [clause = ""] = only.replace(/\.$/, "").split(/: |\. /, 1);
  return [clause.includes(" ") ? clause : "1 would not be taken"];
}

function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
}
