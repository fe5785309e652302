import { isJsonObject, type JsonObject } from "../shared/json.ts";
import type { Pointer } from "./finding.ts";
import type { LocalPath, ManifestDocument, Registry } from "./registry.ts";

/** An environment that a manifest is, or that one of its fields writes out. */
export interface WrittenEnvironment {
  readonly document: ManifestDocument;
  readonly pointer: Pointer;
  readonly value: JsonObject;
  /** Those of the whole manifest. */
  readonly localPaths: readonly LocalPath[];
}

/** Every environment of the registry, those within components, jobs, steps and deployments too. */
export function* writtenEnvironments(registry: Registry): Iterable<WrittenEnvironment> {
  for (const { id, document, localPaths } of registry.assets) {
    const { value } = document;
    if (id.kind === "environment") yield { document, pointer: [], value, localPaths };
    if (id.kind === "component") yield* within({ document, localPaths }, value, []);
  }
  for (const owner of [...registry.jobs, ...registry.deployments, ...registry.otherManifests]) {
    const { document, localPaths } = owner;
    yield* within({ document, localPaths }, document.value, []);
  }
}

type Owner = Pick<WrittenEnvironment, "document" | "localPaths">;

/** Follows only the keys in which something that runs stands; YAML bounds the depth. */
function* within(owner: Owner, value: JsonObject, at: Pointer): Iterable<WrittenEnvironment> {
  const { environment, jobs } = value;
  if (isJsonObject(environment)) {
    yield { ...owner, pointer: [...at, "environment"], value: environment };
  }
  for (const key of ["component", "trial", "task", "create_job"]) {
    const part = value[key];
    if (isJsonObject(part)) yield* within(owner, part, [...at, key]);
  }
  for (const [name, step] of Object.entries(isJsonObject(jobs) ? jobs : {})) {
    if (isJsonObject(step)) yield* within(owner, step, [...at, "jobs", name]);
  }
}

/** The Dockerfile of a build context, from its folder; `undefined` when a template names it. */
export function dockerfileName(build: JsonObject): string | undefined {
  const name = build["dockerfile_path"] ?? "Dockerfile";
  if (typeof name !== "string" || name === "" || /[\\\n]|\{\{|^\/|:\/\//.test(name)) {
    return undefined;
  }
  const segments: string[] = [];
  for (const segment of name.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.pop() === undefined) return undefined;
  }
  return segments.join("/");
}
