import { formatAssetKey } from "../../domain/asset.ts";
import type { PublishedVersion } from "../../domain/ledger/state.ts";
import type { Asset, RegistryFile } from "../../domain/registry.ts";
import { CairnError } from "../../shared/errors.ts";
import { isJsonObject, type JsonValue } from "../../shared/json.ts";
import type { DiffReport } from "../app.ts";
import { requireState } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";
import { findAsset, selectVersion } from "./find-asset.ts";

/** What differs between two published versions of one asset: fields of the manifest and files. */
export async function diffVersions(
  session: RegistrySession,
  request: { readonly from: string; readonly to: string },
): Promise<DiffReport> {
  const state = await requireState(session);
  const found = findAsset(state, request.from);
  const key = formatAssetKey(found.id);
  const other = findAsset(
    state,
    /^@|^[^/:@]+$/.test(request.to) ? `${key}@${request.to.replace(/^@/, "")}` : request.to,
  );
  if (formatAssetKey(other.id) !== key) throw differentAssets(key, formatAssetKey(other.id));
  const from = selectVersion(found);
  const to = selectVersion(other);
  const [before, after] = [await assetAt(session, from), await assetAt(session, to)];
  return {
    asset: key,
    from: from.version,
    to: to.version,
    sameContent: from.digest === to.digest,
    files: diffFiles(filesOf(before), filesOf(after)),
    fields: diffFields(before, after),
  };
}

async function assetAt(
  { reader }: RegistrySession,
  { commit, manifest }: PublishedVersion,
): Promise<Asset> {
  const registry = await reader.registryAt(commit);
  const asset = registry.assets.find(({ document }) => document.path === manifest);
  if (asset !== undefined) return asset;
  throw new CairnError({
    code: "VERSION_UNREADABLE",
    kind: "internal",
    message: `The ledger says ${manifest} of ${commit} is a manifest, and it cannot be read as one.`,
    hint: "Check with git show that the commit is intact.",
  });
}

function filesOf(asset: Asset): ReadonlyMap<string, RegistryFile> {
  return new Map(
    asset.localPaths.flatMap(({ pointer, files }) =>
      files.map((file) => [`${pointer.join(".")}/${file.relativePath}`, file] as const),
    ),
  );
}

function diffFiles(
  before: ReadonlyMap<string, RegistryFile>,
  after: ReadonlyMap<string, RegistryFile>,
): DiffReport["files"] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path): DiffReport["files"] => {
    const [old, now] = [before.get(path), after.get(path)];
    const sizes = { fromBytes: old?.sizeBytes, toBytes: now?.sizeBytes };
    if (old === undefined) return [{ path, change: "added", ...sizes }];
    if (now === undefined) return [{ path, change: "removed", ...sizes }];
    return contentName(old) === contentName(now) ? [] : [{ path, change: "changed", ...sizes }];
  });
}

function contentName({ content }: RegistryFile): string | undefined {
  return content.type === "tree" ? content.objectId : content.sha256;
}

function diffFields(before: Asset, after: Asset): DiffReport["fields"] {
  const old = flatten(before.document.value, []);
  const now = flatten(after.document.value, []);
  const fields = [...new Set([...old.keys(), ...now.keys()])].sort();
  return fields
    .map((field) => ({ field, from: old.get(field), to: now.get(field) }))
    .filter(({ from, to }) => from !== to);
}

function flatten(value: JsonValue, path: readonly string[]): ReadonlyMap<string, string> {
  const entries: readonly (readonly [string, JsonValue])[] = Array.isArray(value)
    ? value.map((item: JsonValue, index) => [String(index), item] as const)
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  if (entries.length === 0) return new Map([[path.join("."), JSON.stringify(value)]]);
  return new Map(entries.flatMap(([key, item]) => [...flatten(item, [...path, key])]));
}

function differentAssets(from: string, to: string): CairnError {
  return new CairnError({
    code: "DIFF_DIFFERENT_ASSETS",
    kind: "invalid",
    message: `${from} and ${to} are two assets.`,
    hint: "Compare two versions of one: cairn diff models/taxi-fare@1 models/taxi-fare@2.",
  });
}
