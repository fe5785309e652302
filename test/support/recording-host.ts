import { forgeUnavailable } from "../../src/forge/errors.ts";
import type {
  CheckDraft,
  CommitStatus,
  HostServices,
  MergeGroup,
} from "../../src/forge/host-services.ts";

/** What a host with a server of its own shows, kept; it answers as a test tells it to. */
export class RecordingHost implements HostServices {
  /** Every time that it was asked to show something, as `check 1f3a` or `comment 3`. */
  readonly asked: string[] = [];
  /** The same, only where something was written. */
  readonly written: string[] = [];
  readonly shown = new Map<string, CheckDraft>();
  readonly comments = new Map<number, string>();
  readonly statuses = new Map<string, readonly CommitStatus[]>();
  readonly members = new Map<string, readonly string[]>();
  groups: readonly MergeGroup[] = [];
  /** Brings the groups' commits to whoever asks. */
  bringGroups: () => Promise<unknown> = async () => undefined;
  isDown = false;
  /** Thrown instead of showing a check of this commit, or a comment on this pull request. */
  readonly refusals = new Map<string | number, Error>();

  readonly checks = {
    publish: async (check: CheckDraft): Promise<boolean> => {
      this.#answer(check.head);
      const known = JSON.stringify(this.shown.get(check.head));
      this.shown.set(check.head, check);
      return this.#record(`check ${check.head.slice(0, 4)}`, known !== JSON.stringify(check));
    },
    say: async (number: number, body: string): Promise<boolean> => {
      this.#answer(number);
      const known = this.comments.get(number);
      this.comments.set(number, body);
      return this.#record(`comment ${number}`, known !== body);
    },
  };

  readonly teams = {
    membersOf: async (team: string): Promise<readonly string[] | undefined> => {
      this.#answer(`team ${team}`);
      return this.members.get(team);
    },
  };

  async hasAccount(): Promise<boolean> {
    return true;
  }

  async repositoryId(): Promise<string> {
    return "1";
  }

  async mergeGroups(): Promise<readonly MergeGroup[]> {
    this.#answer("groups");
    await this.bringGroups();
    return this.groups;
  }

  async statusesOf(commit: string): Promise<readonly CommitStatus[]> {
    this.#answer(`statuses ${commit}`);
    return this.statuses.get(commit) ?? [];
  }

  async inspect(): Promise<readonly never[]> {
    return [];
  }

  #answer(what: string | number): void {
    if (this.isDown) throw forgeUnavailable("the host is down");
    const refusal = this.refusals.get(what);
    if (refusal !== undefined) throw refusal;
  }

  #record(what: string, isNew: boolean): boolean {
    this.asked.push(what);
    if (isNew) this.written.push(what);
    return isNew;
  }
}
