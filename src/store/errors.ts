import { CairnError, hasCode } from "../shared/errors.ts";

export function keyInvalid(key: string, problem: string): CairnError {
  return new CairnError({
    code: "STORE_KEY_INVALID",
    kind: "invalid",
    message: `${JSON.stringify(key.slice(0, 200))} cannot be a key of a store: ${problem}.`,
    hint: "Rename the file; the name must work on every store and every operating system.",
  });
}

export function objectMissing(key: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "STORE_OBJECT_MISSING",
    kind: "missing",
    message: `The store has no "${key}".`,
    cause,
  });
}

export function objectExists(key: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "STORE_OBJECT_EXISTS",
    kind: "conflict",
    message: `The store already has "${key}", and it is never overwritten.`,
    hint: "If its bytes are damaged, cairn verify --repair moves them aside and delivers them again.",
    cause,
  });
}

/** `a` is an object and `a/b` is wanted, or the other way round. */
export function keyConflict(key: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "STORE_KEY_CONFLICT",
    kind: "conflict",
    message: `"${key}" cannot be stored: another object uses a part of the name as a file or as a folder.`,
    cause,
  });
}

export function preconditionFailed(key: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "STORE_PRECONDITION_FAILED",
    kind: "conflict",
    message: `"${key}" was changed by somebody else in the meantime.`,
    hint: "Read it again and decide again.",
    cause,
  });
}

export function digestMismatch(key: string, expected: string, actual: string): CairnError {
  return new CairnError({
    code: "STORE_DIGEST_MISMATCH",
    kind: "invalid",
    message: `The bytes for "${key}" have the digest ${actual}, not ${expected}: nothing was stored.`,
    hint: "The source changed or was damaged on the way; compare it with what was published.",
  });
}

export function objectTooLarge(key: string, maxBytes: number): CairnError {
  return new CairnError({
    code: "STORE_OBJECT_TOO_LARGE",
    kind: "invalid",
    message: `"${key}" is larger than the ${maxBytes} bytes that are read at once.`,
  });
}

/** A symbolic link or a device stands where the store would put a file or folder. */
export function pathUnsafe(key: string): CairnError {
  return new CairnError({
    code: "STORE_PATH_UNSAFE",
    kind: "denied",
    message: `"${key}" leads through a symbolic link or something that is neither file nor folder.`,
    hint: "Remove it from the store's folder; Cairn follows no links there.",
  });
}

export function storeBusy(key: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "STORE_BUSY",
    kind: "unavailable",
    message: `"${key}" is locked by another process.`,
    hint: "The lock expires by itself; try again.",
    retryAfterMs: 1000,
    cause,
  });
}

/** Gives what nobody translated a code that says what to do. */
export function wrapStoreError(store: string, subject: string, cause: unknown): CairnError {
  if (cause instanceof CairnError) return cause;
  if (hasCode(cause, "ENOSPC", "EDQUOT", "EFBIG")) return storeFull(store, subject, cause);
  if (hasCode(cause, "EROFS", "EACCES", "EPERM")) return storeReadOnly(store, subject, cause);
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CairnError({
    code: "STORE_FAILED",
    kind: "unavailable",
    message: `The ${store} store failed on "${subject}": ${reason}`,
    cause,
  });
}

function storeFull(store: string, subject: string, cause: unknown): CairnError {
  return new CairnError({
    code: "STORE_FULL",
    kind: "unavailable",
    message: `The ${store} store has no room for "${subject}".`,
    hint: "Free some space (cairn gc lists what nothing needs) and run again: it goes on where it stopped.",
    cause,
  });
}

function storeReadOnly(store: string, subject: string, cause: unknown): CairnError {
  return new CairnError({
    code: "STORE_READ_ONLY",
    kind: "denied",
    message: `The ${store} store does not let Cairn access "${subject}".`,
    hint: "Give the user that runs Cairn the right to write there, or mount it writable.",
    cause,
  });
}

/** Something else stands where the folder of a store should be. */
export function storeNoFolder(folder: string): CairnError {
  return new CairnError({
    code: "STORE_NO_FOLDER",
    kind: "unavailable",
    message: `The store ${folder} is no folder.`,
    hint: "Move away the file that stands there, or give the store another root.",
  });
}
