import type { AssetKey } from "../../domain/asset.ts";
import type { Asset, Registry } from "../../domain/registry.ts";
import type { GitReader } from "../../git/git.ts";
import type { CheckReport } from "../app-promote.ts";
import { isHostPath } from "../promote/check-warnings.ts";
import type { Change } from "../promote/change.ts";

/** What a change touches, by who may want it. */
export interface TouchedPaths {
  /** Files that no asset has, or that decide about others: a person merges them. */
  readonly unjudged: readonly string[];
  /** Assets of which something changes that no gate about approvals has judged. */
  readonly assets: readonly AssetKey[];
}

/** By local diff of the two trees: no host tells all of a large change. */
export async function touchedPaths(
  mirror: Pick<GitReader, "listTree">,
  change: Change,
  moves: CheckReport["moves"],
): Promise<TouchedPaths> {
  const { registryBefore, registry } = change;
  const owners = ownersOf([registryBefore, registry], moves);
  const unjudged: string[] = [];
  const assets = new Set<AssetKey>();
  for (const path of await changedPaths(mirror, change)) {
    const keys = isDeciding(path) ? undefined : owners.get(path);
    if (keys === undefined) unjudged.push(path);
    else for (const key of keys) assets.add(key);
  }
  return { unjudged, assets: [...assets].sort() };
}

async function changedPaths(
  mirror: Pick<GitReader, "listTree">,
  { before, after }: Change,
): Promise<readonly string[]> {
  const [old, now] = [await entriesAt(mirror, before), await entriesAt(mirror, after)];
  const paths = new Set<string>();
  for (const [entry, path] of old) if (!now.has(entry)) paths.add(path);
  for (const [entry, path] of now) if (!old.has(entry)) paths.add(path);
  return [...paths].sort();
}

/** A file that becomes executable, or a link, is another one. */
async function entriesAt(
  mirror: Pick<GitReader, "listTree">,
  commit: string,
): Promise<ReadonlyMap<string, string>> {
  const items = await mirror.listTree(commit);
  return new Map(items.map(({ path, mode, objectId }) => [`${mode} ${objectId} ${path}`, path]));
}

/** Whatever names such a file among its own. */
function isDeciding(path: string): boolean {
  return (
    isHostPath(path) ||
    /^(?:policies\/|workspaces\/|registry\.ya?ml$)|(?:^|\/)(?:\.git|CODEOWNERS$)/i.test(path)
  );
}

type Owners = Map<string, Set<AssetKey>>;

/** Path to the assets that it is a part of; none for the stage file of a move that was approved. */
function ownersOf(registries: readonly Registry[], moves: CheckReport["moves"]): Owners {
  const owners: Owners = new Map();
  for (const registry of registries) {
    for (const asset of registry.assets) {
      for (const path of pathsOf(asset)) addOwners(owners, path, [asset.key]);
    }
    addLayouts(owners, registry);
    for (const { document, stage, asset } of registry.stageFiles) {
      const move = moves.find((other) => other.stage === stage && other.asset === asset);
      addOwners(owners, document.path, isApproved(move) ? [] : [asset]);
    }
  }
  return owners;
}

function addOwners(owners: Owners, path: string, keys: readonly AssetKey[]): void {
  const known = owners.get(path) ?? new Set();
  for (const key of keys) known.add(key);
  owners.set(path, known);
}

/** An `asset.yaml` and what it names belong to the asset that one of them is the manifest of. */
function addLayouts(owners: Owners, { layouts = [] }: Registry): void {
  for (const { document, spec, extraConfig } of layouts) {
    const paths = [document, spec, extraConfig].flatMap((part) => part?.path ?? []);
    const keys = paths.flatMap((path) => [...(owners.get(path) ?? [])]);
    for (const path of keys.length > 0 ? paths : []) addOwners(owners, path, keys);
  }
}

function isApproved(move: CheckReport["moves"][number] | undefined): boolean {
  return (
    move?.gates.some(({ gate, outcome }) => gate === "approvals" && outcome === "passed") === true
  );
}

function pathsOf({ document, metadata, localPaths }: Asset): readonly string[] {
  const stem = document.path.replace(/\.ya?ml$/, "");
  return [
    document.path,
    ...(metadata === undefined ? [] : [metadata.document.path]),
    `${stem}.lock.yaml`,
    `${stem}.lock.yml`,
    ...localPaths.flatMap(({ files }) => files.map(({ path }) => path)),
  ];
}
