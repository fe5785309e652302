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

export function answerBroken(detail: string): CairnError {
  return new CairnError({
    code: "FORGE_ANSWER_BROKEN",
    kind: "unavailable",
    message: `The pull-request host answers what cannot be understood: ${redact(detail)}`,
    hint: "Check that the API's address is right and that no proxy changes its answers; Cairn tries again.",
  });
}

export function answerIncomplete(detail: string): CairnError {
  return new CairnError({
    code: "FORGE_ANSWER_INCOMPLETE",
    kind: "unavailable",
    message: `The pull-request host does not tell everything: ${redact(detail)}`,
    hint: "A part of a list decides nothing. Make the list shorter (close old pull requests, say) if this stays.",
  });
}

export function rateLimited(detail: string, retryAfterMs: number): CairnError {
  return new CairnError({
    code: "FORGE_RATE_LIMITED",
    kind: "unavailable",
    message: `The pull-request host wants fewer requests: ${redact(detail)}`,
    hint: "Cairn goes on by itself once it may. An App of its own has a limit of its own.",
    retryAfterMs,
  });
}

export function nameRefused(what: string, name: string): CairnError {
  return new CairnError({
    code: "FORGE_NAME_REFUSED",
    kind: "invalid",
    message: `${JSON.stringify(redact(name).slice(0, 100))} is no ${what} that a pull-request host can have.`,
    hint: "Check the registry's URL: https://github.com/OWNER/REPOSITORY.",
  });
}

export function apiUrlRefused(detail: string): CairnError {
  return new CairnError({
    code: "FORGE_API_URL_REFUSED",
    kind: "invalid",
    message: `That address of the API cannot be used: ${detail}`,
    hint: "Write https://api.github.com, or https://HOST/api/v3 of a GitHub Enterprise Server.",
  });
}

export function credentialsRefused(detail: string): CairnError {
  return new CairnError({
    code: "FORGE_CREDENTIALS_REFUSED",
    kind: "invalid",
    message: `The credentials for the pull-request host cannot be used: ${detail}`,
    hint: "Check the environment variables that the operator's cairn.yaml names for them.",
  });
}

export function teamsHidden(team: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "FORGE_DENIED",
    kind: "denied",
    message: `The pull-request host does not tell who is in the team ${redact(team)}.`,
    hint: 'Give the App the organization permission "Members: read" and accept it in the installation; a token needs read:org.',
    cause,
  });
}
