import { defineCommand } from "../command.ts";
import { clean } from "../ansi.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";
import { renderTable } from "../render/table.ts";
import { renderAgo } from "../render/time.ts";

const columns = [
  { title: "id" },
  { title: "kind" },
  { title: "when" },
  { title: "state" },
  { title: "what" },
];

export const incidentListCommand = defineCommand({
  name: "incident list",
  group: "operate",
  summary: "List what happened that nobody should have done: moved, missing and foreign tags.",
  arguments: [],
  options: { all: { type: "flag", summary: "Show those that are resolved too." } },
  examples: [{ line: "incident list --all", says: "See every incident there was:" }],

  async run({ app, values, json, terminal }) {
    const page = await app.incidents();
    const items = page.items.filter(({ resolved }) => values.all || resolved === undefined);
    if (json) terminal.out(renderJson({ ...page, items }));
    else if (items.length === 0) terminal.out(terminal.paint("green", "No open incident."));
    else {
      const { paint, width, clock } = terminal;
      const rows = items.map(({ id, kind, at, resolved, message }) => [
        clean(id),
        kind,
        renderAgo(at, clock.now()),
        resolved
          ? paint("green", `${clean(resolved.how)} by ${clean(resolved.by)}`)
          : paint("red", "open"),
        clean(message),
      ]);
      terminal.out(renderTable(columns, rows, { paint, width }));
    }
    return ExitCode.ok;
  },
});
