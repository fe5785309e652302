import { compareStates } from "../domain/finding-change.ts";
import type { Finding } from "../domain/finding.ts";
import type { LedgerState } from "../domain/ledger/state.ts";
import type { Registry } from "../domain/registry.ts";
import { createDocumentCache, type DocumentCache } from "../registry/document-cache.ts";
import { readRegistry } from "../registry/read-registry.ts";
import type { SourceTree } from "../source/source-tree.ts";
import type { Excerpt } from "./app-validate.ts";
import { readExcerpts } from "./author/read-excerpts.ts";
import { findProblems } from "./validate.ts";

export interface ChangeRequest {
  /** What the change is made to; the point where the two parted is what counts. */
  readonly base: string;
  /** The change; unless given the work tree with all that is in it, else HEAD. */
  readonly head?: string;
  /** The registry's folder; the registry itself unless given. */
  readonly path?: string;
  /** Also answer with the lines that findings stand in. */
  readonly withExcerpts?: boolean;
}

export interface ChangeReport {
  /** What the change introduces. */
  readonly findings: readonly Finding[];
  /** How many there were without it; absent when nothing changed, and so nothing was read. */
  readonly before?: number;
  /** How many of those are gone. */
  readonly resolved: number;
  /** What was looked at, in the registry with the change. */
  readonly assets: number;
  readonly files: number;
  readonly excerpts?: readonly Excerpt[];
}

export interface ChangedTrees {
  readonly base: SourceTree;
  readonly head: SourceTree;
  readonly state: LedgerState | undefined;
  readonly now: Date;
  /** What was read of one tree is known of the other. */
  readonly cache?: DocumentCache;
  readonly withExcerpts?: boolean | undefined;
}

/** What reading found between two trees that are equal. */
export const nothingChanged: ChangeReport = { findings: [], resolved: 0, assets: 0, files: 0 };

/**
 * The findings of one tree that another does not have. Both are checked as a whole, since a change
 * of one file can make another one wrong.
 */
export async function validateChange(trees: ChangedTrees): Promise<ChangeReport> {
  const { state, now, cache = createDocumentCache() } = trees;
  const base = await readRegistry(trees.base, { cache, now });
  const head = await readRegistry(trees.head, { cache, now });
  const before = findProblems(base, state);
  const after = findProblems(head, state);
  const { introduced, resolved } = compareStates({
    before,
    after,
    moved: movedFiles(base, head),
  });
  return {
    findings: introduced,
    before: before.length,
    resolved: resolved.length,
    assets: head.assets.length,
    files: head.files.count,
    ...(trees.withExcerpts === true
      ? { excerpts: await readExcerpts(trees.head, introduced, after) }
      : {}),
  };
}

/** Where the files of `before` are in `after`: those of one content, and those of one asset. */
export function movedFiles(before: Registry, after: Registry): ReadonlyMap<string, string> {
  const isMove = (from: string, to: string): boolean =>
    from !== to && !after.files.has(from) && !before.files.has(to);
  const moved = new Map<string, string>();
  const add = (from: string, to: string | undefined): void => {
    if (to !== undefined && isMove(from, to)) moved.set(from, to);
  };
  const contents = uniqueBy(after.files.paths(), (path) =>
    before.files.has(path) ? undefined : after.files.objectIdOf(path),
  );
  const former = uniqueBy(before.files.paths(), (path) =>
    after.files.has(path) ? undefined : before.files.objectIdOf(path),
  );
  for (const [id, path] of former) add(path, contents.get(id));
  const manifests = namedManifests(after);
  for (const [name, manifest] of namedManifests(before)) {
    const now = manifests.get(name);
    if (now === undefined || !isMove(manifest.document.path, now.document.path)) continue;
    for (const [from, to] of filesOf(manifest, now)) add(from, to);
  }
  return moved;
}

type NamedManifest = Registry["assets"][number] | Registry["deployments"][number];

/** Manifests by what they are called; names that are taken twice say nothing. */
function namedManifests(registry: Registry): ReadonlyMap<string, NamedManifest> {
  const { assets, deployments } = registry;
  return new Map<string, NamedManifest>([
    ...uniqueBy(assets, ({ key, explicitVersion = "" }) => `${key} ${explicitVersion}`),
    ...uniqueBy(deployments, ({ endpoint, name }) => `deployment ${endpoint}/${name}`),
  ]);
}

/** A manifest, what lies beside it under its name, and what its fields cover. */
function* filesOf(before: NamedManifest, after: NamedManifest): Iterable<[string, string]> {
  const [from, to] = [before.document.path, after.document.path];
  yield [from, to];
  for (const companion of [".meta.yaml", ".meta.yml", ".lock.yaml", ".lock.yml"]) {
    yield [stemOf(from) + companion, stemOf(to) + companion];
  }
  for (const [index, local] of before.localPaths.entries()) {
    const other = after.localPaths[index];
    if (other === undefined || other.pointer.join("/") !== local.pointer.join("/")) continue;
    yield [local.target, other.target];
    const files = new Map(other.files.map(({ relativePath, path }) => [relativePath, path]));
    for (const { relativePath, path } of local.files) {
      const now = files.get(relativePath);
      if (now !== undefined) yield [path, now];
    }
  }
}

function stemOf(path: string): string {
  return path.replace(/\.ya?ml$/, "");
}

function uniqueBy<Item>(
  items: Iterable<Item>,
  keyOf: (item: Item) => string | undefined,
): ReadonlyMap<string, Item> {
  const found = new Map<string, Item>();
  const doubled = new Set<string>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    if (found.has(key)) doubled.add(key);
    else found.set(key, item);
  }
  for (const key of doubled) found.delete(key);
  return found;
}
