import { CairnError } from "../shared/errors.ts";
import { redact } from "../shared/redact.ts";

export function forgeUnavailable(detail: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "FORGE_UNAVAILABLE",
    kind: "unavailable",
    message: `The pull-request host does not answer: ${redact(detail)}`,
    hint: "Check that the host is up and the network lets you through; Cairn tries again.",
    cause,
  });
}

export function forgeDenied(detail: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "FORGE_DENIED",
    kind: "denied",
    message: `The pull-request host refuses: ${redact(detail)}`,
    hint: "Check the credentials, their permissions, and the host's hooks and protection rules.",
    cause,
  });
}

export function forgeBusy(what: string): CairnError {
  return new CairnError({
    code: "FORGE_BUSY",
    kind: "conflict",
    message: `Others were faster each time: ${what} was not written.`,
    hint: "Try again in a moment.",
  });
}

export function pullRequestMissing(number: number): CairnError {
  return new CairnError({
    code: "FORGE_PULL_REQUEST_MISSING",
    kind: "missing",
    message: `There is no pull request #${number}.`,
    hint: "cairn pr list shows those that are open.",
  });
}

export function pullRequestEnded(number: number, state: "merged" | "closed"): CairnError {
  return new CairnError({
    code: "FORGE_PULL_REQUEST_ENDED",
    kind: "conflict",
    message: `Pull request #${number} is already ${state}.`,
    hint: "Open a new one for what is still to be done.",
  });
}

export function headMoved(number: number, head: string): CairnError {
  return new CairnError({
    code: "FORGE_HEAD_MOVED",
    kind: "conflict",
    message: `Somebody pushed to pull request #${number}: it proposes ${head.slice(0, 12)} now.`,
    hint: "Look at what it proposes now, and review that.",
  });
}

export function nothingToMerge(number: number, branch: string): CairnError {
  return new CairnError({
    code: "FORGE_NOTHING_TO_MERGE",
    kind: "conflict",
    message: `Everything that pull request #${number} proposes is on ${branch} already.`,
    hint: "Close it, or push the change that is missing.",
  });
}

export function historiesUnrelated(number: number, branch: string): CairnError {
  return new CairnError({
    code: "FORGE_HISTORIES_UNRELATED",
    kind: "conflict",
    message: `Pull request #${number} and ${branch} have no commit in common.`,
    hint: "Make the change on a branch that starts at the registry's default branch.",
  });
}

export function baseMissing(branch: string): CairnError {
  return new CairnError({
    code: "FORGE_BASE_MISSING",
    kind: "missing",
    message: `There is no branch ${branch} to merge into.`,
    hint: "Push the registry's default branch first.",
  });
}

export function textTooLong(what: string, maxBytes: number): CairnError {
  return new CairnError({
    code: "FORGE_TEXT_TOO_LONG",
    kind: "invalid",
    message: `${what} is longer than ${maxBytes} bytes.`,
    hint: "Shorten the text, or put it into a file of the change.",
  });
}
