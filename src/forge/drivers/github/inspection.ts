import { CairnError, toCairnError } from "../../../shared/errors.ts";
import type { HostInspection } from "../../host-services.ts";
import type { GitHubClient } from "./api.ts";
import type { HostGit } from "./host-git.ts";

/** What every part of an inspection works with. */
export interface Inspected {
  readonly client: GitHubClient;
  readonly git: HostGit;
  readonly checkName: string;
}

export function fine(check: string, message: string): HostInspection {
  return { check, outcome: "ok", message };
}

export function doubtful(check: string, message: string, hint: string): HostInspection {
  return { check, outcome: "warning", message, hint };
}

export function wrong(check: string, message: string, hint: string): HostInspection {
  return { check, outcome: "failed", message, hint };
}

/** One part that cannot be looked at hides none of the others. */
export async function attempt(
  check: string,
  look: () => Promise<readonly HostInspection[]>,
): Promise<readonly HostInspection[]> {
  try {
    return await look();
  } catch (error) {
    const { message, hint } = error instanceof CairnError ? error : toCairnError(error);
    return [{ check, outcome: "failed", message, ...(hint === undefined ? {} : { hint }) }];
  }
}
