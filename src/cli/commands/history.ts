import { defineCommand } from "../command.ts";
import { clean } from "../ansi.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";
import { renderTable } from "../render/table.ts";
import { renderAgo } from "../render/time.ts";

const columns = [{ title: "when" }, { title: "event" }, { title: "by" }, { title: "what" }];

export const historyCommand = defineCommand({
  name: "history",
  group: "consume",
  summary: "Show what the ledger recorded, newest first: of one asset or of all.",
  arguments: [
    { name: "ASSET", summary: "As in models/taxi-fare; all unless given.", optional: true },
  ],
  options: {
    limit: {
      type: "integer",
      value: "N",
      summary: "How many at most.",
      default: 50,
      min: 1,
      max: 1000,
    },
    cursor: { type: "text", value: "CURSOR", summary: "Go on where the list before ended." },
  },
  examples: [{ line: "history models/taxi-fare", says: "See how a model got where it is:" }],

  async run({ app, values, positionals: [asset], json, terminal }) {
    const { limit, cursor } = values;
    const page = await app.history({
      limit,
      ...(asset === undefined ? {} : { asset }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (json) {
      terminal.out(renderJson(page));
      return ExitCode.ok;
    }
    const { paint, width, clock } = terminal;
    const rows = page.items.map(({ at, type, author, subject }) => [
      renderAgo(at, clock.now()),
      clean(type),
      author === undefined ? paint("dim", "-") : clean(author),
      clean(subject),
    ]);
    terminal.out(
      rows.length === 0 ? "Nothing recorded yet." : renderTable(columns, rows, { paint, width }),
    );
    if (page.next !== undefined) {
      terminal.err(terminal.paintErr("dim", `There are more: --cursor ${clean(page.next)}`));
    }
    return ExitCode.ok;
  },
});
