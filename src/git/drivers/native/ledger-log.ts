import type { GitProgram } from "./program.ts";
import { splitAtNul } from "./records.ts";

/** An adoption names every tag and stage version that there was before it. */
const maxMessageBytes = 64 * 2 ** 20;

/** Messages of the first-parent commits after `exclude`, oldest first. */
export async function* readMessages(
  git: GitProgram,
  tip: string,
  exclude: string | undefined,
): AsyncGenerator<{ readonly id: string; readonly message: string }> {
  const range = exclude === undefined ? [tip] : [tip, `^${exclude}`];
  const args = ["log", "--first-parent", "--reverse", "-z", "--format=%H%x00%B", ...range, "--"];
  let id: string | undefined;
  for await (const record of splitAtNul(git.stream(args), maxMessageBytes)) {
    if (id === undefined) {
      id = record.toString("latin1");
    } else {
      yield { id, message: record.toString("utf8") };
      id = undefined;
    }
  }
}
