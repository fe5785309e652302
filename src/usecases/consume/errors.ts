import { CairnError } from "../../shared/errors.ts";

export function jobMissing(path: string): CairnError {
  return new CairnError({
    code: "JOB_MISSING",
    kind: "invalid",
    message: `The registry has no ${path}.`,
    hint: "Give the path of a job's YAML file, from here or from the root of the registry.",
  });
}

export function notAJob(path: string, what: string): CairnError {
  return new CairnError({
    code: "NOT_A_JOB",
    kind: "invalid",
    message: `${path} is ${what}, not a job.`,
    hint: "Give the YAML file of a job or schedule; cairn pull brings a version of an asset, with its azureml.yaml.",
  });
}

export function outputNeeded(path: string): CairnError {
  return new CairnError({
    code: "OUTPUT_NEEDED",
    kind: "invalid",
    message: `${path} is a schedule whose job is a file of its own: they are two documents.`,
    hint: "Say where they go: --output schedule.yml writes its job beside it, as schedule.job.yml.",
  });
}
