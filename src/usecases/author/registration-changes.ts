import type { Registry } from "../../domain/registry.ts";
import { isBelow, joinPath } from "../../registry/local-paths.ts";
import { yamlLimits } from "../../registry/yaml/limits.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { RegisterRequest } from "../app-promote.ts";
import type { RegistrySession } from "../session.ts";
import { tooManyFiles } from "./errors.ts";
import { readMeasured, type LocalFiles, type MeasuredFile } from "./local-files.ts";
import type { AssetPlace } from "./place-asset.ts";
import { renderLock, renderManifest, renderMetadata, typeOf } from "./render-registration.ts";

export interface RegistrationChanges {
  /** Path to new text or bytes; `undefined` removes. */
  readonly files: ReadonlyMap<string, string | Uint8Array | undefined>;
  /** What goes into the replica. */
  readonly locked: readonly MeasuredFile[];
  /** The files of the asset, from the root of the registry, sorted. */
  readonly assetFiles: readonly string[];
  readonly sizeBytes: number;
}

export interface RegistrationParts {
  readonly session: RegistrySession;
  readonly head: string;
  readonly registry: Registry;
  readonly request: RegisterRequest;
  readonly local: LocalFiles;
  readonly place: AssetPlace;
  readonly measured: readonly MeasuredFile[];
  readonly metrics: JsonObject | undefined;
}

/** Small texts that the rules and reviewers read: they stay in Git. */
const gitNames: readonly string[] = ["MLmodel", "MLTable", ".amlignore"];
const gitFileBytes = 1024 * 1024;

/** Every file of the registry that the registration writes or removes. */
export async function collectChanges(parts: RegistrationParts): Promise<RegistrationChanges> {
  const { local, place, measured } = parts;
  const files = new Map<string, string | Uint8Array | undefined>();
  for (const path of await replacedPaths(parts)) files.set(path, undefined);
  const placed = measured.map((file) => ({
    ...file,
    repositoryPath: local.isFolder ? joinPath(place.target, file.path) : place.target,
  }));
  const locked = placed.filter((file) => !staysInGit(local, file));
  for (const file of placed) {
    if (!staysInGit(local, file)) continue;
    files.set(file.repositoryPath, await readMeasured(local, file, gitFileBytes));
  }
  for (const [path, text] of await renderTexts(parts, locked)) files.set(path, text);
  return {
    files,
    locked,
    assetFiles: placed.map(({ repositoryPath }) => repositoryPath),
    sizeBytes: placed.reduce((total, { sizeBytes }) => total + sizeBytes, 0),
  };
}

function staysInGit({ isFolder }: LocalFiles, { path, sizeBytes }: MeasuredFile): boolean {
  return isFolder && gitNames.includes(path) && sizeBytes <= gitFileBytes;
}

/** What is in Git where the files were and where they go, whatever it is. */
async function replacedPaths({
  session,
  head,
  place,
}: RegistrationParts): Promise<readonly string[]> {
  const own = [place.manifest, place.metadata, place.lock];
  const targets = [place.target, ...(place.oldTarget === undefined ? [] : [place.oldTarget])];
  const items = await session.mirror.listTree(head);
  return items
    .map(({ path }) => path)
    .filter((path) => targets.some((target) => path === target || isBelow(target, path)))
    .filter((path) => !own.includes(path));
}

async function renderTexts(
  parts: RegistrationParts,
  locked: readonly (MeasuredFile & { readonly repositoryPath: string })[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const { registry, request, local, place, measured, metrics } = parts;
  const texts = new Map<string, string | undefined>();
  const type = typeOf(request, place, local, measured);
  const manifest = await readText(parts, place.manifest);
  texts.set(place.manifest, renderManifest(manifest, request, place, type));
  const lock = renderLock(place, locked);
  if (lock !== undefined || registry.files.has(place.lock)) texts.set(place.lock, lock);
  if (lock !== undefined && Buffer.byteLength(lock) > yamlLimits.lockSizeBytes) {
    throw tooManyFiles(locked.length);
  }
  const before = await readText(parts, place.metadata);
  const metadata = renderMetadata(before, request, place, metrics);
  if (metadata !== undefined) texts.set(place.metadata, metadata);
  return texts;
}

/** Empty where there is no such file yet. */
async function readText({ session, registry }: RegistrationParts, path: string): Promise<string> {
  const id = registry.files.objectIdOf(path);
  if (id === undefined) return "";
  return Buffer.from(await session.mirror.readBlob(id)).toString("utf8");
}
