import { formatAssetKey, parseAssetKey, type AssetKey } from "../domain/asset.ts";
import type { Finding, Place } from "../domain/finding.ts";
import { formatInstant, parseInstant } from "../domain/gates/instant.ts";
import type { Override } from "../domain/promotion/decide.ts";
import type {
  Dependency,
  Evaluation,
  MoveKind,
  PromotionFacts,
  Stay,
} from "../domain/promotion/facts.ts";
import type { AccessPolicy } from "../domain/promotion/policy.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import type { FileTable } from "./file-table.ts";
import { errorAt } from "./local-paths.ts";
import { YamlDocument } from "./manifest-document.ts";
import { toApproval } from "./policy-test-approvals.ts";
import { hasErrors } from "./problem.ts";
import type { TextReader } from "./text-reader.ts";
import { objects, strings, textOf } from "./values.ts";

/** One made-up move, and what a policy should say of it (schemas/policy-test.schema.json). */
export interface PolicyTest {
  readonly name: string;
  readonly facts: PromotionFacts;
  readonly override: Override | undefined;
  readonly expect: PolicyTestExpectation;
  readonly place: Place;
}

export interface PolicyTestExpectation {
  readonly outcome: "passed" | "failed" | "waiting" | undefined;
  /** Gate to what all rules together should say of it. */
  readonly gates: ReadonlyMap<string, string>;
}

export interface PolicyTestsRead {
  readonly tests: readonly PolicyTest[];
  readonly findings: readonly Finding[];
}

/** Policy tests lie beside the policy and are no part of it. */
export function isPolicyTestPath(path: string): boolean {
  return /^policies\/[^/]+\.test\.ya?ml$/.test(path);
}

export function policyTestPaths(files: FileTable): readonly string[] {
  return files.entries
    .filter(({ type, path }) => type === "file" && isPolicyTestPath(path))
    .map(({ path }) => path);
}

/**
 * Reads a file of policy tests. `access` says which roles and rights the people of its approvals
 * have. A file with an error has no tests: half of them passing would say too much.
 */
export function readPolicyTests(
  texts: TextReader,
  path: string,
  access: AccessPolicy | undefined,
): PolicyTestsRead {
  const findings = [...texts.findings(path, "policy-test")];
  const parsed = texts.parsed(path);
  if (parsed === undefined || hasErrors(findings)) return { tests: [], findings };
  const document = new YamlDocument(path, parsed);
  const tests: PolicyTest[] = [];
  for (const [index, source] of objects(document.value["tests"]).entries()) {
    const problem = problemOf(source);
    const place = document.placeOf(["tests", index]);
    if (problem === undefined) tests.push(toTest(source, place, access));
    else findings.push(errorAt("policy-test", `${nameOf(source)}: ${problem}`, place));
  }
  return { tests: hasErrors(findings) ? [] : tests, findings };
}

const moveKeys = [
  ["promote", "promotion"],
  ["rollback", "rollback"],
  ["withdraw", "withdrawal"],
] as const satisfies readonly (readonly [string, MoveKind])[];

/** What the schema cannot say of a test. */
function problemOf(source: JsonObject): string | undefined {
  const asked = moveKeys.filter(([key]) => source[key] !== undefined);
  if (asked.length !== 1) return "a test has exactly one of promote, rollback and withdraw.";
  const { asset } = moveOf(source);
  if (asset === undefined) return "this name is of no asset.";
  if (versionOf(source) === undefined) return "a test says which version is to run.";
  const stays = Object.values(historyOf(source)).flat();
  const moments = [textOf(source["at"]), ...stays.flatMap(({ since, until }) => [since, until])];
  const wrong = moments.find((at) => at !== undefined && parseInstant(at) === undefined);
  return wrong === undefined ? undefined : `there is no moment ${wrong}.`;
}

function toTest(source: JsonObject, place: Place, access: AccessPolicy | undefined): PolicyTest {
  const facts = toFacts(source, access);
  const { override, expect } = source;
  return {
    name: nameOf(source),
    facts,
    override: isJsonObject(override) ? toOverride(override, facts.version) : undefined,
    expect: toExpectation(isJsonObject(expect) ? expect : {}),
    place,
  };
}

function toFacts(source: JsonObject, access: AccessPolicy | undefined): PromotionFacts {
  const { move, asset = "models/unknown" } = moveOf(source);
  const history = historyOf(source);
  const now = nowOf(source, history);
  const approvals = Array.isArray(source["approvals"]) ? source["approvals"] : [];
  return {
    asset,
    stage: stageOf(source),
    move,
    version: versionOf(source) ?? "",
    runs: runsOf(source),
    stages: source["stages"] === undefined ? ["dev", "test", "prod"] : strings(source["stages"]),
    now,
    clockProblem: textOf(source["clock_problem"]),
    history,
    metadata: metadataOf(source),
    evaluations: toEvaluations(source["evaluations"]),
    runsEvaluations: toEvaluations(source["runs_evaluations"]),
    dependencies: objects(source["dependencies"]).flatMap(toDependency),
    approvals: approvals.map((given) => toApproval(given, { asset, now, access })),
    labels: strings(source["labels"]),
    checks: checksOf(source["checks"]),
    emptyTeams: [],
  };
}

