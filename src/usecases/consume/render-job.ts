import type { LedgerState } from "../../domain/ledger/state.ts";
import { compareFindings, isBlocking, type Finding } from "../../domain/finding.ts";
import type { Job, LocalPath, OtherManifest, Registry, Workspace } from "../../domain/registry.ts";
import { AvailableVersions } from "../../domain/workspace/available.ts";
import { writePortableYaml } from "../../registry/portable-yaml.ts";
import { readRegistry } from "../../registry/read-registry.ts";
import { renderJob, type RenderJobOptions } from "../../registry/render-job.ts";
import { renderSchedule } from "../../registry/render-schedule.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { SourceTree } from "../../source/source-tree.ts";
import type { RenderedDocument, RenderReport } from "../app.ts";
import { findProblems } from "../validate.ts";
import { jobMissing, notAJob, outputNeeded } from "./errors.ts";

export interface RenderSource {
  readonly tree: SourceTree;
  readonly state: LedgerState;
  /** The job, from the root of the registry; of several the first that is there. */
  readonly paths: readonly string[];
  readonly workspace: string;
  /** Where the document will be written, if anywhere. */
  readonly output: string | undefined;
  /** How that document names a file of the tree; absent when the tree is not on this disk. */
  readonly locate: ((path: string) => string) | undefined;
}

/** A job, or a schedule with its job, for one workspace. Rejects with `JOB_MISSING`, `NOT_A_JOB` or `OUTPUT_NEEDED`. */
export async function renderForWorkspace(source: RenderSource): Promise<RenderReport> {
  const registry = await readRegistry(source.tree);
  const path = source.paths.find((candidate) => isThere(registry, candidate));
  if (path === undefined) throw jobMissing(source.paths.at(-1) ?? "");
  const found = findJob(registry, path);
  const workspace = registry.workspaces.find(({ name }) => name === source.workspace);
  const problems = findProblems(registry, source.state).filter(
    (finding) => isBlocking(finding) && [path, workspace?.document.path].includes(finding.path),
  );
  if (workspace === undefined) problems.push(workspaceUnknown(registry, source.workspace));
  const rendered =
    workspace === undefined || problems.length > 0
      ? { documents: [], findings: problems }
      : render(found, { registry, workspace, source });
  const isDone = rendered.findings.length === 0;
  return {
    job: path,
    workspace: source.workspace,
    documents: isDone ? rendered.documents.map(toDocument) : [],
    findings: [...rendered.findings].sort(compareFindings),
  };
}

interface Rendered {
  readonly documents: readonly { readonly path: string | undefined; readonly value: JsonObject }[];
  readonly findings: readonly Finding[];
}

function render(
  found: Job | OtherManifest,
  parts: {
    readonly registry: Registry;
    readonly workspace: Workspace;
    readonly source: RenderSource;
  },
): Rendered {
  const { registry, workspace, source } = parts;
  const { state, output, locate } = source;
  const options: RenderJobOptions = {
    registry,
    workspace,
    versions: new AvailableVersions({ workspace, registry, state }),
    placePath: (path) => (isOnDisk(registry, path) ? locate?.(path.target) : undefined),
  };
  if (!("type" in found)) {
    const { value, findings } = renderJob(found, options);
    return { documents: [{ path: output, value }], findings };
  }
  const { value, job, findings } = renderSchedule(found, options, jobNameFor(output ?? ""));
  if (job === undefined) return { documents: [{ path: output, value }], findings };
  if (output === undefined) throw outputNeeded(found.document.path);
  const folder = output.slice(0, output.lastIndexOf("/") + 1);
  const jobPath = `${folder}${jobNameFor(output)}`;
  return {
    documents: [
      { path: output, value },
      { path: jobPath, value: job },
    ],
    findings,
  };
}

/** `out/nightly.yml` has its job in `nightly.job.yml`. */
function jobNameFor(output: string): string {
  const name = output.slice(output.lastIndexOf("/") + 1);
  const [, stem = name, suffix = ".yml"] = /^(.+?)(\.ya?ml)$/i.exec(name) ?? [];
  return `${stem}.job${suffix}`;
}

function toDocument({ path, value }: Rendered["documents"][number]): RenderedDocument {
  return { path, value, text: writePortableYaml(value) };
}

function isThere({ files }: Registry, path: string): boolean {
  return files.has(path) || hasBelow(files, path);
}

function findJob(registry: Registry, path: string): Job | OtherManifest {
  const isAt = ({ document }: Pick<Job, "document">): boolean => document.path === path;
  const found =
    registry.jobs.find(isAt) ??
    registry.otherManifests.find((other) => other.type === "schedule" && isAt(other));
  if (found !== undefined) return found;
  if (!registry.files.has(path)) throw notAJob(path, "a folder");
  const asset = registry.assets.find(isAt);
  throw notAJob(path, asset === undefined ? "something else" : `the manifest of ${asset.key}`);
}

/** What only a lock file names is in a store. */
function isOnDisk({ files }: Registry, { target }: LocalPath): boolean {
  return target === "" || files.has(target) || hasBelow(files, target);
}

function hasBelow(files: Registry["files"], folder: string): boolean {
  for (const path of files.paths()) if (path.startsWith(`${folder}/`)) return true;
  return false;
}

function workspaceUnknown({ workspaces }: Registry, name: string): Finding {
  const known = workspaces.map((workspace) => workspace.name).join(", ");
  return {
    rule: "workspace-unknown",
    severity: "error",
    message: `There is no workspace "${name}"; ${known === "" ? "the registry has none" : `there are ${known}`}.`,
    path: `workspaces/${name}.yaml`,
  };
}
