import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import { writtenEnvironments } from "./environments.ts";
import type { Place, Pointer } from "./finding.ts";
import type { Registry } from "./registry.ts";
import { supportingTexts } from "./supporting-texts.ts";

/** What conda is to install: a file, or a map that a manifest writes out. */
export interface CondaSpec {
  /** The file that it stands in. */
  readonly path: string;
  readonly value: JsonObject;
  placeOf(pointer: Pointer): Place;
}

export function* condaSpecs(registry: Registry): Iterable<CondaSpec> {
  for (const { document } of supportingTexts(registry, "conda")) {
    if (document !== undefined) yield document;
  }
  for (const { document, pointer, value } of writtenEnvironments(registry)) {
    const conda = value["conda_file"];
    if (!isJsonObject(conda)) continue;
    yield {
      path: document.path,
      value: conda,
      placeOf: (within) => document.placeOf([...pointer, "conda_file", ...within]),
    };
  }
}

/** One thing to install, where it stands. */
export interface Dependency {
  readonly by: "conda" | "pip";
  readonly value: JsonValue;
  readonly pointer: Pointer;
}

const known = new WeakMap<JsonObject, readonly Dependency[]>();

/** Everything that is to be installed, those too that have no usable form. */
export function condaDependencies(value: JsonObject): readonly Dependency[] {
  const dependencies = known.get(value) ?? [...listDependencies(value)];
  known.set(value, dependencies);
  return dependencies;
}

function* listDependencies(value: JsonObject): Iterable<Dependency> {
  const { dependencies } = value;
  for (const [index, item] of (Array.isArray(dependencies) ? dependencies : []).entries()) {
    const pip = isJsonObject(item) ? item["pip"] : undefined;
    if (Array.isArray(pip)) {
      for (const [line, each] of pip.entries()) {
        yield { by: "pip", value: each, pointer: ["dependencies", index, "pip", line] };
      }
    } else yield { by: "conda", value: item, pointer: ["dependencies", index] };
  }
}
