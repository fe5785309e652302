import { CairnError } from "../shared/errors.ts";

export function fileMissing(path: string, origin: string): CairnError {
  return new CairnError({
    code: "SOURCE_FILE_MISSING",
    kind: "missing",
    message: `There is no file ${path} in ${origin}.`,
  });
}

export function fileTooLarge(path: string, maxBytes: number): CairnError {
  return new CairnError({
    code: "SOURCE_FILE_TOO_LARGE",
    kind: "invalid",
    message: `${path} is larger than ${maxBytes} bytes.`,
  });
}

export function fileDenied(path: string, cause: unknown): CairnError {
  return new CairnError({
    code: "SOURCE_FILE_DENIED",
    kind: "denied",
    message: `${path} cannot be read.`,
    hint: "Give the user that runs Cairn the right to read it.",
    cause,
  });
}

export function fileChanged(path: string): CairnError {
  return new CairnError({
    code: "SOURCE_FILE_CHANGED",
    kind: "conflict",
    message: `${path} changed while it was read.`,
    hint: "Run the command again when nothing writes to the folder.",
  });
}

export function folderMissing(folder: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "SOURCE_FOLDER_MISSING",
    kind: "missing",
    message: `There is no folder ${folder}.`,
    cause,
  });
}

export function treeTooLarge(origin: string, limit: number): CairnError {
  return new CairnError({
    code: "SOURCE_TOO_LARGE",
    kind: "invalid",
    message: `There are more than ${limit} files in ${origin}.`,
    hint: "Keep generated files and large data sets out of the registry: a lock file can name them.",
  });
}
