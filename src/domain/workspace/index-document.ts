import type { Digest } from "../../shared/digest.ts";
import { canonicalJson, isJsonObject } from "../../shared/json.ts";
import { fail, ok, type Result } from "../../shared/result.ts";
import { formatAssetKey, type AssetKind } from "../asset.ts";
import type { Workspace } from "../registry.ts";
import { isCount, isDigestText, isText, isVersionHead, parseDocument } from "./version-manifest.ts";
import {
  compareVersionIds,
  formatVersionKey,
  isVersionKey,
  type VersionId,
  type VersionKey,
} from "./version-key.ts";

export const indexFormat = 1;

/** index.json: what a workspace has. The archived copies are the same documents. */
export interface IndexDocument {
  readonly format: number;
  readonly registry: string;
  readonly workspace: string;
  readonly stage: string;
  readonly region: string;
  /** The state of the ledger that this was derived from. */
  readonly ledger_commit: string;
  readonly at: string;
  /** Digest of the index before, and so its key. */
  readonly previous?: Digest;
  readonly assets: readonly IndexEntry[];
}

/** Why a workspace has a version. */
export type Role = "stage" | "endpoint" | "dependency";

export interface IndexEntry {
  readonly kind: AssetKind;
  readonly name: string;
  readonly version: string;
  readonly digest: Digest;
  readonly commit: string;
  /** When it became current here. */
  readonly since: string;
  readonly files: number;
  readonly bytes: number;
  /** Digest of its manifest.json. */
  readonly manifest: Digest;
  readonly layout: Workspace["layout"];
  readonly roles: readonly Role[];
  /** What it needs beside itself. */
  readonly references: readonly VersionKey[];
  /** `kept`: nothing asks for it any more, and it stays for its grace time. */
  readonly state: "current" | "kept";
  readonly kept_since?: string;
}

export function formatIndex(document: IndexDocument): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

export function parseIndex(text: string): Result<IndexDocument, string> {
  const document = parseDocument(text, indexFormat);
  if (!document.ok) return document;
  return isIndexDocument(document.value)
    ? ok(document.value)
    : fail("It lacks fields of an index.json.");
}

export function entryId(entry: IndexEntry): VersionId {
  return { asset: formatAssetKey(entry), version: entry.version };
}

export function entryKey(entry: IndexEntry): VersionKey {
  return formatVersionKey(entryId(entry));
}

export function compareEntries(left: IndexEntry, right: IndexEntry): number {
  return compareVersionIds(entryId(left), entryId(right));
}

/** Whether two lists say the same, whatever the order of their entries and of their keys. */
export function equalEntries(left: readonly IndexEntry[], right: readonly IndexEntry[]): boolean {
  if (left.length !== right.length) return false;
  const [ours, theirs] = [inOrder(left), inOrder(right)];
  return ours.every((entry, index) => {
    const other = theirs[index];
    return other !== undefined && (entry === other || canonical(entry) === canonical(other));
  });
}

/** Nearly always they are in order already. */
function inOrder(entries: readonly IndexEntry[]): readonly IndexEntry[] {
  const isSorted = entries.every((entry, index) => {
    const before = entries[index - 1];
    return before === undefined || compareEntries(before, entry) <= 0;
  });
  return isSorted ? entries : entries.toSorted(compareEntries);
}

function canonical(entry: IndexEntry): string {
  const { kept_since, ...rest } = entry;
  return canonicalJson(kept_since === undefined ? rest : { ...rest, kept_since });
}

function isIndexDocument(value: unknown): value is IndexDocument {
  return (
    isJsonObject(value) &&
    ["registry", "workspace", "stage", "region", "ledger_commit", "at"].every((field) =>
      isText(value[field]),
    ) &&
    (value["previous"] === undefined || isDigestText(value["previous"])) &&
    Array.isArray(value["assets"]) &&
    value["assets"].every(isIndexEntry)
  );
}

function isIndexEntry(value: unknown): value is IndexEntry {
  if (!isVersionHead(value) || !isJsonObject(value)) return false;
  const entry: Readonly<Record<string, unknown>> = value;
  return (
    isText(entry["since"]) &&
    isCount(entry["files"]) &&
    isCount(entry["bytes"]) &&
    isDigestText(entry["manifest"]) &&
    isOneOf(entry["layout"], ["plain", "blobs", "both"]) &&
    isListOf(entry["roles"], (role) => isOneOf(role, ["stage", "endpoint", "dependency"])) &&
    isListOf(entry["references"], (key) => isText(key) && isVersionKey(key)) &&
    isOneOf(entry["state"], ["current", "kept"]) &&
    (entry["kept_since"] === undefined || isText(entry["kept_since"]))
  );
}

function isOneOf(value: unknown, allowed: readonly string[]): boolean {
  return allowed.some((option) => option === value);
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}