/** `ci/eval: passed`, by the name of the check. */
function checksOf(value: JsonValue | undefined): PromotionFacts["checks"] {
  if (!isJsonObject(value)) return undefined;
  return Object.entries(value).flatMap(([name, outcome]) =>
    outcome === "passed" || outcome === "failed" || outcome === "pending"
      ? [{ name, outcome }]
      : [],
  );
}

function nameOf(source: JsonObject): string {
  return textOf(source["name"]) ?? "";
}

function stageOf(source: JsonObject): string {
  return textOf(source["to"]) ?? "";
}

function moveOf(source: JsonObject): {
  readonly move: MoveKind;
  readonly asset: AssetKey | undefined;
} {
  const [key, move] = moveKeys.find(([key]) => source[key] !== undefined) ?? moveKeys[0];
  return { move, asset: toAssetKey(source[key]) };
}

function toAssetKey(value: JsonValue | undefined): AssetKey | undefined {
  const id = parseAssetKey(textOf(value) ?? "");
  return id.ok ? formatAssetKey(id.value) : undefined;
}

function toVersion(value: JsonValue | undefined): string | undefined {
  return typeof value === "number" ? String(value) : textOf(value);
}

/** A withdrawal is of what runs. */
function versionOf(source: JsonObject): string | undefined {
  const version = toVersion(source["version"]);
  return version ?? (moveOf(source).move === "withdrawal" ? runsOf(source) : undefined);
}

function runsOf(source: JsonObject): string | undefined {
  const stays = historyOf(source)[stageOf(source)] ?? [];
  const last = stays.at(-1);
  return toVersion(source["runs"]) ?? (last?.until === undefined ? last?.version : undefined);
}

function historyOf(source: JsonObject): Readonly<Record<string, readonly Stay[]>> {
  const history = isJsonObject(source["history"]) ? source["history"] : {};
  return Object.fromEntries(
    Object.entries(history).map(([stage, stays]) => [
      stage,
      objects(stays)
        .map(toStay)
        .sort((left, right) => Date.parse(left.since) - Date.parse(right.since)),
    ]),
  );
}

function toStay({ version, since, until }: JsonObject): Stay {
  const end = textOf(until);
  const stay = { version: toVersion(version) ?? "", since: textOf(since) ?? "" };
  return end === undefined ? stay : { ...stay, until: end };
}

/** Noon of a Wednesday: no policy's weekend. */
const defaultNow = Date.UTC(2026, 0, 7, 12);

function nowOf(source: JsonObject, history: PromotionFacts["history"]): string {
  const at = textOf(source["at"]);
  if (at !== undefined) return formatInstant(parseInstant(at) ?? defaultNow);
  const moments = Object.values(history)
    .flat()
    .flatMap(({ since, until }) => [since, ...(until === undefined ? [] : [until])])
    .map((moment) => Date.parse(moment));
  return formatInstant(moments.length === 0 ? defaultNow : Math.max(...moments));
}

/** Evaluations are part of the metadata file, so a test need not say them twice. */
function metadataOf({ metadata, evaluations }: JsonObject): JsonObject | undefined {
  const written = isJsonObject(metadata) ? metadata : undefined;
  if (evaluations === undefined) return written;
  return { evaluations, ...written };
}

function toEvaluations(value: JsonValue | undefined): readonly Evaluation[] {
  return objects(value).map(({ data, split, metrics, problem }) => ({
    data: textOf(data) ?? "",
    ...(typeof split === "string" ? { split } : {}),
    metrics: toMetrics(metrics),
    ...(typeof problem === "string" ? { problem } : {}),
  }));
}

function toMetrics(value: JsonValue | undefined): Readonly<Record<string, number>> {
  const entries = Object.entries(isJsonObject(value) ? value : {});
  return Object.fromEntries(
    entries.flatMap(([name, metric]) => (typeof metric === "number" ? [[name, metric]] : [])),
  );
}

function toDependency(source: JsonObject): readonly Dependency[] {
  const asset = toAssetKey(source["asset"]);
  if (asset === undefined) return [];
  return [
    {
      asset,
      version: toVersion(source["version"]) ?? "",
      acceptedIn: strings(source["accepted_in"]),
      isAlongside: source["alongside"] === true,
    },
  ];
}

function toOverride({ version, gates, reason }: JsonObject, moved: string): Override {
  return {
    version: toVersion(version) ?? moved,
    gates: strings(gates),
    reason: textOf(reason) ?? "",
  };
}

function toExpectation({ outcome, gates }: JsonObject): PolicyTestExpectation {
  const known = (["passed", "failed", "waiting"] as const).find((each) => each === outcome);
  const entries = Object.entries(isJsonObject(gates) ? gates : {});
  return {
    outcome: known,
    gates: new Map(
      entries.flatMap(([gate, said]) => (typeof said === "string" ? [[gate, said]] : [])),
    ),
  };
}
