import type { GitHubCredentials } from "./api.ts";

/** Who Cairn is to GitHub. What is secret stays in here. */
export interface Credentials {
  readonly type: GitHubCredentials["type"] | "none";
  /** Sees to it that there is a token; before each request. */
  prepare(signal?: AbortSignal): Promise<void>;
  token(): string | undefined;
  /** After GitHub refused the token: true when there is another one now. */
  renew(signal?: AbortSignal): Promise<boolean>;
  /** `undefined`: GitHub tells it otherwise. */
  permissions(signal?: AbortSignal): Promise<ReadonlyMap<string, string> | undefined>;
}
