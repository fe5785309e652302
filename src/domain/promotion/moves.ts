import type { AssetKey } from "../asset.ts";
import {
  assetState,
  hasAccepted,
  judgedKey,
  stageVersion,
  type LedgerState,
} from "../ledger/state.ts";
import { manifestsOf } from "../lookup.ts";
import type { Registry, StageFile } from "../registry.ts";
import type { MoveKind } from "./facts.ts";

/** One asset and one stage that a change asks to move. */
export interface Move {
  readonly asset: AssetKey;
  readonly stage: string;
  readonly kind: MoveKind;
  /** What is to run; for a withdrawal what runs until now. */
  readonly version: string;
  readonly runs: string | undefined;
  /** Absent for a withdrawal. */
  readonly file: StageFile | undefined;
  /** Why the stage file cannot be used at all. */
  readonly problem: string | undefined;
}

export interface StageChanges {
  readonly moves: readonly Move[];
  /** By `judgedKey`: every stage file that changed, also where the stage runs that version already. */
  readonly touched: readonly string[];
}

/**
 * The moves that a change of the tree asks for. A stage file counts when it is another file than
 * before; what it asks is compared with what the stage runs (the ledger), never with the file
 * before.
 */
export function stageChanges(before: Registry, after: Registry, state: LedgerState): StageChanges {
  const old = byKey(before.stageFiles);
  const now = byKey(after.stageFiles);
  const moves: Move[] = [];
  const touched: string[] = [];
  for (const key of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const files = now.get(key) ?? [];
    const gone = old.get(key) ?? [];
    const [file] = files;
    if (isSame(gone, files, before, after)) continue;
    touched.push(key);
    const move =
      file === undefined
        ? withdrawalOf(gone, after, state)
        : moveOf(file, { after, state, isAmbiguous: files.length > 1 });
    if (move !== undefined) moves.push(move);
  }
  return { moves, touched };
}

/** The move that a stage file asks for, whether it changed or not; none when the stage runs that. */
function moveOf(
  file: StageFile,
  {
    after,
    state,
    isAmbiguous = false,
  }: { readonly after: Registry; readonly state: LedgerState; readonly isAmbiguous?: boolean },
): Move | undefined {
  const { asset, stage, version } = file;
  const known = assetState(state, asset);
  const runs = stageVersion(known, stage)?.version;
  const problem = isAmbiguous
    ? `Two files say what ${stage} runs of ${asset}: leave one.`
    : file.isBroken
      ? `${file.document.path} cannot be used as it is: cairn validate says why.`
      : undefined;
  if (problem === undefined && runs === version) return undefined;
  const isBack =
    hasAccepted(known, stage, version) && deprecation(asset, version, after, state) === undefined;
  return {
    asset,
    stage,
    kind: isBack ? "rollback" : "promotion",
    version,
    runs,
    file,
    problem,
  };
}

/** Why a version is deprecated, by the metadata file as it is or by the ledger. */
export function deprecation(
  asset: AssetKey,
  version: string,
  registry: Registry,
  state: LedgerState,
): string | undefined {
  for (const { metadata } of manifestsOf(asset, registry)) {
    const marks = metadata?.versions.get(version);
    if (marks?.deprecated !== undefined) return marks.deprecated.reason;
  }
  const known = assetState(state, asset)?.deprecated ?? {};
  return Object.hasOwn(known, version) ? known[version] : undefined;
}

function withdrawalOf(
  gone: readonly StageFile[],
  after: Registry,
  state: LedgerState,
): Move | undefined {
  const [file] = gone;
  if (file === undefined) return undefined;
  const { asset, stage, document } = file;
  const runs = stageVersion(assetState(state, asset), stage)?.version;
  // A file that is there and cannot be read asks for nothing, least of all for a withdrawal.
  const isThere = after.files.has(document.path);
  if (runs === undefined && !isThere) return undefined;
  const problem = isThere ? `${document.path} cannot be read: cairn validate says why.` : undefined;
  return { asset, stage, kind: "withdrawal", version: runs ?? "", runs, file: undefined, problem };
}

function byKey(files: readonly StageFile[]): ReadonlyMap<string, readonly StageFile[]> {
  const grouped = new Map<string, StageFile[]>();
  for (const file of files) {
    const key = judgedKey(file.stage, file.asset);
    const same = grouped.get(key);
    if (same === undefined) grouped.set(key, [file]);
    else same.push(file);
  }
  return grouped;
}

function isSame(
  old: readonly StageFile[],
  now: readonly StageFile[],
  before: Registry,
  after: Registry,
): boolean {
  if (old.length !== now.length) return false;
  return now.every(({ document: { path } }) => {
    const id = after.files.objectIdOf(path);
    return id !== undefined && id === before.files.objectIdOf(path);
  });
}
