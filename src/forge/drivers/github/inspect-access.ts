import { branchOfRef } from "../../../domain/branch-of-ref.ts";
import type { HostInspection } from "../../host-services.ts";
import type { GitHubRights } from "./api.ts";
import { doubtful, fine, wrong, type Inspected } from "./inspection.ts";
import { readFields, type Fields } from "./shapes.ts";

const where = "github access";

/** As whom Cairn works, and what it may do. */
export async function inspectAccess(
  { client, git }: Inspected,
  signal: AbortSignal | undefined,
): Promise<readonly HostInspection[]> {
  const name = `${client.owner}/${client.repository}`;
  const rights = await client.rights(signal);
  if (rights.type === "none") {
    const hint = "Name credentials for the registry in cairn.yaml and set their variables.";
    return [wrong(where, "There are no credentials: Cairn can read, and write nothing.", hint)];
  }
  const account = await client.account(signal);
  const repository = await client.get("GET /repos/{owner}/{repo}", {}, { signal, essential: true });
  const fields = readFields(repository, "the repository");
  return [
    fine(where, `${account.login ?? "Somebody"} works on ${name} (id ${fields.id("id")}).`),
    ...(fields.has("archived") && fields.boolean("archived") ? [archived(name)] : []),
    ...inspectDefault(fields.optionalString("default_branch"), branchOfRef(git.branch)),
    ...(rights.type === "app" ? appRights(rights) : tokenRights(rights, fields)),
  ];
}

function archived(name: string): HostInspection {
  return wrong(where, `${name} is archived: nothing can be written.`, "Unarchive it on GitHub.");
}

/** GitHub proposes the default branch for new pull requests, and reads CODEOWNERS of each base. */
function inspectDefault(found: string | undefined, branch: string): readonly HostInspection[] {
  if (found === undefined || found === branch) return [];
  const message = `The registry is the branch ${branch}, and GitHub's default branch is ${found}: pull requests go there unless somebody chooses.`;
  const hint = `Make ${branch} the default branch (Settings, General), or name the other one as branch: in cairn.yaml.`;
  return [doubtful("github default branch", message, hint)];
}

/** What an App must have, and what for. */
const needed: readonly (readonly [string, "read" | "write", string])[] = [
  ["contents", "write", "the ledger, tags, and merging"],
  ["pull_requests", "write", "opening, commenting and merging pull requests"],
  ["checks", "write", "the check with its notes at the lines"],
  ["statuses", "write", "commit statuses"],
  ["workflows", "write", "tags on commits whose workflows have changed since"],
];

function appRights({ permissions }: Extract<GitHubRights, { type: "app" }>): HostInspection[] {
  const found = needed.map(([name, level, use]) => {
    const check = `github permission ${name}`;
    const given = permissions.get(name);
    if (given === level || given === "admin") return fine(check, `${given}, for ${use}.`);
    const message = `The App has ${given ?? "no permission"}, and needs ${level} for ${use}.`;
    return wrong(check, message, grant(name, level));
  });
  const members = permissions.get("members");
  found.push(
    members === undefined
      ? doubtful(
          "github permission members",
          "The App may not see who is in a team: policies that name teams cannot be decided.",
          grant("members", "read"),
        )
      : fine("github permission members", `${members}, for policies that name teams.`),
  );
  return found;
}

function grant(name: string, level: string): string {
  return `In the App's settings set "${name.replaceAll("_", " ")}" to ${level}, then accept the change where it is installed.`;
}

function tokenRights(
  { scopes }: Extract<GitHubRights, { type: "token" }>,
  repository: Fields,
): readonly HostInspection[] {
  const permissions = repository.optionalObject("permissions");
  const mayPush = permissions?.has("push") === true && permissions.boolean("push");
  const check = "github permission contents";
  const found: HostInspection[] = [];
  if (permissions !== undefined) {
    const hint =
      "Give the token's account the role Write, and a fine-grained token contents: write.";
    found.push(
      mayPush
        ? fine(check, "The token's account may push.")
        : wrong(check, "The token's account may not push.", hint),
    );
  }
  if (scopes === undefined) {
    const message = "GitHub does not tell what this token may do besides.";
    const hint =
      "It needs contents, pull requests, commit statuses and workflows: write, and of the organization members: read.";
    return [...found, doubtful("github permissions", message, hint)];
  }
  return [...found, ...scopeFindings(scopes)];
}

function scopeFindings(scopes: readonly string[]): readonly HostInspection[] {
  const wanted: readonly (readonly [string, string])[] = [
    ["repo", "everything in the repository"],
    ["workflow", "tags on commits whose workflows have changed since"],
  ];
  const missing = wanted.filter(([scope]) => !scopes.includes(scope));
  const hasTeams = scopes.some((scope) => ["read:org", "write:org", "admin:org"].includes(scope));
  return [
    ...missing.map(([scope, use]) =>
      wrong(
        `github scope ${scope}`,
        `The token has not the scope ${scope}, which is for ${use}.`,
        "Make a new token with it: Settings, Developer settings, Personal access tokens.",
      ),
    ),
    ...(hasTeams
      ? []
      : [
          doubtful(
            "github scope read:org",
            "The token may not see who is in a team.",
            "Add the scope read:org if policies name teams.",
          ),
        ]),
  ];
}
