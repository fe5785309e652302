import type { Finding } from "../domain/finding.ts";
import { isJsonObject, type JsonObject } from "../shared/json.ts";
import { errorAt } from "./local-paths.ts";
import { renderJob, type JobSource, type RenderJobOptions } from "./render-job.ts";
import { replaceValues } from "./replace-values.ts";
import { classifyText, resolvePath } from "./resolve-path.ts";
import { members } from "./values.ts";

export interface RenderedSchedule {
  readonly value: JsonObject;
  /** The job that it runs, unless the workspace has that already. */
  readonly job: JsonObject | undefined;
  readonly findings: readonly Finding[];
}

/**
 * A schedule as one workspace can run it. Azure ML wants its job in a file of its own: that is
 * rendered too, and named `jobName` beside the schedule.
 */
export function renderSchedule(
  schedule: JobSource,
  options: RenderJobOptions,
  jobName: string,
): RenderedSchedule {
  const { document } = schedule;
  const created = document.value["create_job"];
  const pointer = isJsonObject(created) ? ["create_job", "job"] : ["create_job"];
  const text = isJsonObject(created) ? created["job"] : created;
  const given = new Set(
    members(isJsonObject(created) ? created["inputs"] : {}).map(([name]) => name),
  );
  const isOfJob = (each: { readonly pointer: readonly (string | number)[] }): boolean =>
    JSON.stringify(each.pointer) === JSON.stringify(pointer);
  // What the schedule changes of the job; the job's own file is dealt with below.
  const own = renderJob(
    {
      document,
      references: schedule.references.filter((use) => !isOfJob(use)),
      localPaths: schedule.localPaths.filter((path) => !isOfJob(path)),
    },
    { ...options, root: ["create_job"], givenInputs: given },
  );
  const what = typeof text === "string" ? classifyText(text) : undefined;
  if (what?.type !== "path") return { ...own, job: undefined };
  const target = resolvePath(document.path, what.text);
  const source = target.ok
    ? options.registry.jobs.find((job) => job.document.path === target.value)
    : undefined;
  if (source === undefined) {
    const message = `"${what.text}" is no job of this registry: name the file of a job.`;
    const findings = [...own.findings, errorAt("render-path", message, document.placeOf(pointer))];
    return { ...own, job: undefined, findings };
  }
  const job = renderJob(source, { ...options, givenInputs: given });
  return {
    value: replaceValues(own.value, [{ pointer, value: `./${jobName}` }]),
    job: job.value,
    findings: [...own.findings, ...job.findings],
  };
}
