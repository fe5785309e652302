import { isJsonObject, type JsonObject } from "../../shared/json.ts";
import { manifestBehind, pipelinesOf, stepsOf, type Pipeline } from "../pipeline.ts";
import type { LocalPath } from "../registry.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** The schema says it of the steps of the job itself. */
export const pipelineCompute: Rule = {
  id: "pipeline-compute",
  severity: "error",
  states:
    "The steps of a pipeline component have a compute, of their own or from the job that runs it.",

  *check(context) {
    for (const { pipeline, isJob } of pipelinesOf(context)) {
      const { value } = pipeline.document;
      if (!isJob || hasCompute(value)) continue;
      for (const path of pipeline.localPaths) {
        const inner = innerPipeline(path, context);
        const step = inner === undefined ? undefined : stepWithout(inner, context);
        if (step === undefined) continue;
        yield {
          message: `The step "${step}" of ${inner?.document.path} has no compute: give the job settings.default_compute.`,
          at: path.place,
        };
      }
    }
  },
};

function hasCompute({ compute, settings }: JsonObject): boolean {
  if (compute !== undefined) return true;
  return isJsonObject(settings) && settings["default_compute"] !== undefined;
}

/** The pipeline that a step runs, or the job itself, if its manifest is here. */
function innerPipeline(path: LocalPath, context: RuleContext): Pipeline | undefined {
  const inner = path.pointer.at(-1) === "component" ? manifestBehind(path, context) : undefined;
  return isJsonObject(inner?.document.value["jobs"]) ? inner : undefined;
}

/** Spark steps may say it by `resources`, and what controls the flow runs nowhere. */
const needCompute = new Set(["command", "parallel", "sweep", "automl"]);

/** One level deep: Azure ML says it of what lies deeper when the job is sent. */
function stepWithout(inner: Pipeline, context: RuleContext): string | undefined {
  const lacking = stepsOf(inner, context).find(({ value: { type, compute } }) => {
    const name = typeof type === "string" ? type.toLowerCase() : "command";
    return needCompute.has(name) && compute === undefined;
  });
  return lacking?.name;
}
