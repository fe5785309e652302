import { teamsHidden } from "../../errors.ts";
import type { TeamDirectory } from "../../host-services.ts";
import type { GitHubClient } from "./api.ts";
import { isRefusal } from "./refusal.ts";
import { readFields } from "./shapes.ts";

/** Teams of the organization that owns the repository. */
export class GitHubTeams implements TeamDirectory {
  readonly #client: GitHubClient;

  constructor(client: GitHubClient) {
    this.#client = client;
  }

  async membersOf(team: string, signal?: AbortSignal): Promise<readonly string[] | undefined> {
    // GitHub makes slugs of names: anything else names no team.
    if (!/^[\w-]{1,255}$/.test(team)) return undefined;
    try {
      // https://docs.github.com/rest/teams/members#list-team-members
      const members = await this.#client.list(
        "GET /orgs/{org}/teams/{team_slug}/members",
        { org: this.#client.owner, team_slug: team.toLowerCase() },
        { signal },
      );
      return members.map((member) => readFields(member, "a member").string("login").toLowerCase());
    } catch (error) {
      if (isRefusal(error, [403])) throw teamsHidden(team, error);
      if (!isRefusal(error, [404])) throw error;
      return this.#absent(team, signal);
    }
  }

  /** GitHub says 404 also to those who may not see teams: only a list without it says that it is not there. */
  async #absent(team: string, signal: AbortSignal | undefined): Promise<undefined> {
    const org = this.#client.owner;
    try {
      const repository = await this.#client.get("GET /repos/{owner}/{repo}", {}, { signal });
      const owner = readFields(repository, "the repository").object("owner");
      // A person has no teams.
      if (owner.optionalString("type") === "User") return undefined;
      // https://docs.github.com/rest/teams/teams#list-teams
      const teams = await this.#client.list("GET /orgs/{org}/teams", { org }, { signal });
      const slugs = teams.map((entry) => readFields(entry, "a team").string("slug").toLowerCase());
      if (!slugs.includes(team.toLowerCase())) return undefined;
    } catch (error) {
      if (!isRefusal(error, [403, 404])) throw error;
      throw teamsHidden(team, error);
    }
    throw teamsHidden(team);
  }
}
