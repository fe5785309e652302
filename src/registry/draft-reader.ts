import type { Finding } from "../domain/finding.ts";
import type { AssetLayout, Metadata } from "../domain/registry.ts";
import { isJsonObject } from "../shared/json.ts";
import { readAssetLayout, type LayoutRead } from "./asset-layout/read-layout.ts";
import type { SpecTexts } from "./asset-layout/spec-texts.ts";
import { classifyManifest, type ManifestRole } from "./classify.ts";
import { nameFindings, type Draft } from "./drafts.ts";
import type { FieldOwner } from "./fields.ts";
import type { LockedFile } from "./file-contents.ts";
import type { FileTable } from "./file-table.ts";
import { joinPath } from "./local-paths.ts";
import { YamlDocument } from "./manifest-document.ts";
import { hasErrors, toFinding } from "./problem.ts";
import { companionPath, readMetadata } from "./read-metadata.ts";
import { resolveFields, type PendingPath } from "./resolve-fields.ts";
import type { TextReader } from "./text-reader.ts";
import { readVersion } from "./version-field.ts";
import { emptyYaml } from "./yaml/parse-yaml.ts";

/** Turns the text of one manifest into a draft: its schema, version, metadata, lock and fields. */
export class DraftReader {
  readonly #texts: TextReader;
  readonly #files: FileTable;
  readonly #specs: SpecTexts;
  readonly #layouts: AssetLayout[] = [];

  constructor(texts: TextReader, files: FileTable, specs: SpecTexts) {
    this.#texts = texts;
    this.#files = files;
    this.#specs = specs;
  }

  /** Every asset.yaml that was read so far. */
  get layouts(): readonly AssetLayout[] {
    return this.#layouts;
  }

  classify(path: string): ManifestRole | undefined {
    const parsed = this.#texts.parsed(path);
    if (parsed === undefined) return undefined;
    return classifyManifest(path, parsed.value, this.#texts.schemaHint(path));
  }

  read(path: string, role: ManifestRole): Draft {
    if (role.type === "asset-layout") return this.#readLayout(path);
    const findings = [...this.#texts.findings(path, "schema" in role ? role.schema : undefined)];
    const parsed = this.#texts.parsed(path);
    const document = new YamlDocument(path, parsed ?? emptyYaml);
    return this.#finish({ path, role, document, findings });
  }

  #readLayout(path: string): Draft {
    const layout = readAssetLayout({ texts: this.#specs, files: this.#files, path });
    this.#layouts.push(layout.layout);
    const { role, document } = layout;
    return this.#finish({ path, role, document, findings: [...layout.findings], layout });
  }

  #finish(start: {
    readonly path: string;
    readonly role: ManifestRole;
    readonly document: YamlDocument;
    readonly findings: Finding[];
    readonly layout?: LayoutRead;
  }): Draft {
    const { path, role, document, findings, layout } = start;
    const has = (candidate: string): boolean => this.#files.has(candidate);
    const lockPath = companionPath(path, "lock", has);
    const metaPath = companionPath(path, "meta", has);
    const locked = lockPath === undefined ? noFiles : this.#readLock(lockPath, findings);
    const own = new Set([
      path,
      document.path,
      ...present(lockPath),
      ...present(metaPath),
      ...(layout?.own ?? []),
    ]);
    const owner = ownerOf(role);
    const fields = owner === undefined ? noFields : resolveFields(owner, document, { own, locked });
    const { version, findings: versionFindings } =
      role.type === "asset" ? (layout?.version ?? readVersion(document)) : noVersion;
    const { metadata, metadataFindings } = this.#readMetadata(metaPath, role);
    findings.push(...versionFindings, ...fields.findings);
    const draft: Draft = {
      role,
      owner,
      document,
      explicitVersion: version,
      references: fields.references,
      pending:
        layout === undefined
          ? fields.paths
          : this.#layoutPaths(layout, fields.paths, { own, locked }),
      localPaths: [],
      metadata,
      findings,
      metadataFindings: [...metadataFindings],
    };
    if (role.type === "asset") findings.push(...nameFindings(draft));
    return draft;
  }

  /** The paths of the spec, as far as they are content, and those that stand in asset.yaml. */
  #layoutPaths(
    layout: LayoutRead,
    paths: readonly PendingPath[],
    shared: Pick<PendingPath, "own" | "locked">,
  ): readonly PendingPath[] {
    const kept = paths.flatMap((path): readonly PendingPath[] => {
      if (path.pointer.length > 1 || path.pointer[0] !== "path") return [path];
      const below = this.#files.below(path.target);
      const isOwn = below.length > 0 && below.every((entry) => shared.own.has(entry.path));
      if (isOwn) return [];
      // What lies in storage is not here to be looked at.
      const isForm = path.shape === "mlflow" || path.shape === "mltable";
      const isUnseen = layout.isStoredElsewhere && isForm;
      return isUnseen ? [{ ...path, shape: "any", companions: [] }] : [path];
    });
    const named = new Set(kept.map(({ target }) => target));
    const added = [...layout.paths(named)].map((path) => ({ ...path, ...shared }));
    return [...kept, ...added];
  }

  #readMetadata(
    path: string | undefined,
    role: ManifestRole,
  ): { readonly metadata: Metadata | undefined; readonly metadataFindings: readonly Finding[] } {
    if (path === undefined || (role.type !== "asset" && role.type !== "endpoint")) {
      return { metadata: undefined, metadataFindings: [] };
    }
    const { metadata, findings } = readMetadata(this.#texts, path);
    return { metadata, metadataFindings: findings };
  }

  #readLock(path: string, findings: Finding[]): ReadonlyMap<string, LockedFile> {
    const problems = this.#texts.problems(path, "lock");
    findings.push(...problems.map((problem) => toFinding(problem, path)));
    const value = this.#texts.parsed(path)?.value;
    if (hasErrors(problems) || !isJsonObject(value) || !Array.isArray(value["files"]))
      return noFiles;
    const locked = new Map<string, LockedFile>();
    for (const file of value["files"].filter(isJsonObject)) {
      const { path: relativePath, sha256, size } = file;
      if (typeof relativePath !== "string" || typeof sha256 !== "string") continue;
      const sizeBytes = typeof size === "number" ? size : 0;
      locked.set(joinPath(folderOf(path), relativePath), { sha256, sizeBytes });
    }
    return locked;
  }
}

const noFiles: ReadonlyMap<string, LockedFile> = new Map();
const noFields = { references: [], paths: [], findings: [] } as const;
const noVersion = { version: undefined, findings: [] } as const;
function ownerOf(role: ManifestRole): FieldOwner | undefined {
  if (role.type === "asset") return role.kind;
  const { type } = role;
  return type === "deployment" || type === "job" || type === "schedule" ? type : undefined;
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}

function present(path: string | undefined): readonly string[] {
  return path === undefined ? [] : [path];
}
