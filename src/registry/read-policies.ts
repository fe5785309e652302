import type { Finding } from "../domain/finding.ts";
import {
  gateNames,
  type AccessPolicy,
  type ApprovalsSettings,
  type AutomaticRule,
  type Binding,
  type GateName,
  type Permission,
  type Person,
  type Policies,
  type PromotionPolicy,
  type PromotionRule,
} from "../domain/promotion/policy.ts";
import type { RegistrySettings } from "../domain/registry.ts";
import { isJsonObject, type JsonObject } from "../shared/json.ts";
import { checkAccess, checkPromotion } from "./check-policies.ts";
import type { FileTable } from "./file-table.ts";
import { compileGlobs, globProblem, globWeight } from "./glob.ts";
import { errorAt } from "./local-paths.ts";
import { YamlDocument } from "./manifest-document.ts";
import { hasErrors } from "./problem.ts";
import type { SchemaName } from "./schema/schemas.ts";
import type { TextReader } from "./text-reader.ts";
import { members, objects, strings, textOf } from "./values.ts";

export const promotionPath = "policies/promotion.yaml";
export const accessPath = "policies/access.yaml";

/** Patterns of one file, alternatives counted one by one: what compiling them may cost. */
const maxGlobWeight = 20_000;
/** Findings of one file beyond its YAML and schema. */
const maxFindings = 50;

/** Reads what a registry says about promotion. A file with an error says nothing: nothing said is denied. */
export function readPolicies(options: {
  readonly texts: TextReader;
  readonly files: FileTable;
  readonly settings: RegistrySettings | undefined;
}): { readonly policies: Policies; readonly findings: readonly Finding[] } {
  const { texts, files, settings } = options;
  const promotionFile = readFile(texts, files, { path: promotionPath, schema: "promotion-policy" });
  const accessFile = readFile(texts, files, { path: accessPath, schema: "access-policy" });
  const promotion = promotionFile.document;
  const access = accessFile.document;
  const hasAccess = !files.has(accessPath) || access !== undefined;
  const surroundings = { access: hasAccess ? (access?.value ?? {}) : undefined, settings };
  return {
    policies: {
      promotion: promotion === undefined ? undefined : toPromotionPolicy(promotion),
      access: access === undefined ? undefined : toAccessPolicy(access),
    },
    findings: [
      ...promotionFile.findings,
      ...accessFile.findings,
      ...otherSpellings(files),
      ...(promotion === undefined ? [] : firstOf(checkPromotion(promotion, surroundings))),
      ...(access === undefined ? [] : firstOf(checkAccess(access))),
    ],
  };
}

function firstOf(findings: Iterable<Finding>): readonly Finding[] {
  const first: Finding[] = [];
  for (const finding of findings) {
    if (first.push(finding) === maxFindings) break;
  }
  return first;
}

function readFile(
  texts: TextReader,
  files: FileTable,
  { path, schema }: { readonly path: string; readonly schema: SchemaName },
): { readonly document: YamlDocument | undefined; readonly findings: readonly Finding[] } {
  if (!files.has(path)) return { document: undefined, findings: [] };
  const findings = [...texts.findings(path, schema)];
  const parsed = texts.parsed(path);
  if (parsed === undefined || hasErrors(findings)) return { document: undefined, findings };
  const document = new YamlDocument(path, parsed);
  findings.push(...globFindings(document));
  return { document: hasErrors(findings) ? undefined : document, findings };
}

/** A policy under a name that is not read would be trusted and ask for nothing. */
function* otherSpellings(files: FileTable): Iterable<Finding> {
  for (const right of [promotionPath, accessPath]) {
    const path = right.replace(/\.yaml$/, ".yml");
    if (!files.has(path)) continue;
    const message = `Cairn does not read this file: call it ${right}.`;
    yield { rule: "policy-file-name", severity: "warning", message, path };
  }
}

