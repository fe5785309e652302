import type { Finding } from "../../domain/finding.ts";
import { clean, type Paint } from "../ansi.ts";
import { styleOf } from "./findings.ts";

export interface ExcerptView {
  readonly paint: Paint;
  /** Columns to fill. */
  readonly width: number;
}

/** Wider than this nobody reads a line that a caret points into. */
const maxWidth = 160;
const leastWidth = 20;
const tabWidth = 4;

/** A line of a file with a caret below the column of a finding, as compilers show it. */
export function renderExcerpt(finding: Finding, text: string, view: ExcerptView): string {
  const { line = 1, column = 1, severity, anchor } = finding;
  const { paint } = view;
  const number = String(line);
  const gutter = " ".repeat(number.length);
  const width = Math.max(leastWidth, Math.min(view.width, maxWidth) - number.length - 5);
  const { shown, caret } = cutAround(text, column, width);
  const rows = [`  ${number} | ${shown}`.trimEnd()];
  if (caret !== undefined) {
    const pointer = `${" ".repeat(caret)}${paint(styleOf[severity], "^")}`;
    rows.push(`  ${gutter} ${paint("dim", "|")} ${pointer}`);
  }
  if (anchor !== undefined) {
    rows.push(`  ${gutter} ${paint("dim", `= the value is written in line ${anchor.line}`)}`);
  }
  return rows.join("\n");
}

interface Cell {
  readonly text: string;
  readonly width: number;
}

/** As much of a line as fits, with the column in sight; no caret for a column that is not there. */
function cutAround(
  text: string,
  column: number,
  width: number,
): { readonly shown: string; readonly caret: number | undefined } {
  const line = toCells(clean(expandTabs(text)));
  const before = toCells(clean(expandTabs(text.slice(0, column - 1))));
  const at = column - 1 <= text.length ? Math.min(widthOf(before), widthOf(line)) : undefined;
  if (widthOf(line) <= width) return { shown: join(line), caret: at };
  const start = at === undefined || at < width - 1 ? 0 : at - Math.floor(width / 2);
  const shown: Cell[] = start === 0 ? [] : [ellipsis];
  let position = 0;
  for (const cell of line) {
    const isBefore = start > 0 && position <= start;
    position += cell.width;
    if (isBefore) continue;
    if (widthOf(shown) + cell.width > width - 1) {
      shown.push(ellipsis);
      break;
    }
    shown.push(cell);
  }
  return { shown: join(shown), caret: at === undefined ? undefined : at - start };
}

const ellipsis: Cell = { text: "…", width: 1 };

function expandTabs(text: string): string {
  let expanded = "";
  let column = 0;
  for (const cell of toCells(text)) {
    const isTab = cell.text === "\t";
    const width = isTab ? tabWidth - (column % tabWidth) : cell.width;
    expanded += isTab ? " ".repeat(width) : cell.text;
    column += width;
  }
  return expanded;
}

function toCells(text: string): readonly Cell[] {
  return Array.from(text, (character) => ({ text: character, width: cellsOf(character) }));
}

/** East Asian and emoji characters take two columns of a terminal, marks none. */
function cellsOf(character: string): number {
  if (/^(?:\p{M}|\u200b|\u200c|\u200d)$/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

const wide =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])$/u;

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((total, { width }) => total + width, 0);
}

function join(cells: readonly Cell[]): string {
  return cells.map(({ text }) => text).join("");
}
