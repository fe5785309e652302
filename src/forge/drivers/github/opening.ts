import { branchOfRef } from "../../../domain/branch-of-ref.ts";
import type { PullRequest } from "../../../domain/pull-request.ts";
import type { Logger } from "../../../shared/log.ts";
import { forgeBusy, forgeDenied } from "../../errors.ts";
import type { PullRequestDraft, Reviewers } from "../../forge.ts";
import type { GitHubClient, Parameters } from "./api.ts";
import type { Conversations } from "./conversations.ts";
import type { Pause } from "./pause.ts";
import type { PullLists } from "./pull-lists.ts";
import type { PullRequestGit } from "./pull-request-git.ts";
import { isRefusal } from "./refusal.ts";
import { readFields } from "./shapes.ts";

/** How often somebody else may be faster, or GitHub slow to see what was pushed. */
const maxAttempts = 5;

export interface OpeningParts {
  readonly client: GitHubClient;
  readonly git: PullRequestGit;
  readonly conversations: Conversations;
  readonly lists: PullLists;
  readonly pause: Pause;
  readonly log: Logger;
}

/** Brings what is proposed to GitHub: one pull request for a branch, however often it is asked for. */
export class Opening {
  readonly #parts: OpeningParts;

  constructor(parts: OpeningParts) {
    this.#parts = parts;
  }

  async open(draft: PullRequestDraft): Promise<PullRequest> {
    const { branch, head } = draft;
    this.#refuseBranch(branch);
    await this.#parts.git.readCommit(head);
    await this.#push(branch, head);
    const { number, isNew } = await this.#findOrCreate(draft);
    const seen = await this.#readMoved(number, head);
    const labels = draft.labels.filter((label) => !hasName(seen.labels, label));
    const isLabelled = await this.#addLabels(number, [...new Set(labels)]);
    const isAsked = await this.#ask(seen, draft.reviewers, isNew);
    return isLabelled || isAsked ? this.#parts.conversations.read(number) : seen;
  }

  #refuseBranch(branch: string): void {
    const isForeign =
      branch === branchOfRef(this.#parts.git.branch) ||
      branch === "cairn-ledger" ||
      branch === "" ||
      branch.startsWith("gh-readonly-queue/");
    if (isForeign) throw forgeDenied(`nothing is proposed from the branch "${branch}".`);
  }

  /** Moves the branch from what is there, so that nobody's push in between is lost. */
  async #push(branch: string, head: string): Promise<void> {
    const { git } = this.#parts;
    const ref = `refs/heads/${branch}`;
    let refused: { readonly before: string | undefined; readonly reason: string } | undefined;
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const before = (await git.fetchRefs([ref])).get(ref);
      if (before === head) return;
      // What is still as it was did not lose a race.
      if (refused !== undefined && refused.before === before) throw forgeDenied(refused.reason);
      const outcome = await git.push([{ ref, expected: before, next: head }]);
      if (outcome.accepted) return;
      refused = { before, reason: outcome.refs.get(ref) ?? `the push to ${branch} was refused.` };
    }
    throw forgeBusy(`the branch ${branch}`);
  }

  async #findOrCreate(
    draft: PullRequestDraft,
  ): Promise<{ readonly number: number; readonly isNew: boolean }> {
    const { client, git, lists, pause } = this.#parts;
    const { branch, title, body } = draft;
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const [found] = await lists.ofBranch(branch, undefined, "open");
      if (found !== undefined) return { number: found.number, isNew: false };
      try {
        const created = await client.send("POST /repos/{owner}/{repo}/pulls", {
          title,
          body,
          head: branch,
          base: branchOfRef(git.branch),
        });
        const number = readFields(created, "a new pull request").number("number");
        return { number, isNew: true };
      } catch (error) {
        if (!isRefusal(error, [422])) throw error;
        // Somebody was faster, or GitHub has not seen yet what was pushed.
        const isPassing = /already exists|head sha can't be blank|field.*head.*invalid/i;
        if (!isPassing.test(error.detail)) throw forgeDenied(error.detail, error);
      }
      await pause();
    }
    throw forgeBusy(`the pull request of ${branch}`);
  }

  /** GitHub shows a push to an open pull request a moment later. */
  async #readMoved(number: number, head: string): Promise<PullRequest> {
    const { conversations, pause } = this.#parts;
    for (let attempt = 1; attempt < maxAttempts; attempt += 1) {
      const { summary } = await conversations.find(number);
      if (summary.head === head || summary.state !== "open") break;
      await pause();
    }
    return conversations.read(number);
  }

  async #addLabels(number: number, labels: readonly string[]): Promise<boolean> {
    if (labels.length === 0) return false;
    await this.#parts.client
      .send("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", {
        issue_number: number,
        labels,
      })
      .catch((error: unknown) => {
        throw isRefusal(error, [422]) ? forgeDenied(error.detail, error) : error;
      });
    return true;
  }

  /** Nobody is asked twice: who has answered is not on GitHub's list any more. */
  async #ask(
    seen: PullRequest,
    reviewers: Reviewers | undefined,
    isNew: boolean,
  ): Promise<boolean> {
    const logins = (reviewers?.logins ?? []).filter((login) => !isInvolved(seen, login));
    const teams = isNew || seen.reviews.length === 0 ? (reviewers?.teams ?? []) : [];
    if (logins.length === 0 && teams.length === 0) return false;
    const asked = await this.#asked(seen.number);
    const wanted = [
      ...logins.filter((login) => !hasName(asked.logins, login)).map(askPerson),
      ...teams.filter((team) => !hasName(asked.teams, team)).map(askTeam),
    ];
    if (wanted.length === 0) return false;
    const all = {
      reviewers: wanted.flatMap(({ reviewers }) => reviewers),
      team_reviewers: wanted.flatMap(({ team_reviewers }) => team_reviewers),
    };
    if (await this.#request(seen.number, all, wanted.length > 1)) return true;
    for (const one of wanted) await this.#request(seen.number, one, false);
    return true;
  }

  /** False when GitHub refuses: those it does not know may be among them. */
  async #request(number: number, who: Parameters, isRepeated: boolean): Promise<boolean> {
    const { client, log } = this.#parts;
    const route = "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers";
    try {
      await client.send(route, { pull_number: number, ...who });
      return true;
    } catch (error) {
      if (!isRefusal(error, [403, 404, 422])) throw error;
      const { detail } = error;
      if (!isRepeated) log.warn({ number, ...who, detail }, "GitHub asks somebody for no review");
      return false;
    }
  }

  async #asked(number: number): Promise<Reviewers> {
    const answer = await this.#parts.client.get(
      "GET /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers",
      { pull_number: number },
    );
    const fields = readFields(answer, "the reviewers of a pull request");
    return {
      logins: fields.objects("users").map((user) => user.string("login")),
      teams: fields.objects("teams").map((team) => team.string("slug")),
    };
  }
}

type Asked = {
  readonly reviewers: readonly string[];
  readonly team_reviewers: readonly string[];
};

function askPerson(login: string): Asked {
  return { reviewers: [login], team_reviewers: [] };
}

function askTeam(slug: string): Asked {
  return { reviewers: [], team_reviewers: [slug] };
}

/** GitHub asks nobody to look at their own. */
function isInvolved({ author, reviews }: PullRequest, login: string): boolean {
  return hasName(
    [author, ...reviews.map(({ by }) => by)].flatMap((by) => by.login ?? []),
    login,
  );
}

function hasName(names: readonly string[], name: string): boolean {
  return names.some((other) => other.toLowerCase() === name.toLowerCase());
}
