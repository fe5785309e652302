import { byCodeUnits, isJsonObject } from "../shared/json.ts";
import type { SourceEntry } from "../source/source-tree.ts";
import { isLayoutPath } from "./asset-layout/spec-texts.ts";
import type { DocumentCache } from "./document-cache.ts";
import type { Draft } from "./drafts.ts";
import type { FileTable } from "./file-table.ts";
import { resolvePath } from "./resolve-path.ts";

interface KnownDraft {
  readonly draft: Draft;
  readonly folder: string;
  /** Every path that it was read from or that it names, there or not; with all that is below them. */
  readonly looksAt: readonly string[];
}

interface KnownDrafts {
  readonly files: FileTable;
  readonly drafts: ReadonlyMap<string, KnownDraft>;
}

/** Of the registry that was read last with each cache. */
const known = new WeakMap<DocumentCache, KnownDrafts>();

const nothing: ReadonlyMap<string, Draft> = new Map();
/** With more of them nearly everything is to be read anyway. */
const maxChanged = 2000;

/**
 * The drafts of the registry that was read last which are the same in this one, by their paths:
 * neither what they say nor anything they name was changed. None when registry.yaml was, which says
 * what a manifest is, and none where asset.yaml files say what others are.
 */
export function recallDrafts(cache: DocumentCache, files: FileTable): ReadonlyMap<string, Draft> {
  const basis = known.get(cache);
  const changed = basis && changedPaths(basis.files.entries, files.entries);
  if (basis === undefined || changed === undefined) return nothing;
  if (changed.some((path) => path === "registry.yaml" || isLayoutPath(path))) return nothing;
  const change = new TreeChange(changed);
  const kept = new Map<string, Draft>();
  for (const [path, each] of basis.drafts) if (!change.touches(each)) kept.set(path, each.draft);
  return kept;
}

/** Keeps drafts whose paths were looked at, for the next read. */
export function rememberDrafts(
  cache: DocumentCache,
  files: FileTable,
  drafts: readonly Draft[],
): void {
  // A part of a registry has none, and is no basis for the next read.
  if (drafts.length === 0) return;
  const before = known.get(cache)?.drafts;
  known.delete(cache);
  if (files.entries.some(({ path }) => isLayoutPath(path))) return;
  const kept = drafts.map((draft): [string, KnownDraft] => {
    const { path } = draft.document;
    const old = before?.get(path);
    return [path, old?.draft === draft ? old : toKnown(draft)];
  });
  known.set(cache, { files, drafts: new Map(kept) });
}

function toKnown(draft: Draft): KnownDraft {
  const { path } = draft.document;
  const stem = path.replace(/\.ya?ml$/, "");
  const companions = ["meta", "lock"].flatMap((kind) => [
    `${stem}.${kind}.yaml`,
    `${stem}.${kind}.yml`,
  ]);
  const targets = draft.pending.map(({ target }) => target);
  const folder = path.slice(0, Math.max(path.lastIndexOf("/"), 0));
  const looksAt = [path, ...companions, ...targets, ...metricTargets(draft)];
  const isInside = (each: string): boolean => folder !== "" && each.startsWith(`${folder}/`);
  // What was looked at is in `localPaths`, and nobody looks again.
  const kept = { ...draft, pending: [] };
  return { draft: kept, folder, looksAt: looksAt.every(isInside) ? inside : looksAt };
}

/** Of nearly every manifest: nothing outside of its folder matters to it. */
const inside: readonly string[] = [];

function metricTargets({ metadata }: Draft): readonly string[] {
  const evaluations = metadata?.document.value["evaluations"];
  if (metadata === undefined || !Array.isArray(evaluations)) return [];
  return evaluations.filter(isJsonObject).flatMap(({ file }) => {
    const target = typeof file === "string" ? resolvePath(metadata.document.path, file) : undefined;
    return target?.ok === true ? [target.value] : [];
  });
}

/** The paths that are not the same in two sorted lists; `undefined` when there are many. */
function changedPaths(
  before: readonly SourceEntry[],
  after: readonly SourceEntry[],
): readonly string[] | undefined {
  const changed: string[] = [];
  let [left, right] = [0, 0];
  while (left < before.length || right < after.length) {
    const [old, now] = [before[left], after[right]];
    const order = compareEntries(old, now);
    if (order !== 0 || !isSame(old, now)) changed.push((order <= 0 ? old : now)?.path ?? "");
    if (order <= 0) left += 1;
    if (order >= 0) right += 1;
    if (changed.length > maxChanged) return undefined;
  }
  return changed;
}

/** What is not there any more comes after everything. */
function compareEntries(old: SourceEntry | undefined, now: SourceEntry | undefined): number {
  if (old === undefined) return 1;
  return now === undefined ? -1 : byCodeUnits(old.path, now.path);
}

/** What has no id (in a folder) may be anything. */
function isSame(old: SourceEntry | undefined, now: SourceEntry | undefined): boolean {
  if (old === undefined || now === undefined || now.objectId === undefined) return false;
  return (
    old === now ||
    (old.objectId === now.objectId && old.type === now.type && old.sizeBytes === now.sizeBytes)
  );
}

/** The paths that differ between two trees, asked for what they may matter to. */
class TreeChange {
  readonly #paths: ReadonlySet<string>;
  /** Everything that something changed below. */
  readonly #folders: ReadonlySet<string>;
  readonly #asked = new Map<string, boolean>();

  constructor(paths: readonly string[]) {
    this.#paths = new Set(paths);
    this.#folders = new Set(paths.flatMap((path) => [...foldersAbove(path)]));
  }

  touches({ folder, looksAt }: KnownDraft): boolean {
    return looksAt === inside ? this.#touchesFolder(folder) : looksAt.some((at) => this.#isAt(at));
  }

  #touchesFolder(folder: string): boolean {
    const touched = this.#asked.get(folder) ?? this.#isAt(folder);
    this.#asked.set(folder, touched);
    return touched;
  }

  /** Changed itself, or something below it, or something that it lies below. */
  #isAt(path: string): boolean {
    if (this.#paths.has(path) || this.#folders.has(path)) return true;
    for (const folder of foldersAbove(path)) if (this.#paths.has(folder)) return true;
    return false;
  }
}

function* foldersAbove(path: string): Iterable<string> {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    yield path.slice(0, end);
  }
  yield "";
}
