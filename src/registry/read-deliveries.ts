import { formatAssetKey, kindOfPlural, nameProblem } from "../domain/asset.ts";
import type { Finding } from "../domain/finding.ts";
import { gateNames } from "../domain/promotion/policy.ts";
import type { StageFile, Workspace } from "../domain/registry.ts";
import { isJsonObject, type JsonObject } from "../shared/json.ts";
import { parseDuration } from "../shared/units.ts";
import { compileSelectors, globProblem } from "./glob.ts";
import { errorAt } from "./local-paths.ts";
import { YamlDocument } from "./manifest-document.ts";
import { hasErrors } from "./problem.ts";
import { toBytes, toStore } from "./read-settings.ts";
import type { TextReader } from "./text-reader.ts";
import { strings, textOf } from "./values.ts";
import { readVersion } from "./version-field.ts";

export const workspacePath = /^workspaces\/([^/]+)\.ya?ml$/;
const stagePath = /^stages\/([^/]+)\/([^/]+)\/([^/]+)\.ya?ml$/;
const defaultPrune = { keep: 2, afterMs: 7 * 24 * 3_600_000 };

export interface Read<Value> {
  readonly value: Value | undefined;
  readonly findings: readonly Finding[];
}

export function readWorkspace(texts: TextReader, path: string): Read<Workspace> {
  const findings = [...texts.findings(path, "workspace")];
  const parsed = texts.parsed(path);
  if (parsed === undefined) return { value: undefined, findings };
  const document = new YamlDocument(path, parsed);
  const { value } = document;
  const name = workspacePath.exec(path)?.[1] ?? "";
  const problem = nameProblem(name);
  if (problem !== undefined) findings.push(errorAt("workspace-name", problem, { path }));
  const selectors = value["assets"] === undefined ? ["**"] : strings(value["assets"]);
  findings.push(...selectorFindings(selectors, document));
  const workspace: Workspace = {
    name,
    document,
    stage: textOf(value["stage"]) ?? "",
    region: textOf(value["region"]) ?? "",
    store: toStore(isJsonObject(value["store"]) ? value["store"] : {}),
    layout: toLayout(value),
    prune: toPrune(value["prune"]),
    quotaBytes: toBytes(value["quota"]),
    isBroken: hasErrors(findings),
    selects: compileSelectors(selectors),
  };
  return { value: workspace, findings };
}

function* selectorFindings(
  selectors: readonly string[],
  document: YamlDocument,
): Iterable<Finding> {
  for (const [index, selector] of selectors.entries()) {
    const wrong = globProblem(selector.replace(/^!/, ""));
    if (wrong === undefined) continue;
    const place = document.placeOf(["assets", index]);
    yield errorAt("glob", `The pattern "${selector.slice(0, 60)}" ${wrong}.`, place);
  }
}

/** Object stores have no links, so plain folders are their default. */
function toLayout({ layout, store }: JsonObject): Workspace["layout"] {
  if (layout === "plain" || layout === "blobs" || layout === "both") return layout;
  return isJsonObject(store) && store["driver"] === "file" ? "both" : "plain";
}

function toPrune(value: unknown): Workspace["prune"] {
  if (!isJsonObject(value)) return defaultPrune;
  const after = typeof value["after"] === "string" ? parseDuration(value["after"]) : undefined;
  return {
    keep: typeof value["keep"] === "number" ? value["keep"] : defaultPrune.keep,
    afterMs: after?.ok === true ? after.value : defaultPrune.afterMs,
  };
}

export function readStageFile(texts: TextReader, path: string): Read<StageFile> {
  const [, stage = "", plural = "", name = ""] = stagePath.exec(path) ?? [];
  const kind = kindOfPlural(plural);
  if (kind === undefined || nameProblem(name) !== undefined) {
    const message =
      "A stage file is stages/<stage>/<models, environments, components or data>/<name>.yaml: move this one.";
    return { value: undefined, findings: [errorAt("stage-file-path", message, { path })] };
  }
  const findings = [...texts.findings(path, "stage-file")];
  const parsed = texts.parsed(path);
  if (parsed === undefined) return { value: undefined, findings };
  const document = new YamlDocument(path, parsed);
  const { version, findings: versionFindings } = readVersion(document);
  const override = readOverride(document);
  if (!hasErrors(findings)) findings.push(...holdFindings(document));
  findings.push(...versionFindings, ...override.findings);
  const stageFile: StageFile = {
    document,
    stage,
    asset: formatAssetKey({ kind, name }),
    version: version ?? "",
    reason: textOf(document.value["reason"]),
    hold: toHold(document.value["hold"]),
    override: override.value,
    isBroken: hasErrors(findings),
  };
  return { value: stageFile, findings };
}

function toHold(value: unknown): StageFile["hold"] {
  if (!isJsonObject(value)) return undefined;
  return { until: textOf(value["until"]), reason: textOf(value["reason"]) ?? "" };
}

function* holdFindings(document: YamlDocument): Iterable<Finding> {
  const until = toHold(document.value["hold"])?.until;
  if (until === undefined || !Number.isNaN(Date.parse(until))) return;
  const message = `There is no moment ${until}, so nobody knows when the hold ends: correct it, or leave "until" out.`;
  yield errorAt("stage-hold", message, document.placeOf(["hold", "until"]));
}

function readOverride(document: YamlDocument): Read<NonNullable<StageFile["override"]>> {
  const { override } = document.value;
  if (!isJsonObject(override)) return { value: undefined, findings: [] };
  const { version = "", findings } = readVersion(document, ["override", "version"]);
  const skipped = strings(override["gates"]);
  const gates = gateNames.filter((gate) => skipped.includes(gate));
  return { value: { version, gates, reason: textOf(override["reason"]) ?? "" }, findings };
}
