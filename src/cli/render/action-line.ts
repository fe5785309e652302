import { assertNever } from "../../shared/assert-never.ts";
import type { PlannedAction } from "../../usecases/app.ts";
import { clean, type Style } from "../ansi.ts";
import { renderExtent } from "./deliveries.ts";

/** One step of a plan as it is printed. */
export interface ActionLine {
  /** The heading under which the line stands. */
  readonly group: string;
  readonly sign: string;
  readonly style: Style;
  readonly text: string;
}

type ActionOf<Kind extends PlannedAction["kind"]> = Extract<PlannedAction, { readonly kind: Kind }>;
type StageAction = Extract<PlannedAction, { readonly stage: string }>;
type WorkspaceAction = Extract<PlannedAction, { readonly workspace: string }>;

const stageHeads = {
  accept: { group: "Accept", sign: "✓", style: "green" },
  "roll-back": { group: "Roll back", sign: "↩", style: "yellow" },
  withdraw: { group: "Withdraw", sign: "-", style: "red" },
  wait: { group: "Wait", sign: "…", style: "yellow" },
  block: { group: "Block", sign: "✗", style: "red" },
} as const satisfies Record<StageAction["kind"], Omit<ActionLine, "text">>;

export function toActionLine(action: PlannedAction): ActionLine {
  if ("workspace" in action) return toWorkspaceLine(action);
  if ("stage" in action) return { ...stageHeads[action.kind], text: renderStageAction(action) };
  switch (action.kind) {
    case "publish":
      return { group: "Publish", sign: "+", style: "green", text: renderPublish(action) };
    case "deprecate":
      return { group: "Deprecate", sign: "~", style: "yellow", text: renderVersion(action) };
    case "end-deprecation":
      return { group: "Deprecate no more", sign: "~", style: "green", text: renderVersion(action) };
    case "accept-policy":
      return {
        group: "Accept the policy",
        sign: "✓",
        style: "green",
        text: `of ${clean(action.commit).slice(0, 10)}`,
      };
    case "record-incident":
      return {
        group: "Record",
        sign: "!",
        style: "red",
        text: `${action.incident}  ${clean(action.message)}`,
      };
    case "resolve-incident":
      return {
        group: "Resolve",
        sign: "✓",
        style: "green",
        text: `${clean(action.id)}  ${clean(action.how)}`,
      };
    case "open-pull-request":
    case "merge-pull-request":
      return {
        group: action.kind === "open-pull-request" ? "Propose" : "Merge",
        sign: "✓",
        style: "green",
        text: `#${action.number}  ${clean(action.title)}`,
      };
    default:
      return assertNever(action);
  }
}

function toWorkspaceLine(action: WorkspaceAction): ActionLine {
  const workspace = clean(action.workspace);
  if (action.kind === "write-index") {
    return { group: "Write index", sign: "~", style: "blue", text: workspace };
  }
  const text = renderVersion(action);
  return action.kind === "remove"
    ? { group: `Remove from ${workspace}`, sign: "-", style: "red", text }
    : {
        group: `Deliver to ${workspace}`,
        sign: "→",
        style: "cyan",
        text: `${text}  ${renderExtent(action)}`,
      };
}

function renderStageAction(action: StageAction): string {
  const { asset, stage, version } = action;
  const what = version === undefined ? clean(asset) : renderVersion({ asset, version });
  const where = `${what}  ${action.kind === "withdraw" ? "from" : "in"} ${clean(stage)}`;
  const reasons = "reasons" in action ? action.reasons.map(clean).join(" ") : "";
  return reasons === "" ? where : `${where}  ${reasons}`;
}

function renderVersion({
  asset,
  version,
}: {
  readonly asset: string;
  readonly version: string;
}): string {
  return `${clean(asset)}@${clean(version)}`;
}

function renderPublish(action: ActionOf<"publish">): string {
  const { version, sameAs, stages, tag } = action;
  const notes = [
    `tag ${clean(tag)}`,
    ...(stages.length > 0 ? [`runs in ${stages.map(clean).join(", ")}`] : []),
    ...(sameAs === undefined ? [] : [`same content as ${clean(sameAs)}`]),
  ];
  return `${renderVersion({ asset: action.asset, version })}  ${notes.join(", ")}`;
}
