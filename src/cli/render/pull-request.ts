import type { PullRequestDetail, PullRequestItem } from "../../usecases/app.ts";
import { clean, type Paint, type Style } from "../ansi.ts";
import { joinBlocks, renderCheck } from "./check.ts";
import { renderMark } from "./marks.ts";
import { renderTable } from "./table.ts";
import { renderAgo } from "./time.ts";
import type { View } from "./view.ts";

const columns = [
  { title: "#", align: "right" },
  { title: "state" },
  { title: "title" },
  { title: "author" },
  { title: "opened" },
  { title: "labels" },
] as const;

const styleOf = {
  open: "green",
  merged: "blue",
  closed: "dim",
} as const satisfies Record<PullRequestItem["state"], Style>;

/** One pull request a line. */
export function renderPullRequests(
  items: readonly PullRequestItem[],
  { paint, width, now }: View & { readonly width: number },
): string {
  const rows = items.map((item) => {
    const { number, state, author, openedAt, labels } = item;
    return [
      String(number),
      paint(styleOf[state], state),
      withNotes(item, paint),
      clean(author),
      renderAgo(openedAt, now),
      labels.map(clean).join(", "),
    ];
  });
  return renderTable(columns, rows, { paint, width });
}

/** What it is, what people said about it, and what it would do. */
export function renderPullRequest(detail: PullRequestDetail, view: View): string {
  return joinBlocks([
    renderHead(detail, view),
    indent(detail.body),
    renderReviews(detail, view),
    renderComments(detail, view),
    detail.check === undefined ? "" : renderCheck(detail.check, view),
  ]);
}

/** The title, and what keeps it from being merged like others: `Retrain (draft, from eve/ml)`. */
function withNotes({ title, isDraft, fork }: PullRequestItem, paint: Paint): string {
  const notes = [
    ...(isDraft === true ? ["draft"] : []),
    ...(fork === undefined ? [] : [`from ${clean(fork)}`]),
  ];
  return notes.length === 0
    ? clean(title)
    : `${clean(title)} ${paint("dim", `(${notes.join(", ")})`)}`;
}

/** `#12 open  Promote taxi-fare to prod`. */
function renderPullRequestLine(item: PullRequestItem, paint: Paint): string {
  const { number, state } = item;
  return `${paint("bold", `#${number}`)} ${paint(styleOf[state], state)}  ${withNotes(item, paint)}`;
}

/** `#12  Promote taxi-fare to prod`, where the state was said already. */
export function renderPullRequestName({ number, title }: PullRequestItem, paint: Paint): string {
  return `${paint("bold", `#${number}`)}  ${clean(title)}`;
}

function renderHead(detail: PullRequestDetail, { paint, now }: View): string {
  const { author, openedAt, head, branch, base, labels, merged } = detail;
  const from = branch === undefined ? "" : ` from ${clean(branch)}`;
  const into = base === undefined ? "" : ` into ${clean(base)}`;
  return [
    renderPullRequestLine(detail, paint),
    `by ${clean(author)}, opened ${renderAgo(openedAt, now)}${from}${into}, at ${shortCommit(head)}`,
    ...(labels.length === 0 ? [] : [`labels ${labels.map(clean).join(", ")}`]),
    ...(merged === undefined
      ? []
      : [
          `merged as ${shortCommit(merged.commit)} by ${clean(merged.by)}, ${renderAgo(merged.at, now)}`,
        ]),
  ].join("\n");
}

function renderReviews({ reviews, head }: PullRequestDetail, { paint, now }: View): string {
  if (reviews.length === 0) return "";
  const lines = reviews.map(({ by, verdict, commit, at, body }) => {
    const isOld = commit !== head && verdict === "approved";
    const seen = commit === undefined ? "an unknown commit" : shortCommit(commit);
    const parts = [
      `  ${signOf(verdict, paint)} ${clean(by)} ${verdict}, ${renderAgo(at, now)}`,
      ...(isOld ? [paint("yellow", `(saw ${seen})`)] : []),
      ...(body === "" ? [] : [clean(body)]),
    ];
    return parts.join("  ");
  });
  return [paint("bold", "Reviews"), ...lines].join("\n");
}

function signOf(verdict: PullRequestDetail["reviews"][number]["verdict"], paint: Paint): string {
  if (verdict === "approved") return renderMark("passed", paint);
  return verdict === "changes-requested" ? renderMark("failed", paint) : paint("dim", "·");
}

function renderComments({ comments }: PullRequestDetail, { paint, now }: View): string {
  if (comments.length === 0) return "";
  const lines = comments.map(
    ({ by, at, body }) => `  ${clean(by)}, ${renderAgo(at, now)}\n${indent(body, "    ")}`,
  );
  return [paint("bold", "Comments"), ...lines].join("\n");
}

const mostLines = 60;

/** Text of several lines, none of which can be taken for one of ours. */
function indent(body: string, margin = "  "): string {
  const lines = body.trim() === "" ? [] : body.trimEnd().split(/\r?\n/);
  const shown = lines.slice(0, mostLines).map((line) => `${margin}${clean(line)}`.trimEnd());
  const left = lines.length - shown.length;
  return [...shown, ...(left > 0 ? [`${margin}(${left} more lines: --json has them)`] : [])].join(
    "\n",
  );
}

function shortCommit(commit: string): string {
  return clean(commit).slice(0, 10);
}
