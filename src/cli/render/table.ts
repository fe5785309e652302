import { paintPlain, widthOf, type Paint } from "../ansi.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

export interface TableOptions {
  readonly paint?: Paint;
  readonly width?: number;
}

const gap = "  ";
/** A column is never cut below this: what is left would say nothing. */
const leastWidth = 8;

/**
 * Columns as wide as their content, no lines between them, a dim title row. Where the terminal is
 * too narrow, the widest columns are cut with an ellipsis. Cells must be clean already.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  const { paint = paintPlain, width = Number.POSITIVE_INFINITY } = options;
  const widths = fitWidths(
    columns.map(({ title }, index) =>
      Math.max(widthOf(title), ...rows.map((row) => widthOf(row[index] ?? ""))),
    ),
    width - gap.length * (columns.length - 1),
  );
  const titles = columns.map(({ title }) => title.toUpperCase());
  return [
    paint("dim", renderRow(titles, columns, widths)),
    ...rows.map((row) => renderRow(row, columns, widths)),
  ].join("\n");
}

function renderRow(
  cells: readonly string[],
  columns: readonly Column[],
  widths: readonly number[],
): string {
  return columns
    .map(({ align }, index) => padCell(cells[index] ?? "", widths[index] ?? 0, align))
    .join(gap)
    .trimEnd();
}

function padCell(cell: string, width: number, align: Column["align"]): string {
  const room = width - widthOf(cell);
  if (room < 0) return cutCell(cell, width);
  const padding = " ".repeat(room);
  return align === "right" ? `${padding}${cell}` : `${cell}${padding}`;
}

/** Cuts what is seen; a style that the cut cell opened is closed again. */
function cutCell(cell: string, width: number): string {
  const [, open = "", text = cell, close = ""] =
    // eslint-disable-next-line no-control-regex -- this is what a style is made of
    /^(\u001B\[\d+m)([^\u001B]*)(\u001B\[\d+m)$/.exec(cell) ?? [];
  return `${open}${Array.from(text)
    .slice(0, width - 1)
    .join("")}…${close}`;
}

function fitWidths(widths: readonly number[], available: number): readonly number[] {
  const fitted = [...widths];
  let excess = fitted.reduce((sum, width) => sum + width, 0) - available;
  while (excess > 0) {
    const widest = fitted.indexOf(Math.max(...fitted));
    const width = fitted[widest] ?? 0;
    if (width <= leastWidth) break;
    fitted[widest] = width - 1;
    excess -= 1;
  }
  return fitted;
}
