import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import type { Rule, Violation } from "./rule.ts";

export const componentInput: Rule = {
  id: "component-input",
  severity: "error",
  states:
    "The inputs of a component have names that a job can tell apart, and defaults that they allow.",

  *check({ registry }) {
    for (const { id, document } of registry.assets) {
      const { inputs } = document.value;
      if (id.kind !== "component" || !isJsonObject(inputs)) continue;
      for (const violation of checkInputs(inputs)) {
        yield { ...violation, at: document.placeOf(violation.pointer) };
      }
    }
  },
};

/** What a job's environment has under these names already. */
const reserved = new Set(["path", "ld_library_path", "user", "logname", "home", "pwd", "shell"]);

interface InputViolation extends Omit<Violation, "at"> {
  readonly pointer: readonly string[];
}

function* checkInputs(inputs: JsonObject): Iterable<InputViolation> {
  const seen = new Map<string, string>();
  for (const [name, input] of Object.entries(inputs)) {
    const pointer = ["inputs", name];
    const folded = name.toLowerCase();
    const other = seen.get(folded);
    seen.set(folded, name);
    if (other !== undefined) {
      yield { message: `The inputs "${other}" and "${name}" differ only in case.`, pointer };
    }
    if (reserved.has(folded)) {
      const message = `"${name}" is the name of an environment variable that jobs need: rename it.`;
      yield { message, pointer, severity: "warning" };
    }
    const problem = isJsonObject(input) ? defaultProblem(input) : undefined;
    if (problem !== undefined) yield { message: problem, pointer: [...pointer, "default"] };
  }
}

function defaultProblem(input: JsonObject): string | undefined {
  const { default: value, min, max, enum: allowed } = input;
  if (value === undefined) return undefined;
  // Python writes True and False.
  const text = JSON.stringify(value).replaceAll(/^"|"$/g, "").toLowerCase();
  if (Array.isArray(allowed) && !allowed.some((each) => String(each).toLowerCase() === text)) {
    return `The default ${text} is none of the values that "enum" allows.`;
  }
  const number = toNumber(value);
  const least = toNumber(min);
  const most = toNumber(max);
  if (number === undefined) return undefined;
  if (least !== undefined && number < least) return `The default ${number} is below min, ${least}.`;
  if (most !== undefined && number > most) return `The default ${number} is above max, ${most}.`;
  return undefined;
}

function toNumber(value: JsonValue | undefined): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}
