import { assetKinds } from "../../domain/asset.ts";
import { defineCommand } from "../command.ts";
import { clean } from "../ansi.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";

export const resolveCommand = defineCommand({
  name: "resolve",
  group: "consume",
  summary: "Say which exact version a reference means, with its digest and commit.",
  arguments: [
    {
      name: "REF",
      summary: "models/taxi-fare@prod, …@latest, …@3, azureml:taxi-fare:3 or an azureml:// URI.",
    },
  ],
  options: {
    kind: {
      type: "text",
      value: "KIND",
      summary: "For references that do not name the kind.",
      choices: assetKinds,
    },
  },
  examples: [
    { line: "resolve models/taxi-fare@prod", says: "What production runs:" },
    { line: "resolve azureml:taxi-fare:3 --kind model", says: "Read a reference out of a job:" },
  ],

  async run({ app, values, positionals: [reference = ""], json, terminal }) {
    const kind = assetKinds.find((known) => known === values.kind);
    const found = await app.resolve({ reference, ...(kind === undefined ? {} : { kind }) });
    if (json) terminal.out(renderJson(found));
    else {
      const { paint } = terminal;
      const rows = [
        ["digest", found.digest],
        ["commit", found.commit],
        ["tag", found.tag ?? "-"],
        ["uri", found.uri],
      ] as const;
      terminal.out(paint("bold", `${clean(found.asset)}@${clean(found.version)}`));
      for (const [name, value] of rows) {
        terminal.out(`${paint("dim", name.padEnd(8))}${clean(value)}`);
      }
    }
    return ExitCode.ok;
  },
});
