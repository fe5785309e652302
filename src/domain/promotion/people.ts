import type { Account } from "../pull-request.ts";
import type { AccessPolicy, Permission, Person } from "./policy.ts";
import { hasMember, isInSomeTeam } from "./teams.ts";

/**
 * The one person of the policy that an account is: by signing key where the person has one, else
 * by GitHub name or e-mail, ignoring case; else the member of a team that the policy names. Nobody
 * when two fit.
 */
export function personOf(account: Account, access: AccessPolicy | undefined): Person | undefined {
  const people = access?.people ?? [];
  const key = account.signingKey === undefined ? undefined : keyIdentity(account.signingKey);
  if (key !== undefined) {
    const signers = people.filter((person) => hasKey(person, key));
    if (signers.length > 0) return onlyOne(signers);
  }
  const unsigned = people.filter(({ signingKeys }) => signingKeys.length === 0);
  return personByName(account, unsigned) ?? memberOf(account, access);
}

/**
 * Who is in a team and no person of the policy is a person by login. The colon is in no name that
 * a policy gives, so a login that is another person's name makes nobody that person.
 */
function memberOf({ login, isBot }: Account, access: AccessPolicy | undefined): Person | undefined {
  const github = login?.toLowerCase();
  if (github === undefined || isBot === true || !isInSomeTeam(github, access)) return undefined;
  // A login that is claimed is that person's alone: unsigned, or claimed twice, it is nobody's.
  if ((access?.people ?? []).some((person) => isSame(person.github, github))) return undefined;
  return { id: `github:${github}`, name: undefined, github, emails: [], signingKeys: [] };
}

/** Whom the account claims to be, whether or not that is signed: for explanations, never for rights. */
export function claimedPerson(
  account: Account,
  access: AccessPolicy | undefined,
): Person | undefined {
  return personByName(account, access?.people ?? []);
}

/** The roles of a person, by name or as a member of a team; sorted. */
export function rolesOf(
  { id, github }: Person,
  access: AccessPolicy | undefined,
): readonly string[] {
  return [...(access?.roles ?? [])]
    .filter(([, members]) =>
      members.some((member) => member === id || hasMember(member, github, access)),
    )
    .map(([role]) => role)
    .sort();
}

/** Whether one of the person's roles may do this to this asset. */
export function may(
  person: Person,
  permission: Permission,
  asset: string,
  access: AccessPolicy | undefined,
): boolean {
  const roles = rolesOf(person, access);
  return (access?.bindings ?? []).some(
    (binding) =>
      roles.includes(binding.role) && binding.can.includes(permission) && binding.selects(asset),
  );
}

function personByName(account: Account, people: readonly Person[]): Person | undefined {
  const login = account.login?.toLowerCase();
  const byLogin = people.filter(({ github }) => login !== undefined && isSame(github, login));
  if (byLogin.length > 0) return onlyOne(byLogin);
  const email = account.email?.toLowerCase();
  // Anybody can write an address into a commit: who has another account on the host is another.
  const byEmail = people.filter(
    ({ emails, github }) =>
      emails.some((own) => isSame(own, email)) && (login === undefined || github === undefined),
  );
  return onlyOne(byEmail);
}

function isSame(own: string | undefined, lowerCased: string | undefined): boolean {
  return own !== undefined && own.toLowerCase() === lowerCased;
}

function onlyOne(people: readonly Person[]): Person | undefined {
  return people.length === 1 ? people[0] : undefined;
}

function hasKey({ signingKeys }: Person, key: string): boolean {
  return signingKeys.some((own) => keyIdentity(own) === key);
}

/** Type and key: the comment after them is anybody's. */
export function keyIdentity(key: string): string {
  return key.trim().split(/\s+/).slice(0, 2).join(" ");
}
