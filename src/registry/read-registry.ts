import { noPolicies } from "../domain/promotion/policy.ts";
import type { Finding } from "../domain/finding.ts";
import type { Registry } from "../domain/registry.ts";
import type { SourceTree } from "../source/source-tree.ts";
import { compareFindings } from "../domain/finding.ts";
import { LayoutScope, type FoundManifest } from "./asset-layout/layout-scope.ts";
import { isLayoutPath, loadSpecTexts, specOf, type SpecTexts } from "./asset-layout/spec-texts.ts";
import { createDocumentCache, type DocumentCache } from "./document-cache.ts";
import { DraftReader } from "./draft-reader.ts";
import {
  settleDraft,
  toAsset,
  toDeployment,
  toEndpoint,
  toJob,
  toOther,
  type Draft,
} from "./drafts.ts";
import { FileContents } from "./file-contents.ts";
import { inspectPaths } from "./inspect-paths.ts";
import { recallDrafts, rememberDrafts } from "./known-drafts.ts";
import { FileTable } from "./file-table.ts";
import { compileGlobs } from "./glob.ts";
import { looksLikeManifest } from "./classify.ts";
import { unusableEntry } from "./local-paths.ts";
import { checkNames } from "./names.ts";
import { readStageFile, readWorkspace, workspacePath } from "./read-deliveries.ts";
import { policyTestPaths, readPolicyTests } from "./policy-tests.ts";
import { readPolicies } from "./read-policies.ts";
import { readSettings, type SettingsRead } from "./read-settings.ts";
import { TextReader } from "./text-reader.ts";
import { strings } from "./values.ts";

export interface ReadRegistryOptions {
  /** Hand the same one to every read of a registry: only what changed is parsed again. */
  readonly cache?: DocumentCache;
  /** The day it is: acceptances of findings expire. Without it none has. */
  readonly now?: Date;
}

/** Reads a registry from its files. What is wrong with them is in `findings`; nothing throws but I/O. */
export async function readRegistry(
  tree: SourceTree,
  options: ReadRegistryOptions = {},
): Promise<Registry> {
  const cache = options.cache ?? createDocumentCache();
  const files = new FileTable(await tree.list());
  const texts = new TextReader(tree, files, cache);
  const known = recallDrafts(cache, files);
  await texts.load(yamlPaths(files).filter((path) => !known.has(path)));
  const settings = readSettings(texts, options.now ?? new Date(0));
  if (settings.isTooNew) return emptyRegistry(files, settings.findings);
  const specs = await loadSpecTexts({ tree, files, texts, cache });
  const reader = new DraftReader(texts, files, specs);
  const { drafts: read, findings } = readDrafts({ texts, files, settings, specs, known }, reader);
  const contents = new FileContents(tree, files, cache);
  const isNew = (draft: Draft): boolean => known.get(draft.document.path) !== draft;
  await inspectPaths(read.filter(isNew), { files, contents, known });
  rememberDrafts(cache, files, read);
  const names = checkNames(read, settings.document?.value);
  const policy = settings.settings?.findingPolicy;
  const drafts = read.map((draft) => settleDraft(draft, names.get(draft) ?? [], policy));
  const { layouts } = reader;
  return { ...assemble({ texts, files, settings, drafts, findings }), layouts };
}

function yamlPaths(files: FileTable): readonly string[] {
  return files.entries
    .filter(({ type, path }) => type === "file" && /\.ya?ml$/.test(path))
    .map(({ path }) => path);
}

/** A registry of which only the files are known. */
export function emptyRegistry(files: FileTable, findings: readonly Finding[]): Registry {
  return {
    settings: undefined,
    assets: [],
    workspaces: [],
    stageFiles: [],
    policies: noPolicies,
    endpoints: [],
    deployments: [],
    jobs: [],
    otherManifests: [],
    files,
    findings,
  };
}

interface Reading {
  readonly texts: TextReader;
  readonly files: FileTable;
  readonly settings: SettingsRead;
  readonly specs: SpecTexts;
  /** Drafts that are the same as in the registry that was read before. */
  readonly known: ReadonlyMap<string, Draft>;
}

/** Files with a meaning by their path are no manifests, whatever they say. */
const ownPaths = /^(?:registry\.ya?ml$|policies\/|workspaces\/|stages\/)|\.(?:meta|lock)\.ya?ml$/;

function isHidden(path: string): boolean {
  return /(?:^|\/)\.[^/]+\//.test(path);
}

function readDrafts(
  reading: Reading,
  reader: DraftReader,
): {
  readonly drafts: readonly Draft[];
  readonly findings: readonly Finding[];
} {
  const { files, settings, known } = reading;
  const isWanted = manifestFilter(settings);
  const isCandidate = (path: string): boolean =>
    known.has(path) || (!ownPaths.test(path) && !isHidden(path) && isWanted(path));
  const found = yamlPaths(files)
    .filter(isCandidate)
    .flatMap((path) => {
      const role = known.get(path)?.role ?? reader.classify(path);
      return role === undefined ? [] : [{ path, role }];
    });
  const scope = scopeOf(found, reading);
  const drafts: Draft[] = [];
  const isOwn = (path: string): boolean =>
    isLayoutPath(path) ? !scope.isTestLayout(path) : !scope.has(path);
  const findings = [...lostFindings(reading, (path) => isWanted(path) && isOwn(path))];
  for (const manifest of found) {
    const draft: Found = known.get(manifest.path) ?? readFound(manifest, scope, reader);
    if ("role" in draft) drafts.push(draft);
    else findings.push(...draft.findings);
  }
  return { drafts, findings };
}

