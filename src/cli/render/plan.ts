import type { PendingPromotion, PlannedAction, PlanReport } from "../../usecases/app.ts";
import { assertNever } from "../../shared/assert-never.ts";
import { clean, type Paint, type Style } from "../ansi.ts";
import { renderFindings } from "./findings.ts";
import { findAbnormal, renderConditions } from "./status.ts";
import { renderCount, renderSize } from "./size.ts";

interface Line {
  /** The heading under which the line stands. */
  readonly group: string;
  readonly sign: string;
  readonly style: Style;
  readonly text: string;
}

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
  const groups = new Map<string, Line[]>();
  // Indexes are written after each workspace; a person wants the workspaces together.
  const isIndex = ({ kind }: PlannedAction): boolean => kind === "write-index";
  const ordered = [...actions.filter((action) => !isIndex(action)), ...actions.filter(isIndex)];
  for (const action of ordered) {
    const line = toLine(action);
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
    ["record-incident", "to record as incident"],
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

/** Stage files that wait for their gates, and why. */
export function renderPending(pending: readonly PendingPromotion[], paint: Paint): string {
  const lines = pending.map(({ asset, stage, runs, wanted, reason }) => {
    const step = `${clean(asset)}  ${clean(stage)}  ${clean(runs ?? "nothing")} → ${clean(wanted)}`;
    return `  ${paint("yellow", "…")} ${step}  ${paint("dim", clean(reason))}`;
  });
  return [paint("bold", "Waiting"), ...lines].join("\n");
}

function renderGroup(group: string, lines: readonly Line[], paint: Paint): string {
  const rows = lines.map(({ sign, style, text }) => `  ${paint(style, sign)} ${text}`);
  return [paint("bold", group), ...rows].join("\n");
}

function toLine(action: PlannedAction): Line {
  switch (action.kind) {
    case "publish":
      return { group: "Publish", sign: "+", style: "green", text: renderPublish(action) };
    case "accept":
      return {
        group: "Accept",
        sign: "✓",
        style: "green",
        text: `${clean(action.asset)}@${clean(action.version)}  in ${clean(action.stage)}`,
      };
    case "record-incident":
      return {
        group: "Record",
        sign: "!",
        style: "red",
        text: `${action.incident}  ${clean(action.message)}`,
      };
    case "deliver":
      return {
        group: `Deliver to ${clean(action.workspace)}`,
        sign: "→",
        style: "cyan",
        text: `${clean(action.asset)}@${clean(action.version)}  ${renderCount(action.files, "file")}, ${renderSize(action.sizeBytes)}`,
      };
    case "remove":
      return {
        group: `Remove from ${clean(action.workspace)}`,
        sign: "-",
        style: "red",
        text: `${clean(action.asset)}@${clean(action.version)}`,
      };
    case "write-index":
      return { group: "Write index", sign: "~", style: "blue", text: clean(action.workspace) };
    default:
      return assertNever(action);
  }
}

function renderPublish(action: Extract<PlannedAction, { kind: "publish" }>): string {
  const { asset, version, sameAs, stages, tag } = action;
  const notes = [
    `tag ${clean(tag)}`,
    ...(stages.length > 0 ? [`runs in ${stages.map(clean).join(", ")}`] : []),
    ...(sameAs === undefined ? [] : [`same content as ${clean(sameAs)}`]),
  ];
  return `${clean(asset)}@${clean(version)}  ${notes.join(", ")}`;
}
