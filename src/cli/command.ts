import type { App } from "../usecases/app.ts";
import type { AppOptions, SeedSample, ServeRunner } from "../usecases/app-options.ts";
import type { WatchRunner } from "../usecases/watch.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

export type OptionSpec =
  | { readonly type: "flag"; readonly summary: string }
  | {
      readonly type: "text";
      /** The word that stands for the value in the help. */
      readonly value: string;
      readonly summary: string;
      readonly choices?: readonly string[];
      /** The command cannot do without it, and not with an empty one. */
      readonly required?: true;
    }
  /** May be given more than once. */
  | { readonly type: "list"; readonly value: string; readonly summary: string }
  | {
      readonly type: "integer";
      readonly value: string;
      readonly summary: string;
      readonly default: number;
      readonly min: number;
      readonly max: number;
    };

/** By name in camel case: `dryRun` is `--dry-run` on the command line. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type ValueOf<Spec extends OptionSpec> = Spec extends { readonly type: "flag" }
  ? boolean
  : Spec extends { readonly type: "list" }
    ? readonly string[]
    : Spec extends { readonly type: "integer" }
      ? number
      : Spec extends { readonly required: true }
        ? string
        : string | undefined;

export type Values<Options extends OptionSpecs> = {
  readonly [Name in keyof Options]: ValueOf<Options[Name]>;
};

export interface ArgumentSpec {
  /** In capitals, as in the usage line. */
  readonly name: string;
  readonly summary: string;
  readonly optional?: boolean;
  /** Takes all words that are left; only on the last argument. */
  readonly repeat?: boolean;
}

export const commandGroups = ["author", "promote", "operate", "consume"] as const;
export type CommandGroup = (typeof commandGroups)[number];

export interface Example {
  /** Without the leading `cairn`. */
  readonly line: string;
  readonly says: string;
}

/** Everything the help and docs/cli.md say about a command. */
export interface CommandData<Options extends OptionSpecs = OptionSpecs> {
  /** One word, or two for a command of a family: `incident list`. */
  readonly name: string;
  readonly group: CommandGroup;
  readonly summary: string;
  /** What the summary has no room for. */
  readonly details?: string;
  readonly arguments: readonly ArgumentSpec[];
  readonly options: Options;
  readonly examples: readonly Example[];
  /** Works, but is not in the public list. */
  readonly hidden?: boolean;
}

interface ContextBase<Options extends OptionSpecs> {
  readonly values: Values<Options>;
  readonly positionals: readonly string[];
  readonly terminal: Terminal;
  /** `--json`: print one document of the answer. */
  readonly json: boolean;
  readonly options: AppOptions;
  readonly signal: AbortSignal;
}

/** What a command that asks the `App` one question is given. */
export interface CommandContext<
  Options extends OptionSpecs = OptionSpecs,
> extends ContextBase<Options> {
  readonly app: App;
}

/** What a command that starts a controller is given: no app, it opens those it needs. */
export interface ProcessContext<
  Options extends OptionSpecs = OptionSpecs,
> extends ContextBase<Options> {
  readonly openApp: (options: AppOptions) => Promise<App>;
  readonly serve: ServeRunner;
  readonly watch: WatchRunner;
  readonly seedSample: SeedSample;
  readonly verbose: boolean;
}

/** A command as the program sees it: its values are checked against its options when it runs. */
export interface Command extends CommandData {
  run(context: RawContext): Promise<ExitCode>;
}

export type RawContext = Omit<ProcessContext, "values"> & {
  readonly values: Readonly<Record<string, unknown>>;
};

/** A command over the `App` of the registry that the global options name. */
export function defineCommand<const Options extends OptionSpecs>(
  definition: CommandData<Options> & {
    run(context: CommandContext<Options>): Promise<ExitCode>;
  },
): Command {
  return {
    ...definition,
    async run({ openApp, values, ...context }) {
      const checked = checkValues(definition.options, values);
      const app = await openApp(context.options);
      try {
        return await definition.run({ ...context, values: checked, app });
      } finally {
        await app.close();
      }
    },
  };
}

/** A command that lives until it is stopped. */
export function defineProcessCommand<const Options extends OptionSpecs>(
  definition: CommandData<Options> & {
    run(context: ProcessContext<Options>): Promise<ExitCode>;
  },
): Command {
  return {
    ...definition,
    run: async ({ values, ...context }) =>
      definition.run({ ...context, values: checkValues(definition.options, values) }),
  };
}

function checkValues<Options extends OptionSpecs>(
  options: Options,
  values: Readonly<Record<string, unknown>>,
): Values<Options> {
  if (!isValuesOf(options, values))
    throw new TypeError("The options were not parsed by the table.");
  return values;
}

function isValuesOf<Options extends OptionSpecs>(
  options: Options,
  values: Readonly<Record<string, unknown>>,
): values is Values<Options> {
  return Object.entries(options).every(([name, spec]) => hasType(spec, values[name]));
}

function hasType(spec: OptionSpec, value: unknown): boolean {
  switch (spec.type) {
    case "flag":
      return typeof value === "boolean";
    case "integer":
      return typeof value === "number";
    case "list":
      return Array.isArray(value);
    case "text":
      return typeof value === "string" || (value === undefined && spec.required !== true);
  }
}
