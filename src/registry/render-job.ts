import { formatAssetKey } from "../domain/asset.ts";
import type { Finding } from "../domain/finding.ts";
import { manifestOfPath, manifestsOf, targetOf, type Target } from "../domain/lookup.ts";
import { parseReference } from "../domain/reference.ts";
import type { Job, LocalPath, ReferenceUse, Registry, Workspace } from "../domain/registry.ts";
import type { AvailableVersions } from "../domain/workspace/available.ts";
import { formatWorkspaceReference } from "../domain/workspace/version-key.ts";
import type { JsonObject } from "../shared/json.ts";
import { bindCompute, bindInputs, type Binding } from "./job-bindings.ts";
import { errorAt } from "./local-paths.ts";
import { replaceValues } from "./replace-values.ts";
import type { PointerPath } from "./yaml/pointer.ts";

/** A job, or the schedule that has one. */
export type JobSource = Pick<Job, "document" | "references" | "localPaths">;

export interface RenderJobOptions {
  readonly registry: Registry;
  readonly workspace: Workspace;
  readonly versions: AvailableVersions;
  /** Where the job stands in its document; at its root unless it belongs to a schedule. */
  readonly root?: PointerPath;
  /** Names of inputs that get their data from elsewhere. */
  readonly givenInputs?: ReadonlySet<string>;
  /** How the rendered file names a file or folder; `undefined` when nobody can reach it. */
  readonly placePath: (path: LocalPath) => string | undefined;
}

export interface RenderedJob {
  readonly value: JsonObject;
  /** What could not be bound or resolved: the value is of no use then. */
  readonly findings: readonly Finding[];
}

/**
 * A job as one workspace can run it: its compute and data are the workspace's, references are
 * versions that the workspace has, under the names that `azureml.yaml` gave them there.
 */
export function renderJob(source: JobSource, options: RenderJobOptions): RenderedJob {
  const { document } = source;
  const findings: Finding[] = [];
  const replacements: Binding[] = [];
  const root = options.root ?? [];
  const context = { document, workspace: options.workspace, root };
  const inputs = bindInputs({ ...context, given: options.givenInputs ?? new Set() });
  const compute = bindCompute(context);
  const isBound = pointerSet(inputs.bindings);
  for (const use of source.references) {
    if (isBound(use.pointer)) continue;
    const resolved = resolveUse(use, options);
    if (resolved.problem !== undefined) {
      findings.push(errorAt("render-version", resolved.problem, use.place));
    } else if (resolved.text !== undefined) {
      replacements.push({ pointer: use.pointer, value: resolved.text });
    }
  }
  for (const path of source.localPaths) {
    if (isBound(path.pointer)) continue;
    const resolved = resolvePath(path, options);
    if (resolved.problem !== undefined) {
      findings.push(errorAt("render-path", resolved.problem, path.place));
    } else replacements.push({ pointer: path.pointer, value: resolved.text });
  }
  const bindings = inputs.bindings.map((binding) => ({
    ...binding,
    value: resolveBinding(binding.value, options),
  }));
  return {
    value: replaceValues(document.value, [...replacements, ...compute.bindings, ...bindings]),
    findings: [...findings, ...inputs.findings, ...compute.findings],
  };
}

type Resolved =
  | { readonly text: string | undefined; readonly problem?: undefined }
  | { readonly problem: string };

function resolveUse(use: ReferenceUse, options: RenderJobOptions): Resolved {
  const target = targetOf(use, options.registry);
  return target === undefined ? { text: undefined } : resolveTarget(use.text, target, options);
}

function resolveTarget(text: string, target: Target, { versions }: RenderJobOptions): Resolved {
  const found = versions.find(target);
  if (!found.ok) return { problem: `"${text}": ${found.problem}; ${found.advice}.` };
  return { text: formatWorkspaceReference({ asset: target.key, version: found.version }) };
}

type Placed =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly problem: string };

/** The manifest of an asset stands for the version that the workspace has, not for the file. */
function resolvePath(path: LocalPath, options: RenderJobOptions): Placed {
  if (path.asset !== undefined) {
    const version = manifestOfPath(path, options.registry)?.explicitVersion;
    const selector =
      version === undefined
        ? ({ type: "default" } as const)
        : ({ type: "version", version } as const);
    const resolved = resolveTarget(path.text, { key: path.asset, selector }, options);
    return resolved.problem === undefined ? { text: resolved.text ?? path.text } : resolved;
  }
  const text = options.placePath(path);
  if (text !== undefined) return { text };
  return {
    problem: `"${path.text}" is in the registry and not on this disk, so a job cannot bring it: render in a clone that has the file.`,
  };
}

/** The workspace says which data it is; only what is no exact version yet is looked up. */
function resolveBinding(text: string, options: RenderJobOptions): string {
  const parsed = parseReference(text);
  if (!parsed.ok || parsed.value.type === "external") return text;
  const { value: reference } = parsed;
  if (reference.selector.type === "version") return text;
  const kinds = reference.type === "registry" ? [reference.kind] : (["data", "model"] as const);
  for (const kind of kinds) {
    const key = formatAssetKey({ kind, name: reference.name });
    const target = { key, selector: reference.selector };
    if (manifestsOf(key, options.registry).length === 0) continue;
    const resolved = resolveTarget(text, target, options);
    if (resolved.problem === undefined && resolved.text !== undefined) return resolved.text;
  }
  return text;
}

function pointerSet(bindings: readonly Binding[]): (pointer: PointerPath) => boolean {
  const texts = new Set(bindings.map(({ pointer }) => JSON.stringify(pointer)));
  return (pointer) => texts.has(JSON.stringify(pointer));
}
