import { isSameLogin, type PullRequest } from "../../../domain/pull-request.ts";
import { forgeDenied, headMoved, pullRequestEnded } from "../../errors.ts";
import type { ReviewDraft } from "../../forge.ts";
import type { GitHubClient } from "./api.ts";
import type { Conversations } from "./conversations.ts";
import { isRefusal } from "./refusal.ts";
import type { ShownPull } from "./summary.ts";
import { isSameText } from "./texts.ts";

const events = {
  approved: "APPROVE",
  "changes-requested": "REQUEST_CHANGES",
  commented: "COMMENT",
} as const;

/**
 * What Cairn says on pull requests. What is there already is not said again, so that whoever did
 * not get an answer can repeat it.
 */
export class Sayings {
  readonly #client: GitHubClient;
  readonly #conversations: Conversations;

  constructor(parts: { readonly client: GitHubClient; readonly conversations: Conversations }) {
    this.#client = parts.client;
    this.#conversations = parts.conversations;
  }

  async review(
    number: number,
    { verdict, body, commit }: Pick<ReviewDraft, "verdict" | "body" | "commit">,
  ): Promise<PullRequest> {
    const seen = await this.#readOpen(number);
    if (seen.head !== commit) throw headMoved(number, seen.head);
    const me = await this.#client.account();
    const newest = seen.reviews.findLast(({ by }) => isSameLogin(by, me));
    const isSaid =
      newest?.verdict === verdict && newest.commit === commit && isSameText(newest.body, body);
    if (isSaid) return seen;
    if (verdict !== "commented" && isSameLogin(seen.author, me)) {
      throw forgeDenied(
        `pull request #${number} was opened by ${me.login ?? "this account"}, and GitHub lets nobody review their own.`,
      );
    }
    await this.#send(async () =>
      this.#client.send("POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews", {
        pull_number: number,
        commit_id: commit,
        event: events[verdict],
        body,
      }),
    );
    return this.#conversations.read(number);
  }

  async comment(number: number, body: string): Promise<PullRequest> {
    const seen = await this.#readOpen(number);
    return (await this.#sayOnce(seen, body)) ? this.#conversations.read(number) : seen;
  }

  async setLabels(number: number, wanted: readonly string[]): Promise<PullRequest> {
    const { summary } = await this.#findOpen(number);
    const labels = [...new Set(wanted)];
    if (!isSameSet(summary.labels, labels)) {
      await this.#send(async () =>
        this.#client.send("PUT /repos/{owner}/{repo}/issues/{issue_number}/labels", {
          issue_number: number,
          labels,
        }),
      );
    }
    return this.#conversations.read(number);
  }

  async close(number: number, reason: string): Promise<PullRequest> {
    const seen = await this.#readOpen(number);
    if (reason.trim() !== "") await this.#sayOnce(seen, reason);
    await this.#send(async () =>
      this.#client.send("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", {
        pull_number: number,
        state: "closed",
      }),
    );
    return this.#conversations.read(number);
  }

  /** True when it was not the last word already. */
  async #sayOnce({ number, comments }: PullRequest, body: string): Promise<boolean> {
    const last = comments.at(-1);
    if (last !== undefined && isSameText(last.body, body)) {
      if (isSameLogin(last.by, await this.#client.account())) return false;
    }
    await this.#send(async () =>
      this.#client.send("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
        issue_number: number,
        body,
      }),
    );
    return true;
  }

  async #findOpen(number: number): Promise<ShownPull> {
    const found = await this.#conversations.find(number);
    const { state } = found.summary;
    if (state !== "open") throw pullRequestEnded(number, state);
    return found;
  }

  async #readOpen(number: number): Promise<PullRequest> {
    await this.#findOpen(number);
    const seen = await this.#conversations.read(number);
    if (seen.state !== "open") throw pullRequestEnded(number, seen.state);
    return seen;
  }

  /** Refused because of what is said is refused as well: in GitHub's words. */
  async #send(run: () => Promise<unknown>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (isRefusal(error, [422])) throw forgeDenied(error.detail, error);
      throw error;
    }
  }
}

/** Names that differ in case are one label. */
function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  const [one, other] = [left, right].map(
    (names) => new Set(names.map((name) => name.toLowerCase())),
  );
  return (
    one !== undefined &&
    other !== undefined &&
    one.size === other.size &&
    [...one].every((name) => other.has(name))
  );
}
