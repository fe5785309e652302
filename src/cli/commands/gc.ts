import { defineCommand } from "../command.ts";
import { clean } from "../ansi.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";
import { renderCount, renderSize } from "../render/size.ts";

export const gcCommand = defineCommand({
  name: "gc",
  group: "operate",
  summary: "Delete from the workspaces' stores what no version needs any more.",
  arguments: [],
  options: {
    dryRun: { type: "flag", summary: "Only show what would be deleted." },
    workspace: { type: "list", value: "GLOB", summary: "Only workspaces whose name matches." },
  },
  examples: [{ line: "gc --dry-run", says: "See what would go:" }],

  async run({ app, values, json, terminal }) {
    const { dryRun, workspace: workspaces } = values;
    const report = await app.collectGarbage({ dryRun, workspaces });
    if (json) terminal.out(renderJson(report));
    else {
      const { paint } = terminal;
      const verb = dryRun ? "would be removed" : "removed";
      for (const { workspace, removed, sizeBytes, keys } of report.workspaces) {
        for (const key of keys) terminal.out(`${paint("red", "-")} ${clean(key)}`);
        const count = renderCount(removed, "object");
        terminal.out(
          `${clean(workspace)}  ${count} ${verb}  ${paint("dim", renderSize(sizeBytes))}`,
        );
      }
      if (report.workspaces.length === 0) terminal.out("No workspace matches.");
    }
    return ExitCode.ok;
  },
});
