import type { CommitStatus, HostServices, TeamDirectory } from "../../src/forge/host-services.ts";
import { forgeUnavailable } from "../../src/forge/errors.ts";

/** What a host with a server knows of teams and of checks of other programs. */
export class MemoryHost implements HostServices {
  /** By the name of the team. */
  readonly members = new Map<string, readonly string[]>();
  /** By commit. */
  readonly statuses = new Map<string, readonly CommitStatus[]>();
  /** Everything that was asked, as `team leads` or `statuses <commit>`. */
  readonly asked: string[] = [];
  isDown = false;

  readonly teams: TeamDirectory = {
    membersOf: async (team) => {
      this.#answer(`team ${team}`);
      return this.members.get(team);
    },
  };

  readonly checks = { publish: unused, say: unused };
  hasAccount = unused;
  repositoryId = unused;
  mergeGroups = unused;
  inspect = unused;

  async statusesOf(commit: string): Promise<readonly CommitStatus[]> {
    this.#answer(`statuses ${commit}`);
    return this.statuses.get(commit) ?? [];
  }

  #answer(question: string): void {
    this.asked.push(question);
    if (this.isDown) throw forgeUnavailable("the host is down");
  }
}

async function unused(): Promise<never> {
  throw new Error("nobody asks this host for that");
}
