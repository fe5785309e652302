import { basename, resolve } from "node:path";
import { defineCommand } from "../command.ts";
import { clean } from "../ansi.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";
import { renderCount } from "../render/size.ts";
import type { Terminal } from "../terminal.ts";
import type { InitReport } from "../../usecases/app.ts";

export const initCommand = defineCommand({
  name: "init",
  group: "author",
  summary: "Write the files of a new registry into a folder.",
  details:
    "Files that are there already are left alone. Among the files are .vscode/settings.json and the schemas for editors (docs/editors.md).",
  arguments: [
    { name: "FOLDER", summary: "Where; the current folder unless given.", optional: true },
  ],
  options: {
    name: {
      type: "text",
      value: "NAME",
      summary: "The registry's name; the folder's unless given.",
    },
    editor: {
      type: "flag",
      summary: "In a registry that exists: write or refresh only what editors need.",
    },
  },
  examples: [
    { line: "init my-registry", says: "Start a registry in a new folder:" },
    { line: "init --editor", says: "Get the schemas of this version of Cairn:" },
  ],

  async run({ app, values, positionals: [typed = "."], json, terminal, options }) {
    const folder = resolve(options.cwd, typed);
    const name = values.name ?? basename(folder);
    const report = await app.init({ folder, name, editorOnly: values.editor });
    if (json) terminal.out(renderJson(report));
    else show(report, terminal, values.editor);
    return ExitCode.ok;
  },
});

function show(report: InitReport, terminal: Terminal, isEditorOnly: boolean): void {
  const { written, folder, byHand } = report;
  // The schemas are many and nobody reads them one by one.
  const isSchema = (path: string): boolean => path.includes("/cairn-schemas/");
  for (const path of written.filter((each) => !isSchema(each))) {
    terminal.out(`${terminal.paint("green", "+")} ${clean(path)}`);
  }
  const schemas = written.filter(isSchema).length;
  if (schemas > 0) {
    const what = `.vscode/cairn-schemas/ (${renderCount(schemas, "schema")})`;
    terminal.out(`${terminal.paint("green", "+")} ${what}`);
  }
  terminal.out(
    written.length === 0
      ? "Everything is there already."
      : `Wrote ${renderCount(written.length, "file")} to ${clean(folder)}.`,
  );
  if (byHand !== undefined) {
    terminal.out(`${byHand.path} is left as it is: ${byHand.reason}. Add this to it:`);
    terminal.out(byHand.add);
  }
  if (!isEditorOnly) {
    terminal.out(`Next: commit them, then "cairn validate" and "cairn adopt".`);
  }
}
