import type { AccessPolicy, Team } from "../../domain/promotion/policy.ts";
import { emptyTeam, teamOf, teamsNamedBy } from "../../domain/promotion/teams.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import type { Registry } from "../../domain/registry.ts";
import type { HostServices, TeamDirectory } from "../../forge/host-services.ts";
import type { Clock } from "../../shared/clock.ts";
import type { RegistryReader } from "../registry-reader.ts";
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
  for (const name of names) teams.set(name, await askOnce(host.teams, clock, name));
  return { ...access, teams };
}

/** How long an answer holds: about one look at the world. */
const answerHoldsMs = 60_000;

interface Answer {
  readonly team: Team;
  readonly askedMs: number;
}

const answers = new WeakMap<TeamDirectory, Map<string, Answer>>();

async function askOnce(directory: TeamDirectory, clock: Clock, name: string): Promise<Team> {
  const known = answers.get(directory) ?? new Map<string, Answer>();
  answers.set(directory, known);
  const askedMs = clock.monotonicMs();
  const last = known.get(name);
  if (last !== undefined && askedMs - last.askedMs < answerHoldsMs) return last.team;
  // A failure is no answer: it goes to whoever decides, and is not kept.
  const team = isName(name) ? teamOf(await directory.membersOf(name)) : misnamed;
  known.set(name, { team, askedMs });
  return team;
}

/** Teams have no folders: such a name must not get into an address. */
function isName(name: string): boolean {
  return !name.includes("/");
}

const misnamed = emptyTeam("write the name of the team alone, without its organization");
