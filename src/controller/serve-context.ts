import type { App } from "../usecases/app.ts";
import type { AppOptions } from "../usecases/app-options.ts";

/** One registry that the controller keeps true. */
export interface ServedRegistry {
  /** Names it in the queue, in metrics and in URLs. */
  readonly name: string;
  readonly url: string;
  /** The Git folders (`.git`, or a bare repository) of a registry on this machine; else empty. */
  readonly watchPaths: readonly string[];
  readonly pollMs: number;
  /** Five cron fields in UTC; absent: never. */
  readonly resyncCron?: string;
  readonly verifyCron?: string;
  /** What it was made from: while that is the same, another one need not take its place. */
  readonly revision: string;
  /** Opens nothing before it is asked something. */
  readonly app: App;
  /** Present where its host sends deliveries. */
  readonly webhook?: {
    /** Names the repository for good. Rejects, or `undefined`, when that is not known yet. */
    readonly repositoryId: () => Promise<string | undefined>;
  };
}

/** Everything `cairn serve` works with; `compose.ts` reads it from `cairn.yaml` and the flags. */
export interface ServeContext {
  readonly registries: readonly ServedRegistry[];
  /** What deliveries may be signed with. */
  readonly webhookSecrets: readonly string[];
  readonly http: { readonly host: string; readonly port: number };
  readonly dataFolder: string;
  /** Absent where nothing but a restart can change it. */
  readonly source?: ContextSource;
}

/** What the operator wrote, to be looked at again. */
export interface ContextSource {
  /** The file to watch. */
  readonly path: string;
  /**
   * `settling`: it is being written, to be looked at again soon. Rejects when it cannot be used;
   * what was read before is then still right.
   */
  look(): Promise<ServeContext | "unchanged" | "settling">;
}

export type OpenServeContext = (options: AppOptions) => Promise<ServeContext>;
