import { assetKinds, pluralOfKind, type AssetKind } from "../domain/asset.ts";
import type { Finding } from "../domain/finding.ts";
import type { RegistrySettings, Replica, StoreSettings } from "../domain/registry.ts";
import { versionSchemes, type VersionScheme } from "../domain/version.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import { parseSize } from "../shared/units.ts";
import { compileSelectors, globProblem } from "./glob.ts";
import { errorAt } from "./local-paths.ts";
import { YamlDocument } from "./manifest-document.ts";
import { readFindingPolicy } from "./read-finding-policy.ts";
import { hasErrors } from "./problem.ts";
import type { TextReader } from "./text-reader.ts";
import { strings, textOf } from "./values.ts";

const registryPath = "registry.yaml";
/** The newest `format` of registry.yaml that this Cairn knows. */
const knownFormat = 1;

export interface SettingsRead {
  readonly settings: RegistrySettings | undefined;
  readonly findings: readonly Finding[];
  /** True when a newer Cairn wrote the registry: nothing else may be judged. */
  readonly isTooNew: boolean;
  readonly document: YamlDocument | undefined;
}

export function readSettings(texts: TextReader, now: Date): SettingsRead {
  const parsed = texts.parsed(registryPath);
  if (parsed === undefined) {
    const message = "There is no registry.yaml: run `cairn init`, or check the folder.";
    return unusable([{ rule: "registry-missing", severity: "error", message, path: registryPath }]);
  }
  const document = new YamlDocument(registryPath, parsed);
  const { format } = document.value;
  if (typeof format === "number" && format > knownFormat) {
    const message = `This registry has format ${format}, and this Cairn knows formats up to ${knownFormat}: update Cairn.`;
    const finding = { rule: "format-too-new", severity: "error", message } as const;
    return {
      ...unusable([{ ...finding, ...document.placeOf(["format"]) }]),
      isTooNew: true,
    };
  }
  const findings = [...texts.findings(registryPath, "registry"), ...patternFindings(document)];
  if (hasErrors(findings)) return { ...unusable(findings), document };
  return { settings: toSettings(document, now), findings, isTooNew: false, document };
}

/** A pattern that is not accepted would match nothing, and what it protects would be open. */
function* patternFindings(document: YamlDocument): Iterable<Finding> {
  const key = "require_pull_request";
  for (const [index, pattern] of strings(document.value[key]).entries()) {
    const wrong = globProblem(pattern);
    if (wrong === undefined || pattern === "") continue;
    const place = document.placeOf([key, index]);
    yield errorAt("glob", `The pattern "${pattern.slice(0, 60)}" ${wrong}.`, place);
  }
}

function unusable(findings: readonly Finding[]): SettingsRead {
  return { settings: undefined, findings, isTooNew: false, document: undefined };
}

function toSettings(document: YamlDocument, now: Date): RegistrySettings {
  const { value } = document;
  const replicas = toReplicas(value["replication_locations"]);
  const follow = isJsonObject(value["follow"]) ? value["follow"] : {};
  return {
    document,
    name: textOf(value["name"]) ?? "",
    location: textOf(value["location"]) ?? replicas[0]?.location ?? "",
    replicas,
    stages: value["stages"] === undefined ? ["dev", "test", "prod"] : strings(value["stages"]),
    followedStages: Object.keys(follow),
    versioning: toVersioning(isJsonObject(value["versioning"]) ? value["versioning"] : {}),
    references: value["references"] === "resolve" ? "resolve" : "pinned",
    requiresPullRequest: compileSelectors(strings(value["require_pull_request"])),
    sizeLimitBytes: toBytes(value["size_limit"]),
    gitFileLimitBytes: toBytes(value["git_file_limit"]),
    ruleSets: strings(value["rules"]),
    findingPolicy: readFindingPolicy(document, now),
  };
}

function toReplicas(value: JsonValue | undefined): readonly Replica[] {
  const items = Array.isArray(value) ? value.filter(isJsonObject) : [];
  return items.map((item) => ({
    location: textOf(item["location"]) ?? "",
    store: isJsonObject(item["replica"]) ? toStore(item["replica"]) : undefined,
  }));
}

export function toStore(value: JsonObject): StoreSettings {
  const { driver, ...options } = value;
  if (driver === "s3" || driver === "azure-blob" || driver === "oci") return { driver, options };
  return { driver: "file", root: textOf(value["root"]) ?? "" };
}

export function toBytes(value: JsonValue | undefined): number | undefined {
  if (typeof value === "number") return value;
  const size = typeof value === "string" ? parseSize(value) : undefined;
  return size?.ok === true ? size.value : undefined;
}

function toVersioning(value: JsonObject): Readonly<Record<AssetKind, VersionScheme>> {
  const fallback = toScheme(value["default"]) ?? "integer";
  const schemes = assetKinds.map((kind) => toScheme(value[pluralOfKind[kind]]) ?? fallback);
  const [model = fallback, environment = fallback, component = fallback, data = fallback] = schemes;
  return { model, environment, component, data };
}

function toScheme(value: JsonValue | undefined): VersionScheme | undefined {
  return versionSchemes.find((scheme) => scheme === value);
}
