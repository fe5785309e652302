import { isJsonObject, type JsonObject } from "../../shared/json.ts";
import { isMangled } from "../plain-scalars.ts";
import { literalProblem, toNumber } from "../literals.ts";
import type { Pointer } from "../finding.ts";
import type { ManifestDocument } from "../registry.ts";
import { runsOf } from "../runs.ts";
import type { Rule, Violation } from "./rule.ts";

export const componentInput: Rule = {
  id: "component-input",
  severity: "error",
  states:
    "The inputs of a component have names that a job can tell apart, and defaults that they allow.",

  *check({ registry }) {
    for (const { document, pointer, isComponent, inputs } of runsOf(registry)) {
      // What a trial declares comes first; the rest is what the job gives it.
      const declares = isComponent || pointer.at(-1) === "trial" ? inputs[0] : undefined;
      if (declares === undefined) continue;
      for (const violation of checkInputs(declares, [...pointer, "inputs"], document)) {
        yield { ...violation, at: document.placeOf(violation.pointer) };
      }
    }
  },
};

/** What a job's environment has under these names already. */
const reserved = new Set(["path", "ld_library_path", "user", "logname", "home", "pwd", "shell"]);

interface InputViolation extends Omit<Violation, "at"> {
  readonly pointer: Pointer;
}

function* checkInputs(
  inputs: JsonObject,
  at: Pointer,
  document: ManifestDocument,
): Iterable<InputViolation> {
  const seen = new Map<string, string>();
  for (const [name, input] of Object.entries(inputs)) {
    const pointer = [...at, name];
    const folded = name.toLowerCase();
    const other = seen.get(folded);
    seen.set(folded, name);
    if (other !== undefined) {
      const message = `The inputs "${other}" and "${name}" differ only in case: rename one.`;
      yield { message, pointer };
    }
    if (reserved.has(folded)) {
      const message = `"${name}" is the name of an environment variable that jobs need: rename it.`;
      yield { message, pointer, severity: "warning" };
    }
    if (isJsonObject(input)) yield* checkValues(input, pointer, document);
  }
}

function* checkValues(
  input: JsonObject,
  pointer: Pointer,
  document: ManifestDocument,
): Iterable<InputViolation> {
  const least = toNumber(input["min"]);
  const most = toNumber(input["max"]);
  if (least !== undefined && most !== undefined && least > most) {
    const message = `No value is both at least min, ${least}, and at most max, ${most}: correct one.`;
    yield { message, pointer: [...pointer, "min"] };
    return;
  }
  const { default: value } = input;
  const at = [...pointer, "default"];
  // What PyYAML makes of it is another value: `yaml11-value` says so.
  if (value === undefined || isMangled(document, at)) return;
  const problem = literalProblem(value, input);
  if (problem !== undefined) {
    yield {
      message: `The default ${problem.message}: correct the default or what is allowed.`,
      pointer: at,
    };
  }
}
