import type { StoreSettings } from "../domain/registry.ts";
import type { Account } from "../domain/pull-request.ts";
import type { Forge } from "../forge/forge.ts";
import type { HostServices } from "../forge/host-services.ts";
import type { GitMirror } from "../git/git.ts";
import type { Clock } from "../shared/clock.ts";
import type { Logger } from "../shared/log.ts";
import type { Store } from "../store/store.ts";
import type { Cache } from "./ledger/cache.ts";
import type { TagSchedule } from "./reconcile/observe.ts";
import type { RegistryReader } from "./registry-reader.ts";

/** Everything a use case needs to work on one registry; `compose.ts` makes it. */
export interface RegistrySession {
  /** Path or URL, without credentials. */
  readonly url: string;
  readonly mirror: GitMirror;
  /** Where its pull requests are: said by the operator, never by the registry. */
  readonly forge: Forge;
  /** What the host of the pull requests can do besides, where it is a server. */
  readonly host: HostServices | undefined;
  readonly reader: RegistryReader;
  readonly cache: Cache;
  readonly clock: Clock;
  /** Why the clock cannot be believed, if so: gates about time then wait. */
  clockProblem(): string | undefined;
  /** When every tag of the remote is to be looked at again. */
  readonly tagSchedule: TagSchedule;
  readonly log: Logger;
  /**
   * The store that settings of a workspace or replica name. Rejects with `STORE_NOT_ALLOWED` when
   * the operator has not allowed it, and `STORE_DRIVER_UNKNOWN` for drivers this Cairn lacks.
   */
  openStore(settings: StoreSettings): Promise<Store>;
  /** Whom Git is configured for where the command runs. Rejects with `ACCOUNT_UNKNOWN`. */
  gitAccount(): Promise<Account>;
  /** The branch of that clone that is checked out, without `refs/heads/`; none when detached. */
  checkedOutBranch(): Promise<string | undefined>;
  /** Folder of the clone that the command runs in, where there is one. */
  readonly workTree: string | undefined;
  /** Keeps what was learned for the next time. */
  flush(): Promise<void>;
}
