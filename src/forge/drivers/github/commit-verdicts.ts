import type { CommitStatus } from "../../host-services.ts";
import type { GitHubClient } from "./api.ts";
import { readFields, type Fields } from "./shapes.ts";

interface Said extends CommitStatus {
  readonly at: string;
  readonly by: string;
}

/**
 * What others say of a commit, as commit statuses and check runs: of each name the newest by each
 * account. Anybody who may push may set a status under any name, and takes back nobody else's word.
 */
export async function readVerdicts(
  client: GitHubClient,
  about: { readonly commit: string; readonly ownName: string },
  signal: AbortSignal | undefined,
): Promise<readonly CommitStatus[]> {
  const { commit, ownName } = about;
  const [statuses, runs] = await Promise.all([
    // https://docs.github.com/rest/commits/statuses#list-commit-statuses-for-a-reference
    client.list("GET /repos/{owner}/{repo}/commits/{ref}/statuses", { ref: commit }, { signal }),
    // https://docs.github.com/rest/checks/runs#list-check-runs-for-a-git-reference
    client.list("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", { ref: commit }, { signal }),
  ]);
  const newest = new Map<string, Said>();
  for (const said of [
    ...statuses.map((value) => readStatus(readFields(value, "a commit status"))),
    ...runs.map((value) => readRun(readFields(value, "a check run"))),
  ]) {
    const key = JSON.stringify([said.name, said.by]);
    const known = newest.get(key);
    if (said.name !== ownName && (known === undefined || known.at < said.at)) {
      newest.set(key, said);
    }
  }
  return [...newest.values()].map(({ name, outcome }) => ({ name, outcome }));
}

/** GitHub lists statuses newest first; of two in one second the first is kept. */
function readStatus(status: Fields): Said {
  const state = status.string("state");
  return {
    name: status.string("context"),
    outcome: state === "success" ? "passed" : state === "pending" ? "pending" : "failed",
    at: status.optionalDate("created_at") ?? "",
    by: `account ${status.account("creator").login?.toLowerCase() ?? ""}`,
  };
}

const fine = new Set(["success", "neutral", "skipped"]);

/** Whatever else a conclusion may say one day, it is not that all is well. */
function readRun(run: Fields): Said {
  const isEnded = run.string("status") === "completed";
  const conclusion = run.optionalString("conclusion") ?? "";
  return {
    name: run.string("name"),
    outcome: isEnded ? (fine.has(conclusion) ? "passed" : "failed") : "pending",
    at: run.optionalDate("started_at") ?? "",
    by: `app ${run.optionalObject("app")?.optionalString("slug") ?? ""}`,
  };
}
