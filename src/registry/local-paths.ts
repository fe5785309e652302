import type { Finding, Place } from "../domain/finding.ts";
import type { RegistryFile } from "../domain/registry.ts";
import type { SourceEntry } from "../source/source-tree.ts";
import type { PathShape } from "./fields.ts";
import type { FileContents, LockedFile } from "./file-contents.ts";
import type { FileTable } from "./file-table.ts";
import { compileIgnoreFile } from "./ignore-file.ts";
import { byCodeUnits } from "../shared/json.ts";

/** A field that names something in the registry, resolved but not yet looked at. */
export interface PathRequest {
  readonly target: string;
  readonly text: string;
  readonly shape: PathShape;
  readonly place: Place;
  /** The manifest with its metadata and lock file: never part of what it describes. */
  readonly own: ReadonlySet<string>;
  readonly locked: ReadonlyMap<string, LockedFile>;
}

export interface PathAnswer {
  readonly files: readonly RegistryFile[];
  readonly findings: readonly Finding[];
}

const maxFiles = 100_000;

/** Says which files a field covers and whether they are what the field needs. */
export class PathInspector {
  readonly #files: FileTable;
  readonly #contents: FileContents;

  constructor(files: FileTable, contents: FileContents) {
    this.#files = files;
    this.#contents = contents;
  }

  inspect(request: PathRequest): PathAnswer {
    const { target, text, place } = request;
    const entry = this.#files.get(target);
    const file =
      entry?.type === "file" ? this.#toFile(entry, baseName(target), request) : undefined;
    const single = file ?? toLocked(target, baseName(target), request.locked);
    if (single !== undefined) return this.#inspectFile(request, single);
    const within = findObstacle(this.#files, target);
    if (within !== undefined) return { files: [], findings: [unusableEntry(within, place)] };
    if (!this.#isFolder(request)) {
      const message = `There is no file or folder "${text}" (looked for ${target || "the root"}).`;
      return { files: [], findings: [errorAt("path-missing", message, place)] };
    }
    return this.#inspectFolder(request);
  }

  #inspectFile(request: PathRequest, file: RegistryFile): PathAnswer {
    const { shape, text, place } = request;
    const needsFolder = {
      folder: "a folder",
      mltable: "a folder with an MLTable",
      mlflow: "a folder with an MLmodel",
    };
    if (shape === "folder" || shape === "mltable" || shape === "mlflow") {
      const message = `"${text}" is a file, and this must be ${needsFolder[shape]}.`;
      return { files: [file], findings: [errorAt("path-type", message, place)] };
    }
    return { files: [file], findings: [] };
  }

  #inspectFolder(request: PathRequest): PathAnswer {
    const { text, shape, place } = request;
    if (shape === "file" || shape === "manifest") {
      const what = shape === "file" ? "a file" : "a manifest";
      const message = `"${text}" is a folder, and this must be ${what}.`;
      return { files: [], findings: [errorAt("path-type", message, place)] };
    }
    const { files, findings } = this.#gather(request);
    const sorted = [...files.values()].sort((a, b) => byCodeUnits(a.relativePath, b.relativePath));
    findings.push(...this.#shapeFindings(request, files), ...collisions(sorted, place));
    if (sorted.length > maxFiles) {
      const message = `"${text}" covers more than ${maxFiles} files: name a smaller folder.`;
      findings.push(errorAt("path-too-many-files", message, place));
    } else if (sorted.length === 0 && findings.length === 0 && !holdsItself(request)) {
      findings.push(errorAt("path-missing", `"${text}" has no files in it.`, place));
    }
    return { files: sorted, findings };
  }

