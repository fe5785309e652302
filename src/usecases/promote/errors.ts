import { formatAccount, type PullRequest } from "../../domain/pull-request.ts";
import { CairnError } from "../../shared/errors.ts";
import { redact } from "../../shared/redact.ts";

export function accountUnknown(): CairnError {
  return new CairnError({
    code: "ACCOUNT_UNKNOWN",
    kind: "invalid",
    message: "Nobody knows who you are: Git has no user.name and user.email here.",
    hint: 'Set them with git config, or say --as ann or --as "Ann Carter <ann@contoso.example>".',
  });
}

export function accountUnclear(text: string, people: readonly string[]): CairnError {
  const known = people.slice(0, 10).join(", ");
  return new CairnError({
    code: "ACCOUNT_UNKNOWN",
    kind: "invalid",
    message: `"${text}" is nobody in policies/access.yaml.`,
    hint: known === "" ? 'Write "Name <mail>".' : `Known are ${known}; or write "Name <mail>".`,
  });
}

export function accountReserved(): CairnError {
  return new CairnError({
    code: "ACCOUNT_RESERVED",
    kind: "denied",
    message: "Only Cairn itself acts as Cairn.",
    hint: "Say who you are: --as ann.",
  });
}

export function accountGiven(account: string): CairnError {
  return new CairnError({
    code: "ACCOUNT_GIVEN",
    kind: "invalid",
    message: `On this pull-request host everything is done as ${account}, whose token Cairn has: --as changes nothing there.`,
    hint: "Leave out --as; to act as somebody else, run the command with that person's own token.",
  });
}

export function stageNotThere(stage: string, stages: readonly string[]): CairnError {
  return new CairnError({
    code: "STAGE_UNKNOWN",
    kind: "invalid",
    message: `There is no stage "${stage}".`,
    hint: `registry.yaml has ${stages.join(", ")}.`,
  });
}

export function nothingToPropose(message: string, hint: string): CairnError {
  return new CairnError({ code: "NOTHING_TO_PROPOSE", kind: "invalid", message, hint });
}

export function revisionUnknown(revision: string): CairnError {
  return new CairnError({
    code: "REVISION_UNKNOWN",
    kind: "missing",
    message: `"${revision}" names no commit here.`,
    hint: "Run the command in a clone of the registry and commit first, or say --revision.",
  });
}

export function workTreeMissing(): CairnError {
  return new CairnError({
    code: "WORK_TREE_MISSING",
    kind: "invalid",
    message: "This command looks at the commits of a clone, and there is none here.",
    hint: "Run it in a clone of the registry, or give the number of a pull request.",
  });
}

export function branchNeeded(): CairnError {
  return new CairnError({
    code: "BRANCH_NEEDED",
    kind: "invalid",
    message: "The clone is on no branch of its own, or on the one that the change is for.",
    hint: "Make a branch first: git switch -c better-model.",
  });
}

/** The branch of a proposal holds something else, which others pushed. */
export function proposalTaken({
  number,
  author,
}: Pick<PullRequest, "number" | "author">): CairnError {
  const who = redact(formatAccount(author)).slice(0, 100);
  return new CairnError({
    code: "PROPOSAL_TAKEN",
    kind: "conflict",
    message: `Pull request #${number}, opened by ${who}, has the branch of this change and proposes something else, which is not your work alone.`,
    hint: `Look at it with cairn pr show ${number}. If it is what you want, have it reviewed and merged; else close it, delete its branch, and do this again.`,
  });
}
