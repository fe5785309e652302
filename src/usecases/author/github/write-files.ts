import { CairnError } from "../../../shared/errors.ts";
import { accessPath, promotionPath } from "../../../registry/read-policies.ts";
import { readPolicyTree } from "../../../registry/read-policy-tree.ts";
import type { Policies } from "../../../domain/promotion/policy.ts";
import type { SourceTree } from "../../../source/source-tree.ts";
import type { GitHubInitReport, GitHubInitRequest } from "../../app-init.ts";
import type { NewFiles } from "../new-files.ts";
import {
  branchRulesetPath,
  isActionPlace,
  isOwnerName,
  ledgerRulesetPath,
  readChoices,
  tagsRulesetPath,
  type GitHubChoices,
} from "./choices.ts";
import { differenceOf, gitHubFiles, type FileDifference } from "./files.ts";

/**
 * Writes what the registry needs on GitHub, as its policies have it now. What somebody has written
 * or changed stays; the difference is reported. Rejects with `POLICY_UNUSABLE` and `INIT_CHOICE_INVALID`.
 */
export async function writeGitHubFiles(
  files: NewFiles,
  request: GitHubInitRequest,
  written: string[],
): Promise<GitHubInitReport> {
  requireChoices(request);
  const choices = { ...(await readChoices((path) => files.read(path))), ...request };
  const kept: string[] = [];
  const different: FileDifference[] = [];
  for (const file of gitHubFiles(await readFolderPolicies(files), choices)) {
    const current = await files.read(file.path);
    const difference = current === undefined ? undefined : differenceOf(file, current);
    if (current === undefined) await files.create(file.path, file.text);
    else if (difference === undefined) kept.push(file.path);
    else if (current === file.draft) await files.replace(file.path, file.text);
    else different.push(difference);
    const isWritten = current === undefined || (difference !== undefined && current === file.draft);
    if (isWritten) written.push(file.path);
  }
  return { kept, different, next: nextSteps(choices) };
}

function requireChoices({ owner, action }: GitHubInitRequest): void {
  if (owner !== undefined && !isOwnerName(owner)) {
    throw choiceInvalid(`"${owner}" is no account or organization of GitHub.`, "contoso");
  }
  if (action !== undefined && !isActionPlace(action)) {
    throw choiceInvalid(`"${action}" does not say where the Action is.`, "contoso/cairn@<commit>");
  }
}

function nextSteps({ owner, repository, appId, action }: GitHubChoices): readonly string[] {
  const rulesets = [branchRulesetPath, ledgerRulesetPath, tagsRulesetPath];
  return [
    ...(action === undefined
      ? [
          "Say where your copy of Cairn's Action is: cairn init --github --action contoso/cairn@<commit>.",
        ]
      : []),
    ...(appId === undefined
      ? [
          "Where cairn serve runs: make a GitHub App and say its id: cairn init --github --app-id <id>. Until then the rulesets of ledger and tags cannot be imported.",
        ]
      : []),
    "Commit the files and push them.",
    ...rulesets
      .filter((path) => appId !== undefined || path === branchRulesetPath)
      .map(
        (path) =>
          `gh api --method POST repos/${owner ?? "OWNER"}/${repository ?? "REPOSITORY"}/rulesets --input ${path}`,
      ),
    "cairn doctor --forge github looks whether GitHub has all of it.",
  ];
}

async function readFolderPolicies(files: NewFiles): Promise<Policies> {
  const { policies, findings } = await readPolicyTree(await policyFolder(files));
  requireUsable(findings.find(({ severity }) => severity === "error"));
  return policies;
}

function requireUsable(finding: { readonly path: string; readonly message: string } | undefined) {
  if (finding === undefined) return;
  throw new CairnError({
    code: "POLICY_UNUSABLE",
    kind: "invalid",
    message: `${finding.path} has an error, so nobody knows whom to ask for a review: ${finding.message}`,
    hint: "cairn validate shows all of them; then run this again.",
  });
}

/** The two files of the policy as a tree. */
async function policyFolder(files: NewFiles): Promise<SourceTree> {
  const texts = new Map<string, Uint8Array>();
  for (const path of [accessPath, promotionPath]) {
    const text = await files.read(path);
    if (text !== undefined) texts.set(path, new TextEncoder().encode(text));
  }
  const bytesOf = (path: string): Uint8Array => texts.get(path) ?? new Uint8Array();
  return {
    origin: "folder",
    list: async () =>
      [...texts].map(([path, { length }]) => ({
        path,
        type: "file",
        sizeBytes: length,
        objectId: undefined,
      })),
    read: async (path) => bytesOf(path),
    async *readMany(paths) {
      for (const path of paths) yield { path, bytes: bytesOf(path) };
    },
    async *open(path) {
      yield bytesOf(path);
    },
  };
}

function choiceInvalid(message: string, example: string): CairnError {
  return new CairnError({
    code: "INIT_CHOICE_INVALID",
    kind: "invalid",
    message,
    hint: `Write it as in ${example}.`,
  });
}
