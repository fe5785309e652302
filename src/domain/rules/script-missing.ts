import { isJsonObject, valueAt, type JsonObject, type JsonValue } from "../../shared/json.ts";
import type { LocalPath, ManifestDocument, Registry } from "../registry.ts";
import type { Rule, Violation } from "./rule.ts";

export const scriptMissing: Rule = {
  id: "script-missing",
  severity: "error",
  states: "A script that runs from a code folder lies in that folder.",

  *check({ registry }) {
    for (const owner of owners(registry)) yield* checkOwner(owner);
  },
};

interface Owner {
  readonly document: ManifestDocument;
  readonly localPaths: readonly LocalPath[];
}

function* owners({ assets, deployments, jobs, otherManifests }: Registry): Iterable<Owner> {
  yield* assets;
  yield* deployments;
  yield* jobs;
  yield* otherManifests;
}

function* checkOwner({ document, localPaths }: Owner): Iterable<Violation> {
  const code = document.value["code_configuration"];
  if (isJsonObject(code) && !isGiven(code["code"]) && isGiven(code["scoring_script"])) {
    const message =
      'The deployment has a scoring_script and no code folder to find it in: add "code".';
    yield { message, at: document.placeOf(["code_configuration", "scoring_script"]) };
  }
  for (const path of localPaths) {
    if (path.pointer.at(-1) !== "code" || path.files.length === 0) continue;
    const script = scriptBeside(document.value, path.pointer.slice(0, -1));
    if (script === undefined || isIn(path, script.text)) continue;
    yield {
      message: `There is no script "${script.text}" in "${path.text}": correct the name, or add the file.`,
      at: document.placeOf(script.pointer),
    };
  }
}

interface Script {
  readonly text: string;
  readonly pointer: readonly (string | number)[];
}

/** What stands next to `code` and is looked for in it. */
function scriptBeside(
  value: JsonObject,
  pointer: readonly (string | number)[],
): Script | undefined {
  const owner = valueAt(value, pointer);
  if (!isJsonObject(owner)) return undefined;
  const { entry } = owner;
  const places = [
    { text: owner["scoring_script"], pointer: [...pointer, "scoring_script"] },
    { text: owner["entry_script"], pointer: [...pointer, "entry_script"] },
    {
      text: isJsonObject(entry) ? entry["file"] : undefined,
      pointer: [...pointer, "entry", "file"],
    },
  ];
  for (const { text, pointer: at } of places) {
    if (typeof text === "string" && isGiven(text) && !text.includes("${{")) {
      return { text, pointer: at };
    }
  }
  return undefined;
}

function isIn({ files }: LocalPath, script: string): boolean {
  const wanted = script.replaceAll("\\", "/").replace(/^(?:\.\/+)+/, "");
  // What leads out of the folder is looked for by Azure ML in its own way.
  if (wanted.startsWith("/") || wanted.split("/").includes("..")) return true;
  // The entry of a parallel task may be a module, `package.main`.
  const module = wanted.replaceAll(".", "/");
  const names = new Set([wanted, `${module}.py`, `${module}/__init__.py`]);
  return files.some(({ relativePath }) => names.has(relativePath));
}

function isGiven(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== "";
}
