import { defineProcessCommand } from "../command.ts";
import { ExitCode } from "../exit-codes.ts";
import { exitCodeOfSync } from "../render/apply.ts";
import { renderJson } from "../render/json.ts";
import { renderOutcomes } from "../render/workspaces.ts";

export const syncCommand = defineProcessCommand({
  name: "sync",
  group: "operate",
  summary: "Bring workspaces up to date with what the ledger says, and publish nothing.",
  details:
    "With --watch it goes on until stopped: an agent that only reads Git, writes to its own stores and opens no port.",
  arguments: [],
  options: {
    workspace: { type: "list", value: "GLOB", summary: "Only workspaces whose name matches." },
    watch: { type: "flag", summary: "Go on until stopped." },
    allowMassRemoval: { type: "flag", summary: "Let it empty or nearly empty a workspace." },
  },
  examples: [
    { line: "sync --workspace 'prod-*'", says: "Sync some workspaces once:" },
    { line: "sync --watch --workspace 'prod-*'", says: "Run as the agent of these workspaces:" },
  ],

  async run({ values, options, terminal, signal, verbose, json, serve, openApp }) {
    const workspaces = values.workspace;
    if (values.watch) {
      const { stderr, errColor: color } = terminal;
      await serve({ options, work: { kind: "sync", workspaces }, verbose, color, stderr, signal });
      return ExitCode.ok;
    }
    const app = await openApp(options);
    const { onProgress, end } = terminal.startProgress();
    try {
      const { allowMassRemoval } = values;
      const report = await app
        .sync({ workspaces, allowMassRemoval, signal, onProgress })
        .finally(end);
      const lines = renderOutcomes(report.workspaces, terminal.paint) || "No workspace matches.";
      terminal.out(json ? renderJson(report) : lines);
      return exitCodeOfSync(report);
    } finally {
      await app.close();
    }
  },
});
