import type { ProposalReport, ProposeRequest } from "../usecases/app.ts";
import type { CommandContext, OptionSpecs } from "./command.ts";
import { usageError } from "./errors.ts";
import type { ExitCode } from "./exit-codes.ts";
import { listOption, textOption } from "./given.ts";
import { exitCodeOfCheck } from "./render/check.ts";
import { renderJson } from "./render/json.ts";
import { renderProposal } from "./render/proposal.ts";

/** Who acts, of every command that writes to the pull-request host. */
export const asOption = {
  as: {
    type: "text",
    value: "WHO",
    summary: "Who acts: a person of the policy or 'Name <mail>'; Git's user unless given.",
  },
} as const satisfies OptionSpecs;

/** What a reviewer looked at. */
export const seenOption = {
  commit: {
    type: "text",
    value: "COMMIT",
    summary: "The head that you looked at; the head as it is now unless given.",
  },
} as const satisfies OptionSpecs;

/** What every command takes that makes a pull request. */
export const proposalOptions = {
  reason: { type: "text", value: "TEXT", summary: "Why; part of the pull request." },
  label: { type: "list", value: "LABEL", summary: "A label of the pull request." },
  ...asOption,
} as const satisfies OptionSpecs;

export const mergeOption = {
  merge: { type: "flag", summary: "Merge at once when nothing fails." },
} as const satisfies OptionSpecs;

/** Nobody is not Git's user: a script whose variable is empty must not act as somebody else. */
export function readAs(as: string | undefined): { readonly as?: string } {
  if (as === undefined || as.trim() !== "") return textOption("as", as);
  throw usageError(
    "--as does not say who.",
    "Name somebody, as in --as ann, or leave it out to act as Git's user.",
  );
}

/** The part of the request that the shared options make. */
export function readProposal(values: {
  readonly as: string | undefined;
  readonly reason: string | undefined;
  readonly label: readonly string[];
  readonly merge: boolean;
}): ProposeRequest {
  return {
    ...readAs(values.as),
    ...textOption("reason", values.reason),
    ...listOption("labels", values.label),
    merge: values.merge,
  };
}

/** Shows the pull request that was made. Ends with 1 when its check fails. */
export function answerProposal(
  report: ProposalReport,
  { terminal, json }: Pick<CommandContext, "terminal" | "json">,
): ExitCode {
  const view = { paint: terminal.paint, now: terminal.clock.now() };
  terminal.out(json ? renderJson(report) : renderProposal(report, view));
  return exitCodeOfCheck(report.check);
}

/** `models/taxi-fare@3`, as it was typed: what is done to one version names it. */
export function checkVersioned(asset: string): string {
  const at = asset.lastIndexOf("@");
  if (at > 0 && at < asset.length - 1) return asset;
  throw usageError(
    `"${asset}" does not say which version.`,
    "Add it after an @, as in models/taxi-fare@3.",
  );
}

/** A positional argument that is the number of a pull request. */
export function readNumber(text: string): number {
  const digits = /^#?(\d{1,9})$/.exec(text)?.[1];
  const number = Number(digits ?? 0);
  if (number > 0) return number;
  throw usageError(
    `"${text}" is not the number of a pull request.`,
    'Write it as "cairn pr list" shows it, as in 12.',
  );
}
