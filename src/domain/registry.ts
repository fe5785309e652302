import type { JsonObject, JsonValue } from "../shared/json.ts";
import type { AssetId, AssetKey, AssetKind } from "./asset.ts";
import type { Finding, FindingPolicy, Place } from "./finding.ts";
import type { GateName, Policies } from "./promotion/policy.ts";
import type { Reference } from "./reference.ts";
import type { VersionScheme } from "./version.ts";

/**
 * The registry as one snapshot of its files says it: what `src/registry` builds from a folder or
 * a commit and everything in the domain works on.
 */
export interface Registry {
  /** Absent when registry.yaml is missing or cannot be used; a finding then says why. */
  readonly settings: RegistrySettings | undefined;
  readonly assets: readonly Asset[];
  readonly workspaces: readonly Workspace[];
  readonly stageFiles: readonly StageFile[];
  readonly policies: Policies;
  readonly endpoints: readonly Endpoint[];
  readonly deployments: readonly Deployment[];
  readonly jobs: readonly Job[];
  readonly otherManifests: readonly OtherManifest[];
  /** Every `asset.yaml`, those too whose type is not versioned. */
  readonly layouts?: readonly AssetLayout[];
  readonly files: FileIndex;
  /** What reading found wrong: YAML, schema, names, files. Rules add theirs. */
  readonly findings: readonly Finding[];
}

/** registry.yaml with its defaults filled in. */
export interface RegistrySettings {
  readonly document: ManifestDocument;
  readonly name: string;
  readonly location: string;
  readonly replicas: readonly Replica[];
  /** In order, from the first step to production. */
  readonly stages: readonly string[];
  /** Stages that take every new version without a stage file. */
  readonly followedStages: readonly string[];
  readonly versioning: Readonly<Record<AssetKind, VersionScheme>>;
  /** What a label or a missing version means in a versioned asset. */
  readonly references: "pinned" | "resolve";
  /** Whether what lies at this path, or is this asset, counts only if a pull request brought it. */
  requiresPullRequest(pathOrAsset: string): boolean;
  /** Largest size of one version, all its files together, in bytes. */
  readonly sizeLimitBytes: number | undefined;
  /** Largest size of one file in Git itself; absent when the registry leaves it to Cairn. */
  readonly gitFileLimitBytes: number | undefined;
  /** Optional rules that apply here, such as `azureml-assets`. */
  readonly ruleSets: readonly string[];
  readonly findingPolicy: FindingPolicy;
}

export interface Replica {
  readonly location: string;
  readonly store: StoreSettings | undefined;
}

/** Where bytes are kept; which drivers and places are allowed is the operator's to say (cairn.yaml). */
export type StoreSettings =
  | { readonly driver: "file"; readonly root: string }
  | { readonly driver: "s3" | "azure-blob" | "oci"; readonly options: JsonObject };

/** One YAML file, parsed, that can say where each of its values stands. */
export interface ManifestDocument {
  readonly path: string;
  readonly value: JsonObject;
  /** Where the value at this pointer starts; for a missing key its nearest parent. */
  placeOf(pointer: readonly (string | number)[]): Place;
  /** Its unquoted values that PyYAML may take for something else; absent if it was read from no text. */
  plainScalars?(): Iterable<PlainScalar>;
}

/** An unquoted value, and what PyYAML makes of it, with which Azure ML's client reads files. */
export interface PlainScalar {
  readonly pointer: readonly (string | number)[];
  /** As written. */
  readonly source: string;
  readonly value: JsonValue;
  readonly pythonType: "string" | "null" | "boolean" | "number" | "date";
  /** What Python prints. */
  readonly pythonText: string;
}

/** One manifest of one asset. Several may share a name if their explicit versions differ. */
export interface Asset {
  readonly id: AssetId;
  readonly key: AssetKey;
  readonly document: ManifestDocument;
  /** Taken literally; absent when Cairn assigns it. */
  readonly explicitVersion: string | undefined;
  readonly references: readonly ReferenceUse[];
  /** The fields that name local files, with what they cover. */
  readonly localPaths: readonly LocalPath[];
  /** True when the manifest cannot be published as it stands; a finding says why. */
  readonly isBroken: boolean;
  readonly metadata: Metadata | undefined;
}

/** An `asset.yaml` (the layout of Azure/azureml-assets) with what it names, of any type. */
export interface AssetLayout {
  /** asset.yaml itself. */
  readonly document: ManifestDocument;
  readonly type: string;
  /** Its own or that of the spec; absent when neither can be used. */
  readonly name: string | undefined;
  /** `auto`: the next version is assigned when it is published. */
  readonly isAuto: boolean;
  /** With its templates filled in; absent when it is not there or cannot be read. */
  readonly spec: ManifestDocument | undefined;
  /** environment.yaml, model.yaml or storage.yaml. */
  readonly extraConfig: ManifestDocument | undefined;
}

