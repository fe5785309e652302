import type { Finding, Severity } from "../domain/finding.ts";
import { policyOwnersRole, type GateName } from "../domain/promotion/policy.ts";
import { keyIdentity } from "../domain/promotion/people.ts";
import type { RegistrySettings } from "../domain/registry.ts";
import { isJsonObject, valueAt, type JsonObject, type JsonValue } from "../shared/json.ts";
import { windowFindings } from "./check-window.ts";
import type { YamlDocument } from "./manifest-document.ts";
import { members, strings, textOf } from "./values.ts";

type Pointer = readonly (string | number)[];

/** A rule with one of these lets nothing pass. */
const unsupportedGates: readonly GateName[] = ["scan", "signature"];

export interface PromotionSurroundings {
  /** What access.yaml says, empty when there is none; absent when it cannot be read. */
  readonly access: JsonObject | undefined;
  readonly settings: RegistrySettings | undefined;
}

/** What is wrong with a promotion policy that its schema cannot say. */
export function* checkPromotion(
  document: YamlDocument,
  { access, settings }: PromotionSurroundings,
): Iterable<Finding> {
  const { value } = document;
  for (const [index, rule] of items(value["rules"])) {
    if (settings !== undefined) yield* stageFindings(document, ["rules", index, "stage"], settings);
    const gates = members(rule["gates"]);
    for (const [gate, written] of gates) {
      const at = ["rules", index, "gates", gate];
      if (unsupportedGates.some((name) => name === gate)) yield unsupported(document, at, gate);
      if (gate === "window") yield* windowFindings(document, at, written);
      if (gate === "approvals" && access !== undefined) {
        yield* roleFindings(document, [...at, "from"], access);
      }
    }
    if (access !== undefined) {
      yield* roleFindings(document, ["rules", index, "rollback", "approvals", "from"], access);
    }
  }
  if (settings === undefined) return;
  for (const [index] of items(value["automatic"])) {
    yield* stageFindings(document, ["automatic", index, "to"], settings);
    const from: Pointer = ["automatic", index, "from"];
    if (isUnknownStage(document, from, settings)) yield* stageFindings(document, from, settings);
  }
}

function* stageFindings(
  document: YamlDocument,
  pointer: Pointer,
  settings: RegistrySettings,
): Iterable<Finding> {
  const stage = textOf(valueAt(document.value, pointer)) ?? "";
  if (isUnknownStage(document, pointer, settings)) {
    const message = `There is no stage "${stage}": this registry has ${settings.stages.join(", ")}.`;
    yield finding(document, pointer, { rule: "policy-stage-unknown", message });
  } else if (settings.followedStages.includes(stage)) {
    const message = `The stage ${stage} follows latest, so nothing is ever asked before it takes a version: remove this, or end the following in registry.yaml.`;
    yield finding(document, pointer, {
      rule: "policy-stage-unknown",
      severity: "warning",
      message,
    });
  }
}

function isUnknownStage(
  document: YamlDocument,
  pointer: Pointer,
  settings: RegistrySettings,
): boolean {
  return !settings.stages.includes(textOf(valueAt(document.value, pointer)) ?? "");
}

function unsupported(document: YamlDocument, pointer: Pointer, gate: string): Finding {
  const message = `This Cairn cannot run the gate ${gate}, so nothing passes this rule: remove the gate until it can.`;
  return finding(document, pointer, {
    rule: "policy-gate-unsupported",
    severity: "warning",
    message,
  });
}

function* roleFindings(
  document: YamlDocument,
  pointer: Pointer,
  access: JsonObject,
): Iterable<Finding> {
  const roles = isJsonObject(access["roles"]) ? access["roles"] : {};
  for (const [index, role] of strings(valueAt(document.value, pointer)).entries()) {
    if (!Object.hasOwn(roles, role)) yield roleUnknown(document, [...pointer, index], role);
  }
}

function roleUnknown(document: YamlDocument, pointer: Pointer, role: string): Finding {
  const message = `There is no role "${role}" in policies/access.yaml, so nobody has it: add it there, or correct the name.`;
  return finding(document, pointer, { rule: "policy-role-unknown", message });
}

/** What is wrong with an access policy that its schema cannot say. */
export function* checkAccess(document: YamlDocument): Iterable<Finding> {
  const { value } = document;
  const people = isJsonObject(value["people"]) ? value["people"] : {};
  const roles = isJsonObject(value["roles"]) ? value["roles"] : {};
  for (const [role, given] of Object.entries(roles)) {
    for (const [index, person] of strings(given).entries()) {
      if (person.startsWith("team:") || Object.hasOwn(people, person)) continue;
      const message = `The role ${role} is given to "${person}", who is not in people: add this person there, or correct the name.`;
      yield finding(document, ["roles", role, index], { rule: "policy-person-unknown", message });
    }
  }
  for (const [index, binding] of items(value["bindings"])) {
    const role = textOf(binding["role"]) ?? "";
    if (!Object.hasOwn(roles, role)) yield roleUnknown(document, ["bindings", index, "role"], role);
  }
  yield* ambiguousPeople(document);
  yield* missingOwners(document, people, roles);
}

/** Whoever two people claim to be is nobody. */
function* ambiguousPeople(document: YamlDocument): Iterable<Finding> {
  const owners = new Map<string, string>();
  for (const [person, { github, email, ssh, keys }] of members(document.value["people"])) {
    const identities: (readonly [string, string, Pointer])[] = [
      ...(typeof github === "string"
        ? ([["GitHub account", github.toLowerCase(), ["github"]]] as const)
        : []),
      ...strings(email).map((each, at) => ["address", each.toLowerCase(), ["email", at]] as const),
      ...strings(ssh).map((each, at) => ["key", keyIdentity(each), ["ssh", at]] as const),
    ];
    for (const [what, identity, pointer] of identities) {
      const owner = owners.get(`${what} ${identity}`);
      owners.set(`${what} ${identity}`, owner ?? person);
      if (owner === undefined || owner === person) continue;
      const message = `${owner} and ${person} have the same ${what}, so nobody can tell who it is: take it from one of them.`;
      const at = ["people", person, ...pointer];
      yield finding(document, at, { rule: "policy-person-ambiguous", message });
    }
    if (keys === undefined) continue;
    const message = `Cairn does not read keys from files: copy them to "ssh".`;
    const at = ["people", person, "keys"];
    yield finding(document, at, { rule: "policy-key-file", severity: "warning", message });
  }
}

function* missingOwners(
  document: YamlDocument,
  people: JsonObject,
  roles: JsonObject,
): Iterable<Finding> {
  const owners = Object.hasOwn(roles, policyOwnersRole) ? strings(roles[policyOwnersRole]) : [];
  if (owners.some((person) => Object.hasOwn(people, person))) return;
  const message = `No person has the role ${policyOwnersRole}, so nobody can change policies/, workspaces/ and registry.yaml by pull request: give it to someone of people.`;
  yield finding(document, ["roles", policyOwnersRole], {
    rule: "policy-owners-missing",
    severity: "warning",
    message,
  });
}

function finding(
  document: YamlDocument,
  pointer: Pointer,
  said: { readonly rule: string; readonly message: string; readonly severity?: Severity },
): Finding {
  return { severity: "error", ...said, ...document.placeOf(pointer) };
}

function items(value: JsonValue | undefined): readonly (readonly [number, JsonObject])[] {
  return (Array.isArray(value) ? [...value.entries()] : []).filter(
    (entry): entry is [number, JsonObject] => isJsonObject(entry[1]),
  );
}
