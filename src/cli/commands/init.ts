import { basename, resolve } from "node:path";
import { defineCommand } from "../command.ts";
import { usageError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { textOption } from "../given.ts";
import { renderInit } from "../render/init.ts";
import { renderJson } from "../render/json.ts";
import type { GitHubInitRequest } from "../../usecases/app.ts";

export const initCommand = defineCommand({
  name: "init",
  group: "author",
  summary: "Write the files of a new registry into a folder.",
  details:
    "Files that are there already are left alone. Among the files are .vscode/settings.json and the schemas for editors (docs/editors.md). With --github also workflows, CODEOWNERS and rulesets; run again after a change of policies/, it shows what would differ (docs/github.md).",
  arguments: [
    { name: "FOLDER", summary: "Where; the current folder unless given.", optional: true },
  ],
  options: {
    name: {
      type: "text",
      value: "NAME",
      summary: "The registry's name; the folder's unless given.",
    },
    editor: {
      type: "flag",
      summary: "In a registry that exists: write or refresh only what editors need.",
    },
    github: {
      type: "flag",
      summary: "Also write what GitHub needs; in a registry that exists, only that.",
    },
    owner: {
      type: "text",
      value: "NAME",
      summary: "With --github: the account or organization; the remote's unless given.",
    },
    appId: {
      type: "text",
      value: "ID",
      summary: "With --github: the GitHub App that Cairn acts as, by its number.",
    },
    action: {
      type: "text",
      value: "OWNER/REPOSITORY@REF",
      summary: "With --github: where your copy of Cairn's Action is.",
    },
  },
  examples: [
    { line: "init my-registry", says: "Start a registry in a new folder:" },
    { line: "init --editor", says: "Get the schemas of this version of Cairn:" },
    { line: "init --github --app-id 123456", says: "Get what GitHub needs, for Cairn's App:" },
  ],

  async run({ app, values, positionals: [typed = "."], json, terminal, options }) {
    const folder = resolve(options.cwd, typed);
    const name = values.name ?? basename(folder);
    const github = readGitHub(values);
    const request = { folder, name, editorOnly: values.editor };
    const report = await app.init(github === undefined ? request : { ...request, github });
    terminal.out(json ? renderJson(report) : renderInit(report, values, terminal.paint));
    return ExitCode.ok;
  },
});

function readGitHub(values: {
  readonly editor: boolean;
  readonly github: boolean;
  readonly owner: string | undefined;
  readonly appId: string | undefined;
  readonly action: string | undefined;
}): GitHubInitRequest | undefined {
  const { owner, appId, action } = values;
  const choices = { ...textOption("owner", owner), ...textOption("action", action) };
  if (!values.github) {
    if (owner === undefined && appId === undefined && action === undefined) return undefined;
    throw usageError("--owner, --app-id and --action are about GitHub.", "Add --github.");
  }
  if (values.editor) {
    throw usageError("Only one part is written at a time.", "Give --github or --editor.");
  }
  return appId === undefined ? choices : { ...choices, appId: readAppId(appId) };
}

function readAppId(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw usageError(
    `"${text}" is not the id of a GitHub App.`,
    "It is the number that the App's settings show as App ID.",
  );
}
