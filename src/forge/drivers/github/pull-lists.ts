import type { PullRequestSummary } from "../../../domain/pull-request.ts";
import type { PullRequestState } from "../../forge.ts";
import type { GitHubClient, Parameters } from "./api.ts";
import { readList } from "./shapes.ts";
import { isForgotten, readPull, type Registry } from "./summary.ts";

/** Of ended pull requests, a hundred on each. */
const maxEndedPages = 3;

const route = "GET /repos/{owner}/{repo}/pulls";

/** Lists of pull requests, one request for a hundred of them. */
export class PullLists {
  readonly #client: GitHubClient;
  readonly #registry: Registry;

  constructor(parts: { readonly client: GitHubClient; readonly registry: Registry }) {
    this.#client = parts.client;
    this.#registry = parts.registry;
  }

  /** All that are open; of the ended ones the newest. */
  async list(
    states: readonly PullRequestState[],
    signal?: AbortSignal,
  ): Promise<readonly PullRequestSummary[]> {
    const base = this.#registry.branch;
    const askedAt = this.#client.budget.hostNow();
    const found: unknown[] = [];
    if (states.includes("open")) {
      found.push(...(await this.#client.list(route, { state: "open", base }, { signal })));
    }
    if (states.includes("merged") || states.includes("closed")) {
      // Later, so that one that ends meanwhile is in both, and counts as ended.
      for await (const page of this.pages({ state: "closed", base }, maxEndedPages, signal)) {
        found.push(...page);
      }
    }
    return this.#read(found, askedAt).filter(({ state }) => states.includes(state));
  }

  /** All that came from a branch of the registry's own repository. */
  async ofBranch(
    branch: string,
    signal?: AbortSignal,
    state: "open" | "all" = "all",
  ): Promise<readonly PullRequestSummary[]> {
    const { owner, branch: base } = this.#registry;
    const query = { state, head: `${owner}:${branch}`, base };
    const askedAt = this.#client.budget.hostNow();
    const found = this.#read(await this.#client.list(route, query, { signal }), askedAt);
    return found.filter((pull) => pull.branch === branch && pull.fork === undefined);
  }

  /** The first pages of a list that need not be whole. */
  async *pages(
    query: Parameters,
    maxPages: number,
    signal?: AbortSignal,
  ): AsyncGenerator<readonly unknown[]> {
    for (let page = 1; page <= maxPages; page += 1) {
      const parameters = { per_page: 100, ...query, page };
      const items = readList(
        await this.#client.get(route, parameters, { signal }),
        "a list of pull requests",
      );
      yield items;
      if (items.length < 100) return;
    }
  }

  /** Newest first; of two that show the same one, the later counts. */
  #read(found: readonly unknown[], askedAt: number): readonly PullRequestSummary[] {
    const pulls = found
      .filter((value) => !isForgotten(value))
      .map((value) => readPull(value, this.#registry, askedAt))
      .filter(({ baseBranch }) => baseBranch === this.#registry.branch)
      .map(({ summary }) => [summary.number, summary] as const);
    return [...new Map(pulls).values()].sort((left, right) => right.number - left.number);
  }
}
