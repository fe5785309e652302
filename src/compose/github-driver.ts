/** The driver in one piece, to be loaded as one. */
export { createGitHubClient } from "../forge/drivers/github/client.ts";
export { GitHubForge } from "../forge/drivers/github/github-forge.ts";
export { GitHubHost } from "../forge/drivers/github/github-host.ts";
