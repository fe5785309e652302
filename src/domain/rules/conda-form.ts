import { isJsonObject, type JsonValue } from "../../shared/json.ts";
import { condaDependencies, condaSpecs, type CondaSpec, type Dependency } from "../conda.ts";
import { hasSingleEquals, includedFile } from "../package-specs.ts";
import type { Registry } from "../registry.ts";
import type { Rule, Violation } from "./rule.ts";

export const condaForm: Rule = {
  id: "conda-form",
  severity: "error",
  states: "A conda file has a form that conda can install, and names the Python that pip needs.",

  *check({ registry }) {
    for (const spec of condaSpecs(registry)) {
      yield* formViolations(spec);
      yield* pythonViolations(spec);
      yield* missingFiles(spec, registry);
    }
  },
};

/** Reported of one file: the first ones tell the rest. */
const maxViolations = 10;

function* formViolations(spec: CondaSpec): Iterable<Violation> {
  const { channels, dependencies } = spec.value;
  if (channels !== undefined && !Array.isArray(channels)) {
    yield {
      message: '"channels" is not a list: write each channel on a line of its own after "- ".',
      at: spec.placeOf(["channels"]),
      ...(channels === null ? { severity: "warning" } : {}),
    };
  }
  if (dependencies === undefined || dependencies === null) {
    yield {
      message: 'There are no "dependencies": the environment stays empty.',
      at: spec.placeOf(["dependencies"]),
      severity: "warning",
    };
  } else if (!Array.isArray(dependencies)) {
    yield {
      message: '"dependencies" is not a list: write each package on a line of its own after "- ".',
      at: spec.placeOf(["dependencies"]),
    };
  }
  let count = 0;
  for (const dependency of condaDependencies(spec.value)) {
    const message = problemOf(dependency);
    if (message === undefined) continue;
    yield { message, at: spec.placeOf(dependency.pointer) };
    count += 1;
    if (count >= maxViolations) return;
  }
}

function problemOf({ by, value }: Dependency): string | undefined {
  if (typeof value === "string") {
    return by === "pip" && hasSingleEquals(value)
      ? 'pip refuses one "=" after a package: write "==".'
      : undefined;
  }
  if (by === "pip") return `A package for pip is ${kindOf(value)}, and this must be text.`;
  if (!isJsonObject(value)) return `A dependency is ${kindOf(value)}, and this must be text.`;
  const keys = Object.keys(value);
  const other = keys.find((key) => key !== "pip");
  if (other !== undefined) {
    return `conda can install nothing by "${other.slice(0, 60)}": only text and one "pip:" list stand here.`;
  }
  const isEmpty = keys.length === 1 && value["pip"] === null;
  return isEmpty ? undefined : '"pip" is not a list: write each package on a line after "- ".';
}

function* pythonViolations(spec: CondaSpec): Iterable<Violation> {
  const { dependencies } = spec.value;
  const items = Array.isArray(dependencies) ? dependencies : [];
  const lists = [...items.entries()].filter(([, item]) => isJsonObject(item) && "pip" in item);
  const [first, second] = lists;
  if (second !== undefined) {
    yield {
      message: 'There are several "pip:" lists, and conda takes only the last: make them one.',
      at: spec.placeOf(["dependencies", second[0]]),
      severity: "warning",
    };
  }
  const hasPython = items.some(
    (item) => typeof item === "string" && /^(?:\S*::)?python\b(?!-)/.test(item),
  );
  if (first === undefined || hasPython) return;
  yield {
    message: 'pip installs packages for whichever Python is newest: add "python=3.x".',
    at: spec.placeOf(["dependencies"]),
    severity: "warning",
  };
}

function* missingFiles(spec: CondaSpec, { files }: Registry): Iterable<Violation> {
  const folder = spec.path.slice(0, spec.path.lastIndexOf("/") + 1);
  for (const { by, value, pointer } of condaDependencies(spec.value)) {
    const name = by === "pip" && typeof value === "string" ? includedFile(value) : undefined;
    if (name === undefined || !/^(?:\.\/)?\w[\w./-]*$/.test(name) || name.includes("..")) continue;
    if (files.has(folder + name.replace(/^\.\//, ""))) continue;
    yield {
      message: `There is no file "${name}" beside this one: list its packages here.`,
      at: spec.placeOf(pointer),
      severity: "warning",
    };
  }
}

function kindOf(value: JsonValue): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a mapping" : `a ${typeof value}`;
}
