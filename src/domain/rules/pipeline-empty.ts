import { isJsonObject } from "../../shared/json.ts";
import { pipelinesOf } from "../pipeline.ts";
import type { Rule } from "./rule.ts";

export const pipelineEmpty: Rule = {
  id: "pipeline-empty",
  severity: "error",
  states: "A pipeline has a step.",

  *check(context) {
    for (const { pipeline } of pipelinesOf(context)) {
      const { jobs, component, source_job_id: source } = pipeline.document.value;
      // A job may take its steps from a component or from another job.
      if (component !== undefined || source !== undefined) continue;
      const hasSteps = isJsonObject(jobs) && Object.keys(jobs).length > 0;
      if (hasSteps || (jobs !== undefined && jobs !== null && !isJsonObject(jobs))) continue;
      yield {
        message: 'The pipeline has no step, so that nothing runs: add one to "jobs".',
        at: pipeline.document.placeOf(["jobs"]),
      };
    }
  },
};
