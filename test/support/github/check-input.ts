import { invalidRequest } from "./answers.ts";
import type { Json } from "./model.ts";
import { isJson, textOf } from "./route-kit.ts";

const mostAnnotations = 50;
const mostText = 65_535;
const mostMessage = 64 * 1024;
const mostTitle = 255;
const levels = ["notice", "warning", "failure"];

export interface RunChange {
  readonly body: Json;
  readonly output: Json | undefined;
  readonly annotations: readonly Json[];
}

/** Checks all of a request before anything is changed; throws GitHub's 422. */
export function parseRunChange(body: Json): RunChange {
  const output = isJson(body["output"]) ? body["output"] : undefined;
  if (output !== undefined) checkOutput(output);
  if (textOf(body, "status") === "completed" && textOf(body, "conclusion") === undefined) {
    throw notSupplied("conclusion");
  }
  const list = output?.["annotations"];
  const annotations: readonly unknown[] = Array.isArray(list) ? list : [];
  if (annotations.length > mostAnnotations) {
    throw invalidRequest(
      `No more than ${mostAnnotations} items are allowed; ${annotations.length} were supplied.`,
    );
  }
  return { body, output, annotations: annotations.map(checkAnnotation) };
}

function checkOutput(output: Json): void {
  if (textOf(output, "summary") === undefined) throw notSupplied("summary");
  for (const field of ["summary", "text"]) {
    const length = textOf(output, field)?.length ?? 0;
    if (length <= mostText) continue;
    throw invalidRequest(`Only ${mostText} characters are allowed; ${length} were supplied.`);
  }
}

function checkAnnotation(annotation: unknown): Json {
  if (!isJson(annotation)) throw invalidRequest("An annotation is not an object.");
  for (const field of ["path", "start_line", "end_line", "annotation_level", "message"]) {
    if (annotation[field] === undefined) throw notSupplied(field);
  }
  checkLines(annotation);
  if (!levels.includes(textOf(annotation, "annotation_level") ?? "")) {
    throw invalidRequest(`"annotation_level" is not one of ${levels.join(", ")}.`);
  }
  if (Buffer.byteLength(textOf(annotation, "message") ?? "") > mostMessage) {
    throw invalidRequest(`"message" exceeds the maximum size of 64 KB.`);
  }
  if ((textOf(annotation, "title")?.length ?? 0) > mostTitle) {
    throw invalidRequest(`"title" is too long (maximum is ${mostTitle} characters).`);
  }
  return annotation;
}

function checkLines({ start_line, end_line, start_column, end_column }: Json): void {
  if (!isLine(start_line) || !isLine(end_line) || end_line < start_line) {
    throw invalidRequest("start_line and end_line are not lines.");
  }
  const hasColumns = start_column !== undefined || end_column !== undefined;
  if (hasColumns && start_line !== end_line) {
    throw invalidRequest("Columns are only for annotations of one line.");
  }
}

const isLine = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value > 0;

const notSupplied = (field: string) => invalidRequest(`"${field}" wasn't supplied.`);
