import { defineProcessCommand } from "../command.ts";
import { usageError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { textOption } from "../given.ts";
import {
  renderWatchProblem,
  renderWatchProblemJson,
  renderWatchRun,
  renderWatchRunJson,
} from "../render/watch.ts";

export const watchCommand = defineProcessCommand({
  name: "watch",
  group: "author",
  summary: "Check the registry on every save, and show what is new and what is corrected.",
  details:
    "Runs until it is stopped (Ctrl-C), and then ends with 0. With --json it prints one JSON document a line, for each time that something changed.",
  arguments: [
    {
      name: "PATH",
      summary: "The registry's folder; the work tree around the current folder unless given.",
      optional: true,
    },
  ],
  options: {},
  examples: [{ line: "watch", says: "In a terminal beside your editor:" }],

  async run({ positionals, options, terminal, signal, json, watch }) {
    const { paint, isTty, clock } = terminal;
    const [path] = positionals;
    if (path === "") throw usageError("PATH is empty.", "Give a folder, or leave it out.");
    await watch({
      options,
      ...textOption("path", path),
      signal,
      onRun: (run) =>
        terminal.out(json ? renderWatchRunJson(run) : renderWatchRun(run, { paint, isTty })),
      onProblem: (problem) => {
        const at = clock.now();
        if (json) terminal.out(renderWatchProblemJson(problem, at));
        else terminal.err(renderWatchProblem(problem, at, { paint: terminal.paintErr, isTty }));
      },
    });
    return ExitCode.ok;
  },
});
