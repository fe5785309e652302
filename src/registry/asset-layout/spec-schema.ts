import type { AssetKind } from "../../domain/asset.ts";
import type { Finding } from "../../domain/finding.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import type { ManifestRole } from "../classify.ts";
import { errorAt } from "../local-paths.ts";
import { toFinding, type Problem } from "../problem.ts";
import { checkSchema } from "../schema/check-schema.ts";
import type { SchemaName } from "../schema/schemas.ts";
import type { ParsedYaml } from "../yaml/parse-yaml.ts";

/** What is wrong with a spec as YAML, and as a manifest of its kind. */
export function specFindings(options: {
  readonly role: ManifestRole | undefined;
  readonly kind: AssetKind | undefined;
  /** With its templates filled in. */
  readonly spec: ParsedYaml;
  readonly path: string;
}): readonly Finding[] {
  const { role, kind, spec, path } = options;
  const findings = spec.problems.map((problem) => toFinding(problem, path));
  if (role !== undefined && "schema" in role) {
    const problems = schemaProblems(role.schema, spec);
    findings.push(...problems.map((problem) => toFinding(problem, path)));
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

function schemaProblems(schema: SchemaName, spec: ParsedYaml): readonly Problem[] {
  const value = asPublished(isJsonObject(spec.value) ? spec.value : {});
  return checkSchema(schema, { ...spec, value }).map((problem) =>
    // Their tool publishes through the REST interface, which knows more keys than the client.
    problem.rule === "schema-unknown-key" ? { ...problem, severity: "warning" } : problem,
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
  const isControl = (step: JsonValue): boolean =>
    isJsonObject(step) && typeof step["type"] === "string" && controlSteps.has(step["type"]);
  return Object.fromEntries(Object.entries(jobs).filter(([, step]) => !isControl(step)));
}

function withTexts(member: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(member).map(([key, each]): [string, JsonValue] => [
      key,
      Array.isArray(each) || isJsonObject(each) ? JSON.stringify(each) : each,
    ]),
  );
}
