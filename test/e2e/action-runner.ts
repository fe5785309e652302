import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { onTestFinished } from "vitest";
import { parse } from "yaml";

export const actionFolder = fileURLToPath(new URL("../../.github/actions/cairn", import.meta.url));

export interface ActionStep {
  readonly name?: string;
  readonly id?: string;
  readonly uses?: string;
  readonly shell?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ActionFile {
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly default?: string }>
  >;
  readonly runs: { readonly using: string; readonly steps: readonly ActionStep[] };
}

export async function readAction(): Promise<ActionFile> {
  return parse(await readFile(join(actionFolder, "action.yml"), "utf8")) as ActionFile;
}

/** What GitHub knows of a run, as far as the Action asks for it. */
export interface WorkflowRun {
  readonly token: string;
  readonly event_name: string;
  readonly server_url: string;
  readonly repository: string;
  readonly event: unknown;
}

export interface ActionOptions {
  readonly github: WorkflowRun;
  readonly inputs?: Readonly<Record<string, string>>;
  /** Programs of this folder come first. */
  readonly programs?: string;
  /** Where the Action lies; its own folder unless given. */
  readonly action?: string;
  /** Outputs of steps that are not run. */
  readonly outputs?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface ActionOutcome {
  readonly exitCode: number;
  /** Both streams: GitHub takes commands from both. */
  readonly log: string;
  readonly summary: string;
  readonly temporary: string;
}

/** Runs the Action's scripts as a runner does, each with its own variables, until one fails. */
export async function runAction(options: ActionOptions): Promise<ActionOutcome> {
  const temporary = await mkdtemp(join(tmpdir(), "cairn-action-"));
  onTestFinished(() => rm(temporary, { recursive: true, force: true, maxRetries: 5 }));
  const { steps } = (await readAction()).runs;
  const files = {
    GITHUB_OUTPUT: join(temporary, "output"),
    GITHUB_STEP_SUMMARY: join(temporary, "summary"),
  };
  await mkdir(join(temporary, "workspace"));
  for (const path of Object.values(files)) await writeFile(path, "");
  const outputs: Record<string, Readonly<Record<string, string>>> = { ...options.outputs };
  const context = { inputs: await inputsOf(options), github: options.github, steps: {} };
  let log = "";
  let exitCode = 0;
  for (const { run, env = {}, id } of steps) {
    if (run === undefined || (id !== undefined && options.outputs?.[id] !== undefined)) continue;
    const known = { ...context, steps: wrapOutputs(outputs) };
    const variables = Object.entries(env).map(([name, text]) => [name, evaluate(text, known)]);
    const step = await runScript(run, {
      ...runnerEnvironment(options, temporary),
      ...files,
      ...(Object.fromEntries(variables) as Record<string, string>),
    });
    log += step.log;
    ({ exitCode } = step);
    if (exitCode !== 0) break;
    if (id !== undefined) outputs[id] = parseOutputs(await readFile(files.GITHUB_OUTPUT, "utf8"));
  }
  return { exitCode, log, summary: await readFile(files.GITHUB_STEP_SUMMARY, "utf8"), temporary };
}

async function inputsOf({ inputs, github }: ActionOptions): Promise<Record<string, string>> {
  const known = Object.entries((await readAction()).inputs).map(([name, input]) => [
    name,
    inputs?.[name] ?? evaluate(input.default ?? "", { github }),
  ]);
  return Object.fromEntries(known) as Record<string, string>;
}

function wrapOutputs(outputs: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  return Object.fromEntries(Object.entries(outputs).map(([id, own]) => [id, { outputs: own }]));
}

function parseOutputs(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => line.includes("="));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

/** `${{ a.b.c }}`; what is not there is empty, as for GitHub. */
export function evaluate(text: string, context: object): string {
  return text.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_match, path: string) => {
    let value: unknown = context;
    for (const name of path.split(".")) {
      value = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
    }
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  });
}

function runnerEnvironment(
  { programs, action = actionFolder }: ActionOptions,
  temporary: string,
): Record<string, string> {
  const path = process.env["PATH"] ?? "";
  return {
    PATH: programs === undefined ? path : `${programs}:${path}`,
    HOME: temporary,
    RUNNER_TEMP: temporary,
    GITHUB_ACTION_PATH: action,
    GITHUB_WORKSPACE: join(temporary, "workspace"),
    GITHUB_ACTIONS: "true",
    CI: "true",
  };
}

function runScript(
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number; readonly log: string }> {
  return new Promise((resolve) => {
    execFile(
      "bash",
      ["--noprofile", "--norc", "-eo", "pipefail", "-c", script],
      { env, cwd: env["GITHUB_WORKSPACE"], maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 99;
        resolve({ exitCode: code, log: stdout + stderr });
      },
    );
  });
}