/** Each list of globs, with where it stands. */
function* globLists(
  value: JsonObject,
): Iterable<{ readonly globs: readonly string[]; readonly pointer: readonly (string | number)[] }> {
  for (const [key, field] of [
    ["rules", "assets"],
    ["automatic", "assets"],
    ["bindings", "on"],
  ] as const) {
    for (const [index, item] of objects(value[key]).entries()) {
      yield { globs: strings(item[field]), pointer: [key, index, field] };
    }
  }
}

function* globFindings(document: YamlDocument): Iterable<Finding> {
  let weight = 0;
  let found = 0;
  for (const { globs, pointer } of globLists(document.value)) {
    for (const [index, glob] of globs.entries()) {
      weight += globWeight(glob);
      const wrong = globProblem(glob);
      if (wrong === undefined || found >= maxFindings) continue;
      found += 1;
      const place = document.placeOf([...pointer, index]);
      yield errorAt("glob", `The pattern "${glob.slice(0, 60)}" ${wrong}.`, place);
    }
  }
  if (weight <= maxGlobWeight) return;
  const message = `The patterns of this file stand for ${weight} patterns without braces, more than ${maxGlobWeight}: use "*" instead of lists.`;
  yield errorAt("glob", message, document.placeOf([]));
}

function toPromotionPolicy(document: YamlDocument): PromotionPolicy {
  const { value } = document;
  return {
    rules: objects(value["rules"]).map((source, index) =>
      toRule(source, document.placeOf(["rules", index])),
    ),
    automatic: objects(value["automatic"]).map(toAutomaticRule),
  };
}

function toRule(source: JsonObject, place: PromotionRule["place"]): PromotionRule {
  const assets = strings(source["assets"]);
  const written = isJsonObject(source["gates"]) ? source["gates"] : {};
  const gates: Partial<Record<GateName, JsonObject>> = {};
  for (const name of gateNames) {
    const settings = written[name];
    if (isJsonObject(settings)) gates[name] = settings;
  }
  const { rollback } = source;
  const approvals = isJsonObject(rollback) ? rollback["approvals"] : undefined;
  return {
    stage: textOf(source["stage"]) ?? "",
    assets,
    selects: selectorOf(assets),
    gates,
    rollback: isJsonObject(approvals) ? { approvals: toApprovals(approvals) } : undefined,
    source,
    place,
  };
}

function toApprovals({ count, from, author }: JsonObject): ApprovalsSettings {
  return {
    count: typeof count === "number" ? count : 1,
    ...(from === undefined ? {} : { from: strings(from) }),
    ...(author === "allowed" || author === "excluded" ? { author } : {}),
  };
}

function toAutomaticRule(source: JsonObject): AutomaticRule {
  return {
    from: textOf(source["from"]) ?? "",
    to: textOf(source["to"]) ?? "",
    selects: selectorOf(strings(source["assets"])),
    merge: source["merge"] === "when-gates-pass" ? "when-gates-pass" : "manual",
  };
}

function toAccessPolicy({ value }: YamlDocument): AccessPolicy {
  return {
    people: members(value["people"]).map(([id, person]) => toPerson(id, person)),
    roles: new Map(
      Object.entries(isJsonObject(value["roles"]) ? value["roles"] : {}).map(([role, given]) => [
        role,
        strings(given),
      ]),
    ),
    bindings: objects(value["bindings"]).map(toBinding),
  };
}

function toPerson(id: string, { name, github, email, ssh }: JsonObject): Person {
  return {
    id,
    name: textOf(name),
    github: textOf(github),
    emails: strings(email),
    signingKeys: strings(ssh),
  };
}

const permissions: readonly Permission[] = [
  "assets/read",
  "assets/write",
  "assets/approve",
  "assets/override",
];

function toBinding(source: JsonObject): Binding {
  const can = strings(source["can"]);
  return {
    role: textOf(source["role"]) ?? "",
    can: permissions.filter((permission) => can.includes(permission)),
    selects: selectorOf(strings(source["on"])),
    source,
  };
}

/** Compiled when first asked: a policy is read for every commit, and most rules are never used. */
function selectorOf(globs: readonly string[]): (asset: string) => boolean {
  let matches: ((asset: string) => boolean) | undefined;
  return (asset) => {
    matches ??= compileGlobs(globs);
    return matches(asset);
  };
}
