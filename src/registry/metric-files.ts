import type { Finding } from "../domain/finding.ts";
import { isJsonObject } from "../shared/json.ts";
import type { Draft } from "./drafts.ts";
import type { FileContents } from "./file-contents.ts";
import type { FileTable } from "./file-table.ts";
import { errorAt } from "./local-paths.ts";
import { parseMetrics, tooLargeForMetrics } from "./metric-text.ts";
import { resolvePath } from "./resolve-path.ts";

/** A file that an evaluation names, where it names it. */
export interface MetricFile {
  readonly path: string;
  readonly pointer: readonly (string | number)[];
}

/** The metric files of a manifest's metadata that are there; a rule reports the others. */
export function metricFilesOf({ metadata }: Draft, files: FileTable): readonly MetricFile[] {
  const evaluations = metadata?.document.value["evaluations"];
  if (metadata === undefined || !Array.isArray(evaluations)) return [];
  return evaluations.flatMap((evaluation, index) => {
    const file = isJsonObject(evaluation) ? evaluation["file"] : undefined;
    const target = typeof file === "string" ? resolvePath(metadata.document.path, file) : undefined;
    if (target?.ok !== true || !files.has(target.value)) return [];
    return [{ path: target.value, pointer: ["evaluations", index, "file"] }];
  });
}

/** Gates read them just so: what they could not use is found before one of them fails. */
export function checkMetricFiles(
  draft: Draft,
  files: FileTable,
  contents: FileContents,
): readonly Finding[] {
  return metricFilesOf(draft, files).flatMap(({ path, pointer }) => {
    const text = contents.companion(path)?.text;
    const metrics = text === undefined ? undefined : parseMetrics(path, text);
    if (metrics?.ok === true || draft.metadata === undefined) return [];
    const problem = metrics === undefined ? tooLargeForMetrics(path) : metrics.problem;
    const place = draft.metadata.document.placeOf(pointer);
    return [errorAt("metric-file-form", `The metrics cannot be used: ${problem}.`, place)];
  });
}
