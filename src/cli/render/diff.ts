import type { DiffReport } from "../../usecases/app.ts";
import { clean, type Paint } from "../ansi.ts";
import { renderSize } from "./size.ts";

const signs = {
  added: ["green", "+"],
  removed: ["red", "-"],
  changed: ["yellow", "~"],
} as const;

/** Values first, as in the manifest, then files with their sizes. */
export function renderDiff(report: DiffReport, paint: Paint): string {
  const { asset, from, to, sameContent, fields, files } = report;
  const head = paint("bold", `${clean(asset)}  ${clean(from)} → ${clean(to)}`);
  const verdict = sameContent ? paint("green", "The content is the same.") : "";
  const fieldLines = fields.map((field) => renderField(field, paint));
  const fileLines = files.map(({ path, change, fromBytes, toBytes }) => {
    const [style, sign] = signs[change];
    const sizes = [fromBytes, toBytes].flatMap((size) =>
      size === undefined ? [] : renderSize(size),
    );
    return `${paint(style, sign)} ${clean(path)}  ${paint("dim", sizes.join(" → "))}`;
  });
  return [head, verdict, ...fieldLines, ...fileLines].filter((line) => line !== "").join("\n");
}

function renderField({ field, from, to }: DiffReport["fields"][number], paint: Paint): string {
  const name = paint("bold", clean(field));
  const before = from === undefined ? "" : `\n  ${paint("red", `- ${clean(from)}`)}`;
  const after = to === undefined ? "" : `\n  ${paint("green", `+ ${clean(to)}`)}`;
  return `${name}${before}${after}`;
}
