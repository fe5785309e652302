import type { AccessPolicy, Team } from "./policy.ts";

const prefix = "team:";

/** What the host answered about one team: its members, or that there is none of this name. */
export function teamOf(members: readonly string[] | undefined): Team {
  if (members === undefined) return emptyTeam("the pull-request host has no such team");
  if (members.length === 0) return emptyTeam("nobody is in it");
  return { members: new Set(members.map((login) => login.toLowerCase())), problem: undefined };
}

/** A team of which nobody can be a member. */
export function emptyTeam(problem: string): Team {
  return { members: new Set(), problem };
}

/** `ml-leads` of `team:ml-leads`; absent for a person. */
export function teamName(member: string): string | undefined {
  return member.startsWith(prefix) ? member.slice(prefix.length).toLowerCase() : undefined;
}

/** Every team that a role is given to, sorted. */
export function teamsNamedBy(access: AccessPolicy | undefined): readonly string[] {
  const members = [...(access?.roles.values() ?? [])].flat();
  return [...new Set(members.flatMap((member) => teamName(member) ?? []))].sort();
}

/** Whether this member of a role is a team with that login in it. */
export function hasMember(
  member: string,
  login: string | undefined,
  access: AccessPolicy | undefined,
): boolean {
  const name = teamName(member);
  if (name === undefined || login === undefined) return false;
  return access?.teams?.get(name)?.members.has(login.toLowerCase()) === true;
}

/** Whether any team that the policy names has this login in it. */
export function isInSomeTeam(login: string, access: AccessPolicy | undefined): boolean {
  const wanted = login.toLowerCase();
  return [...(access?.teams?.values() ?? [])].some(({ members }) => members.has(wanted));
}

/** A team that gives a role to nobody. */
export interface EmptyTeam {
  readonly role: string;
  /** As written: `team:ml-leads`. */
  readonly team: string;
  readonly problem: string;
}

/** Where nobody asked the host, nobody is in any team. */
const unasked = "teams are known only to a pull-request host that has them";

/** The teams of these roles, or of all, that give them to nobody, and why. */
export function emptyTeams(
  access: AccessPolicy | undefined,
  roles: readonly string[] = [...(access?.roles.keys() ?? [])],
): readonly EmptyTeam[] {
  return [...new Set(roles)].sort().flatMap((role) =>
    (access?.roles.get(role) ?? []).flatMap((member) => {
      const name = teamName(member);
      if (name === undefined) return [];
      const team = access?.teams?.get(name) ?? emptyTeam(unasked);
      return team.problem === undefined ? [] : [{ role, team: member, problem: team.problem }];
    }),
  );
}

/** `team:ml-leads gives nobody the role ml-leads: there is no such team`. */
export function formatEmptyTeam({ role, team, problem }: EmptyTeam): string {
  return `${team} gives nobody the role ${role}: ${problem}`;
}
