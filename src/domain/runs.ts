import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import type { Pointer } from "./finding.ts";
import type { ManifestDocument, Registry } from "./registry.ts";

/** A text that Azure ML fills in before it runs it. */
export interface RunText {
  readonly pointer: Pointer;
  readonly text: string;
  /** What the field is called in a message. */
  readonly what: string;
}

/** Something that runs: a component, a job, a step or what is written out in one. */
export interface Run {
  readonly document: ManifestDocument;
  readonly pointer: Pointer;
  /** Of a component Azure ML's client checks every expression, of the others only some. */
  readonly isComponent: boolean;
  readonly inputs: readonly JsonObject[];
  readonly outputs: readonly JsonObject[];
  /** What a sweep draws; absent where nothing is swept. */
  readonly searchSpace: JsonObject | undefined;
  readonly texts: readonly RunText[];
}

/** Everything in the registry that runs, once for each place where it is written. */
export function* runsOf({ assets, jobs }: Registry): Iterable<Run> {
  for (const { id, document } of assets) {
    if (id.kind === "component") yield* runsIn(document, document.value, [], true);
  }
  for (const { document } of jobs) yield* runsIn(document, document.value, [], false);
}

/** YAML is read to a depth that bounds how far components stand in each other. */
function* runsIn(
  document: ManifestDocument,
  value: JsonObject,
  pointer: Pointer,
  isComponent: boolean,
): Iterable<Run> {
  const run = { document, pointer, isComponent, searchSpace: undefined };
  const declared = { inputs: objects(value["inputs"]), outputs: objects(value["outputs"]) };
  yield { ...run, ...declared, texts: textsOf(value, pointer) };
  const { trial, component, jobs, search_space: space } = value;
  if (isJsonObject(trial)) {
    yield {
      ...run,
      pointer: [...pointer, "trial"],
      inputs: [...objects(trial["inputs"]), ...declared.inputs],
      outputs: [...objects(trial["outputs"]), ...declared.outputs],
      searchSpace: isJsonObject(space) ? space : {},
      texts: textsOf(trial, [...pointer, "trial"]),
    };
  }
  if (isJsonObject(component)) {
    yield* runsIn(document, component, [...pointer, "component"], true);
  }
  for (const [name, step] of Object.entries(isJsonObject(jobs) ? jobs : {})) {
    if (isJsonObject(step)) yield* runsIn(document, step, [...pointer, "jobs", name], false);
  }
}

function textsOf(value: JsonObject, pointer: Pointer): readonly RunText[] {
  const { task } = value;
  const inTask = isJsonObject(task) ? task : {};
  return [
    ...textAt(value["command"], [...pointer, "command"], "command"),
    ...textAt(value["args"], [...pointer, "args"], "args"),
    ...textAt(value["input_data"], [...pointer, "input_data"], "input_data"),
    ...textAt(
      inTask["program_arguments"],
      [...pointer, "task", "program_arguments"],
      "program_arguments",
    ),
    ...textAt(inTask["append_row_to"], [...pointer, "task", "append_row_to"], "append_row_to"),
  ];
}

function textAt(text: JsonValue | undefined, pointer: Pointer, what: string): readonly RunText[] {
  return typeof text === "string" ? [{ pointer, text, what }] : [];
}

function objects(value: JsonValue | undefined): readonly JsonObject[] {
  return isJsonObject(value) ? [value] : [];
}
