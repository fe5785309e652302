import { assetKinds, type AssetKind } from "../domain/asset.ts";
import type { Finding } from "../domain/finding.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import { errorAt } from "./local-paths.ts";
import { YamlDocument } from "./manifest-document.ts";
import type { TextReader } from "./text-reader.ts";
import { emptyYaml, type ParsedYaml } from "./yaml/parse-yaml.ts";

export interface AssetLayout {
  /** Undefined for the types of asset.yaml that Cairn does not version. */
  readonly kind: AssetKind | undefined;
  /** The spec, with the name and version that asset.yaml decides. */
  readonly document: YamlDocument;
  readonly findings: readonly Finding[];
}

/** Reads the layout of Azure/azureml-assets: `asset.yaml` with `type`, `spec`, `name`, `version`. */
export function readAssetLayout(options: {
  readonly texts: TextReader;
  readonly path: string;
  readonly specPath: string;
}): AssetLayout {
  const { texts, path, specPath } = options;
  const findings = [...texts.findings(path)];
  const parsed = texts.parsed(path);
  const layout = isJsonObject(parsed?.value) ? parsed.value : {};
  const type = layout["type"];
  const kind = assetKinds.find((candidate) => candidate === type);
  const spec = texts.parsed(specPath);
  if (parsed === undefined || spec === undefined || !isJsonObject(spec.value)) {
    const place = parsed === undefined ? { path } : { path, ...parsed.places.of(["spec"]) };
    findings.push(
      errorAt("path-missing", `There is no manifest ${specPath}, which "spec" names.`, place),
    );
    return { kind: undefined, document: new YamlDocument(path, emptyYaml), findings };
  }
  const value = overlay(
    { ...spec.value, ...versionText(spec) },
    { ...layout, ...versionText(parsed) },
  );
  return { kind, document: new YamlDocument(specPath, spec, value), findings };
}

/** `auto` and templates (`{{asset.version}}`) leave the version to Cairn. */
function overlay(spec: JsonObject, layout: JsonObject): JsonObject {
  const name = plain(layout["name"]) ?? plain(spec["name"]);
  const version = plain(layout["version"]) ?? plain(spec["version"]);
  const { name: _name, version: _version, ...rest } = spec;
  return {
    ...(name === undefined ? {} : { name }),
    ...(version === undefined || version === "auto" ? {} : { version }),
    ...rest,
  };
}

/** Versions here are text, however they are written. */
function versionText({ places }: ParsedYaml): JsonObject {
  const source = places.sourceOf(["version"]);
  return source === undefined ? {} : { version: source };
}

function plain(value: JsonValue | undefined): JsonValue | undefined {
  return typeof value === "string" && value.includes("{{") ? undefined : value;
}
