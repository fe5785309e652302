import type { AssetKind } from "../../domain/asset.ts";
import type { Finding } from "../../domain/finding.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import type { ManifestRole } from "../classify.ts";
import { errorAt } from "../local-paths.ts";
import { toFinding } from "../problem.ts";
import { checkSchema } from "../schema/check-schema.ts";
import type { SpecTexts } from "./spec-texts.ts";
import type { ParsedYaml } from "../yaml/parse-yaml.ts";

/** What is wrong with a spec as YAML, and as a manifest of its kind. */
export function specFindings(options: {
  readonly role: ManifestRole | undefined;
  readonly kind: AssetKind | undefined;
  /** With its templates filled in. */
  readonly spec: ParsedYaml;
  readonly path: string;
  /** What is remembered of the file as it is written. */
  readonly texts: SpecTexts;
}): readonly Finding[] {
  const { role, kind, spec, path, texts } = options;
  if (role !== undefined && "schema" in role && isAsWritten(spec, texts.parsed(path))) {
    return texts.findings(path, role.schema).map(lenient);
  }
  const findings = spec.problems.map((problem) => toFinding(problem, path));
  if (role !== undefined && "schema" in role) {
    const value = asPublished(isJsonObject(spec.value) ? spec.value : {});
    const problems = checkSchema(role.schema, { ...spec, value });
    findings.push(...problems.map((problem) => lenient(toFinding(problem, path))));
  } else if (role === undefined && kind !== undefined && hasName(spec)) {
    const place = { path, ...spec.places.of([]) };
    findings.push(
      errorAt("schema", `The spec is no manifest of type ${kind}: ${needs[kind]}.`, place),
    );
  }
  return findings;
}

/** Without a name it is known already what is wrong. */
function hasName({ value }: ParsedYaml): boolean {
  return isJsonObject(value) && "name" in value;
}

const needs: Readonly<Record<AssetKind, string>> = {
  model: 'it needs "path"',
  environment: 'it needs "image" or "build"',
  component: 'it needs "type"',
  data: 'it needs "path"',
};

/** Their tool publishes through the REST interface, which knows more keys than the client. */
function lenient(finding: Finding): Finding {
  return finding.rule === "schema-unknown-key" ? { ...finding, severity: "warning" } : finding;
}

/** A spec without templates, whose check is as good as that of any other manifest. */
function isAsWritten({ value }: ParsedYaml, written: ParsedYaml | undefined): boolean {
  if (!isJsonObject(value) || !isJsonObject(written?.value)) return false;
  const raw = written.value;
  const keys = Object.keys(raw);
  return (
    keys.length === Object.keys(value).length &&
    keys.every((key) => key === "version" || raw[key] === value[key]) &&
    isFlat(raw["tags"]) &&
    isFlat(raw["properties"]) &&
    !hasControl(raw["jobs"])
  );
}

/** Steps that the client knows only where previews are turned on, as they are for the release. */
const controlSteps: ReadonlySet<string> = new Set(["if_else", "do_while", "parallel_for"]);

/** Tags and properties with structure are written out as JSON text when they are published. */
function asPublished(value: JsonObject): JsonObject {
  const { tags, properties, jobs } = value;
  return {
    ...value,
    ...(isJsonObject(tags) ? { tags: withTexts(tags) } : {}),
    ...(isJsonObject(properties) ? { properties: withTexts(properties) } : {}),
    ...(isJsonObject(jobs) ? { jobs: withoutControl(jobs) } : {}),
  };
}

function withoutControl(jobs: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(jobs).filter(([, step]) => !isControl(step)));
}

function hasControl(jobs: JsonValue | undefined): boolean {
  return isJsonObject(jobs) && Object.values(jobs).some(isControl);
}

function isControl(step: JsonValue): boolean {
  return isJsonObject(step) && typeof step["type"] === "string" && controlSteps.has(step["type"]);
}

function isFlat(member: JsonValue | undefined): boolean {
  if (!isJsonObject(member)) return true;
  return Object.values(member).every((each) => typeof each !== "object" || each === null);
}

function withTexts(member: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(member).map(([key, each]): [string, JsonValue] => [
      key,
      Array.isArray(each) || isJsonObject(each) ? JSON.stringify(each) : each,
    ]),
  );
}
