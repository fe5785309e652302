import { defineCommand } from "../command.ts";
import { clean } from "../ansi.ts";
import { usageError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";

export const incidentResolveCommand = defineCommand({
  name: "incident resolve",
  group: "operate",
  summary: "End an incident: put the tag back, or accept that things stay as they are.",
  arguments: [{ name: "ID", summary: 'As "cairn incident list" shows it.' }],
  options: {
    restore: { type: "flag", summary: "Put the tag back as the ledger has it." },
    acknowledge: { type: "flag", summary: "Leave things as they are." },
    reason: { type: "text", value: "TEXT", summary: "Why; recorded in the ledger." },
    by: {
      type: "text",
      value: "NAME",
      summary: "Who decides; the user of this machine unless given.",
    },
  },
  examples: [
    {
      line: "incident resolve tag-moved/models/taxi-fare@v3/4f1c --restore",
      says: "Put a moved tag back:",
    },
  ],

  async run({ app, values, positionals: [id = ""], json, terminal, options: { env } }) {
    const { restore, acknowledge, reason } = values;
    if (restore === acknowledge) {
      throw usageError(
        "It is not said how the incident ends.",
        "Give either --restore or --acknowledge.",
      );
    }
    const item = await app.resolveIncident({
      id,
      how: restore ? "restore" : "acknowledge",
      by: values.by ?? env["USER"] ?? env["LOGNAME"] ?? "unknown",
      ...(reason === undefined ? {} : { reason }),
    });
    if (json) terminal.out(renderJson(item));
    else {
      const how = restore ? "put back as the ledger has it" : "left as it is";
      const done = `${terminal.paint("green", "Resolved")} ${clean(item.id)}, ${how}.`;
      terminal.out(`${done}\nIt was: ${clean(item.message)}`);
    }
    return ExitCode.ok;
  },
});
