import { isJsonObject, valueAt, type JsonObject } from "../../shared/json.ts";
import { isReadable, readsOtherwise } from "../plain-scalars.ts";
import type { ManifestDocument, PlainScalar, Registry } from "../registry.ts";
import type { Rule, Violation } from "./rule.ts";

export const yaml11Value: Rule = {
  id: "yaml11-value",
  severity: "warning",
  states: "An unquoted value means to PyYAML, which Azure ML's client reads it with, what it says.",

  *check({ registry }) {
    const refused = refusedPlaces(registry);
    for (const { document, isComponent } of manifests(registry)) {
      for (const scalar of document.plainScalars?.() ?? []) {
        const position = positionOf(scalar.pointer, document.value, isComponent);
        const violation = isReadable(scalar) ? check(scalar, position) : refusal(scalar);
        if (violation === undefined) continue;
        const at = document.placeOf(scalar.pointer);
        if (!refused.has(placeName(at))) yield { ...violation, at };
      }
    }
  },
};

/** Where the schema says already that the value must be put in quotes. */
function refusedPlaces({ findings }: Registry): ReadonlySet<string> {
  return new Set(findings.filter(({ rule }) => rule === "schema").map(placeName));
}

function placeName({ path, line, column }: Violation["at"]): string {
  return `${path}:${line}:${column}`;
}

function* manifests(
  registry: Registry,
): Iterable<{ readonly document: ManifestDocument; readonly isComponent: boolean }> {
  for (const { document, id } of registry.assets) {
    yield { document, isComponent: id.kind === "component" };
  }
  const others = [registry.endpoints, registry.deployments, registry.jobs, registry.otherManifests];
  for (const { document } of others.flat()) yield { document, isComponent: false };
}

/**
 * What the client does with what PyYAML gives it: of a `text` it makes a text again, `any` it
 * takes as it is. Where it refuses all but texts, the schema says so.
 */
type Position = "text" | "any";

function positionOf(
  pointer: readonly (string | number)[],
  root: JsonObject,
  isComponent: boolean,
): Position | undefined {
  // The last segment is the value's own name, which in a mapping of the team's may be any.
  const index = pointer.slice(0, -1).findIndex((segment) => decisive.has(segment));
  const [segment] = index < 0 ? [] : pointer.slice(index);
  if (segment === "tags") return isComponent && index === 0 ? undefined : "text";
  if (segment === "properties" || segment === "environment_variables") return "text";
  if (segment === "inputs") return inputPosition(pointer.slice(index + 1), pointer, root);
  return segment !== undefined && anyValues.has(segment) ? "any" : undefined;
}

type Segments = ReadonlySet<string | number>;

const anyValues: Segments = new Set(["search_space", "conf"]);

/** What says how everything below it is read: mappings whose keys are the team's own. */
const decisive: Segments = new Set([
  ...anyValues,
  ..."tags properties environment_variables inputs".split(" "),
  // Another tool's, or checked by the schema.
  ..."conda_file flavors outputs system_metadata traffic mirror_traffic".split(" "),
]);

/** `rest` begins with the name of the input. */
function inputPosition(
  rest: readonly (string | number)[],
  pointer: readonly (string | number)[],
  root: JsonObject,
): Position | undefined {
  const [, field] = rest;
  if (field === undefined || field === "value") return "any";
  if (field === "min" || field === "max") return "any";
  if (field !== "default" && field !== "enum") return undefined;
  const input = valueAt(root, pointer.slice(0, pointer.length - rest.length + 1));
  const isText = isJsonObject(input) && input["type"] === "string";
  if (!isText) return "any";
  return field === "default" ? "text" : undefined;
}

function refusal({ source, pointer }: PlainScalar): Omit<Violation, "at"> {
  return {
    message: `Azure ML's client takes ${source} for a date or a number, which it is not, and refuses the file: put it in quotes.`,
    severity: "error",
    fix: { type: "set", pointer, value: source },
  };
}

function check(
  scalar: PlainScalar,
  position: Position | undefined,
): Omit<Violation, "at"> | undefined {
  const { source, pythonType, pythonText, pointer } = scalar;
  const becomes = pythonNames.get(pythonType) ?? pythonText;
  const found = `Azure ML's client reads ${source} as ${becomes}`;
  if (position === "any") {
    if (!readsOtherwise(scalar)) return undefined;
    return { message: `${found}: put it in quotes, or write what is meant.` };
  }
  if (position === undefined || !losesText(scalar)) return undefined;
  return {
    message: `${found}: put it in quotes.`,
    fix: { type: "set", pointer, value: source },
  };
}

const pythonNames: ReadonlyMap<string, string> = new Map([
  ["date", "a date"],
  ["string", "a text"],
]);

/** Whether the text that the client makes of it is another than the one that was written. */
function losesText(scalar: PlainScalar): boolean {
  const { source, pythonType, pythonText } = scalar;
  if (pythonType === "number") return pythonText !== source;
  if (pythonType === "date") return !/^\d{4}-\d\d-\d\d$/.test(source);
  // `true` and an empty value are what they seem; Python only writes them in its own way.
  return pythonType === "boolean" && readsOtherwise(scalar);
}
