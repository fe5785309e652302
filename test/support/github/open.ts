import { expect, onTestFinished } from "vitest";
import { startGitHub, type GitHubDouble, type GitHubOptions } from "./github.ts";

/** A double for one test, which ends with it and must not have answered anything GitHub would not. */
export async function openGitHub(options?: GitHubOptions): Promise<GitHubDouble> {
  const github = await startGitHub(options);
  onTestFinished(async () => {
    await github.close();
    expect(github.contractViolations).toEqual([]);
  });
  return github;
}
