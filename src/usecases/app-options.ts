import type { Logger } from "../shared/log.ts";
import type { App } from "./app.ts";

/** What an edge was told about where to work, as typed: `compose.ts` resolves it against `cwd`. */
export interface AppOptions {
  /** A path or URL; `CAIRN_REGISTRY` is already taken into account. */
  readonly registry?: string;
  /** Where Cairn keeps what it can rebuild; `CAIRN_DATA` is already taken into account. */
  readonly data?: string;
  /** The operator's `cairn.yaml`. */
  readonly config?: string;
  /** The folder in which relative roots of file stores lie; its stores are allowed. */
  readonly stores?: string;
  /** Where pull requests are, of a registry that cairn.yaml does not name; `local` when absent. */
  readonly forge?: "github" | "local";
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
}

export type CreateApp = (options: AppOptions) => Promise<App>;

/** A place for text: `process.stdout` is one. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What `cairn serve` and `cairn sync --watch` ask of the controller. */
export interface ServeRequest {
  readonly options: Omit<AppOptions, "log">;
  /** Reconcile whole registries, or only bring these workspaces up to date and open no port. */
  readonly work:
    | { readonly kind: "reconcile"; readonly host?: string; readonly port?: number }
    | { readonly kind: "sync"; readonly workspaces: readonly string[] };
  readonly verbose: boolean;
  readonly color: boolean;
  /** Where log lines go: JSON, or short lines when it is a terminal. */
  readonly stderr: TextStream;
  /** Ends the controller; the run in flight may finish. */
  readonly signal: AbortSignal;
  /** Called once everything listens. */
  readonly onListening?: (url: string | undefined) => void;
}

export type ServeRunner = (request: ServeRequest) => Promise<void>;

/** Makes the bare repository that `npm start` serves; does nothing when it is there. */
export type SeedSample = (request: { readonly target: string }) => Promise<{
  /** Path of the bare repository, for `git clone` and `--registry`. */
  readonly repository: string;
  readonly created: boolean;
}>;
