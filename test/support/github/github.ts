import type { GitHubDouble, GitHubOptions } from "./double.ts";

export type * from "./double.ts";
export type * from "./lies.ts";

/** Starts a GitHub of its own on a free port of this machine. */
export async function startGitHub(_options: GitHubOptions = {}): Promise<GitHubDouble> {
  throw new Error("not built yet");
}
