import { emptyTeams, formatEmptyTeam } from "../../domain/promotion/teams.ts";
import type { AccessPolicy, Policies } from "../../domain/promotion/policy.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import { nameFew } from "../../domain/name-few.ts";
import type { DoctorReport } from "../app.ts";
import { choicesOfUrl, readChoices } from "../author/github/choices.ts";
import { differenceOf, gitHubFiles, type GitHubFile } from "../author/github/files.ts";
import { readDeciding } from "../promote/teams.ts";
import type { RegistrySession } from "../session.ts";

type Check = DoctorReport["checks"][number];

/** What `init --github` writes is small; more is somebody else's. */
const mostBytes = 256 * 1024;

/** Of a session, what knows the files of a commit and its policy. */
export interface FileSource extends Pick<RegistrySession, "url"> {
  readonly mirror: Pick<RegistrySession["mirror"], "listTree" | "readBlob">;
  readonly reader: {
    policyAt(commit: string): Promise<{ readonly policies: Policies }>;
  };
}

/** Whether the repository has the files for GitHub, as its policy would have them written now. */
export async function checkGitHubFiles(
  session: FileSource,
  head: string,
): Promise<readonly Check[]> {
  const read = await fileReader(session, head);
  const { policies } = await session.reader.policyAt(head);
  const known = await readChoices(read);
  const wanted = gitHubFiles(policies, { ...known, ...choicesOfUrl(session.url) });
  const checks: Check[] = [];
  for (const file of wanted) checks.push(...judge(file, await read(file.path)));
  if (checks.length > 0) return checks;
  return [ok("files for GitHub", "They are what cairn init --github would write now.")];
}

function judge(file: GitHubFile, current: string | undefined): readonly Check[] {
  const hint = "cairn init --github shows what it would write.";
  if (current === undefined) {
    return [warning(file.path, "It is not on the branch.", "cairn init --github writes it.")];
  }
  const difference = differenceOf(file, current);
  if (difference === undefined) return [];
  const { missing, extra } = difference;
  const lines = [...extra.map((line) => `- ${line.trim()}`), ...missing.map(added)];
  const shown = lines.slice(0, 4).join("; ");
  const more = lines.length > 4 ? `; ${lines.length - 4} more` : "";
  const what = lines.length === 0 ? "its lines are in another order" : `${shown}${more}`;
  return [warning(file.path, `cairn init --github would write it otherwise now: ${what}`, hint)];
}

function added(line: string): string {
  return `+ ${line.trim()}`;
}

async function fileReader(
  { mirror }: Pick<FileSource, "mirror">,
  head: string,
): Promise<(path: string) => Promise<string | undefined>> {
  const items = (await mirror.listTree(head)).filter(({ path }) => path.startsWith(".github/"));
  const ids = new Map(
    items
      .filter(({ mode, sizeBytes }) => mode.startsWith("100") && sizeBytes <= mostBytes)
      .map(({ path, objectId }) => [path, objectId]),
  );
  return async (path) => {
    const id = ids.get(path);
    return id === undefined ? undefined : new TextDecoder().decode(await mirror.readBlob(id));
  };
}

/** Whether those whom the policy counts on can act on the host at all. */
export async function checkPeople(
  session: Pick<RegistrySession, "reader" | "clock" | "host">,
  state: LedgerState,
): Promise<readonly Check[]> {
  const { access } = (await readDeciding(session, state)).policies;
  const checks = [
    ...emptyTeams(access).map((empty) =>
      warning("teams", `${formatEmptyTeam(empty)}.`, "Name a team of the organization."),
    ),
    ...strangers(access),
    ...(await unknownAccounts(session.host, access)),
  ];
  return checks.length > 0 ? checks : [ok("people", "The policy's people and teams are known.")];
}

/** Asked for one after the other, at most. */
const mostAccounts = 50;

/** A name with a mistake in it gives nobody anything, and nobody says so. */
async function unknownAccounts(
  host: RegistrySession["host"],
  access: AccessPolicy | undefined,
): Promise<readonly Check[]> {
  const logins = (access?.people ?? []).flatMap(({ github }) => github ?? []);
  const unknown: string[] = [];
  for (const login of logins.slice(0, mostAccounts)) {
    if (host !== undefined && !(await host.hasAccount(login))) unknown.push(login);
  }
  if (unknown.length === 0) return [];
  const message = `The host has no account ${nameFew(unknown)}.`;
  return [warning("people", message, "Correct github: in policies/access.yaml.")];
}

/** People with a role and without an account: on GitHub nobody is known by a mail address. */
function strangers(access: AccessPolicy | undefined): readonly Check[] {
  const members = new Set([...(access?.roles.values() ?? [])].flat());
  const unknown = (access?.people ?? [])
    .filter(({ id, github }) => github === undefined && members.has(id))
    .map(({ id }) => id);
  if (unknown.length === 0) return [];
  const message = `The policy names no account of ${nameFew(unknown)}: what they do on GitHub is nobody's.`;
  return [warning("people", message, "Add github: <account> to policies/access.yaml.")];
}

function ok(check: string, message: string): Check {
  return { check, outcome: "ok", message };
}

function warning(check: string, message: string, hint: string): Check {
  return { check, outcome: "warning", message, hint };
}
