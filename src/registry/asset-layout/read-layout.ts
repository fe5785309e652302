import type { Finding } from "../../domain/finding.ts";
import type { AssetLayout } from "../../domain/registry.ts";
import { isJsonObject, type JsonObject } from "../../shared/json.ts";
import { roleOfKind, type ManifestRole } from "../classify.ts";
import type { FileTable } from "../file-table.ts";
import { errorAt } from "../local-paths.ts";
import { YamlDocument } from "../manifest-document.ts";
import type { SpecTexts } from "./spec-texts.ts";
import type { VersionField } from "../version-field.ts";
import { emptyYaml, type ParsedYaml } from "../yaml/parse-yaml.ts";
import { kindOfType } from "./asset-types.ts";
import { buildContext, isStoredElsewhere, readExtraConfig } from "./extra-config.ts";
import { LayoutFile } from "./layout-file.ts";
import { layoutFindings, notVersioned, templateFindings } from "./layout-findings.ts";
import { readIdentity } from "./layout-name.ts";
import { layoutPaths, notContent, type LayoutPath } from "./layout-paths.ts";
import { specFindings } from "./spec-schema.ts";
import { renderSpec } from "./spec-value.ts";
import { templateData } from "./template-data.ts";
import { unmask } from "./templates.ts";

/** One asset.yaml with its spec, read together. */
export interface LayoutRead {
  /** What the spec is; `not-checked` for types that Cairn does not version. */
  readonly role: ManifestRole;
  /** The spec, with its templates filled in and the name and version that asset.yaml decides. */
  readonly document: YamlDocument;
  readonly version: VersionField;
  readonly findings: readonly Finding[];
  readonly layout: AssetLayout;
  /** Files that are no content of it. */
  readonly own: readonly string[];
  paths(named: ReadonlySet<string>): Iterable<LayoutPath>;
  /** Whether its bytes lie in storage, so that `path` says nothing about their form. */
  readonly isStoredElsewhere: boolean;
}

export interface LayoutOptions {
  readonly texts: SpecTexts;
  readonly files: FileTable;
  /** Of asset.yaml. */
  readonly path: string;
}

/** Reads the layout of Azure/azureml-assets: `asset.yaml`, its spec and its extra_config. */
export function readAssetLayout(options: LayoutOptions): LayoutRead {
  const { texts, files, path } = options;
  const layout = new LayoutFile(new YamlDocument(path, texts.parsed(path) ?? emptyYaml), files);
  const type = layout.text("type") ?? "";
  const config = layout.named("extra_config")?.target;
  const extra = readExtraConfig({ texts, files, type, path: config });
  const findings = [...layoutFindings(layout, type, texts), ...extra.findings];
  const specPath = layout.named("spec")?.target ?? "";
  const spec = readSpec(texts, specPath);
  if (spec === undefined || !isJsonObject(spec.value)) {
    if (files.has(specPath)) findings.push(...unreadableSpec(texts, specPath));
    return unusable({ layout, type, extra: extra.config, findings });
  }
  return withSpec({
    layout,
    type,
    extra: extra.config,
    findings,
    files,
    texts,
    specPath,
    spec,
    value: spec.value,
  });
}

/** Templates that YAML cannot read were hidden from it. */
function readSpec(texts: SpecTexts, path: string): ParsedYaml | undefined {
  const parsed = texts.parsed(path);
  return parsed?.value === undefined ? parsed : { ...parsed, value: unmask(parsed.value) };
}

function unreadableSpec(texts: SpecTexts, path: string): readonly Finding[] {
  const findings = texts.findings(path);
  if (findings.length > 0) return findings;
  return [errorAt("schema", "The spec must be a mapping.", { path, line: 1, column: 1 })];
}

interface Reading {
  readonly layout: LayoutFile;
  readonly type: string;
  readonly extra: LayoutFile | undefined;
  readonly findings: readonly Finding[];
}

function unusable({ layout, type, extra, findings }: Reading): LayoutRead {
  return {
    role: { type: "not-checked", name: type },
    document: layout.document,
    version: { version: undefined, findings: [] },
    findings,
    layout: {
      document: layout.document,
      type,
      name: layout.text("name"),
      isAuto: layout.document.value["version"] === "auto",
      spec: undefined,
      extraConfig: extra?.document,
    },
    own: [],
    paths: () => [],
    isStoredElsewhere: false,
  };
}

function withSpec(
  reading: Reading & {
    readonly files: FileTable;
    readonly texts: SpecTexts;
    readonly specPath: string;
    readonly spec: ParsedYaml;
    readonly value: JsonObject;
  },
): LayoutRead {
  const { layout, type, extra, files, texts, specPath, spec, value } = reading;
  const raw = new YamlDocument(specPath, spec);
  const identity = readIdentity(layout.document, raw);
  const data = templateData(type, identity.name, extra);
  const rendered = renderSpec({
    value,
    data,
    name: identity.name,
    version: identity.version.version,
    specPath,
    context: extra === undefined ? undefined : buildContext(extra)?.target,
  });
  const document = new YamlDocument(specPath, spec, rendered);
  const kind = kindOfType(type);
  const role = kind === undefined ? undefined : roleOfKind(kind, rendered);
  const isVersioned = kind !== undefined && role?.type !== "not-checked";
  const findings = [
    ...reading.findings,
    ...identity.findings,
    ...templateFindings(raw, type, data),
    ...specFindings({ role, kind, spec: { ...spec, value: rendered }, path: specPath, texts }),
  ];
  return {
    role: role ?? { type: "not-checked", name: `asset.yaml of type ${type.slice(0, 60)}` },
    document,
    version: identity.version,
    findings: isVersioned ? findings : [...findings, notVersioned(layout, type)],
    layout: {
      document: layout.document,
      type,
      name: identity.name,
      isAuto: identity.isAuto,
      spec: document,
      extraConfig: extra?.document,
    },
    own: notContent(layout, files),
    paths: (named) => layoutPaths({ layout, extra, named }),
    isStoredElsewhere: extra !== undefined && isStoredElsewhere(extra),
  };
}
