import { isJsonObject, parseJsonObject } from "../../../shared/json.ts";

/** What the files for GitHub depend on besides the policy. */
export interface GitHubChoices {
  /** The organization that the registry's teams are in. */
  readonly owner: string | undefined;
  /** The name of the registry's repository. */
  readonly repository: string | undefined;
  /** The GitHub App that Cairn acts as; without one nobody is let past the rulesets. */
  readonly appId: number | undefined;
  /** Where Cairn's Action is: `contoso/cairn@<commit>`. */
  readonly action: string | undefined;
  /** Not github.com: GitHub Actions has another id there. */
  readonly isEnterprise: boolean;
}

export const codeOwnersPath = ".github/CODEOWNERS";
export const checkWorkflowPath = ".github/workflows/cairn.yml";
export const reviewWorkflowPath = ".github/workflows/cairn-review.yml";
export const branchRulesetPath = ".github/rulesets/default-branch.json";
export const ledgerRulesetPath = ".github/rulesets/cairn-ledger.json";
export const tagsRulesetPath = ".github/rulesets/cairn-tags.json";

/** What stands where the Action's place belongs until somebody says it; GitHub refuses it. */
export const actionUnknown = "OWNER/REPOSITORY";

const actionForm = /^[\w-]+\/[\w.-]+@[\w./-]+$/;

/** `owner/repository@ref`: nothing else gets into the workflow. */
export function isActionPlace(text: string): boolean {
  return text.length <= 200 && actionForm.test(text) && !text.includes("..");
}

/** An account or organization as GitHub names them. */
export function isOwnerName(text: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?$/.test(text);
}

/** What was chosen when the files were written: it need not be said again. */
export async function readChoices(
  read: (path: string) => Promise<string | undefined>,
): Promise<GitHubChoices> {
  const textOf = async (path: string): Promise<string> => (await read(path)) ?? "";
  return {
    ...choicesOfUrl(originUrl(await textOf(".git/config"))),
    appId: appIdOf(await textOf(ledgerRulesetPath)),
    action: actionOf(await textOf(checkWorkflowPath)),
  };
}

function actionOf(workflow: string): string | undefined {
  const used = /^\s*(?:- )?uses:\s*([^\s#]+)\/\.github\/actions\/cairn@(\S+)/m.exec(workflow);
  const [, place = "", ref = ""] = used ?? [];
  return place !== actionUnknown && isActionPlace(`${place}@${ref}`)
    ? `${place}@${ref}`
    : undefined;
}

/** `contoso` of `https://github.com/contoso/ml-registry.git` or `git@github.com:contoso/…`. */
export function choicesOfUrl(
  url: string,
): Pick<GitHubChoices, "owner" | "repository" | "isEnterprise"> {
  const [, host = "", path = ""] =
    /^(?:https?|ssh|git):\/\/(?:[^/@]*@)?([^/:]+)(?::\d+)?\/(.+)$/i.exec(url) ??
    /^[^/@\s]+@([^/:\s]+):(.+)$/.exec(url) ??
    [];
  const [, owner = "", repository] =
    /^([^/]+)\/([\w.-]+)$/.exec(path.replace(/(?:\.git)?\/?$/, "")) ?? [];
  const isKnown = repository !== undefined && isOwnerName(owner);
  return {
    owner: isKnown ? owner : undefined,
    repository: isKnown ? repository : undefined,
    isEnterprise: host !== "" && !isPublicGitHub(host),
  };
}

/** Also by its address for SSH where only port 443 is open. */
export function isPublicGitHub(host: string): boolean {
  return /^(?:www\.|ssh\.)?github\.com$/i.test(host);
}

function originUrl(config: string): string {
  const start = config.search(/^\[remote "origin"\]/m);
  const [, ...lines] = start < 0 ? [] : config.slice(start).split("\n");
  const end = lines.findIndex((line) => line.startsWith("["));
  const section = lines.slice(0, end < 0 ? undefined : end).join("\n");
  return /^\s*url\s*=\s*(\S+)\s*$/m.exec(section)?.[1] ?? "";
}

function appIdOf(ruleset: string): number | undefined {
  const actors = parseJsonObject(ruleset)?.["bypass_actors"];
  const apps = (Array.isArray(actors) ? actors : []).filter(isJsonObject);
  const id = apps.find((actor) => actor["actor_type"] === "Integration")?.["actor_id"];
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
