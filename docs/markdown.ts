/** A table whose columns line up, as the formatter wants them. Cells must be safe already. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((title, index) =>
    Math.max(3, title.length, ...rows.map((row) => (row[index] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, index) => text.padEnd(widths[index] ?? 0)).join(" | ")} |`;
  return [line(titles), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join(
    "\n",
  );
}

/** Text that stays inside its cell, and shows as it is written. */
export function cell(text: string): string {
  return literal(text).replaceAll("|", String.raw`\|`);
}

/** Text on one line in which nothing is markup. */
export function literal(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/[*<>[\]`]/g, String.raw`\$&`);
}
