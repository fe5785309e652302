import { formatAssetKey, nameProblem, pluralOfKind, type AssetKey } from "../../domain/asset.ts";
import type { Asset, LocalPath, Registry } from "../../domain/registry.ts";
import { isBelow, joinPath } from "../../registry/local-paths.ts";
import { companionPath } from "../../registry/read-metadata.ts";
import type { RegisterRequest } from "../app-promote.ts";
import { manifestTaken, nameInvalid } from "./errors.ts";
import type { LocalFiles } from "./local-files.ts";

/** Where in the registry an asset and its files go. */
export interface AssetPlace {
  readonly key: AssetKey;
  readonly existing: Asset | undefined;
  readonly manifest: string;
  readonly metadata: string;
  readonly lock: string;
  /** What the field `path` says, and what that is from the root. */
  readonly text: string;
  readonly target: string;
  /** Where the files were. */
  readonly oldTarget: string | undefined;
}

/** Beside the manifest that the asset has, else `models/<name>/model.yaml`. */
export function placeAsset(
  registry: Registry,
  request: RegisterRequest,
  local: LocalFiles,
): AssetPlace {
  const problem = nameProblem(request.name);
  if (problem !== undefined) throw nameInvalid(problem);
  const key = formatAssetKey(request);
  const existing = findAsset(registry, key);
  const manifest = existing?.document.path ?? newManifest(registry, request);
  const companion = (kind: "meta" | "lock"): string =>
    companionPath(manifest, kind, (path) => registry.files.has(path)) ??
    manifest.replace(/\.ya?ml$/, `.${kind}.yaml`);
  const field = existing?.localPaths.find(({ pointer }) => pointer.join("/") === "path");
  const scope = { registry, existing, folder: folderOf(manifest), field };
  const text = choosePath(scope, request, local);
  const oldTarget = field !== undefined && isOwn(scope, field.target) ? field.target : undefined;
  return {
    key,
    existing,
    manifest,
    metadata: companion("meta"),
    lock: companion("lock"),
    text,
    target: field?.text === text ? field.target : targetOf(scope.folder, text),
    oldTarget,
  };
}

function findAsset(registry: Registry, key: AssetKey): Asset | undefined {
  const [asset, another] = registry.assets.filter(
    (candidate) => candidate.key.toLowerCase() === key.toLowerCase(),
  );
  if (asset === undefined) return undefined;
  const { path } = asset.document;
  if (another !== undefined) {
    throw manifestTaken(
      `Several manifests describe ${key}: ${path} and ${another.document.path}.`,
      "Change the one you mean by hand, or remove the others first.",
    );
  }
  if (asset.key !== key) {
    throw manifestTaken(
      `${path} describes ${asset.key}: names that differ only in case are one name.`,
      `Register it as ${asset.id.name}, or choose another name.`,
    );
  }
  const layouts = ["asset.yaml", "asset.yml"].map((name) => joinPath(folderOf(path), name));
  if (layouts.some((layout) => registry.files.has(layout))) {
    throw manifestTaken(
      `${key} is described by an asset.yaml beside ${path}, which cairn register does not edit.`,
      "Change the manifest by hand, and put its files into Git or LFS.",
    );
  }
  return asset;
}

function newManifest({ files }: Registry, { kind, name }: RegisterRequest): string {
  const stem = `${pluralOfKind[kind]}/${name}/${kind}`;
  const taken = [`${stem}.yaml`, `${stem}.yml`].find((path) => files.has(path));
  if (taken === undefined) return `${stem}.yaml`;
  throw manifestTaken(
    `${taken} is there and does not describe ${pluralOfKind[kind]}/${name}.`,
    "Correct or move that file (cairn validate says what it is), or choose another name.",
  );
}

interface Scope {
  readonly registry: Registry;
  readonly existing: Asset | undefined;
  readonly folder: string;
  readonly field: LocalPath | undefined;
}

/** The path that the manifest has, if it fits what is registered and nobody else uses it. */
function choosePath(scope: Scope, request: RegisterRequest, local: LocalFiles): string {
  const { field, folder } = scope;
  if (field !== undefined && fits(field, local) && isOwn(scope, field.target)) return field.text;
  const candidates = local.isFolder
    ? [`./${request.kind}`, "./files"]
    : [`./${local.name}`, `./${request.kind}/${local.name}`, `./files/${local.name}`];
  const free = candidates.find((text) => isFree(scope, targetOf(folder, text), local));
  if (free !== undefined) return free;
  throw manifestTaken(
    `Other files of the registry are where the files of ${request.name} would go: ${folder}/${request.kind}.`,
    "Move them, or name a free folder in the field path of the manifest.",
  );
}

function fits({ target, files }: LocalPath, { isFolder, name }: LocalFiles): boolean {
  const wasFile = files.some(({ path }) => path === target);
  return isFolder ? !wasFile : wasFile && target.endsWith(`/${name}`);
}

/** True for a folder or file of this asset alone, below the folder of its manifest. */
function isOwn({ registry, existing, folder }: Scope, target: string): boolean {
  if (target === folder || !isBelow(folder, target)) return false;
  return registry.assets.every((asset) => {
    if (asset === existing) return !touches(asset.document.path, target);
    const paths = [asset.document.path, ...asset.localPaths.map((path) => path.target)];
    return paths.every((path) => !touches(path, target));
  });
}

/** Own, and without files that are something else: a model card, a YAML file that could be a manifest. */
function isFree(scope: Scope, target: string, { isFolder }: LocalFiles): boolean {
  if (!isOwn(scope, target)) return false;
  if (isFolder) return true;
  const isKnown = target === scope.field?.target;
  const isYaml = /\.ya?ml$/i.test(target) && folderOf(target) === scope.folder;
  return !isYaml && (isKnown || !scope.registry.files.has(target));
}

function touches(left: string, right: string): boolean {
  return left === right || isBelow(left, right) || isBelow(right, left);
}

function targetOf(folder: string, text: string): string {
  return joinPath(folder, text.replace(/^(?:\.\/)+/, "").replace(/\/+$/, ""));
}

export function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}
