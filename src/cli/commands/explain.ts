import { defineCommand } from "../command.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderExplanation } from "../render/explain.ts";
import { renderJson } from "../render/json.ts";

export const explainCommand = defineCommand({
  name: "explain",
  group: "promote",
  summary: "Say gate by gate what a version lacks for a stage, and what to do about it.",
  details: "Ends with 1 while a gate fails; what only waits for time is no failure.",
  arguments: [
    { name: "NAME", summary: "models/taxi-fare or taxi-fare; with @3 to say which version." },
  ],
  options: {
    to: { type: "text", value: "STAGE", summary: "Where it is to run.", required: true },
  },
  examples: [{ line: "explain taxi-fare --to prod", says: "Why it is not in production yet:" }],

  async run({ app, values, positionals: [asset = ""], json, terminal }) {
    const report = await app.explain({ asset, to: values.to });
    const view = { paint: terminal.paint, now: terminal.clock.now() };
    terminal.out(json ? renderJson(report) : renderExplanation(report, view));
    return report.move.outcome === "failed" ? ExitCode.findings : ExitCode.ok;
  },
});
