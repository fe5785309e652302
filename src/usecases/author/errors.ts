import { CairnError } from "../../shared/errors.ts";

/** The request, or the folder it names, is at fault: nothing was uploaded. */
function invalid(code: string, message: string, hint: string): CairnError {
  return new CairnError({ code, kind: "invalid", message, hint });
}

export function noPrimaryReplica(location: string | undefined): CairnError {
  return invalid(
    "REGISTER_NO_REPLICA",
    `The registry has no store to upload to: its primary region${location === undefined ? "" : ` ${location}`} has no replica.`,
    "Add it to registry.yaml: replication_locations: [{ location: …, replica: { driver: file, root: … } }].",
  );
}

export function nothingToRegister(path: string): CairnError {
  return invalid(
    "REGISTER_EMPTY",
    `There are no files to register in ${path}.`,
    "Name the folder or file that the job wrote; what .amlignore leaves out does not count.",
  );
}

export function filesUnusable(problems: readonly string[]): CairnError {
  const shown = problems.slice(0, 3).join(" ");
  const others = problems.length > 3 ? ` And ${problems.length - 3} more.` : "";
  return invalid(
    "REGISTER_FILE_UNUSABLE",
    shown + others,
    "Put plain files with plain names there, and register again: nothing was uploaded.",
  );
}

export function filesTooLarge(sizeBytes: number, limitBytes: number): CairnError {
  return invalid(
    "REGISTER_TOO_LARGE",
    `The files have ${sizeBytes} bytes together, more than the ${limitBytes} that this registry allows.`,
    "Leave out what nobody needs (.amlignore), or raise size_limit in registry.yaml.",
  );
}

export function tooManyFiles(count: number): CairnError {
  return invalid(
    "REGISTER_TOO_MANY_FILES",
    `There are ${count} files, more than a lock file can name.`,
    "Put them into an archive, or into fewer and larger files.",
  );
}

export function fileChanged(path: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "REGISTER_FILE_CHANGED",
    kind: "conflict",
    message: `${path} changed while it was read.`,
    hint: "Register again when nothing writes there any more; what was uploaded is not sent twice.",
    cause,
  });
}

export function replicaDamaged(path: string, key: string, cause: unknown): CairnError {
  return new CairnError({
    code: "REGISTER_REPLICA_DAMAGED",
    kind: "conflict",
    message: `The primary replica has other bytes under ${key}, which is the digest of ${path}: it is damaged.`,
    hint: "Move that object out of the replica, then register again.",
    cause,
  });
}

export function metricsInvalid(problem: string): CairnError {
  return invalid(
    "REGISTER_METRICS_INVALID",
    `The metrics cannot be used: ${problem}.`,
    'Write one JSON object of numbers, { "r2": 0.93 }, and say with --on what data they were measured on.',
  );
}

export function nameInvalid(problem: string): CairnError {
  return invalid("REGISTER_NAME_INVALID", problem, "Choose another name: it is part of every tag.");
}

export function tagInvalid(tag: string): CairnError {
  return invalid(
    "REGISTER_TAG_INVALID",
    `The tag ${JSON.stringify(tag)} has no name and value.`,
    "Write it as name=value.",
  );
}

export function manifestTaken(message: string, hint: string): CairnError {
  return invalid("REGISTER_MANIFEST_TAKEN", message, hint);
}

export function versionNotSaid(path: string, version: string): CairnError {
  return invalid(
    "REGISTER_VERSION_NOT_SAID",
    `${path} names version ${version} itself, and published versions never change.`,
    "Say the version of what you register with --version, or remove the field to let Cairn count.",
  );
}

export function resultInvalid(problem: string): CairnError {
  return invalid(
    "REGISTER_INVALID",
    `The registry would not be valid: ${problem}`,
    "Correct what is said here and register again: nothing was uploaded.",
  );
}

export function nothingChanges(asset: string): CairnError {
  return invalid(
    "REGISTER_UNCHANGED",
    `The registry has exactly this as ${asset} already.`,
    "There is nothing to propose.",
  );
}

export function fileUneditable(path: string, cause: CairnError): CairnError {
  return new CairnError({
    code: cause.code,
    kind: cause.kind,
    message: `${path}: ${cause.message}`,
    ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    cause,
  });
}

export function acceptInvalid(problem: string): CairnError {
  return new CairnError({
    code: "ACCEPT_INVALID",
    kind: "invalid",
    message: `This cannot be accepted: ${problem}`,
    hint: "Give the last day on which the findings are taken, and why: --until 2027-03-31 --reason TEXT.",
  });
}

export function acceptSettingsBroken(problem: string): CairnError {
  return new CairnError({
    code: "ACCEPT_SETTINGS_BROKEN",
    kind: "invalid",
    message: `registry.yaml itself has an error: ${problem}`,
    hint: "Correct registry.yaml first: what it accepts counts only if it can be read.",
  });
}

export function acceptNeedsRegistry(): CairnError {
  return new CairnError({
    code: "ACCEPT_NEEDS_REGISTRY",
    kind: "invalid",
    message: "A single manifest has no registry.yaml to accept its findings in.",
    hint: "Run this in the registry, or name its folder.",
  });
}

export function fileWasChanged(path: string): CairnError {
  return new CairnError({
    code: "FILE_CHANGED",
    kind: "conflict",
    message: `${path} was changed meanwhile, or is no plain file: it was left as it is.`,
    hint: "Try again.",
  });
}

export function noWorkTree(what: string): CairnError {
  return new CairnError({
    code: "WORK_TREE_NEEDED",
    kind: "invalid",
    message: `There are no files here that could be changed: ${what}.`,
    hint: "Check out the registry, and run this in its folder.",
  });
}
