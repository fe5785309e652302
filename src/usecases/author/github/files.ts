import type { Policies } from "../../../domain/promotion/policy.ts";
import { canonicalJson, parseJsonObject } from "../../../shared/json.ts";
import {
  branchRulesetPath,
  checkWorkflowPath,
  codeOwnersPath,
  ledgerRulesetPath,
  reviewWorkflowPath,
  tagsRulesetPath,
  type GitHubChoices,
} from "./choices.ts";
import { renderCodeOwners } from "./code-owners.ts";
import { branchRuleset, ledgerRuleset, tagsRuleset } from "./rulesets.ts";
import { checkWorkflow, reviewWorkflow } from "./workflows.ts";

/** A file that GitHub reads, or that is imported there. */
export interface GitHubFile {
  readonly path: string;
  readonly text: string;
  /** The same before somebody chose: nobody's work is lost when it is replaced. */
  readonly draft: string;
}

/** What a registry with these policies has for GitHub. */
export function gitHubFiles(policies: Policies, choices: GitHubChoices): readonly GitHubFile[] {
  const undecided = { ...choices, appId: undefined, action: undefined };
  const make = (path: string, render: (by: GitHubChoices) => string): GitHubFile => ({
    path,
    text: render(choices),
    draft: render(undecided),
  });
  return [
    make(checkWorkflowPath, checkWorkflow),
    make(reviewWorkflowPath, () => reviewWorkflow),
    make(codeOwnersPath, ({ owner }) => renderCodeOwners(policies, owner)),
    make(branchRulesetPath, branchRuleset),
    make(ledgerRulesetPath, ledgerRuleset),
    make(tagsRulesetPath, tagsRuleset),
  ];
}

/** What somebody would have to add to a file and take away from it. */
export interface FileDifference {
  readonly path: string;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

const shownLines = 40;

/** By lines; a ruleset that GitHub exported has more keys, which are no difference. */
export function differenceOf(
  { path, text }: Pick<GitHubFile, "path" | "text">,
  current: string,
): FileDifference | undefined {
  if (isSame(current, text, path)) return undefined;
  return {
    path,
    missing: linesWithout(text, current),
    extra: linesWithout(current, text),
  };
}

function isSame(current: string, wanted: string, path: string): boolean {
  const plain = current.replaceAll("\r\n", "\n");
  if (!path.endsWith(".json")) return plain === wanted;
  const [theirs, ours] = [parseJsonObject(plain), parseJsonObject(wanted)];
  if (theirs === undefined || ours === undefined) return false;
  return Object.entries(ours).every(([key, value]) => {
    const other = theirs[key];
    return other !== undefined && canonicalJson(other) === canonicalJson(value);
  });
}

function linesWithout(text: string, other: string): readonly string[] {
  const known = new Set(other.split(/\r?\n/));
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !known.has(line));
  return lines.slice(0, shownLines);
}
