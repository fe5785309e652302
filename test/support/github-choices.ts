import type { GitHubChoices } from "../../src/usecases/author/github/choices.ts";

/** Nobody has said anything yet. */
export const noGitHubChoices: GitHubChoices = {
  owner: undefined,
  repository: undefined,
  appId: undefined,
  action: undefined,
  isEnterprise: false,
};
