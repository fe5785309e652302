import type { Account } from "../pull-request.ts";
import type { AccessPolicy, Permission, Person } from "./policy.ts";

/**
 * The one person of the policy that an account is: by signing key where the person has one, else
 * by GitHub name or e-mail, ignoring case. Nobody when two fit.
 */
export function personOf(_account: Account, _access: AccessPolicy | undefined): Person | undefined {
  return undefined;
}

/** The roles of a person, sorted. */
export function rolesOf(_person: Person, _access: AccessPolicy | undefined): readonly string[] {
  return [];
}

/** Whether one of the person's roles may do this to this asset. */
export function may(
  _person: Person,
  _permission: Permission,
  _asset: string,
  _access: AccessPolicy | undefined,
): boolean {
  return false;
}
