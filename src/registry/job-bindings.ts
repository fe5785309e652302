import type { Finding } from "../domain/finding.ts";
import type { ManifestDocument, Workspace } from "../domain/registry.ts";
import { isJsonObject, valueAt, type JsonObject } from "../shared/json.ts";
import { errorAt } from "./local-paths.ts";
import { members } from "./values.ts";
import type { PointerPath } from "./yaml/pointer.ts";

/** Another text for a field of a job. */
export interface Binding {
  readonly pointer: PointerPath;
  readonly value: string;
}

export interface Bindings {
  readonly bindings: readonly Binding[];
  readonly findings: readonly Finding[];
}

interface Binder {
  readonly document: ManifestDocument;
  readonly workspace: Workspace;
  /** Where the job stands in its document. */
  readonly root: PointerPath;
}

/** The workspace's data for the inputs of the job itself; type and mode stay as they are. */
export function bindInputs(binder: Binder & { readonly given: ReadonlySet<string> }): Bindings {
  const { document, workspace, root, given } = binder;
  const bindings: Binding[] = [];
  const findings: Finding[] = [];
  const bound = textsOf(workspace, "inputs");
  for (const [name, input] of members(objectAt(document.value, root)["inputs"])) {
    if (!isData(input)) continue;
    const pointer = [...root, "inputs", name, "path"];
    const data = Object.hasOwn(bound, name) ? bound[name] : undefined;
    const path = input["path"];
    if (data !== undefined) bindings.push({ pointer, value: data });
    else if (typeof path === "string" && path !== "") {
      if (hasPlaceholder(path))
        findings.push(
          errorAt(
            "render-input",
            placeholderIn(path, `the input ${name} under "bindings.inputs"`, workspace),
            document.placeOf(pointer),
          ),
        );
    } else if (!given.has(name) && input["optional"] !== true) {
      const message = `The input ${name} has no data: give it a "path", or let ${workspace.document.path} say "bindings: { inputs: { ${name}: azureml:… } }".`;
      findings.push(errorAt("render-input", message, document.placeOf([...root, "inputs", name])));
    }
  }
  return { bindings, findings };
}

/** Ports of data and models, by their type. */
function isData(input: JsonObject): boolean {
  const { type, path } = input;
  if (type === undefined) return path !== undefined;
  return typeof type === "string" && /^(?:uri_file|uri_folder|mltable|.+_model)$/i.test(type);
}

/** The workspace's names of compute, wherever the job names one. */
export function bindCompute({ document, workspace, root }: Binder): Bindings {
  const names = textsOf(workspace, "compute");
  const bindings: Binding[] = [];
  const findings: Finding[] = [];
  for (const { pointer, text } of computeFields(objectAt(document.value, root), root)) {
    const bound = [text, text.replace(/^azureml:/, "")].find((key) => Object.hasOwn(names, key));
    const value = bound === undefined ? undefined : names[bound];
    if (value !== undefined) {
      bindings.push({ pointer, value: computeName(value) });
    } else if (hasPlaceholder(text)) {
      findings.push(
        errorAt(
          "render-compute",
          placeholderIn(text, `it under "bindings.compute"`, workspace),
          document.placeOf(pointer),
        ),
      );
    }
  }
  return { bindings, findings };
}

/** `default_compute` takes no name without `azureml:`, only these words. */
function computeName(text: string): string {
  return /^(?:azureml:|serverless$|local$)/.test(text) ? text : `azureml:${text}`;
}

/** Steps may be pipelines written out, and those have steps. */
function* computeFields(
  value: JsonObject,
  pointer: PointerPath,
): Iterable<{ readonly pointer: PointerPath; readonly text: string }> {
  const { compute, settings, jobs, component } = value;
  if (typeof compute === "string") yield { pointer: [...pointer, "compute"], text: compute };
  const fallback = isJsonObject(settings) ? settings["default_compute"] : undefined;
  if (typeof fallback === "string") {
    yield { pointer: [...pointer, "settings", "default_compute"], text: fallback };
  }
  for (const [name, step] of members(jobs)) yield* computeFields(step, [...pointer, "jobs", name]);
  if (isJsonObject(component)) yield* computeFields(component, [...pointer, "component"]);
}

/** `<cluster>` and `{{cluster}}`: somebody was to fill it in. */
function hasPlaceholder(text: string): boolean {
  return /<[A-Za-z][\w .-]*>|(?<!\$)\{\{[^{}]*\}\}/.test(text);
}

function placeholderIn(text: string, what: string, { document }: Workspace): string {
  return `"${text}" is still to be filled in: write a name there, or bind ${what} in ${document.path}.`;
}

function textsOf({ document }: Workspace, key: string): Readonly<Record<string, string>> {
  const all = document.value["bindings"];
  const value = isJsonObject(all) ? all[key] : undefined;
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}

function objectAt(value: JsonObject, pointer: PointerPath): JsonObject {
  const found = valueAt(value, pointer);
  return isJsonObject(found) ? found : {};
}
