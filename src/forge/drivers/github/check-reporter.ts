import type { Logger } from "../../../shared/log.ts";
import type { CheckDraft, CheckReporter } from "../../host-services.ts";
import type { GitHubClient } from "./api.ts";
import { CheckComment } from "./check-comment.ts";
import { formCheck } from "./check-form.ts";
import { areRunsRefused, CheckRuns } from "./check-runs.ts";
import { CommitStatuses } from "./commit-statuses.ts";

/** Shows checks as check runs; as commit statuses for credentials that may write no check runs. */
export class GitHubCheckReporter implements CheckReporter {
  readonly #runs: CheckRuns;
  readonly #statuses: CommitStatuses;
  readonly #comment: CheckComment;
  readonly #log: Logger;
  /** Learned once: a token does not become an App. */
  #hasRuns = true;

  constructor(client: GitHubClient, name: string, log: Logger) {
    this.#runs = new CheckRuns(client, name);
    this.#statuses = new CommitStatuses(client, name);
    this.#comment = new CheckComment(client);
    this.#log = log;
  }

  async publish(check: CheckDraft, signal?: AbortSignal): Promise<boolean> {
    const form = formCheck(check);
    if (!this.#hasRuns) return this.#statuses.publish(form, signal);
    try {
      return await this.#runs.publish(form, signal);
    } catch (error) {
      if (!areRunsRefused(error)) throw error;
      const isWritten = await this.#statuses.publish(form, signal);
      this.#hasRuns = false;
      this.#log.info(
        {},
        "GitHub allows no check runs to these credentials: commit statuses are set",
      );
      return isWritten;
    }
  }

  async say(number: number, body: string, signal?: AbortSignal): Promise<boolean> {
    return this.#comment.say(number, body, signal);
  }
}
