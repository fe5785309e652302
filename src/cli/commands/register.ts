import { resolve } from "node:path";
import type { RegisterRequest } from "../../usecases/app.ts";
import { defineCommand, type Values } from "../command.ts";
import { usageError } from "../errors.ts";
import { listOption, textOption } from "../given.ts";
import { mergeOption, proposalOptions, readProposal } from "../proposing.ts";
import { exitCodeOfCheck } from "../render/check.ts";
import { renderJson } from "../render/json.ts";
import { renderRegistration } from "../render/proposal.ts";

const kinds = ["model", "data"] as const;

const options = {
  name: { type: "text", value: "NAME", summary: "The asset's name.", required: true },
  path: { type: "text", value: "PATH", summary: "The file or folder.", required: true },
  type: {
    type: "text",
    value: "TYPE",
    summary: "Azure ML's type, as mlflow_model or uri_file; found out unless given.",
  },
  setVersion: {
    type: "text",
    value: "VERSION",
    summary: "An explicit version; the next number unless given.",
  },
  description: { type: "text", value: "TEXT", summary: "What it is." },
  owner: { type: "text", value: "WHO", summary: "Who answers for it." },
  license: { type: "text", value: "SPDX", summary: "Under which licence, as in Apache-2.0." },
  metrics: { type: "text", value: "FILE", summary: "A JSON file of metrics; needs --on." },
  on: { type: "text", value: "DATA", summary: "The data that the metrics were measured on." },
  split: { type: "text", value: "NAME", summary: "The part of that data, as in test." },
  job: { type: "text", value: "URI", summary: "The job that made it." },
  madeFrom: { type: "list", value: "REF", summary: "A data asset that it was made from." },
  tag: { type: "list", value: "KEY=VALUE", summary: "A tag of the manifest." },
  ...proposalOptions,
  ...mergeOption,
} as const;

export const registerCommand = defineCommand({
  name: "register",
  group: "author",
  summary: "Store a model's or a data set's files, and open the pull request that adds it.",
  details:
    "Writes manifest, metadata and lock file; the files go to the primary replica. Ends with 1 when the check of the pull request fails.",
  arguments: [{ name: "KIND", summary: "model or data." }],
  options,
  examples: [
    {
      line: "register model --name taxi-fare --path ./model --metrics metrics.json --on taxi-holdout",
      says: "A new version of a model, with how good it is:",
    },
    {
      line: "register data --name taxi-holdout --path ./holdout.parquet --merge",
      says: "A data set, merged at once:",
    },
  ],

  async run({ app, values, positionals: [typed = ""], json, terminal, options: { cwd } }) {
    const request = toRequest(typed, values, cwd);
    const report = await app.register(request);
    const view = { paint: terminal.paint, now: terminal.clock.now() };
    terminal.out(json ? renderJson(report) : renderRegistration(report, view));
    return exitCodeOfCheck(report.check);
  },
});

function toRequest(typed: string, values: Values<typeof options>, cwd: string): RegisterRequest {
  const { name, path, metrics } = values;
  return {
    kind: readKind(typed),
    name,
    path: resolve(cwd, path),
    ...readMetrics(values),
    ...(metrics === undefined ? {} : { metrics: resolve(cwd, metrics) }),
    ...textOption("type", values.type),
    ...textOption("version", values.setVersion),
    ...textOption("description", values.description),
    ...textOption("owner", values.owner),
    ...textOption("license", values.license),
    ...textOption("job", values.job),
    ...listOption("data", values.madeFrom),
    ...listOption("tags", values.tag.map(checkTag)),
    ...readProposal(values),
  };
}

function readKind(typed: string): RegisterRequest["kind"] {
  const kind = kinds.find((known) => known === typed);
  if (kind !== undefined) return kind;
  throw usageError(
    `"${typed}" cannot be registered from files.`,
    "Write model or data; environments and components are manifests that you commit.",
  );
}

/** Metrics mean nothing without the data, and the data nothing without metrics. */
function readMetrics({
  metrics,
  on,
  split,
}: Values<typeof options>): Pick<RegisterRequest, "on" | "split"> {
  if (metrics === undefined && (on ?? split) !== undefined) {
    throw usageError("There are no metrics to go with the data.", "Give --metrics FILE as well.");
  }
  if (metrics !== undefined && on === undefined) {
    throw usageError("It is not said what the metrics were measured on.", "Give --on DATA.");
  }
  return { ...textOption("on", on), ...textOption("split", split) };
}

function checkTag(tag: string): string {
  if (tag.indexOf("=") > 0) return tag;
  throw usageError(`"${tag}" is not a tag.`, "Write it as KEY=VALUE.");
}
