import { CairnError } from "../shared/errors.ts";

export function remoteUnavailable(detail: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "GIT_REMOTE_UNAVAILABLE",
    kind: "unavailable",
    message: `The registry's Git remote cannot be reached: ${detail}`,
    hint: "Check that the host is up and the network lets you through; Cairn tries again.",
    cause,
  });
}

export function remoteDenied(detail: string): CairnError {
  return new CairnError({
    code: "GIT_REMOTE_DENIED",
    kind: "denied",
    message: `The registry's Git remote refuses access: ${detail}`,
    hint: "Check the credentials and their permissions; Git's credential helpers and SSH agent are used.",
  });
}

export function notARepository(detail: string): CairnError {
  return new CairnError({
    code: "GIT_NOT_A_REPOSITORY",
    kind: "missing",
    message: `There is no Git repository: ${detail}`,
    hint: "Check the path or URL of the registry.",
  });
}

export function remoteBroken(detail: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "GIT_REMOTE_BROKEN",
    kind: "unavailable",
    message: `The registry's Git remote answers something that cannot be used: ${detail}`,
    hint: "Run git fsck on the remote; a proxy that rewrites answers has the same effect.",
    cause,
  });
}

export function urlRefused(detail: string): CairnError {
  return new CairnError({
    code: "GIT_URL_REFUSED",
    kind: "invalid",
    message: `This cannot be the address of a registry: ${detail}`,
    hint: "Use a path, or a URL that starts with https://, http://, ssh:// or file://.",
  });
}

export function refRefused(ref: string): CairnError {
  return new CairnError({
    code: "GIT_REF_REFUSED",
    kind: "invalid",
    message: `${JSON.stringify(ref)} is not the full name of a Git ref.`,
    hint: "Write refs/heads/main, refs/tags/… or a full commit id.",
  });
}

export function objectMissing(id: string): CairnError {
  return new CairnError({
    code: "GIT_OBJECT_MISSING",
    kind: "missing",
    message: `The Git object ${id} is not there, or is of another type.`,
    hint: "A shallow or partial clone has not all objects: run git fetch --unshallow.",
  });
}

export function objectTooLarge(what: string, maxBytes: number): CairnError {
  return new CairnError({
    code: "GIT_OBJECT_TOO_LARGE",
    kind: "invalid",
    message: `${what} is larger than ${maxBytes} bytes.`,
    hint: "Keep large files out of Git: name them in a lock file.",
  });
}

export function treeTooLarge(commit: string, limit: string): CairnError {
  return new CairnError({
    code: "GIT_TREE_TOO_LARGE",
    kind: "invalid",
    message: `The files of commit ${commit} are too many or too deep: more than ${limit}.`,
    hint: "Remove the folders that repeat themselves.",
  });
}

export function repositoryBroken(detail: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "GIT_REPOSITORY_BROKEN",
    kind: "unavailable",
    message: `The local Git repository cannot be read: ${detail}`,
    hint: "Run git fsck; Cairn's own copy is made anew by itself.",
    cause,
  });
}

export function repositoryUnsupported(detail: string): CairnError {
  return new CairnError({
    code: "GIT_REPOSITORY_UNSUPPORTED",
    kind: "invalid",
    message: `Cairn cannot read this kind of Git repository: ${detail}`,
    hint: "Use a repository with SHA-1 object ids and files as refs.",
  });
}

export function programMissing(cause: unknown): CairnError {
  return new CairnError({
    code: "GIT_PROGRAM_MISSING",
    kind: "unavailable",
    message: "The git program could not be started.",
    hint: "Install git 2.38 or newer and put it on the PATH; only reading commands work without it.",
    cause,
  });
}

export function commandFailed(command: string, detail: string): CairnError {
  return new CairnError({
    code: "GIT_COMMAND_FAILED",
    kind: "unavailable",
    message: `git ${command} failed: ${detail}`,
    hint: "Check the disk space and the permissions of Cairn's data directory.",
  });
}

export function aborted(command: string, cause: unknown): CairnError {
  return new CairnError({
    code: "GIT_ABORTED",
    kind: "unavailable",
    message: `git ${command} was cancelled.`,
    hint: "Start it again; what it did remotely is not known.",
    cause,
  });
}

export function pushTooLarge(count: number, limit: number): CairnError {
  return new CairnError({
    code: "GIT_PUSH_TOO_LARGE",
    kind: "invalid",
    message: `One push cannot update ${count} refs at once.`,
    hint: `Split it: at most ${limit} refs go into one push.`,
  });
}

export function programTooOld(needed: string): CairnError {
  return new CairnError({
    code: "GIT_PROGRAM_TOO_OLD",
    kind: "unavailable",
    message: `The git program is older than ${needed}, which this needs.`,
    hint: `Install git ${needed} or newer and put it on the PATH.`,
  });
}

export function pathRefused(path: string, reason: string): CairnError {
  return new CairnError({
    code: "GIT_PATH_REFUSED",
    kind: "invalid",
    message: `${JSON.stringify(path.slice(0, 300))} cannot be a file of the registry: ${reason}`,
    hint: "Use a relative path with forward slashes, without . or .. or .git in it.",
  });
}

export function signingFailed(detail: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "GIT_SIGNING_FAILED",
    kind: "denied",
    message: `SSH signatures cannot be made or checked: ${detail}`,
    hint: "Install OpenSSH (ssh-keygen); the key must be readable and without a passphrase, or held by an agent.",
    cause,
  });
}

export function sourceUnusable(folder: string, detail: string): CairnError {
  return new CairnError({
    code: "GIT_SOURCE_UNUSABLE",
    kind: "invalid",
    message: `The commits of ${folder} cannot be read: ${detail}`,
    hint: "Run git fsck there; in a shallow clone, git fetch --unshallow.",
  });
}
