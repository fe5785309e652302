import type { PullRequestDetail } from "../usecases/app.ts";
import type { CommandContext } from "./command.ts";
import { ExitCode } from "./exit-codes.ts";
import { joinBlocks, renderCheckLine } from "./render/check.ts";
import { renderJson } from "./render/json.ts";
import { renderNextStep } from "./render/next-step.ts";
import { renderPullRequestName } from "./render/pull-request.ts";

/** Says what was done to a pull request and how it stands now; `pr show` has the rest. */
export function answerPullRequest(
  done: string,
  detail: PullRequestDetail,
  { json, terminal }: Pick<CommandContext, "json" | "terminal">,
): ExitCode {
  const { paint, clock } = terminal;
  const { check } = detail;
  const blocks = [
    `${paint("green", done)} ${renderPullRequestName(detail, paint)}`,
    check === undefined ? "" : renderCheckLine(check, paint),
    check === undefined ? "" : renderNextStep(check, { paint, now: clock.now() }),
  ];
  terminal.out(json ? renderJson(detail) : joinBlocks(blocks));
  // What was asked for was done, whatever the check says of the pull request.
  return ExitCode.ok;
}
