import type { PushOutcome, RefUpdate } from "../../git.ts";

/** `unknown` when the report does not say for certain what the remote did. */
export type PushReport = PushOutcome | "unknown";

/**
 * Reads `git push --porcelain`: `<flag>\t<from>:<to>\t<summary> (<reason>)` for each ref.
 * https://git-scm.com/docs/git-push#_output
 */
export function parsePushReport(
  stdout: string,
  exitCode: number,
  updates: readonly RefUpdate[],
): PushReport {
  const lines = [...stdout.matchAll(/^([ +*=!-])\t[^:\n]*:([^\t\n]+)\t(.*)$/gm)];
  const refused = new Map<string, string>();
  const accepted = new Set<string>();
  for (const [, flag, ref = "", summary = ""] of lines) {
    if (flag !== "!") accepted.add(ref);
    else if (isCertain(summary)) refused.set(ref, reasonOf(summary));
    else return "unknown";
  }
  if (exitCode === 0 && updates.every(({ ref }) => accepted.has(ref))) return { accepted: true };
  // With --atomic one refusal stops all; a remote that took some of them has broken its word.
  return refused.size > 0 && accepted.size === 0 ? { accepted: false, refs: refused } : "unknown";
}

/** `[remote failure]` and the like say that no answer came. */
function isCertain(summary: string): boolean {
  return /^\[(?:rejected|remote rejected)\]/.test(summary);
}

function reasonOf(summary: string): string {
  return /\(([^)]*)\)\s*$/.exec(summary)?.[1] ?? summary;
}
