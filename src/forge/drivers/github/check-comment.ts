import { isSameLogin } from "../../../domain/pull-request.ts";
import { pullRequestMissing } from "../../errors.ts";
import type { GitHubClient } from "./api.ts";
import { isNewer } from "./check-runs.ts";
import { cutMarkdown } from "./cut-markdown.ts";
import { isRefusal } from "./refusal.ts";
import { readFields, type Fields } from "./shapes.ts";
import { isSameText } from "./texts.ts";

const marker = "<!-- cairn:check -->";
const maxBytes = 65_536;

/**
 * One comment that is kept: known by its marker and its author. Others can write the marker too,
 * so nothing is ever read from comments of others, and nothing but the comment's place from its own.
 */
export class CheckComment {
  readonly #client: GitHubClient;

  constructor(client: GitHubClient) {
    this.#client = client;
  }

  /** True when something was written. */
  async say(number: number, text: string, signal?: AbortSignal): Promise<boolean> {
    const body = `${marker}\n${cutMarkdown(text, maxBytes - marker.length - 1)}`;
    const [newest, ...older] = await this.#own(number, signal);
    if (newest === undefined) {
      // https://docs.github.com/rest/issues/comments#create-an-issue-comment
      const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
      await this.#client.send(route, { issue_number: number, body }, { signal });
      return true;
    }
    const isChanged = !isSameText(newest.string("body"), body);
    if (isChanged) {
      // https://docs.github.com/rest/issues/comments#update-an-issue-comment
      const route = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
      await this.#client.send(route, { comment_id: newest.id("id"), body }, { signal });
    }
    // Two processes that began at the same time made two.
    for (const comment of older) await this.#remove(comment.id("id"), signal);
    return isChanged || older.length > 0;
  }

  /** Newest first. */
  async #own(number: number, signal: AbortSignal | undefined): Promise<readonly Fields[]> {
    const me = await this.#client.account(signal);
    const comments = await this.#list(number, signal);
    return comments
      .map((value) => readFields(value, "a comment"))
      .filter(
        (fields) =>
          isSameLogin(fields.account("user"), me) &&
          fields.optionalString("body")?.startsWith(marker) === true,
      )
      .sort((left, right) => (isNewer(left, right) ? -1 : 1));
  }

  async #list(number: number, signal: AbortSignal | undefined): Promise<readonly unknown[]> {
    try {
      // https://docs.github.com/rest/issues/comments#list-issue-comments
      return await this.#client.list(
        "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
        { issue_number: number },
        { signal, essential: true },
      );
    } catch (error) {
      throw isRefusal(error, [404, 410]) ? pullRequestMissing(number) : error;
    }
  }

  async #remove(id: string, signal: AbortSignal | undefined): Promise<void> {
    try {
      // https://docs.github.com/rest/issues/comments#delete-an-issue-comment
      const route = "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}";
      await this.#client.send(route, { comment_id: id }, { signal });
    } catch (error) {
      // The other process removes it too.
      if (!isRefusal(error, [404, 410])) throw error;
    }
  }
}
