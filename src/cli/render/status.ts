import type { Condition, StatusReport, WorkspaceStatus } from "../../usecases/app.ts";
import { clean, type Paint, type Style } from "../ansi.ts";
import { renderPending } from "./pending.ts";
import { renderCount, renderSize } from "./size.ts";
import { renderTable } from "./table.ts";
import { renderAgo } from "./time.ts";
import { renderProblem } from "./workspaces.ts";

export interface StatusView {
  readonly paint: Paint;
  readonly width: number;
  readonly now: Date;
}

/** One screen that answers: is everything where it should be, and if not, why. */
export function renderStatus(status: StatusReport, view: StatusView): string {
  const blocks = [renderHead(status, view.paint), renderConditions(status.conditions, view.paint)];
  if (status.pending.length > 0) blocks.push(renderPending(status.pending, view.paint));
  if (status.workspaces.length > 0) blocks.push(renderWorkspaces(status.workspaces, view));
  const problems = status.workspaces.flatMap(({ workspace, error }) =>
    error ? [clean(workspace), ...renderProblem(error, view.paint)] : [],
  );
  if (problems.length > 0) blocks.push(problems.join("\n"));
  return blocks.filter((block) => block !== "").join("\n\n");
}

/** The conditions that a person must look at. */
export function findAbnormal(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.filter(({ type, status }) => {
    if (type === "Reconciling") return false;
    return type === "Ready" ? status === "False" : status === "True";
  });
}

/** Good news green, bad news red, work in progress yellow. */
export function renderConditions(conditions: readonly Condition[], paint: Paint): string {
  return conditions
    .map((condition) => {
      const { type, status, reason, message } = condition;
      const sign = paint(styleOf(condition), status === "True" ? "●" : "○");
      return `${sign} ${type} ${status} ${paint("dim", clean(reason))}  ${clean(message)}`.trimEnd();
    })
    .join("\n");
}

function styleOf({ type, status }: Condition): Style {
  if (type === "Ready") return status === "True" ? "green" : "red";
  if (status === "False") return "dim";
  return type === "Reconciling" ? "yellow" : "red";
}

function renderHead(status: StatusReport, paint: Paint): string {
  const { registry, url, branch, assets, versions, openIncidents } = status;
  const incidents = renderCount(openIncidents, "open incident");
  return [
    `${paint("bold", clean(registry))}  ${clean(url)}`,
    `${clean(branch)} at ${shortCommit(status.head)}, ${renderProcessed(status)}, ledger at ${shortCommit(status.ledger)}`,
    `${renderCount(assets, "asset")}, ${renderCount(versions, "version")}, ${openIncidents > 0 ? paint("red", incidents) : incidents}`,
  ].join("\n");
}

function renderProcessed({ adopted, head, processed }: StatusReport): string {
  if (!adopted) return 'not adopted yet: run "cairn adopt"';
  if (processed === undefined) return "nothing processed yet";
  return processed === head ? "all processed" : `processed up to ${shortCommit(processed)}`;
}

function shortCommit(commit: string | undefined): string {
  return commit === undefined ? "no commit" : clean(commit).slice(0, 10);
}

function renderWorkspaces(workspaces: readonly WorkspaceStatus[], view: StatusView): string {
  const { paint, width, now } = view;
  const columns = [
    { title: "workspace" },
    { title: "stage" },
    { title: "region" },
    { title: "versions", align: "right" },
    { title: "size", align: "right" },
    { title: "missing", align: "right" },
    { title: "synced" },
    { title: "store" },
  ] as const;
  const rows = workspaces.map((item) => [
    clean(item.workspace),
    clean(item.stage),
    clean(item.region),
    String(item.versions),
    renderSize(item.sizeBytes),
    item.missing > 0 ? paint("yellow", String(item.missing)) : "0",
    item.syncedAt === undefined ? paint("dim", "never") : renderAgo(item.syncedAt, now),
    clean(item.store),
  ]);
  return renderTable(columns, rows, { paint, width });
}
