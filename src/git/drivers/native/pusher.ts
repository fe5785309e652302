import { hasCode } from "../../../shared/errors.ts";
import { objectMissing, pushTooLarge, refRefused, remoteUnavailable } from "../../errors.ts";
import type { PushOutcome, RefUpdate } from "../../git.ts";
import { isFullRef, isObjectId } from "../../objects.ts";
import type { GitProgram, Output } from "./program.ts";
import { parsePushReport } from "./push-report.ts";
import { toRemoteError, type Remote } from "./remote.ts";

export interface PusherOptions {
  readonly git: GitProgram;
  readonly remote: Remote;
  readonly timeoutMs: number;
}

const maxUpdates = 1000;

/** Throws for what must not get on a command line. */
export function checkUpdates(updates: readonly RefUpdate[]): void {
  if (updates.length > maxUpdates) throw pushTooLarge(updates.length, maxUpdates);
  for (const { ref, expected } of updates) {
    if (!isFullRef(ref)) throw refRefused(ref);
    if (expected !== undefined && !isObjectId(expected)) throw objectMissing(expected);
  }
}

/** Updates refs of a remote, all or none of them. */
export class Pusher {
  readonly #options: PusherOptions;

  constructor(options: PusherOptions) {
    this.#options = options;
  }

  async push(updates: readonly RefUpdate[], signal: AbortSignal): Promise<PushOutcome> {
    const { remote } = this.#options;
    const leases = updates.map(({ ref, expected = "" }) => `--force-with-lease=${ref}:${expected}`);
    const refspecs = updates.map(({ ref, next }) => `${next}:${ref}`);
    const args = ["push", "--atomic", "--porcelain", "--no-verify", ...leases];
    const output = await this.#run([...args, remote.name, ...refspecs], signal);
    const { exitCode, stdout, stderr } = output;
    const report = parsePushReport(stdout.toString("utf8"), exitCode, updates);
    if (report !== "unknown") return report;
    const error = toRemoteError("push", stderr, remote);
    throw hasCode(error, "GIT_COMMAND_FAILED") ? remoteUnavailable(error.message, error) : error;
  }

  async #run(args: readonly string[], signal: AbortSignal): Promise<Output> {
    const { git, remote, timeoutMs } = this.#options;
    const timeout = AbortSignal.timeout(timeoutMs);
    const both = AbortSignal.any([signal, timeout]);
    try {
      return await git.run(args, { signal: both, configuration: await remote.configuration(both) });
    } catch (error) {
      if (!timeout.aborted || signal.aborted) throw error;
      throw remoteUnavailable(`no answer to a push within ${timeoutMs} ms.`, error);
    }
  }
}
