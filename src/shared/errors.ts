/** What the receiver of an error should do; every edge maps it once (exit code, HTTP status, requeue). */
export type ErrorKind =
  /** Change the input, nothing else will help. */
  | "invalid"
  /** There is no such thing. */
  | "missing"
  /** Somebody else was first: read again, decide again. */
  | "conflict"
  /** Credentials or permissions are not enough. */
  | "denied"
  /** A dependency is down or slow: try again later. */
  | "unavailable"
  /** A bug in Cairn. */
  | "internal";

export interface CairnErrorOptions {
  /** Stable, `COMPONENT_CONDITION`; every code is listed in docs/errors.md. */
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  /** What to do about it, one sentence. */
  readonly hint?: string;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/**
 * The only error class that crosses a component boundary. Problems in a user's registry are
 * not errors but findings (`domain/finding.ts`).
 */
export class CairnError extends Error {
  override readonly name = "CairnError";
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(options: CairnErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.kind = options.kind;
    this.hint = options.hint;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** True for a Cairn error or a Node system error (`ENOENT`) that carries this code. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    codes.includes(error.code)
  );
}

/** What the operating system says of a disk or a folder that is at fault, and not Cairn. */
const diskCodes = [
  "ENOSPC",
  "EDQUOT",
  "EROFS",
  "EACCES",
  "EPERM",
  "ENOTDIR",
  "ELOOP",
  "EIO",
] as const;

function diskUnusable(cause: unknown): CairnError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CairnError({
    code: "DISK_UNUSABLE",
    kind: "unavailable",
    message: `The file system refused: ${reason}.`,
    hint: "Cairn cannot work in that folder: see that it is a folder, that there is room, and that Cairn may write there; or name another one (--data, --stores, --to).",
    cause,
  });
}

/** Wraps what nobody expected, so that edges only ever see `CairnError`. */
export function toCairnError(error: unknown): CairnError {
  if (error instanceof CairnError) return error;
  if (hasCode(error, ...diskCodes)) return diskUnusable(error);
  const message = error instanceof Error ? error.message : String(error);
  return new CairnError({
    code: "INTERNAL",
    kind: "internal",
    message,
    hint: "This is a bug in Cairn: please report it with the command and its output.",
    cause: error,
  });
}
