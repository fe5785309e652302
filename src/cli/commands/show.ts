import { defineCommand } from "../command.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderAsset } from "../render/asset.ts";
import { renderJson } from "../render/json.ts";

export const showCommand = defineCommand({
  name: "show",
  group: "consume",
  summary: "Show one asset: description, owner, all versions and where they run.",
  arguments: [
    { name: "REF", summary: "An asset or a version of it: models/taxi-fare, …@3, …@prod." },
  ],
  options: {},
  examples: [{ line: "show models/taxi-fare", says: "Look at a model:" }],

  async run({ app, positionals: [reference = ""], json, terminal }) {
    const asset = await app.show({ reference });
    const { paint, width, clock } = terminal;
    terminal.out(json ? renderJson(asset) : renderAsset(asset, { paint, width, now: clock.now() }));
    return ExitCode.ok;
  },
});
