import type { LandingMark } from "../../domain/ledger/event.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import type { PullRequest } from "../../domain/pull-request.ts";
import type { Registry } from "../../domain/registry.ts";
import type { Forge } from "../../forge/forge.ts";
import type { HostServices } from "../../forge/host-services.ts";
import type { CommitInfo, GitMirror } from "../../git/git.ts";
import type { Clock } from "../../shared/clock.ts";
import type { RegistryReader } from "../registry-reader.ts";

/** What judging needs of a session. */
export interface JudgeContext {
  readonly mirror: GitMirror;
  readonly reader: RegistryReader;
  readonly clock: Clock;
  readonly forge: Pick<Forge, "account">;
  /** What the host knows besides, where it is a server. */
  readonly host: Pick<HostServices, "teams" | "statusesOf" | "mayWrite"> | undefined;
  /** Why the clock cannot be believed, if so. */
  clockProblem(): string | undefined;
}

/**
 * A change as it is judged: a landing, or the preview of one. The same judge looks at both, so what
 * the pull request says is what happens.
 */
export interface Change {
  /** The branch without it, and with it. */
  readonly before: string;
  readonly after: string;
  /** Absent when none brought it. */
  readonly pullRequest: PullRequest | undefined;
  readonly landing: LandingMark;
  /** Both trees; `after` under the policy in force. */
  readonly registryBefore: Registry;
  /** Where the pull request left the branch; absent without one, or without a common history. */
  readonly base: string | undefined;
  readonly registryBase: Registry | undefined;
  readonly registry: Registry;
  /** The registry whose policy is in force. */
  readonly inForce: Registry;
  readonly state: LedgerState;
  /** Cairn opened it by itself: nobody's choice. */
  readonly isAutomatic: boolean;
  /** Names on the host, in lower case, of reviewers who may not write to the repository. */
  readonly outsiders?: ReadonlySet<string>;
  /** What the pull request's own commits are, oldest first; what nobody knows is empty. */
  readonly commits: readonly CommitInfo[];
}
