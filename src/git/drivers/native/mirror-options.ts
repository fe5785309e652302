import type { Environment } from "./program.ts";
import type { RemoteLogin } from "./remote.ts";

export interface NativeGitMirrorOptions {
  /** A folder for this registry alone; made if it is not there. */
  readonly directory: string;
  /** A path, or a URL with https, http, ssh or file. Credentials in it are never written to disk. */
  readonly url: string;
  /** As `refs/heads/main`; the remote's own default branch if absent. */
  readonly branch?: string | undefined;
  readonly environment: Environment;
  /** How long to wait for another process that uses the folder. Default: not at all. */
  readonly waitMs?: number;
  /** After a crash: how long a child of the dead process may still hold Git's locks. */
  readonly staleLockGraceMs?: number;
  /** How long a push may take: git waits for ever when the answer is cut. Default two minutes. */
  readonly pushTimeoutMs?: number;
  /**
   * The login for the remote, asked for before each command that talks to it: tokens of an App are
   * short-lived. Only for https and http URLs without a login of their own.
   */
  readonly login?: RemoteLogin | undefined;
  readonly signal?: AbortSignal | undefined;
}
