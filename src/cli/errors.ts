import { CairnError } from "../shared/errors.ts";

/** An option or argument is unknown, missing or malformed. */
export function usageError(message: string, hint: string): CairnError {
  return new CairnError({ code: "CLI_USAGE", kind: "invalid", message, hint });
}

export function unknownCommand(word: string, nearest: string | undefined): CairnError {
  return new CairnError({
    code: "CLI_UNKNOWN_COMMAND",
    kind: "invalid",
    message: `There is no command "${word}".`,
    hint:
      nearest === undefined
        ? 'Run "cairn --help" for the list of commands.'
        : `Did you mean "cairn ${nearest}"?`,
  });
}

export function interrupted(): CairnError {
  return new CairnError({
    code: "CLI_INTERRUPTED",
    kind: "unavailable",
    message: "Stopped before the end.",
    hint: "Run the command again: it takes up where it was.",
  });
}
