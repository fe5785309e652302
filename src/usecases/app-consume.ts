import type { AssetKey, AssetKind } from "../domain/asset.ts";
import type { Finding } from "../domain/finding.ts";
import type { Digest } from "../shared/digest.ts";
import type { JsonObject } from "../shared/json.ts";
import type { ApplyRequest } from "./run-options.ts";

export interface PullRequest extends ApplyRequest {
  /** `models/taxi-fare@prod`, `@3`, `@latest`. */
  readonly reference: string;
  readonly workspace?: string;
  /** `file:///srv/…`: read from this store alone, no registry needed. */
  readonly store?: string;
  readonly to: string;
}

export interface PullReport {
  readonly asset: AssetKey;
  readonly version: string;
  readonly digest: Digest;
  readonly to: string;
  readonly files: number;
  readonly sizeBytes: number;
  /** Files that were already there, from an earlier or interrupted pull. */
  readonly reused: number;
}

export interface ResolvedReference {
  readonly asset: AssetKey;
  readonly kind: AssetKind;
  readonly name: string;
  readonly version: string;
  readonly digest: Digest;
  readonly commit: string;
  readonly tag: string | undefined;
  readonly uri: string;
}

export interface ListRequest {
  readonly kind?: AssetKind;
  /** A glob over `models/taxi-fare`. */
  readonly match?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export interface AssetSummary {
  readonly kind: AssetKind;
  readonly name: string;
  readonly latest: string | undefined;
  readonly versions: number;
  /** Stage name to the version it runs. */
  readonly stages: Readonly<Record<string, string>>;
}

export interface AssetDetail extends Omit<AssetSummary, "versions"> {
  readonly retired: boolean;
  readonly description: string | undefined;
  readonly owner: string | undefined;
  readonly versions: readonly VersionDetail[];
}

export interface VersionDetail {
  readonly version: string;
  readonly digest: Digest;
  readonly commit: string;
  readonly author: string;
  readonly publishedAt: string;
  readonly manifest: string;
  readonly sameAs?: string;
  readonly tag: string | undefined;
  readonly stages: readonly string[];
}

export interface HistoryItem {
  readonly at: string;
  readonly type: string;
  readonly subject: string;
  readonly asset: string | undefined;
  readonly version: string | undefined;
  readonly stage: string | undefined;
  readonly author: string | undefined;
  readonly commit: string | undefined;
  readonly ledger: string;
}

export interface WhichRequest {
  readonly stage: string;
  /** ISO 8601 or a date: what the stage ran then. */
  readonly at?: string;
  /** What this workspace has, instead of what the stage should run. */
  readonly workspace?: string;
}

export interface StageItem {
  readonly kind: AssetKind;
  readonly name: string;
  readonly version: string;
  readonly digest: Digest;
  readonly tag: string | undefined;
  readonly since: string;
}

export interface DiffReport {
  readonly asset: AssetKey;
  readonly from: string;
  readonly to: string;
  readonly sameContent: boolean;
  readonly files: readonly {
    readonly path: string;
    readonly change: "added" | "removed" | "changed";
    readonly fromBytes: number | undefined;
    readonly toBytes: number | undefined;
  }[];
  /** Values of the manifest that differ, by dotted path. */
  readonly fields: readonly {
    readonly field: string;
    readonly from: string | undefined;
    readonly to: string | undefined;
  }[];
}

export interface RenderRequest {
  /** A job or schedule: its path, from the working folder or from the root of the registry. */
  readonly job: string;
  readonly workspace: string;
  /** Write there, with local paths relative to it; else they are absolute and nothing is written. */
  readonly output?: string;
}

export interface RenderReport {
  readonly job: string;
  readonly workspace: string;
  /** Empty when a finding says why; two for a schedule and its job. */
  readonly documents: readonly RenderedDocument[];
  readonly findings: readonly Finding[];
}

export interface RenderedDocument {
  /** Where it was written, as `output` was given. */
  readonly path: string | undefined;
  readonly value: JsonObject;
  /** As YAML. */
  readonly text: string;
}
