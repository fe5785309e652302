import { branchOfRef } from "../../../domain/branch-of-ref.ts";
import type { Logger } from "../../../shared/log.ts";
import type {
  CheckReporter,
  CommitStatus,
  HostInspection,
  HostServices,
  MergeGroup,
  TeamDirectory,
} from "../../host-services.ts";
import { GitHubCheckReporter } from "./check-reporter.ts";
import type { GitHubClient } from "./api.ts";
import { readVerdicts } from "./commit-verdicts.ts";
import type { HostGit } from "./host-git.ts";
import { inspectGitHub } from "./inspect.ts";
import { isRefusal } from "./refusal.ts";
import { readFields } from "./shapes.ts";
import { GitHubTeams } from "./teams.ts";

export interface GitHubHostOptions {
  readonly client: GitHubClient;
  /** The registry's mirror. */
  readonly git: HostGit;
  readonly log: Logger;
  /** Of the check run or commit status; default `cairn`. */
  readonly checkName?: string;
}

/** What GitHub does for a registry besides pull requests. */
export class GitHubHost implements HostServices {
  readonly checks: CheckReporter;
  readonly teams: TeamDirectory;
  readonly #options: GitHubHostOptions & { readonly checkName: string };

  constructor(options: GitHubHostOptions) {
    const { client, log, checkName = "cairn" } = options;
    this.#options = { ...options, checkName };
    this.checks = new GitHubCheckReporter(client, checkName, log);
    this.teams = new GitHubTeams(client);
  }

  async hasAccount(login: string, signal?: AbortSignal): Promise<boolean> {
    if (!/^[\w-]{1,100}(?:\[bot\])?$/.test(login)) return false;
    const { client } = this.#options;
    try {
      // https://docs.github.com/rest/users/users#get-a-user
      await client.get("GET /users/{username}", { username: login }, { signal });
      return true;
    } catch (error) {
      if (isRefusal(error, [404])) return false;
      throw error;
    }
  }

  async mayWrite(login: string, signal?: AbortSignal): Promise<boolean | undefined> {
    if (!/^[\w-]{1,100}$/.test(login)) return false;
    try {
      // https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
      const answer = await this.#options.client.get(
        "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
        { username: login },
        { signal, missing: "undefined" },
      );
      if (answer === undefined) return false;
      const level = readFields(answer, "the permission of an account").string("permission");
      return level === "write" || level === "admin";
    } catch (error) {
      if (isRefusal(error, [403])) return undefined;
      throw error;
    }
  }

  async repositoryId(signal?: AbortSignal): Promise<string> {
    // https://docs.github.com/rest/repos/repos#get-a-repository
    const answer = await this.#options.client.get("GET /repos/{owner}/{repo}", {}, { signal });
    return readFields(answer, "the repository").id("id");
  }

  async mergeGroups(signal?: AbortSignal): Promise<readonly MergeGroup[]> {
    const { client, git } = this.#options;
    const prefix = `refs/heads/gh-readonly-queue/${branchOfRef(git.branch)}/`;
    // Free while nothing changes; a look with Git is a connection and two processes, every time.
    // https://docs.github.com/rest/git/refs#list-matching-references
    const queued = await client.get(
      "GET /repos/{owner}/{repo}/git/matching-refs/{+ref}",
      { ref: prefix.slice("refs/".length) },
      { signal, missing: "undefined" },
    );
    if (Array.isArray(queued) && queued.length === 0) return [];
    const refs = await git.fetchRefs([prefix], signal);
    return [...refs].flatMap(([ref, head]) => {
      const [, number] = groupName.exec(ref.slice(prefix.length)) ?? [];
      return number === undefined ? [] : [{ pullRequest: Number(number), head }];
    });
  }

  async statusesOf(commit: string, signal?: AbortSignal): Promise<readonly CommitStatus[]> {
    const { client, checkName } = this.#options;
    return readVerdicts(client, { commit, ownName: checkName }, signal);
  }

  async inspect(signal?: AbortSignal): Promise<readonly HostInspection[]> {
    return inspectGitHub(this.#options, signal);
  }
}

/** As GitHub names the branches of its queue; the id is the base that the group was built on. */
const groupName = /^pr-([1-9]\d{0,9})-[0-9a-f]{40,64}$/;
