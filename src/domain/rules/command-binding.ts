import { isJsonObject, type JsonObject } from "../../shared/json.ts";
import { findDeclared, type Declared } from "../declarations.ts";
import { findExpressions, unclosedExpression, type Expression } from "../expression.ts";
import { runsOf, type Run, type RunText } from "../runs.ts";
import type { Rule, Violation } from "./rule.ts";

export const commandBinding: Rule = {
  id: "command-binding",
  severity: "error",
  states: "A command uses only inputs and outputs that are declared, and optional ones in $[[ ]].",

  *check({ registry }) {
    for (const run of runsOf(registry)) {
      for (const text of run.texts) {
        const at = run.document.placeOf(text.pointer);
        for (const problem of problemsOf(text, run)) yield { ...problem, at };
      }
    }
  },
};

type Problem = Omit<Violation, "at">;

function* problemsOf({ text, what }: RunText, run: Run): Iterable<Problem> {
  const seen = new Set<string>();
  for (const expression of findExpressions(text)) {
    const key = `${expression.isOptional} ${expression.path}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const problem = problemOf(expression, what, run);
    if (problem !== undefined) yield problem;
  }
  const unclosed = unclosedExpression(text);
  if (unclosed !== undefined) {
    const message = `"${unclosed}" is not closed by }}, so that Azure ML leaves it as it is: close it.`;
    yield { message, severity: "warning" };
  }
}

function problemOf(expression: Expression, what: string, run: Run): Problem | undefined {
  const [axis = "", ...rest] = expression.path.split(".");
  const name = rest.join(".");
  if (axis === "inputs") return inputProblem(expression, name, what, run);
  if (axis === "outputs") return outputProblem(expression, name, what, run);
  if (axis === "search_space" && run.searchSpace !== undefined) {
    if (findDeclared(run.searchSpace, name) !== undefined) return undefined;
    return {
      message: `The ${what} uses \${{${expression.path}}}, and search_space has no "${name}".`,
    };
  }
  return otherProblem(expression.path, axis, what, run);
}

function inputProblem(
  { path, isOptional }: Expression,
  name: string,
  what: string,
  run: Run,
): Problem | undefined {
  const declared = firstDeclared(run.inputs, name);
  if (declared === undefined) {
    // A sweep hands what it draws to the trial as an input.
    if (run.searchSpace !== undefined && Object.hasOwn(run.searchSpace, name)) return undefined;
    const message = `The ${what} uses \${{${path}}}, and no input "${name}" is declared.`;
    // A job may leave optional parts out by not having the input at all.
    return isOptional && !run.isComponent ? { message, severity: "warning" } : { message };
  }
  const member = memberProblem(path, declared, inputMembers, run);
  if (member !== undefined) return member;
  const { value } = declared;
  if (isOptional || !isJsonObject(value) || value["optional"] !== true) return undefined;
  return {
    message: `The input "${declared.name}" is optional: put the part of the ${what} that uses \${{${path}}} in $[[ ]].`,
    severity: "warning",
  };
}

function outputProblem(
  { path }: Expression,
  name: string,
  what: string,
  run: Run,
): Problem | undefined {
  const declared = firstDeclared(run.outputs, name);
  if (declared !== undefined) return memberProblem(path, declared, outputMembers, run);
  // Every job has this output without declaring it.
  if (name === "default" && !run.isComponent) return undefined;
  return { message: `The ${what} uses \${{${path}}}, and no output "${name}" is declared.` };
}

/** What an expression of a component may say of an input behind its name. */
const inputMembers =
  "datastore default description enum max min mode optional path path_on_compute type".split(" ");
const outputMembers =
  "description early_available mode name path path_on_compute type version".split(" ");

function memberProblem(
  path: string,
  declared: Declared,
  members: readonly string[],
  { isComponent }: Run,
): Problem | undefined {
  const [member] = declared.rest;
  if (!isComponent || member === undefined || members.includes(member)) return undefined;
  return {
    message: `\${{${path}}} asks "${declared.name}" for "${member}", which it does not have.`,
  };
}

/** What an expression of a component may name besides inputs and outputs. */
const componentFields = new Set(
  (
    "additional_includes auto_delete_setting base_path code command creation_context description " +
    "display_name distribution environment environment_variables id instance_count is_deterministic " +
    "latest_version name properties queue_settings resources tags type version"
  ).split(" "),
);

function otherProblem(path: string, root: string, what: string, run: Run): Problem | undefined {
  if (componentFields.has(root)) return undefined;
  const advice = root === "parent" ? "give it to an input, and use that" : adviceFor(root);
  const message = `The ${what} uses \${{${path}}}, which Azure ML does not fill in here: ${advice}.`;
  return run.isComponent && what === "command" ? { message } : { message, severity: "warning" };
}

function adviceFor(root: string): string {
  const near = ["inputs", "outputs"].find((axis) => axis.startsWith(root) || root.startsWith(axis));
  return near === undefined ? "write inputs.<name> or outputs.<name>" : `write ${near}.<name>`;
}

function firstDeclared(declarations: readonly JsonObject[], name: string): Declared | undefined {
  for (const each of declarations) {
    const found = findDeclared(each, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