/** The draft of what is versioned or checked, else only what is to be said about it. */
type Found = Draft | { readonly findings: readonly Finding[] };

function readFound({ path, role }: FoundManifest, scope: LayoutScope, reader: DraftReader): Found {
  const isLayout = role.type === "asset-layout";
  if (!isLayout && scope.has(path)) return { findings: [] };
  const passed = scope.testLayout({ path, role }) ?? scope.orphan({ path, role });
  if (passed !== undefined) return { findings: [passed] };
  if (role.type === "not-checked") return { findings: [notChecked(path, role)] };
  const draft = reader.read(path, role);
  if (draft.role.type !== "not-checked") return draft;
  // An asset.yaml that cannot be versioned says so itself, with what is wrong with it.
  return { findings: isLayout ? draft.findings : [notChecked(path, draft.role)] };
}

function scopeOf(found: readonly FoundManifest[], { texts, files, specs }: Reading): LayoutScope {
  const known = found.filter(({ role }) => role.type === "asset-layout").map(({ path }) => path);
  const broken = yamlPaths(files).filter(
    (path) => isLayoutPath(path) && !ownPaths.test(path) && !texts.isReadable(path),
  );
  const named = known.flatMap((path) => specOf(path, texts) ?? []);
  return new LayoutScope([...known, ...broken], named, specs);
}

/** What must be a manifest by its path and cannot be read: passed over, it would be lost without a word. */
function* lostFindings(
  { texts, files, known }: Reading,
  isWanted: (path: string) => boolean,
): Iterable<Finding> {
  const unknown = files.entries.filter(({ path }) => /\.ya?ml$/.test(path) && !known.has(path));
  for (const entry of unknown) {
    const { path, type } = entry;
    const isOwn = ownPaths.test(path);
    if (!(looksLikeManifest(path) || isOwn) || isHidden(path)) continue;
    if (!isOwn && !isWanted(path)) continue;
    if (type !== "file") yield unusableEntry(entry, { path, line: 1, column: 1 });
    else if (!isOwn && texts.schemaHint(path) === undefined && !texts.isReadable(path)) {
      yield* texts.findings(path);
    }
  }
}

export function notChecked(path: string, role: Draft["role"]): Finding {
  const name = "name" in role ? role.name : role.type;
  const message = `Cairn does not check this kind of file (${name}) and does not version it.`;
  return { rule: "not-checked", severity: "info", message, path, line: 1, column: 1 };
}

function manifestFilter(settings: SettingsRead): (path: string) => boolean {
  const value = settings.document?.value ?? {};
  const include = value["include"] === undefined ? ["**"] : strings(value["include"]);
  const isIncluded = compileGlobs(include);
  const isExcluded = compileGlobs(strings(value["exclude"]));
  return (path) => isIncluded(path) && !isExcluded(path);
}

function assemble(
  parts: Omit<Reading, "specs" | "known"> & {
    readonly drafts: readonly Draft[];
    readonly findings: readonly Finding[];
  },
): Registry {
  const { texts, files, settings, drafts } = parts;
  const paths = yamlPaths(files);
  const workspaces = paths
    .filter((path) => workspacePath.test(path))
    .map((path) => readWorkspace(texts, path));
  const stageFiles = paths
    .filter((path) => path.startsWith("stages/"))
    .map((path) => readStageFile(texts, path));
  const assembled = assembleDrafts(drafts);
  const policies = readPolicies({ texts, files, settings: settings.settings });
  const findings = [
    ...settings.findings,
    ...parts.findings,
    ...policies.findings,
    ...policyTestPaths(files).flatMap((path) => readPolicyTests(texts, path, undefined).findings),
    ...[...workspaces, ...stageFiles].flatMap((read) => read.findings),
    ...assembled.findings,
  ];
  return {
    ...assembled,
    settings: settings.settings,
    workspaces: workspaces.flatMap(({ value }) => (value === undefined ? [] : [value])),
    stageFiles: stageFiles.flatMap(({ value }) => (value === undefined ? [] : [value])),
    policies: policies.policies,
    files,
    findings: findings.sort(compareFindings),
  };
}

/** The parts of a registry that come from manifests. */
export function assembleDrafts(
  drafts: readonly Draft[],
): Pick<Registry, "assets" | "endpoints" | "deployments" | "jobs" | "otherManifests" | "findings"> {
  const ofType = (type: Draft["role"]["type"]): readonly Draft[] =>
    drafts.filter((draft) => draft.role.type === type);
  return {
    assets: drafts.flatMap((draft) => {
      const asset = draft.role.type === "asset" ? toAsset(draft, draft.role.kind) : undefined;
      return asset === undefined ? [] : [asset];
    }),
    endpoints: ofType("endpoint").map(toEndpoint),
    deployments: ofType("deployment").map(toDeployment),
    jobs: ofType("job").map(toJob),
    otherManifests: drafts.flatMap((draft) => {
      const { type } = draft.role;
      return type === "azureml-registry" || type === "schedule" ? [toOther(draft, type)] : [];
    }),
    findings: distinct(drafts.flatMap((draft) => [...draft.findings, ...draft.metadataFindings])),
  };
}

/** A file that several manifests name is wrong once. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const byText = new Map(
    findings.map((finding) => {
      const { rule, path, line, column, message } = finding;
      return [[rule, path, line, column, message].join("\n"), finding];
    }),
  );
  return [...byText.values()];
}
