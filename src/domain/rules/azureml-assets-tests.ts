import { isJsonObject } from "../../shared/json.ts";
import { judgedLayouts } from "../asset-layouts.ts";
import type { Registry } from "../registry.ts";
import type { Rule } from "./rule.ts";

export const azuremlAssetsTests: Rule = {
  id: "azureml-assets-tests",
  severity: "error",
  states: "The tests that an asset.yaml enables are there, with what they need.",

  *check({ registry }) {
    for (const { document } of judgedLayouts(registry)) {
      const { test } = document.value;
      const pytest = isJsonObject(test) ? test["pytest"] : undefined;
      if (!isJsonObject(pytest) || pytest["enabled"] !== true) continue;
      for (const key of ["tests_dir", "conda_environment", "pip_requirements"]) {
        const text = pytest[key];
        if (typeof text !== "string" || text === "") continue;
        const target = resolve(document.path, text);
        if (target === undefined || exists(target, registry)) continue;
        yield {
          message: `There is no file or folder "${text}" (${key}).`,
          at: document.placeOf(["test", "pytest", key]),
        };
      }
    }
  },
};

function resolve(manifest: string, text: string): string | undefined {
  const segments = manifest.split("/").slice(0, -1);
  for (const segment of text.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.pop() === undefined) return undefined;
  }
  return segments.join("/");
}

const folders = new WeakMap<Registry, ReadonlySet<string>>();

function exists(target: string, registry: Registry): boolean {
  if (target === "" || registry.files.has(target)) return true;
  const known = folders.get(registry) ?? foldersOf(registry);
  folders.set(registry, known);
  return known.has(target);
}

function foldersOf({ files }: Registry): ReadonlySet<string> {
  const found = new Set<string>();
  for (const path of files.paths()) {
    let folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    while (folder !== "" && !found.has(folder)) {
      found.add(folder);
      folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")));
    }
  }
  return found;
}
