import type { Clock } from "../../../shared/clock.ts";
import { forgeUnavailable } from "../../errors.ts";
import type { GitHubClient } from "./api.ts";
import { LandedCommits } from "./landed-commits.ts";
import type { PullLists } from "./pull-lists.ts";
import type { PullRequestGit } from "./pull-request-git.ts";
import { isRefusal } from "./refusal.ts";
import { isForgotten, readPull, type Registry, type ShownPull } from "./summary.ts";

/** From this many commits on, a list of what was merged saves requests. */
const manyCommits = 20;
/** Of that list, a hundred on each. */
const maxListPages = 5;
/** Commits asked for at the same time. */
const parallel = 8;
const maxKnown = 20_000;
/** How long "nobody brought it" is believed: GitHub may have been late. */
const directMs = 10 * 60_000;
/** How long GitHub may take to see that a push to the branch merged a pull request. */
const lateMs = 60_000;

export interface LandingsParts {
  readonly client: GitHubClient;
  readonly git: PullRequestGit;
  readonly lists: PullLists;
  readonly registry: Registry;
  readonly clock: Clock;
}

/** Finds the merged pull requests that brought commits of the registry's branch. */
export class Landings {
  readonly #parts: LandingsParts;
  readonly #landed: LandedCommits;
  /** Final: what was merged stays so. */
  readonly #brought = new Map<string, number>();
  readonly #direct = new Map<string, number>();
  /** When it was first in doubt. */
  readonly #doubted = new Map<string, number>();

  constructor(parts: LandingsParts) {
    this.#parts = parts;
    this.#landed = new LandedCommits(parts);
  }

  /** The numbers of the pull requests, for commits that one brought. */
  async find(
    commits: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, number>> {
    const open = (await this.#readable(commits, signal)).filter((id) => !this.#isKnown(id));
    if (open.length >= manyCommits) await this.#findInList(open, signal);
    const rest = open.filter((id) => !this.#brought.has(id));
    for (let start = 0; start < rest.length; start += parallel) {
      const some = rest.slice(start, start + parallel);
      await Promise.all(some.map(async (commit) => this.#findOne(commit, signal)));
    }
    const found = new Map<string, number>();
    for (const commit of commits) {
      const number = this.#brought.get(commit);
      if (number !== undefined) found.set(commit, number);
    }
    this.#bound();
    return found;
  }

  /** Those that the mirror has, after a fetch if need be: what is not there landed nowhere. */
  async #readable(commits: readonly string[], signal?: AbortSignal): Promise<readonly string[]> {
    const { git } = this.#parts;
    const wanted = [...new Set(commits)].filter((id) => !this.#brought.has(id));
    const has = async (id: string) => (await git.resolveCommit(id)) === id;
    const missing = [];
    for (const id of wanted) if (!(await has(id))) missing.push(id);
    if (missing.length > 0) await git.fetch(signal);
    const gone = new Set<string>();
    for (const id of missing) if (!(await has(id))) gone.add(id);
    return wanted.filter((id) => !gone.has(id));
  }

  #isKnown(commit: string): boolean {
    const since = this.#direct.get(commit);
    return (
      this.#brought.has(commit) ||
      (since !== undefined && this.#parts.clock.monotonicMs() - since < directMs)
    );
  }

  async #findInList(commits: readonly string[], signal?: AbortSignal): Promise<void> {
    const { lists, registry } = this.#parts;
    const wanted = new Set(commits);
    const query = { state: "closed", base: registry.branch, sort: "updated", direction: "desc" };
    for await (const page of lists.pages(query, maxListPages, signal)) {
      const whole = page.filter((value) => !isForgotten(value));
      for (const pull of whole.map((value) => readPull(value, registry))) {
        const commit = pull.summary.merged?.commit;
        if (commit === undefined || !wanted.has(commit)) continue;
        if (await this.#landed.isBroughtBy(commit, pull, signal)) {
          this.#note(commit, pull.summary.number);
        }
      }
    }
  }

  async #findOne(commit: string, signal?: AbortSignal): Promise<void> {
    const { registry, clock } = this.#parts;
    const pulls = (await this.#pullsOf(commit, signal))
      .filter((value) => !isForgotten(value))
      .map((value) => readPull(value, registry))
      .filter(({ baseBranch }) => baseBranch === registry.branch)
      .sort((left, right) => rank(left, commit) - rank(right, commit));
    for (const pull of pulls) {
      if (await this.#landed.isBroughtBy(commit, pull, signal)) {
        this.#note(commit, pull.summary.number);
        return;
      }
    }
    if (await this.#isLate(commit, pulls)) {
      throw forgeUnavailable(`it does not say yet how ${commit.slice(0, 12)} was merged.`);
    }
    this.#direct.set(commit, clock.monotonicMs());
  }

  /** Its own word only tells where to look. */
  async #pullsOf(commit: string, signal?: AbortSignal): Promise<readonly unknown[]> {
    try {
      return await this.#parts.client.list(
        "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
        { commit_sha: commit },
        { signal, missing: "undefined" },
      );
    } catch (error) {
      if (isRefusal(error, [409, 422])) return [];
      throw error;
    }
  }

  /** Its head is on the branch, and it still counts as open: for a moment that is usual. */
  async #isLate(commit: string, pulls: readonly ShownPull[]): Promise<boolean> {
    const { git, clock } = this.#parts;
    const { parents } = await git.readCommit(commit);
    const heads = new Set([commit, ...parents.slice(1)]);
    const isOpen = pulls.some(
      ({ summary: { state, head } }) => state === "open" && heads.has(head),
    );
    if (!isOpen) return false;
    const now = clock.monotonicMs();
    const since = this.#doubted.get(commit) ?? now;
    this.#doubted.set(commit, since);
    return now - since < lateMs;
  }

  /** Of two that brought the same commit, the first counts. */
  #note(commit: string, number: number): void {
    const known = this.#brought.get(commit);
    this.#brought.set(commit, known === undefined ? number : Math.min(known, number));
    this.#doubted.delete(commit);
  }

  #bound(): void {
    for (const map of [this.#brought, this.#direct, this.#doubted]) {
      if (map.size > maxKnown) map.clear();
    }
  }
}

/** The one that says so itself first, then the oldest. */
function rank({ summary }: ShownPull, commit: string): number {
  return summary.number + (summary.merged?.commit === commit ? 0 : Number.MAX_SAFE_INTEGER / 2);
}
