import { defineCommand } from "../command.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderFindings } from "../render/findings.ts";
import { renderJson } from "../render/json.ts";
import { renderStatus } from "../render/status.ts";

export const statusCommand = defineCommand({
  name: "status",
  group: "operate",
  summary: "Show whether the registry and its workspaces are as they should be.",
  arguments: [],
  options: {},
  examples: [{ line: "status", says: "Look at the registry around this folder:" }],

  async run({ app, json, terminal }) {
    const status = await app.status();
    if (json) terminal.out(renderJson(status));
    else {
      const { paint, width, clock } = terminal;
      terminal.out(renderStatus(status, { paint, width, now: clock.now() }));
      if (status.findings.length > 0) terminal.out(`\n${renderFindings(status.findings, paint)}`);
    }
    return ExitCode.ok;
  },
});
