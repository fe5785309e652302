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
  readonly app: App;
}

/** Everything `cairn serve` works with; `compose.ts` reads it from `cairn.yaml` and the flags. */
export interface ServeContext {
  readonly registries: readonly ServedRegistry[];
  readonly http: { readonly host: string; readonly port: number };
  readonly dataFolder: string;
}

export type OpenServeContext = (options: AppOptions) => Promise<ServeContext>;
