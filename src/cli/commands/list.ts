import { assetKinds, formatAssetKey, type AssetKind } from "../../domain/asset.ts";
import { defineCommand } from "../command.ts";
import { clean } from "../ansi.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";
import { renderTable } from "../render/table.ts";

export const listCommand = defineCommand({
  name: "list",
  group: "consume",
  summary: "List the assets with their newest version and what each stage runs.",
  arguments: [
    { name: "GLOB", summary: "Only assets that match, as in 'models/taxi-*'.", optional: true },
  ],
  options: {
    kind: { type: "text", value: "KIND", summary: "Only this kind.", choices: assetKinds },
    limit: {
      type: "integer",
      value: "N",
      summary: "How many at most.",
      default: 100,
      min: 1,
      max: 1000,
    },
    cursor: { type: "text", value: "CURSOR", summary: "Go on where the list before ended." },
  },
  examples: [
    { line: "list --kind model", says: "List the models:" },
    { line: "list 'components/*' --json", says: "List components for a program:" },
  ],

  async run({ app, values, positionals: [match], json, terminal }) {
    const kind = assetKinds.find((known) => known === values.kind);
    const { cursor, limit } = values;
    const page = await app.list({
      limit,
      ...(kind === undefined ? {} : { kind }),
      ...(match === undefined ? {} : { match }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (json) {
      terminal.out(renderJson(page));
      return ExitCode.ok;
    }
    terminal.out(page.items.length === 0 ? "No asset matches." : renderItems(page.items, terminal));
    if (page.next !== undefined) {
      terminal.err(terminal.paintErr("dim", `There are more: --cursor ${clean(page.next)}`));
    }
    return ExitCode.ok;
  },
});

interface ListedAsset {
  readonly kind: AssetKind;
  readonly name: string;
  readonly latest: string | undefined;
  readonly versions: number;
  readonly stages: Readonly<Record<string, string>>;
}

/** A column for every stage that runs something. */
function renderItems(
  items: readonly ListedAsset[],
  { paint, width }: Parameters<Parameters<typeof defineCommand>[0]["run"]>[0]["terminal"],
): string {
  const stages = [...new Set(items.flatMap((item) => Object.keys(item.stages)))];
  const columns = [
    { title: "asset" },
    { title: "latest" },
    { title: "versions", align: "right" as const },
    ...stages.map((stage) => ({ title: clean(stage) })),
  ];
  const none = paint("dim", "-");
  const rows = items.map((item) => [
    clean(formatAssetKey(item)),
    item.latest === undefined ? none : clean(item.latest),
    String(item.versions),
    ...stages.map((stage) => {
      const version = item.stages[stage];
      return version === undefined ? none : clean(version);
    }),
  ]);
  return renderTable(columns, rows, { paint, width });
}
