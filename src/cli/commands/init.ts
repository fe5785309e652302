import { basename, resolve } from "node:path";
import { defineCommand } from "../command.ts";
import { clean } from "../ansi.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";
import { renderCount } from "../render/size.ts";

export const initCommand = defineCommand({
  name: "init",
  group: "author",
  summary: "Write the files of a new registry into a folder.",
  details: "Files that are there already are left alone.",
  arguments: [
    { name: "FOLDER", summary: "Where; the current folder unless given.", optional: true },
  ],
  options: {
    name: {
      type: "text",
      value: "NAME",
      summary: "The registry's name; the folder's unless given.",
    },
  },
  examples: [{ line: "init my-registry", says: "Start a registry in a new folder:" }],

  async run({ app, values, positionals: [typed = "."], json, terminal, options }) {
    const folder = resolve(options.cwd, typed);
    const report = await app.init({ folder, name: values.name ?? basename(folder) });
    if (json) terminal.out(renderJson(report));
    else {
      const { paint } = terminal;
      for (const path of report.written) terminal.out(`${paint("green", "+")} ${clean(path)}`);
      terminal.out(
        `Wrote ${renderCount(report.written.length, "file")} to ${clean(report.folder)}.`,
      );
      terminal.out(`Next: commit them, then "cairn validate" and "cairn adopt".`);
    }
    return ExitCode.ok;
  },
});
