import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import type { Pointer, Severity } from "../finding.ts";
import { supportingTexts } from "../supporting-texts.ts";
import type { Rule } from "./rule.ts";

export const mlmodelForm: Rule = {
  id: "mlmodel-form",
  severity: "error",
  states:
    "An MLmodel has a flavor, a loader for python_function, and a signature that MLflow can read.",

  *check({ registry }) {
    for (const { document, localPath } of supportingTexts(registry, "mlmodel")) {
      if (document === undefined) continue;
      for (const { pointer, message, severity } of problemsOf(document.value)) {
        const at = document.placeOf(pointer);
        yield severity === undefined ? { message, at } : { message, at, severity };
      }
      const names = new Set(localPath.files.map(({ relativePath }) => relativePath));
      for (const { pointer, name } of environmentFiles(document.value)) {
        if (names.has(name.replace(/^\.\//, ""))) continue;
        yield {
          message: `The model has no file "${name.slice(0, 200)}", which its MLmodel names: add it or take the name out.`,
          at: document.placeOf(pointer),
          // The model can be loaded where its packages are already.
          severity: "warning",
        };
      }
    }
  },
};

interface FormProblem {
  readonly pointer: Pointer;
  readonly message: string;
  readonly severity?: Severity;
}

const judged = new WeakMap<JsonObject, readonly FormProblem[]>();

/** Many versions of a registry have the same MLmodel: its signature is parsed once. */
function problemsOf(value: JsonObject): readonly FormProblem[] {
  const known = judged.get(value) ?? [...flavorProblems(value), ...signatureProblems(value)];
  judged.set(value, known);
  return known;
}

function* flavorProblems({ flavors }: JsonObject): Iterable<FormProblem> {
  if (!isJsonObject(flavors)) return;
  if (Object.keys(flavors).length === 0) {
    const message = '"flavors" is empty: nothing says how the model is loaded.';
    yield { pointer: ["flavors"], message };
  }
  const python = flavors["python_function"];
  if (!isJsonObject(python)) return;
  const loader = python["loader_module"];
  if (typeof loader === "string" && loader !== "") return;
  const message =
    'The flavor python_function has no "loader_module": MLflow cannot load the model.';
  yield { pointer: ["flavors", "python_function", "loader_module"], message };
}

function* signatureProblems({ signature }: JsonObject): Iterable<FormProblem> {
  // MLflow reads over what is no mapping: then there is no signature.
  if (!isJsonObject(signature)) return;
  for (const part of ["inputs", "outputs", "params"]) {
    const written = signature[part];
    if (!isWritten(written)) continue;
    const pointer = ["signature", part];
    const columns = parseColumns(written);
    if (columns === undefined) {
      const message = `The ${part} of the signature are not a JSON list in quotes, as MLflow writes it.`;
      yield { pointer, message };
    } else if (part !== "params") yield* columnProblems(pointer, columns);
  }
}

/** MLflow takes what is empty for what is not there. */
function isWritten(part: JsonValue | undefined): part is JsonValue {
  if (part === undefined || part === null || part === "") return false;
  return !(Array.isArray(part) && part.length === 0);
}

function parseColumns(written: JsonValue): readonly JsonValue[] | undefined {
  if (typeof written !== "string") return undefined;
  try {
    const value: JsonValue = JSON.parse(written);
    return Array.isArray(value) ? value : undefined;
  } catch {
    // Python writes and reads these, for defaults of parameters.
    return /\b(?:NaN|Infinity)\b/.test(written) ? [] : undefined;
  }
}

function* columnProblems(pointer: Pointer, columns: readonly JsonValue[]): Iterable<FormProblem> {
  const part = String(pointer.at(-1));
  const named = columns.filter(
    (column) => isJsonObject(column) && typeof column["name"] === "string",
  );
  if (named.length > 0 && named.length < columns.length) {
    yield { pointer, message: `Some of the ${part} of the signature have a name and some do not.` };
  }
  for (const [index, column] of columns.entries()) {
    const problem = columnProblem(column);
    if (problem === undefined) continue;
    const { text, severity } = problem;
    const message = `In the ${part} of the signature, column ${index + 1} ${text}.`;
    yield severity === undefined ? { pointer, message } : { pointer, message, severity };
    return;
  }
}

const knownTypes: ReadonlySet<string> = new Set(
  "boolean integer long float double string binary datetime tensor array object map any sparkml_vector".split(
    " ",
  ),
);

function columnProblem(
  column: JsonValue,
): { readonly text: string; readonly severity?: Severity } | undefined {
  if (!isJsonObject(column)) return { text: 'is not written as {"name": …, "type": …}' };
  const { type } = column;
  if (typeof type !== "string") return { text: "has no type" };
  if (type === "tensor" && !isJsonObject(column["tensor-spec"])) {
    return { text: 'is a tensor without "tensor-spec"' };
  }
  if (knownTypes.has(type.toLowerCase())) return undefined;
  const shown = type.slice(0, 60);
  return { text: `has the type "${shown}", which MLflow does not know`, severity: "warning" };
}

/** `env: conda.yaml` of old, `env: {conda: …, virtualenv: …}` since. */
function* environmentFiles({
  flavors,
}: JsonObject): Iterable<{ readonly pointer: Pointer; readonly name: string }> {
  const python = isJsonObject(flavors) ? flavors["python_function"] : undefined;
  const env = isJsonObject(python) ? python["env"] : undefined;
  const at = ["flavors", "python_function", "env"];
  if (typeof env === "string") yield { pointer: at, name: env };
  for (const [key, name] of Object.entries(isJsonObject(env) ? env : {})) {
    if (typeof name === "string") yield { pointer: [...at, key], name };
  }
}
