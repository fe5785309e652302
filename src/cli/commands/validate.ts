import { changeOptions, changeRequestOf, renderChangedFindings } from "../changed-findings.ts";
import { defineCommand, type Values } from "../command.ts";
import { usageError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { textOption } from "../given.ts";
import { isBlocking } from "../../domain/finding.ts";
import type { ValidateReport, ValidateRequest } from "../../usecases/app.ts";
import type { ChangeReport } from "../../usecases/validate-change.ts";
import { renderAnnotations } from "../render/annotations.ts";
import { renderReport } from "../render/findings-report.ts";
import { renderFindingCounts } from "../render/findings.ts";
import { renderJson } from "../render/json.ts";
import { renderSarif } from "../render/sarif.ts";
import { paintPlain } from "../ansi.ts";
import type { Terminal } from "../terminal.ts";

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

const options = {
  ref: {
    type: "text",
    value: "REV",
    summary: "Check this commit, branch or tag instead of the files.",
  },
  ...changeOptions,
  kind: {
    type: "text",
    value: "KIND",
    summary: "What a single file is, where nothing in it says so.",
    choices: kinds,
  },
  strict: { type: "flag", summary: "End with 1 on warnings and infos too." },
  format: {
    type: "text",
    value: "FORMAT",
    summary: "How to print: text (the default), json, sarif (2.1.0), or github (annotations).",
    choices: ["text", "json", "sarif", "github"],
  },
  showAccepted: { type: "flag", summary: "Show findings too that registry.yaml accepts." },
  fix: {
    type: "flag",
    summary: "Correct in the files what is certain, and nothing else; then report what is left.",
  },
  dryRun: { type: "flag", summary: "With --fix: only show what would be corrected." },
  acceptExisting: {
    type: "flag",
    summary: "Accept all that is found, in registry.yaml: for a registry that is being adopted.",
  },
  until: {
    type: "text",
    value: "DATE",
    summary: "With --accept-existing: the last day on which it is accepted.",
  },
  reason: { type: "text", value: "TEXT", summary: "With --accept-existing: why." },
} as const;

export const validateCommand = defineCommand({
  name: "validate",
  group: "author",
  summary: "Check a registry or single manifests and show what is wrong, with path and line.",
  details:
    "Ends with 1 when there are errors; what registry.yaml accepts never counts. A single manifest is checked without the registry around it: its references then only for their form.",
  arguments: [
    {
      name: "PATH",
      summary: "Registry folders or single manifests; the registry unless given.",
      optional: true,
      repeat: true,
    },
  ],
  options,
  examples: [
    { line: "validate", says: "Check the registry around this folder:" },
    {
      line: "validate --ref HEAD --strict",
      says: "Check what is committed, and let nothing pass:",
    },
    { line: "validate --base origin/main", says: "See what your change introduces:" },
    { line: "validate --kind data ./prices.yml", says: "Check one file:" },
    { line: "validate --fix --dry-run", says: "See what can be corrected without a person:" },
    {
      line: 'validate --accept-existing --until 2027-03-31 --reason "as it was adopted"',
      says: "Start with what is there, and let nothing new in:",
    },
  ],

  async run({ app, values, positionals, json, terminal }) {
    const format = formatOf(values, json);
    checkChange(values);
    const withExcerpts = format === "text" ? { withExcerpts: true } : {};
    const { ref, kind, fix } = values;
    const others = { ref, kind, fix, "accept-existing": values.acceptExisting };
    const change = changeRequestOf(values, positionals, others);
    const report =
      change === undefined
        ? await app.validate({ paths: positionals, ...toRequest(values, format), ...withExcerpts })
        : await app.validateChange({ ...change, ...withExcerpts });
    terminal.out(render(report, format, { terminal, showAccepted: values.showAccepted }));
    const isBad = values.strict
      ? report.findings.some(({ accepted }) => accepted === undefined)
      : report.findings.some(isBlocking);
    return isBad ? ExitCode.findings : ExitCode.ok;
  },
});

type Format = "text" | "json" | "sarif" | "github";

function formatOf({ format }: Values<typeof options>, json: boolean): Format {
  const known = (["text", "json", "sarif", "github"] as const).find((each) => each === format);
  if (json && (known ?? "json") !== "json") {
    throw usageError(`--json and --format ${format} are two answers.`, "Leave one of them out.");
  }
  return json ? "json" : (known ?? "text");
}

function toRequest(values: Values<typeof options>, format: Format): Omit<ValidateRequest, "paths"> {
  const { ref, kind, fix, dryRun, acceptExisting } = values;
  const accept = acceptExisting ? { accept: acceptOf(values) } : {};
  return {
    ...textOption("revision", ref),
    ...textOption("kind", kind),
    ...(fix ? { fix: { isDryRun: dryRun } } : {}),
    ...accept,
    ...(format === "sarif" || format === "github" ? { isNamedFromHere: true } : {}),
  };
}

function checkChange({
  ref,
  fix,
  dryRun,
  acceptExisting,
  until,
  reason,
}: Values<typeof options>): void {
  if ((fix || acceptExisting) && ref !== undefined) {
    throw usageError(
      `A commit cannot be changed: ${fix ? "--fix" : "--accept-existing"} and --ref do not go together.`,
      "Leave --ref out to work on the files, then commit them.",
    );
  }
  if (dryRun && (!fix || acceptExisting)) {
    throw usageError("--dry-run goes with --fix alone.", "Add --fix, or leave --dry-run out.");
  }
  if (!acceptExisting && (until !== undefined || reason !== undefined)) {
    throw usageError("--until and --reason go with --accept-existing.", "Add --accept-existing.");
  }
}

function acceptOf({ until = "", reason = "" }: Values<typeof options>): {
  readonly until: string;
  readonly reason: string;
} {
  if (until === "" || reason.trim() === "") {
    throw usageError(
      `--accept-existing needs ${until === "" ? "--until: the last day on which the findings are taken" : "--reason: why the findings are taken"}.`,
      'Write --accept-existing --until 2027-03-31 --reason "as it was adopted".',
    );
  }
  return { until, reason };
}

function render(
  report: ValidateReport | ChangeReport,
  format: Format,
  { terminal, showAccepted }: { readonly terminal: Terminal; readonly showAccepted: boolean },
): string {
  const { paint, width } = terminal;
  const view = { paint, width, showAccepted };
  switch (format) {
    case "text":
      return "resolved" in report
        ? renderChangedFindings(report, view)
        : renderReport(report, view);
    case "json": {
      const { excerpts: _excerpts, ...answer } = { excerpts: undefined, ...report };
      return renderJson(answer);
    }
    case "sarif":
      return renderSarif(report.findings);
    case "github":
      return renderForGitHub(report, showAccepted);
  }
}

function renderForGitHub({ findings, assets }: ValidateReport, showAccepted: boolean): string {
  const shown = findings.filter(({ accepted }) => showAccepted || accepted === undefined);
  const counts = renderFindingCounts(findings, assets, paintPlain);
  return shown.length === 0 ? counts : `${renderAnnotations(shown)}\n${counts}`;
}
