import { defineCommand } from "../command.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";
import { renderPullRequests } from "../render/pull-request.ts";

const states = ["open", "merged", "closed"] as const;

export const prListCommand = defineCommand({
  name: "pr list",
  group: "promote",
  summary: "List the pull requests; the open ones unless told otherwise.",
  arguments: [],
  options: {
    state: {
      type: "text",
      value: "STATE",
      summary: "Those in this state.",
      choices: [...states, "all"],
    },
  },
  examples: [{ line: "pr list --state all", says: "See every pull request there was:" }],

  async run({ app, values: { state = "open" }, json, terminal }) {
    const page = await app.pullRequests({
      states: states.filter((known) => state === "all" || known === state),
    });
    const { paint, width, clock } = terminal;
    if (json) terminal.out(renderJson(page));
    else if (page.items.length === 0) {
      terminal.out(state === "all" ? "No pull request." : `No ${state} pull request.`);
    } else terminal.out(renderPullRequests(page.items, { paint, width, now: clock.now() }));
    return ExitCode.ok;
  },
});
