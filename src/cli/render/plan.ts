import type { PlannedAction, PlanReport } from "../../usecases/app.ts";
import type { Paint } from "../ansi.ts";
import { toActionLine, type ActionLine } from "./action-line.ts";
import { renderFindings } from "./findings.ts";
import { renderPending } from "./pending.ts";
import { findAbnormal, renderConditions } from "./status.ts";
import { renderSize } from "./size.ts";

/** The whole answer of `cairn plan`: what would be done, what waits, what holds things back. */
export function renderPlan(report: PlanReport, paint: Paint): string {
  const { actions, pending, findings } = report;
  const abnormal = findAbnormal(report.conditions);
  const isQuiet = actions.length === 0 && abnormal.length === 0;
  const blocks = [
    renderActions(actions, paint),
    pending.length > 0 ? renderPending(pending, paint) : "",
    renderFindings(findings, paint),
    renderConditions(abnormal, paint),
    isQuiet ? paint("green", "Nothing to do: everything is as the registry says.") : "",
    actions.length > 0 ? `${paint("bold", "Plan:")} ${countActions(actions)}.` : "",
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

/** The actions as Terraform would print them: grouped, a sign in front. */
export function renderActions(actions: readonly PlannedAction[], paint: Paint): string {
  const groups = new Map<string, ActionLine[]>();
  // Indexes are written after each workspace; a person wants the workspaces together.
  const isIndex = ({ kind }: PlannedAction): boolean => kind === "write-index";
  const ordered = [...actions.filter((action) => !isIndex(action)), ...actions.filter(isIndex)];
  for (const action of ordered) {
    const line = toActionLine(action);
    const lines = groups.get(line.group) ?? [];
    lines.push(line);
    groups.set(line.group, lines);
  }
  return [...groups].map(([group, lines]) => renderGroup(group, lines, paint)).join("\n\n");
}

/** `2 to publish, 5 to deliver (1.2 MiB), 1 to remove`, leaving out what there is none of. */
function countActions(actions: readonly PlannedAction[]): string {
  const sizeBytes = actions.reduce(
    (sum, action) => sum + (action.kind === "deliver" ? action.sizeBytes : 0),
    0,
  );
  const counts = [
    ["publish", "to publish"],
    ["accept", "to accept"],
    ["roll-back", "to roll back"],
    ["withdraw", "to withdraw"],
    ["wait", "to wait"],
    ["block", "to block"],
    ["accept-policy", "policy to accept"],
    ["open-pull-request", "to propose"],
    ["merge-pull-request", "to merge"],
    ["deprecate", "to deprecate"],
    ["end-deprecation", "to deprecate no more"],
    ["record-incident", "to record as incident"],
    ["resolve-incident", "to resolve"],
    ["deliver", `to deliver (${renderSize(sizeBytes)})`],
    ["remove", "to remove"],
    ["write-index", "to index"],
  ] as const;
  return counts
    .map(([kind, words]) => [actions.filter((action) => action.kind === kind).length, words])
    .filter(([count]) => count !== 0)
    .map(([count, words]) => `${count} ${words}`)
    .join(", ");
}

function renderGroup(group: string, lines: readonly ActionLine[], paint: Paint): string {
  const rows = lines.map(({ sign, style, text }) => `  ${paint(style, sign)} ${text}`);
  return [paint("bold", group), ...rows].join("\n");
}
