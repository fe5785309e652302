import { isDigest, type Digest } from "../../shared/digest.ts";
import { isJsonObject } from "../../shared/json.ts";
import { fail, ok, type Result } from "../../shared/result.ts";
import { assetKinds, nameProblem, type AssetKind } from "../asset.ts";
import { versionProblem } from "../version.ts";

export const manifestFormat = 1;

/** manifest.json: what a delivered version consists of. */
export interface VersionManifest {
  readonly format: number;
  readonly kind: AssetKind;
  readonly name: string;
  readonly version: string;
  /** The version's identity, as the ledger has it. */
  readonly digest: Digest;
  readonly commit: string;
  readonly ledger_commit: string;
  /** Everything else in the folder, azureml.yaml included, sorted by path. */
  readonly files: readonly ManifestFile[];
}

export interface ManifestFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: Digest;
}

/** The same manifest is always the same bytes. */
export function formatVersionManifest(manifest: VersionManifest): string {
  const { format, kind, name, version, digest, commit, ledger_commit } = manifest;
  const files = manifest.files.map(({ path, size, sha256 }) => ({ path, size, sha256 }));
  const ordered = { format, kind, name, version, digest, commit, ledger_commit, files };
  return `${JSON.stringify(ordered, undefined, 2)}\n`;
}

/** The text may come from anywhere; paths are checked again where they become keys. */
export function parseVersionManifest(text: string): Result<VersionManifest, string> {
  const value = parseDocument(text, manifestFormat);
  if (!value.ok) return value;
  if (!isVersionManifest(value.value)) return fail("It lacks fields of a manifest.json.");
  const seen = new Set<string>([]);
  for (const { path } of value.value.files) {
    if (seen.has(path.toLowerCase())) return fail(`It names "${path}" twice.`);
    seen.add(path.toLowerCase());
  }
  return ok(value.value);
}

/** JSON of a format that this Cairn knows. */
export function parseDocument(text: string, format: number): Result<object, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail("It is not JSON.");
  }
  if (!isJsonObject(value) || typeof value["format"] !== "number") return fail("It has no format.");
  if (value["format"] > format) {
    return fail(`Its format is ${value["format"]}, and this Cairn knows ${format}: update Cairn.`);
  }
  return ok(value);
}

/** What every document says about the version it is of. */
export function isVersionHead(value: unknown): value is Omit<VersionManifest, "files" | "format"> {
  return (
    isJsonObject(value) &&
    assetKinds.some((kind) => kind === value["kind"]) &&
    isText(value["name"]) &&
    nameProblem(value["name"]) === undefined &&
    isText(value["version"]) &&
    versionProblem(value["version"], "explicit") === undefined &&
    isDigestText(value["digest"]) &&
    isText(value["commit"])
  );
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

export function isDigestText(value: unknown): value is Digest {
  return isText(value) && isDigest(value);
}

function isVersionManifest(value: unknown): value is VersionManifest {
  return (
    isVersionHead(value) &&
    isText(value.ledger_commit) &&
    "files" in value &&
    Array.isArray(value.files) &&
    value.files.every(isManifestFile)
  );
}

function isManifestFile(value: unknown): value is ManifestFile {
  return (
    isJsonObject(value) &&
    isText(value["path"]) &&
    isCount(value["size"]) &&
    isDigestText(value["sha256"])
  );
}
