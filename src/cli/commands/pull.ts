import { resolve } from "node:path";
import { defineCommand } from "../command.ts";
import { clean } from "../ansi.ts";
import { usageError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";
import { renderCount, renderSize } from "../render/size.ts";

export const pullCommand = defineCommand({
  name: "pull",
  group: "consume",
  summary: "Copy one version's files out of a workspace or a store, verified.",
  details:
    "The folder is complete afterwards, or the command fails. Running it again takes up an interrupted copy. With --store no registry and no Git is needed.",
  arguments: [
    { name: "REF", summary: "models/taxi-fare@prod (what the workspace has), …@3, …@latest." },
  ],
  options: {
    workspace: { type: "text", value: "NAME", summary: "Out of this workspace's store." },
    store: { type: "text", value: "URL", summary: "Out of this store: file:///srv/models." },
    to: { type: "text", value: "DIR", summary: "The folder to fill." },
  },
  examples: [
    {
      line: "pull models/taxi-fare@prod --workspace prod-eu --to ./model",
      says: "Get what production has:",
    },
    {
      line: "pull models/taxi-fare@3 --store file:///srv/prod --to ./model",
      says: "Get it with nothing but the store:",
    },
  ],

  async run({ app, values, positionals: [reference = ""], json, terminal, options, signal }) {
    const { workspace, store, to } = values;
    if ((workspace === undefined) === (store === undefined)) {
      throw usageError(
        "It is not clear where to read from.",
        "Give either --workspace NAME or --store URL.",
      );
    }
    if (to === undefined) {
      throw usageError("It is not said where the files go.", "Give --to DIR, as in --to ./model.");
    }
    const { onProgress, end } = terminal.startProgress();
    const request = { reference, to: resolve(options.cwd, to), signal, onProgress };
    const source = workspace === undefined ? { store: store ?? "" } : { workspace };
    const report = await app.pull({ ...request, ...source }).finally(end);
    if (json) terminal.out(renderJson(report));
    else {
      const { asset, version, files, sizeBytes, reused } = report;
      const kept = reused > 0 ? `, ${reused} of them already there` : "";
      const what = `${renderCount(files, "file")}, ${renderSize(sizeBytes)}${kept}`;
      const head = terminal.paint("green", `${clean(asset)}@${clean(version)}`);
      terminal.out(`${head} is in ${clean(report.to)}: ${what}, verified.`);
    }
    return ExitCode.ok;
  },
});