  #gather(request: PathRequest): {
    readonly files: Map<string, RegistryFile>;
    readonly findings: Finding[];
  } {
    const { target, place, locked } = request;
    const findings: Finding[] = [];
    const files = new Map<string, RegistryFile>();
    for (const entry of this.#covered(request)) {
      if (entry.type !== "file") findings.push(unusableEntry(entry, place));
      else files.set(entry.path, this.#toFile(entry, relative(target, entry.path), request));
      if (files.size > maxFiles || findings.length > 20) break;
    }
    for (const path of locked.keys()) {
      if (files.has(path) || !isBelow(target, path)) continue;
      const file = toLocked(path, relative(target, path), locked);
      if (file !== undefined) files.set(path, file);
    }
    return { files, findings };
  }

  /** What is locked may lie in the folder all the same, but not in Git. */
  #toFile(entry: SourceEntry, relativePath: string, { locked }: PathRequest): RegistryFile {
    const file = this.#contents.toFile(entry, relativePath);
    const isOutside = entry.objectId === undefined && locked.has(entry.path);
    return isOutside ? { ...file, isOutsideGit: true } : file;
  }

  /** What the ignore file and the manifest's own files leave. */
  *#covered({ target, own }: PathRequest): Iterable<SourceEntry> {
    const ignoreFile = this.#contents.companion(joinPath(target, ".amlignore"));
    const isIgnored = ignoreFile === undefined ? undefined : compileIgnoreFile(ignoreFile.text);
    for (const entry of this.#files.below(target)) {
      if (own.has(entry.path)) continue;
      if (isIgnored?.(relative(target, entry.path)) === true) continue;
      yield entry;
    }
  }

  #shapeFindings(
    { target, text, shape, place }: PathRequest,
    files: ReadonlyMap<string, RegistryFile>,
  ): readonly Finding[] {
    if (shape === "mltable" && !files.has(joinPath(target, "MLTable"))) {
      const message = `"${text}" has no file MLTable, which type mltable needs.`;
      return [errorAt("path-type", message, place)];
    }
    if (shape !== "mlflow") return [];
    const path = joinPath(target, "MLmodel");
    if (!files.has(path)) {
      const message = `"${text}" has no file MLmodel, which type mlflow_model needs.`;
      return [errorAt("path-type", message, place)];
    }
    return [];
  }

  #isFolder({ target, locked }: PathRequest): boolean {
    if (this.#files.isFolder(target)) return true;
    for (const path of locked.keys()) if (isBelow(target, path)) return true;
    return false;
  }
}

/** `code: .` in a folder with nothing but the manifest: Azure ML takes the folder as it is. */
function holdsItself({ target, own }: PathRequest): boolean {
  for (const path of own) if (isBelow(target, path)) return true;
  return false;
}

/** The link, submodule or unreadable entry that a path is or goes through. */
function findObstacle(files: FileTable, target: string): SourceEntry | undefined {
  const segments = target.split("/");
  for (let length = 1; length <= segments.length; length += 1) {
    const entry = files.get(segments.slice(0, length).join("/"));
    if (entry !== undefined && entry.type !== "file") return entry;
  }
  return undefined;
}

/** Why an entry that is no plain file cannot be used. */
export function unusableEntry(entry: SourceEntry, place: Place): Finding {
  const reasons = {
    symlink: "is a symbolic link: put the file itself there",
    submodule: "is a submodule or another repository: put the files themselves there",
    unreadable: `cannot be used: its name ${entry.problem ?? "is not usable"}`,
    file: "cannot be used",
  };
  const message = `${printable(entry.path)} ${reasons[entry.type]}.`;
  return errorAt("file-unusable", message, place);
}

/** Names that differ only in case are one file on other systems. */
function* collisions(files: readonly RegistryFile[], place: Place): Iterable<Finding> {
  const seen = new Map<string, string>();
  for (const { relativePath } of files) {
    const folded = relativePath.toLowerCase();
    const other = seen.get(folded);
    if (other === undefined) seen.set(folded, relativePath);
    else {
      const message = `"${other}" and "${relativePath}" differ only in case: rename one.`;
      yield errorAt("path-collision", message, place);
    }
  }
}

function toLocked(
  path: string,
  relativePath: string,
  locked: ReadonlyMap<string, LockedFile>,
): RegistryFile | undefined {
  const file = locked.get(path);
  if (file === undefined) return undefined;
  const content = { type: "object", sha256: file.sha256 } as const;
  return { path, relativePath, sizeBytes: file.sizeBytes, content };
}

export function joinPath(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function relative(folder: string, path: string): string {
  return folder === "" ? path : path.slice(folder.length + 1);
}

/** Whether a path is in a folder, however deep; everything is in the root, which is "". */
export function isBelow(folder: string, path: string): boolean {
  return folder === "" || path.startsWith(`${folder}/`);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function printable(path: string): string {
  return JSON.stringify(
    path.replaceAll(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, "\ufffd"),
  );
}

export function errorAt(rule: string, message: string, place: Place): Finding {
  return { rule, severity: "error", message, ...place };
}
