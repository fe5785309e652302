import type { AccessPolicy, Team } from "../../domain/promotion/policy.ts";
import { emptyTeam, teamOf, teamsNamedBy } from "../../domain/promotion/teams.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import type { Registry } from "../../domain/registry.ts";
import type { HostServices, TeamDirectory } from "../../forge/host-services.ts";
import type { Clock } from "../../shared/clock.ts";
import type { RegistryReader } from "../registry-reader.ts";
import { HeldAnswers } from "./held-answers.ts";
import { readInForce } from "./in-force.ts";

/** What reading the policy with its people needs of a session. */
export interface PeopleContext {
  readonly reader: RegistryReader;
  readonly clock: Clock;
  readonly host: Pick<HostServices, "teams"> | undefined;
}

/**
 * The registry whose policy is in force, with the people that its teams have now: what rights are
 * decided by. Rejects like the host when it does not say who is in a team: then nothing is decided.
 */
export async function readDeciding(context: PeopleContext, state: LedgerState): Promise<Registry> {
  const inForce = await readInForce(context.reader, state);
  const { access } = inForce.policies;
  const known = await withTeams(context, access);
  if (known === undefined || known === access) return inForce;
  return { ...inForce, policies: { ...inForce.policies, access: known } };
}

async function withTeams(
  { host, clock }: PeopleContext,
  access: AccessPolicy | undefined,
): Promise<AccessPolicy | undefined> {
  const names = teamsNamedBy(access);
  if (access === undefined || host === undefined || names.length === 0) return access;
  const teams = new Map<string, Team>();
  for (const name of names) {
    const team = await answers.of(host.teams, { name, clock }, () => readTeam(host.teams, name));
    teams.set(name, team);
  }
  return { ...access, teams };
}

const answers = new HeldAnswers<TeamDirectory, Team>();

async function readTeam(directory: TeamDirectory, name: string): Promise<Team> {
  return isName(name) ? teamOf(await directory.membersOf(name)) : misnamed;
}

/** Teams have no folders: such a name must not get into an address. */
function isName(name: string): boolean {
  return !name.includes("/");
}

const misnamed = emptyTeam("write the name of the team alone, without its organization");
