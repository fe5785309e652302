import { CairnError } from "../shared/errors.ts";

export function objectMissing(path: string, sha256: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "SOURCE_OBJECT_MISSING",
    kind: "missing",
    message: `The bytes of ${path} (sha256 ${sha256}) are in none of the registry's stores.`,
    hint: "Upload them with cairn register, or correct the lock file.",
    cause,
  });
}

export function digestMismatch(path: string, expected: string, actual: string): CairnError {
  return new CairnError({
    code: "SOURCE_DIGEST_MISMATCH",
    kind: "invalid",
    message: `The bytes of ${path} have the digest ${actual}, not ${expected} as the registry says.`,
    hint: "The source was changed or damaged: restore it, or lock the new bytes.",
  });
}

export function yamlUneditable(problem: string): CairnError {
  return new CairnError({
    code: "YAML_UNEDITABLE",
    kind: "invalid",
    message: `The YAML file cannot be edited: ${problem}.`.replace(/\.\.$/, "."),
    hint: "Correct the file by hand (cairn validate shows what is wrong), then try again.",
  });
}

export function tooManyAcceptances(count: number): CairnError {
  return new CairnError({
    code: "ACCEPTANCES_TOO_MANY",
    kind: "invalid",
    message: `registry.yaml has no room for ${count} more entries of accept.`,
    hint: 'Turn the rules down that find most (severity in registry.yaml), or accept them by "paths", then try again: nothing was written.',
  });
}
