import { isSameLogin } from "../../../domain/pull-request.ts";
import type { CheckForm } from "./check-form.ts";
import type { GitHubClient } from "./api.ts";
import { cutLine } from "./cut-markdown.ts";
import { readFields } from "./shapes.ts";

const maxDescription = 140;

/** One line and a colour per commit: for credentials that may not write check runs. */
export class CommitStatuses {
  readonly #client: GitHubClient;
  readonly #context: string;

  constructor(client: GitHubClient, context: string) {
    this.#client = client;
    this.#context = context;
  }

  /** True when something was written. */
  async publish(form: CheckForm, signal?: AbortSignal): Promise<boolean> {
    const state = stateOf(form.state);
    const description = cutLine(form.output.title, maxDescription);
    const shown = await this.#newest(form.head, signal);
    if (shown?.state === state && shown.description === description && shown.isOwn) return false;
    // https://docs.github.com/rest/commits/statuses#create-a-commit-status
    await this.#client.send(
      "POST /repos/{owner}/{repo}/statuses/{sha}",
      { sha: form.head, state, description, context: this.#context },
      { signal },
    );
    return true;
  }

  /** What GitHub shows, whoever said it: somebody else's is overruled by a newer one. */
  async #newest(head: string, signal: AbortSignal | undefined) {
    const me = await this.#client.account(signal);
    // Newest first: https://docs.github.com/rest/commits/statuses#list-commit-statuses-for-a-reference
    const statuses = await this.#client.list(
      "GET /repos/{owner}/{repo}/commits/{ref}/statuses",
      { ref: head },
      { signal, essential: true },
    );
    const newest = statuses
      .map((value) => readFields(value, "a commit status"))
      .find((fields) => fields.string("context") === this.#context);
    if (newest === undefined) return undefined;
    return {
      state: newest.string("state"),
      description: newest.optionalString("description") ?? "",
      isOwn: isSameLogin(newest.account("creator"), me),
    };
  }
}

function stateOf(state: CheckForm["state"]): "pending" | "success" | "failure" {
  return state.status === "in_progress" ? "pending" : state.conclusion;
}
