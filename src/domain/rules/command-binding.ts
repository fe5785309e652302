import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import { findExpressions } from "../expression.ts";
import type { ManifestDocument, Registry } from "../registry.ts";
import type { Rule, Violation } from "./rule.ts";

export const commandBinding: Rule = {
  id: "command-binding",
  severity: "error",
  states: "A command uses only inputs and outputs that are declared, and optional ones in $[[ ]].",

  *check({ registry }) {
    for (const { document, value, pointer } of commands(registry)) {
      const { command } = value;
      if (typeof command !== "string") continue;
      const at = document.placeOf([...pointer, "command"]);
      for (const { path, isOptional } of findExpressions(command)) {
        const violation = check(path, isOptional, value);
        if (violation !== undefined) yield { ...violation, at };
      }
    }
  },
};

/** Something with a command: a component, a job, a step of a pipeline written out in place. */
interface Command {
  readonly document: ManifestDocument;
  readonly value: JsonObject;
  readonly pointer: readonly string[];
}

function* commands(registry: Registry): Iterable<Command> {
  const components = registry.assets.filter(({ id }) => id.kind === "component");
  for (const { document } of [...components, ...registry.jobs]) {
    yield { document, value: document.value, pointer: [] };
    const { jobs } = document.value;
    for (const [name, step] of Object.entries(isJsonObject(jobs) ? jobs : {})) {
      if (isJsonObject(step)) yield { document, value: step, pointer: ["jobs", name] };
    }
  }
}

function check(
  path: string,
  isOptional: boolean,
  value: JsonObject,
): Omit<Violation, "at"> | undefined {
  const [axis, ...rest] = path.split(".");
  if (axis !== "inputs" && axis !== "outputs") return undefined;
  const name = rest.join(".");
  const declared = findDeclared(value[axis], name);
  if (declared === undefined) {
    const what = axis === "inputs" ? "input" : "output";
    return { message: `The command uses \${{${path}}}, and no ${what} "${name}" is declared.` };
  }
  if (axis === "outputs" || isOptional) return undefined;
  if (!isJsonObject(declared.value) || declared.value["optional"] !== true) return undefined;
  return {
    message: `The input "${declared.name}" is optional: put the part of the command that uses \${{${path}}} in $[[ ]].`,
    severity: "warning",
  };
}

/** Names may have dots (groups), and an expression may go on behind the name (`.path`). */
function findDeclared(
  declarations: JsonValue | undefined,
  name: string,
): { readonly name: string; readonly value: JsonValue } | undefined {
  if (!isJsonObject(declarations)) return undefined;
  const parts = name.split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    const candidate = parts.slice(0, length).join(".");
    const value = Object.hasOwn(declarations, candidate) ? declarations[candidate] : undefined;
    if (value !== undefined) return { name: candidate, value };
  }
  const isGroup = Object.keys(declarations).some((key) => key.startsWith(`${name}.`));
  return isGroup ? { name, value: {} } : undefined;
}
