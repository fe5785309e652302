import { Argument, Command as Commander, InvalidArgumentError, Option } from "commander";
import type { Command, CommandData, OptionSpec, OptionSpecs } from "./command.ts";
import { globalOptions } from "./global-options.ts";

/** What was typed, sorted by the table: the command to run and its words. */
export interface Invocation {
  readonly command: Command;
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

export interface ProgramOutput {
  readonly write: (text: string) => void;
  readonly width: number | undefined;
  readonly version: string;
}

/**
 * Builds commander's program for these commands. Parsing calls `onInvoke` and runs nothing; a
 * problem is thrown as `CommanderError`, help and version go to `output`.
 */
export function buildProgram(
  commands: readonly Command[],
  output: ProgramOutput,
  onInvoke: (invocation: Invocation) => void,
): Commander {
  const program = prepare(new Commander("cairn"), output)
    .description("GitOps registry for machine-learning assets.")
    .usage("<command> [options]")
    .version(output.version, "-V, --version", "Print the version.")
    .helpCommand(false);
  program.optionsGroup("Global options:");
  for (const option of toOptions(globalOptions)) program.addOption(option);
  for (const command of commands) {
    const { parent, word } = placeOf(program, command, output);
    addCommand(parent, word, command, onInvoke);
  }
  return program;
}

/** Values of the global options, wherever on the line they stood. */
export function readGlobals(program: Commander): Readonly<Record<string, unknown>> {
  return readValues(globalOptions, program);
}

export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `[PATH...]`, `<REF>`: how an argument stands in a usage line. */
export function argumentText(argument: CommandData["arguments"][number]): string {
  const name = argument.repeat === true ? `${argument.name}...` : argument.name;
  return argument.optional === true ? `[${name}]` : `<${name}>`;
}

function prepare(program: Commander, { write, width }: ProgramOutput): Commander {
  return program
    .exitOverride()
    .configureOutput({
      writeOut: write,
      // The thrown error says it all; commander's own printing would say it twice.
      writeErr: () => undefined,
      ...(width === undefined ? {} : { getOutHelpWidth: () => width }),
    })
    .configureHelp({ showGlobalOptions: true })
    .helpOption("-h, --help", "Show this help.");
}

/** `incident list` lives under `incident`, which is made when its first member comes. */
function placeOf(
  program: Commander,
  { name, group }: CommandData,
  output: ProgramOutput,
): { readonly parent: Commander; readonly word: string } {
  const [first = name, second] = name.split(" ");
  if (second === undefined) return { parent: program, word: first };
  const known = program.commands.find((command) => command.name() === first);
  if (known) return { parent: known, word: second };
  const family = prepare(program.command(first), output).helpCommand(false);
  family.description(`See "cairn ${first} --help".`).helpGroup(`${capitalise(group)}:`);
  // Alone, it says what there is.
  family.action(() => family.outputHelp());
  return { parent: family, word: second };
}

function addCommand(
  parent: Commander,
  word: string,
  command: Command,
  onInvoke: (invocation: Invocation) => void,
): void {
  const built = parent
    .command(word, { hidden: command.hidden === true })
    .summary(command.summary)
    .description([command.summary, command.details].filter(Boolean).join("\n\n"))
    .helpGroup(`${capitalise(command.group)}:`)
    .addHelpText("after", renderExamples(command));
  for (const argument of command.arguments) {
    built.addArgument(new Argument(argumentText(argument), argument.summary));
  }
  for (const option of toOptions(command.options)) built.addOption(option);
  built.action(() => {
    onInvoke({ command, values: readValues(command.options, built), positionals: built.args });
  });
}

function renderExamples({ examples }: CommandData): string {
  if (examples.length === 0) return "";
  const lines = examples.map(({ line, says }) => `  ${says}\n    cairn ${line}`);
  return `\nExamples:\n${lines.join("\n")}`;
}

function toOptions(specs: OptionSpecs): readonly Option[] {
  return Object.entries(specs).map(([name, spec]) => toOption(name, spec));
}

function toOption(name: string, spec: OptionSpec): Option {
  const flag = flagOf(name);
  switch (spec.type) {
    case "flag":
      return new Option(flag, spec.summary);
    case "text": {
      const summary = spec.required ? `${spec.summary} Required.` : spec.summary;
      const option = new Option(`${flag} <${spec.value}>`, summary);
      if (spec.choices) option.choices(spec.choices);
      return spec.required ? option.makeOptionMandatory().argParser(parseFilled) : option;
    }
    case "list":
      return new Option(`${flag} <${spec.value}>`, `${spec.summary} May be repeated.`)
        .default([], "none")
        .argParser((text: string, before: readonly string[]) => [...before, text]);
    case "integer":
      return new Option(`${flag} <${spec.value}>`, spec.summary)
        .default(spec.default)
        .argParser((text: string) => parseInteger(text, spec.min, spec.max));
  }
}

function parseFilled(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("It must not be empty.");
  return text;
}

function parseInteger(text: string, min: number, max: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new InvalidArgumentError(`Write a whole number from ${min} to ${max}.`);
  }
  return value;
}

/** Commander leaves out a flag that was not given, and reads `--no-color` as `color: false`. */
function readValues(specs: OptionSpecs, program: Commander): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      if (spec.type !== "flag") return [name, program.getOptionValue(name) as unknown];
      if (!/^no[A-Z]/.test(name)) return [name, program.getOptionValue(name) === true];
      const positive = `${name.charAt(2).toLowerCase()}${name.slice(3)}`;
      return [name, program.getOptionValue(positive) === false];
    }),
  );
}

function capitalise(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
