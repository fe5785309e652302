import type { Account } from "../../../domain/pull-request.ts";
import type { Clock } from "../../../shared/clock.ts";
import type { Logger } from "../../../shared/log.ts";

export type GitHubCredentials =
  | { readonly type: "token"; readonly token: string }
  | {
      readonly type: "app";
      readonly appId: string;
      readonly privateKey: string;
      /** Absent: the installation that has the repository. */
      readonly installationId?: string;
    };

export interface GitHubClientOptions {
  /** `https://api.github.com`, or `https://host/api/v3` of a GitHub Enterprise Server. */
  readonly apiUrl: string;
  readonly owner: string;
  readonly repository: string;
  /** `undefined`: only what everybody may read. */
  readonly credentials: GitHubCredentials | undefined;
  readonly log: Logger;
  readonly clock: Clock;
  readonly limits?: Partial<GitHubLimits>;
}

export interface GitHubLimits {
  /** For one request, without the time it waits for its turn. */
  readonly timeoutMs: number;
  /** Of a list. */
  readonly maxPages: number;
  readonly maxBodyBytes: number;
  /** Answers that are kept, to be asked for again only if they changed. */
  readonly cacheEntries: number;
  /** Part of the hour's requests that only essential work may use. */
  readonly reserve: number;
  /** How often a GET is asked again that failed without a fault of its own. */
  readonly retries: number;
  readonly retryAfterMs: number;
  /** Writes that may follow each other at once; one more is allowed each `writeSpacingMs`. */
  readonly writeBurst: number;
  readonly writeSpacingMs: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Not refused while the rest of the hour's requests is being saved. Writes always are. */
  readonly essential?: boolean;
}

export interface GetOptions extends CallOptions {
  /**
   * Answers `undefined` (a list: nothing) where there is no such thing (404, 410). GitHub says the same of what the
   * credentials may not see: of a thing in the repository, that is told apart.
   */
  readonly missing?: "undefined";
}

export type Parameters = Readonly<Record<string, unknown>>;
export type ReadRoute = `GET ${string}`;
export type WriteRoute = `${"POST" | "PUT" | "PATCH" | "DELETE"} ${string}`;

/**
 * GitHub's API for one repository. Routes are as in GitHub's documentation
 * (`GET /repos/{owner}/{repo}/pulls/{pull_number}`); `owner` and `repo` are filled in.
 *
 * Everything rejects with `FORGE_UNAVAILABLE`, `FORGE_ANSWER_BROKEN`, `FORGE_RATE_LIMITED` or
 * `FORGE_DENIED`; what GitHub said is in the error as far as it is a `GitHubRefusal` (refusal.ts).
 */
export interface GitHubClient {
  readonly owner: string;
  readonly repository: string;
  /** Asked again when GitHub stumbles; free when nothing changed. The answer is not to be changed. */
  get(route: ReadRoute, parameters?: Parameters, options?: GetOptions): Promise<unknown>;
  /**
   * All pages of a list, in order; of an answer that wraps its list (`{total_count, check_runs}`)
   * the list. Rejects with `FORGE_ANSWER_INCOMPLETE` past the bound: a cut list decides nothing.
   */
  list(
    route: ReadRoute,
    parameters?: Parameters,
    options?: GetOptions,
  ): Promise<readonly unknown[]>;
  /** One write, never repeated: when it is not known whether it happened, look, then act again. */
  send(route: WriteRoute, parameters?: Parameters, options?: CallOptions): Promise<unknown>;
  /** The `data` of an answer without errors; only for queries. */
  graphql(query: string, variables: Parameters, options?: CallOptions): Promise<unknown>;
  /** For Git's transport; asked before each command, because tokens of an App end. */
  login(
    signal?: AbortSignal,
  ): Promise<{ readonly username: string; readonly password: string } | undefined>;
  /** The account that everything is done as. */
  account(signal?: AbortSignal): Promise<Account>;
  /** What the credentials are good for, as far as GitHub tells; for `cairn doctor`. */
  rights(signal?: AbortSignal): Promise<GitHubRights>;
  readonly budget: GitHubBudget;
}

/** What GitHub said last about itself. */
export interface GitHubBudget {
  /** Milliseconds since 1970 on GitHub's clock, as far as it is known. */
  hostNow(): number;
  /** Of the hour's requests; `undefined` before the first answer. */
  readonly remaining: number | undefined;
  readonly limit: number | undefined;
  /** Milliseconds since 1970, on GitHub's clock. */
  readonly resetsAt: number | undefined;
  /** How far GitHub's clock is ahead of this machine's. */
  readonly clockSkewMs: number | undefined;
}

export type GitHubRights =
  | { readonly type: "none" }
  /** Of the App's installation: `contents` is `write`, say. */
  | { readonly type: "app"; readonly permissions: ReadonlyMap<string, string> }
  /** `undefined` for tokens that have permissions instead of scopes. */
  | { readonly type: "token"; readonly scopes: readonly string[] | undefined };
