import { formatAssetKey } from "../../domain/asset.ts";
import { defineCommand } from "../command.ts";
import { clean } from "../ansi.ts";
import { checkDate } from "../dates.ts";
import { ExitCode } from "../exit-codes.ts";
import { shortDigest } from "../render/asset.ts";
import { renderJson } from "../render/json.ts";
import { renderTable } from "../render/table.ts";
import { renderAgo } from "../render/time.ts";

const columns = [
  { title: "asset" },
  { title: "version" },
  { title: "since" },
  { title: "tag" },
  { title: "digest" },
];

export const whichCommand = defineCommand({
  name: "which",
  group: "consume",
  summary: "Show which version of every asset a stage runs, now or at a moment in the past.",
  arguments: [{ name: "STAGE", summary: "As the registry names it: dev, test, prod." }],
  options: {
    at: {
      type: "text",
      value: "DATE",
      summary: "What it ran then: 2025-03-01 or 2025-03-01T12:00:00Z.",
    },
    workspace: { type: "text", value: "NAME", summary: "What this workspace has of it." },
  },
  examples: [
    { line: "which prod", says: "What runs in production:" },
    { line: "which prod --at 2025-03-01", says: "What ran there on the first of March:" },
  ],

  async run({ app, values, positionals: [stage = ""], json, terminal }) {
    const { at, workspace } = values;
    const request = {
      stage,
      ...(at === undefined ? {} : { at: checkDate(at) }),
      ...(workspace === undefined ? {} : { workspace }),
    };
    const page = await app.which(request);
    const { paint, width, clock } = terminal;
    const rows = page.items.map((item) => [
      clean(formatAssetKey(item)),
      clean(item.version),
      renderAgo(item.since, clock.now()),
      item.tag === undefined ? paint("dim", "-") : clean(item.tag),
      paint("dim", shortDigest(item.digest)),
    ]);
    if (json) terminal.out(renderJson(page));
    else if (rows.length === 0) terminal.out(`${clean(stage)} runs nothing.`);
    else terminal.out(renderTable(columns, rows, { paint, width }));
    return ExitCode.ok;
  },
});
