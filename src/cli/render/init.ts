import type { GitHubInitReport, InitReport } from "../../usecases/app.ts";
import { clean, type Paint } from "../ansi.ts";
import { renderCount } from "./size.ts";

/** What was written, what was left alone and why, and what is to be done by hand. */
export function renderInit(
  { folder, written, byHand, github }: InitReport,
  { editor }: { readonly editor: boolean },
  paint: Paint,
): string {
  // The schemas are many and nobody reads them one by one.
  const isSchema = (path: string): boolean => path.includes("/cairn-schemas/");
  const schemas = written.filter(isSchema).length;
  const lines = [
    ...written
      .filter((path) => !isSchema(path))
      .map((path) => `${paint("green", "+")} ${clean(path)}`),
    ...(schemas === 0
      ? []
      : [`${paint("green", "+")} .vscode/cairn-schemas/ (${renderCount(schemas, "schema")})`]),
    ...(github === undefined ? [] : renderLeft(github, paint)),
    written.length > 0
      ? `Wrote ${renderCount(written.length, "file")} to ${clean(folder)}.`
      : (github?.different.length ?? 0) > 0
        ? "Nothing was written."
        : "Everything is there already.",
    ...(byHand === undefined
      ? []
      : [`${byHand.path} is left as it is: ${byHand.reason}. Add this to it:`, byHand.add]),
    ...(github === undefined ? [] : ["Next:", ...github.next.map((step) => `  ${clean(step)}`)]),
    ...(editor || github !== undefined
      ? []
      : [`Next: commit them, then "cairn validate" and "cairn adopt".`]),
  ];
  return lines.join("\n");
}

function renderLeft({ kept, different }: GitHubInitReport, paint: Paint): readonly string[] {
  return [
    ...kept.map((path) => `${paint("dim", "=")} ${clean(path)}`),
    ...different.flatMap(({ path, missing, extra }) => [
      `${paint("yellow", "!")} ${clean(path)} is left as it is, and would be written in another way now:`,
      ...extra.map((line) => `    ${paint("red", "-")} ${clean(line)}`),
      ...missing.map((line) => `    ${paint("green", "+")} ${clean(line)}`),
    ]),
  ];
}
