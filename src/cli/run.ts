import { CommanderError, type Command as Commander } from "commander";
import { systemClock, type Clock } from "../shared/clock.ts";
import { toCairnError, type CairnError } from "../shared/errors.ts";
import type {
  AppOptions,
  CreateApp,
  SeedSample,
  ServeRunner,
  TextStream,
} from "../usecases/app-options.ts";
import type { WatchRunner } from "../usecases/watch.ts";
import { commandNames, loadCommands } from "./command-table.ts";
import { interrupted, unknownCommand, usageError } from "./errors.ts";
import { ExitCode, exitCodeOf } from "./exit-codes.ts";
import { textOption } from "./given.ts";
import { flagOf, buildProgram, readGlobals, type Invocation } from "./program.ts";
import { globalOptions } from "./global-options.ts";
import { createCliLog } from "./log.ts";
import { nearestWord } from "./nearest.ts";
import { renderError, renderErrorJson } from "./render/error.ts";
import { renderJson } from "./render/json.ts";
import { createTerminal, type Terminal } from "./terminal.ts";

/** The process as the command line sees it; `main.ts` is the only one who has the real one. */
export interface ProcessEdge {
  /** The words after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** Calls back once when the process is asked to end (SIGINT, SIGTERM). */
  onSignal(listener: () => void): void;
}

/** What the command line needs of the rest; given by `main.ts`. */
export interface CliServices {
  readonly createApp: CreateApp;
  readonly serve: ServeRunner;
  readonly watch: WatchRunner;
  readonly seedSample: SeedSample;
  readonly version: string;
  /** Time for intervals and for "4 min ago"; the system's unless a test brings its own. */
  readonly clock?: Clock;
}

/** Runs one command line and says how it went. Never throws, never ends the process. */
export async function run(edge: ProcessEdge, services: CliServices): Promise<ExitCode> {
  const early = readEarly(edge.argv);
  const terminal = createTerminal({
    stdout: edge.stdout,
    stderr: edge.stderr,
    env: edge.env,
    noColor: early.noColor,
    clock: services.clock ?? systemClock,
  });
  const stop = new AbortController();
  edge.onSignal(() => stop.abort());
  try {
    const parsed = await parse(edge, services.version, terminal);
    if (parsed === undefined) return ExitCode.ok;
    return await invoke(parsed, { edge, services, terminal, signal: stop.signal });
  } catch (error) {
    const known = stop.signal.aborted ? interrupted() : toCairnError(error);
    reportError(known, terminal, early);
    return exitCodeOf(known);
  }
}

interface Surroundings {
  readonly edge: ProcessEdge;
  readonly services: CliServices;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

interface Parsed extends Invocation {
  readonly globals: Readonly<Record<string, unknown>>;
}

/** `undefined` when help or the version was asked for and printed. */
async function parse(
  edge: ProcessEdge,
  version: string,
  terminal: Terminal,
): Promise<Parsed | undefined> {
  const argv = edge.argv[0] === "help" ? [...edge.argv.slice(1), "--help"] : edge.argv;
  const names = namesFor(commandWords(argv));
  let invocation: Invocation | undefined;
  const output = {
    write: (text: string) => terminal.out(text.trimEnd()),
    width: Number.isFinite(terminal.width) ? terminal.width : undefined,
    version,
  };
  const program = buildProgram(await loadCommands(names), output, (found) => {
    invocation = found;
  });
  if (argv.length === 0) {
    program.outputHelp();
    return undefined;
  }
  if (!parseProgram(program, argv)) return undefined;
  return invocation && { ...invocation, globals: readGlobals(program) };
}

/** False when there is nothing left to do: help was printed. */
function parseProgram(program: Commander, argv: readonly string[]): boolean {
  try {
    program.parse(argv, { from: "user" });
    return true;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // `cairn incident` alone prints the help of its family.
    if (error.exitCode === 0 || error.code === "commander.help") return false;
    const message = error.message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ");
    throw usageError(
      `${message.charAt(0).toUpperCase()}${message.slice(1)}`,
      'Add "--help" to see the options and examples of a command.',
    );
  }
}

/** Which host is believed is said in so many words, never guessed. */
function forgeOption(given: unknown): Pick<AppOptions, "forge"> {
  if (given === undefined || given === "") return {};
  if (given === "github" || given === "local") return { forge: given };
  throw usageError(
    `"${typeof given === "string" ? given : ""}" is no pull-request host.`,
    "Write github or local.",
  );
}

async function invoke(parsed: Parsed, surroundings: Surroundings): Promise<ExitCode> {
  const { command, values, positionals, globals } = parsed;
  const { edge, services, terminal, signal } = surroundings;
  const verbose = globals["verbose"] === true;
  const options: AppOptions = {
    ...textOption("registry", globals["registry"] ?? edge.env["CAIRN_REGISTRY"]),
    ...textOption("data", globals["data"] ?? edge.env["CAIRN_DATA"]),
    ...textOption("config", globals["config"] ?? edge.env["CAIRN_CONFIG"]),
    ...textOption("stores", globals["stores"] ?? edge.env["CAIRN_STORES"]),
    ...forgeOption(globals["forge"] ?? edge.env["CAIRN_FORGE"]),
    cwd: edge.cwd,
    env: edge.env,
    log: createCliLog(terminal, verbose),
  };
  return command.run({
    values,
    positionals,
    terminal,
    json: globals["json"] === true,
    options,
    signal,
    verbose,
    openApp: services.createApp,
    serve: services.serve,
    watch: services.watch,
    seedSample: services.seedSample,
  });
}

/** The commands to load: the one that was named, its family, or all of them for the overview. */
function namesFor([word, second]: readonly string[]): readonly string[] {
  if (word === undefined) return commandNames;
  if (commandNames.includes(word)) return [word];
  const family = commandNames.filter((name) => name.startsWith(`${word} `));
  if (family.length === 0) throw unknownCommand(word, nearestWord(word, publicWords()));
  if (second === undefined || family.includes(`${word} ${second}`)) return family;
  const members = family.map((name) => name.slice(word.length + 1));
  const nearest = nearestWord(second, members) ?? members[0];
  throw unknownCommand(`${word} ${second}`, nearest && `${word} ${nearest}`);
}

function publicWords(): readonly string[] {
  const words = commandNames.map((name) => name.split(" ")[0] ?? name);
  return [...new Set(words)].filter((word) => word !== "start");
}

/** The first two words that are neither options nor values of global options. */
function commandWords(argv: readonly string[]): readonly string[] {
  const takesValue = new Set(
    Object.entries(globalOptions).flatMap(([name, { type }]) =>
      type === "flag" ? [] : [flagOf(name)],
    ),
  );
  const words = argv.filter(
    (word, index) => !word.startsWith("-") && !takesValue.has(argv[index - 1] ?? ""),
  );
  return words.slice(0, 2);
}

/** What decides how even a parse error is shown, so it is read before parsing. */
function readEarly(argv: readonly string[]): {
  readonly json: boolean;
  readonly noColor: boolean;
  readonly verbose: boolean;
} {
  const has = (flag: string): boolean => argv.includes(flag);
  return { json: has("--json"), noColor: has("--no-color"), verbose: has("--verbose") };
}

function reportError(
  error: CairnError,
  terminal: Terminal,
  { json, verbose }: { readonly json: boolean; readonly verbose: boolean },
): void {
  // A program that reads the answer gets one there as well; a person reads standard error.
  if (json) terminal.out(renderJson(renderErrorJson(error)));
  terminal.err(renderError(error, terminal.paintErr, verbose || error.kind === "internal"));
}