export interface Metadata {
  readonly document: ManifestDocument;
  readonly owner: string | undefined;
  /** Workspaces that should run an endpoint. */
  readonly workspaces: readonly string[];
  readonly versions: ReadonlyMap<string, VersionMarks>;
}

export interface VersionMarks {
  readonly isArchived: boolean;
  readonly deprecated: { readonly reason: string; readonly successor?: string } | undefined;
}

/** A reference and the field it stands in. */
export interface ReferenceUse {
  readonly text: string;
  readonly reference: Reference;
  /** The kind that the field asks for. */
  readonly kind: AssetKind;
  readonly pointer: readonly (string | number)[];
  readonly place: Place;
}

/** A field of a manifest that names a file or folder beside it, or another manifest. */
export interface LocalPath {
  readonly pointer: readonly (string | number)[];
  readonly place: Place;
  /** As written. */
  readonly text: string;
  /** Normalised, from the root of the registry. */
  readonly target: string;
  /** Set when the target is itself the manifest of an asset (`component: ../prep/component.yaml`). */
  readonly asset: AssetKey | undefined;
  /** The files it covers, sorted by path; empty when `asset` is set or nothing is there. */
  readonly files: readonly RegistryFile[];
  /** The small files among them that say what the others are, read. */
  readonly texts: readonly SupportingText[];
}

/** A file that a manifest stands on and rules look into. */
export interface SupportingText {
  readonly role:
    | "mlmodel"
    | "conda"
    | "requirements"
    | "dockerfile"
    /** A component that is no asset of this registry. */
    | "component";
  readonly path: string;
  readonly text: string;
  /** The YAML ones, if they can be parsed; a finding says why not. */
  readonly document: ManifestDocument | undefined;
}

/** A file of the registry, in Git or named by a lock file. */
export interface RegistryFile {
  /** From the root of the registry. */
  readonly path: string;
  /** From the target of the field that names it; the base name if that is the file itself. */
  readonly relativePath: string;
  readonly sizeBytes: number;
  readonly content: FileContent;
  /** A folder shows the file, and Git keeps a pointer or nothing of it: in Git LFS, or locked. */
  readonly isOutsideGit?: true;
}

/** Where a file's bytes are found. */
export type FileContent =
  /** In Git: the blob's object id, absent in a folder. */
  | { readonly type: "tree"; readonly objectId: string | undefined }
  /** Not in Git: a lock file or an LFS pointer names the object. */
  | { readonly type: "object"; readonly sha256: string };

/** What exists in the snapshot, whether read or not. */
export interface FileIndex {
  has(path: string): boolean;
  /** The Git blob id of a plain file; `undefined` in a folder. */
  objectIdOf(path: string): string | undefined;
  /** Every plain file. */
  paths(): Iterable<string>;
  readonly count: number;
}

/** A delivery target. */
export interface Workspace {
  readonly name: string;
  readonly document: ManifestDocument;
  readonly stage: string;
  readonly region: string;
  readonly store: StoreSettings;
  readonly layout: "plain" | "blobs" | "both";
  readonly prune: { readonly keep: number; readonly afterMs: number };
  readonly quotaBytes: number | undefined;
  readonly isBroken: boolean;
  /** Whether its `assets` globs take this asset. */
  selects(asset: AssetKey): boolean;
}

/** `stages/<stage>/<kinds>/<name>.yaml`: the version a stage should run. */
export interface StageFile {
  readonly document: ManifestDocument;
  readonly stage: string;
  readonly asset: AssetKey;
  readonly version: string;
  readonly reason: string | undefined;
  /** No automatic promotion past this version; for ever when `until` (ISO date) is absent. */
  readonly hold: { readonly until: string | undefined; readonly reason: string } | undefined;
  /** Break glass, for the landing that brings it. */
  readonly override:
    | {
        readonly version: string;
        readonly gates: readonly GateName[];
        readonly reason: string;
      }
    | undefined;
  readonly isBroken: boolean;
}

export interface Endpoint {
  readonly document: ManifestDocument;
  readonly name: string;
  readonly metadata: Metadata | undefined;
  readonly isBroken: boolean;
}

export interface Deployment {
  readonly document: ManifestDocument;
  readonly name: string;
  readonly endpoint: string;
  readonly references: readonly ReferenceUse[];
  readonly localPaths: readonly LocalPath[];
  readonly isBroken: boolean;
}

/** A job that uses assets: checked and rendered, never versioned. */
export interface Job {
  readonly document: ManifestDocument;
  readonly references: readonly ReferenceUse[];
  readonly localPaths: readonly LocalPath[];
  readonly isBroken: boolean;
}

/** A manifest that is checked and neither versioned nor delivered. */
export interface OtherManifest {
  readonly type: "azureml-registry" | "schedule";
  readonly document: ManifestDocument;
  readonly references: readonly ReferenceUse[];
  readonly localPaths: readonly LocalPath[];
  readonly isBroken: boolean;
}
