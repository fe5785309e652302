import type { AssetKey } from "../domain/asset.ts";
import type { Approval } from "../domain/promotion/facts.ts";
import { may, rolesOf } from "../domain/promotion/people.ts";
import type { AccessPolicy, Permission, Person } from "../domain/promotion/policy.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import { strings, textOf } from "./values.ts";

export interface ApprovalSurroundings {
  readonly asset: AssetKey;
  readonly now: string;
  readonly access: AccessPolicy | undefined;
}

/** A review as a policy test writes it: a person alone has approved. */
export function toApproval(
  given: JsonValue,
  { asset, now, access }: ApprovalSurroundings,
): Approval {
  const source: JsonObject = isJsonObject(given) ? given : { person: given };
  const id = textOf(source["person"]) ?? "";
  const known = access?.people.find((person) => person.id === id);
  const person = known ?? unknownPerson(id);
  const acting = source["roles"] === undefined ? access : withRoles(access, id, source["roles"]);
  const mayDo = (permission: Permission): boolean =>
    source["can"] === undefined
      ? may(person, permission, asset, acting)
      : strings(source["can"]).includes(permission);
  return {
    person: id,
    verdict: source["verdict"] === "changes-requested" ? "changes-requested" : "approved",
    roles: rolesOf(person, acting),
    mayApprove: mayDo("assets/approve"),
    mayOverride: mayDo("assets/override"),
    isAuthor: source["author"] === true,
    isImplied: false,
    at: now,
    commit: undefined,
    problem: problemOf(source, known !== undefined || access === undefined),
  };
}

/** Who is in no policy counts for nothing, unless the test says what they have. */
function problemOf(source: JsonObject, isKnown: boolean): string | undefined {
  const { problem, roles, can, person } = source;
  if (typeof problem === "string") return problem;
  if (isKnown || roles !== undefined || can !== undefined) return undefined;
  return `nobody in policies/access.yaml is ${textOf(person) ?? "this person"}`;
}

function withRoles(access: AccessPolicy | undefined, id: string, roles: JsonValue): AccessPolicy {
  return {
    people: access?.people ?? [],
    roles: new Map(strings(roles).map((role) => [role, [id]])),
    bindings: access?.bindings ?? [],
  };
}

function unknownPerson(id: string): Person {
  return { id, name: undefined, github: undefined, emails: [], signingKeys: [] };
}
