import { compareStates } from "../domain/finding-change.ts";
import type { Finding } from "../domain/finding.ts";
import type { CairnError } from "../shared/errors.ts";
import type { AppOptions } from "./app-options.ts";

/** What `cairn watch` asks of the controller. */
export interface WatchRequest {
  readonly options: AppOptions;
  /** The folder; the work tree of the registry unless given. */
  readonly path?: string;
  readonly signal: AbortSignal;
  readonly onRun: (run: WatchRun) => void;
  /** What keeps the folder from being read; said once, and tried again until it works. */
  readonly onProblem: (problem: CairnError) => void;
}

export type WatchRunner = (request: WatchRequest) => Promise<void>;

/** A folder that was looked at, whatever made Cairn look. */
export interface FolderLook {
  /** Where the folder really is, and which it is: another one of the same name has another. */
  readonly folder: string;
  readonly identity: string;
  /** Equal for two looks that saw the same files. */
  readonly signature: string;
  readonly findings: readonly Finding[];
  readonly assets: number;
  readonly files: number;
}

/** What a look found, beside what the look before it found. */
export interface WatchRun {
  readonly at: Date;
  readonly folder: string;
  readonly isFirst: boolean;
  readonly added: readonly Finding[];
  readonly resolved: readonly Finding[];
  readonly findings: readonly Finding[];
  readonly assets: number;
  readonly files: number;
}

/** Takes a fresh look at a folder; what was read before and looks the same is not read again. */
export type LookAtFolder = (signal: AbortSignal) => Promise<FolderLook>;

/** `undefined` when there is nothing to tell: the same files, and the same findings. */
export function runBetween(
  before: FolderLook | undefined,
  after: FolderLook,
  at: Date,
): WatchRun | undefined {
  const { introduced: added, resolved } = compareStates({
    before: before?.findings ?? [],
    after: after.findings,
  });
  const isSame = before?.signature === after.signature && added.length + resolved.length === 0;
  if (isSame) return undefined;
  const { folder, findings, assets, files } = after;
  return { at, folder, isFirst: before === undefined, added, resolved, findings, assets, files };
}
