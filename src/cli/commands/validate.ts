import { defineCommand } from "../command.ts";
import { ExitCode } from "../exit-codes.ts";
import { isBlocking } from "../../domain/finding.ts";
import { renderFindingCounts, renderFindings } from "../render/findings.ts";
import { renderJson } from "../render/json.ts";

const kinds = [
  "model",
  "environment",
  "data",
  "component",
  "job",
  "schedule",
  "registry",
  "endpoint",
  "deployment",
] as const;

export const validateCommand = defineCommand({
  name: "validate",
  group: "author",
  summary: "Check a registry or single manifests and show what is wrong, with path and line.",
  details:
    "Ends with 1 when there are errors. A single manifest is checked without the registry around it: its references then only for their form.",
  arguments: [
    {
      name: "PATH",
      summary: "Registry folders or single manifests; the registry unless given.",
      optional: true,
      repeat: true,
    },
  ],
  options: {
    ref: {
      type: "text",
      value: "REV",
      summary: "Check this commit, branch or tag instead of the files.",
    },
    kind: {
      type: "text",
      value: "KIND",
      summary: "What a single file is, where nothing in it says so.",
      choices: kinds,
    },
    strict: { type: "flag", summary: "End with 1 on warnings and infos too." },
  },
  examples: [
    { line: "validate", says: "Check the registry around this folder:" },
    {
      line: "validate --ref HEAD --strict",
      says: "Check what is committed, and let nothing pass:",
    },
    { line: "validate --kind data ./prices.yml", says: "Check one file:" },
  ],

  async run({ app, values, positionals, json, terminal }) {
    const { ref, kind, strict } = values;
    const report = await app.validate({
      paths: positionals,
      ...(ref === undefined ? {} : { revision: ref }),
      ...(kind === undefined ? {} : { kind }),
    });
    const { findings, assets, files } = report;
    if (json) terminal.out(renderJson({ findings, assets, files }));
    else {
      if (findings.length > 0) terminal.out(`${renderFindings(findings, terminal.paint)}\n`);
      terminal.out(renderFindingCounts(findings, assets, terminal.paint));
    }
    const isBad = strict ? findings.length > 0 : findings.some(isBlocking);
    return isBad ? ExitCode.findings : ExitCode.ok;
  },
});
