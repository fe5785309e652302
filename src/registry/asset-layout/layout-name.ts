import type { Finding } from "../../domain/finding.ts";
import { errorAt } from "../local-paths.ts";
import type { YamlDocument } from "../manifest-document.ts";
import { textOf } from "../values.ts";
import { readVersion, type VersionField } from "../version-field.ts";
import { hasTemplate } from "./templates.ts";

/** Name and version, which asset.yaml decides and the spec may repeat. */
export interface LayoutIdentity {
  readonly name: string | undefined;
  readonly isAuto: boolean;
  readonly version: VersionField;
  readonly findings: readonly Finding[];
}

export function readIdentity(layout: YamlDocument, spec: YamlDocument): LayoutIdentity {
  const name = ownOrSpecs(layout, spec, "name");
  const isAuto = layout.value["version"] === "auto";
  const version = isAuto ? autoVersion(spec) : readVersions(layout, spec);
  return {
    name: name.text,
    isAuto,
    version: { version: version.version, findings: [] },
    findings: [...name.findings, ...version.findings],
  };
}

/** What a field says, as text, and what is wrong with the two together. */
function ownOrSpecs(
  layout: YamlDocument,
  spec: YamlDocument,
  key: "name" | "version",
): { readonly text: string | undefined; readonly findings: readonly Finding[] } {
  const own = fieldText(layout, key);
  const specs = fieldText(spec, key);
  if (specs === undefined || hasTemplate(specs)) {
    if (own !== undefined || specs === undefined) return { text: own, findings: [] };
    const message = `The ${key} in the spec is a template, and asset.yaml says none: write "${key}" in ${layout.path}.`;
    return { text: undefined, findings: [errorAt("asset-layout", message, spec.placeOf([key]))] };
  }
  if (own === undefined || own === specs) return { text: specs, findings: [] };
  const message = `The ${key} is "${specs}" here and "${own}" in ${layout.path}: write "{{asset.${key}}}", or the same.`;
  return { text: own, findings: [errorAt("asset-layout", message, spec.placeOf([key]))] };
}

/** Versions here are text, however they are written. */
function fieldText(document: YamlDocument, key: string): string | undefined {
  return document.sourceOf([key]) ?? textOf(document.value[key]);
}

function readVersions(layout: YamlDocument, spec: YamlDocument): VersionField {
  const { text, findings } = ownOrSpecs(layout, spec, "version");
  const mangled = [layout, spec].flatMap((document) => {
    const isSaid = document.value["version"] !== undefined;
    return isSaid && !isDay(document, layout) ? readVersion(document).findings : [];
  });
  // The template of a spec has its own findings.
  return mangled.length > 0
    ? { version: undefined, findings: mangled }
    : { version: text, findings };
}

/** asset.yaml is not read by Azure ML's client, which refuses days. */
function isDay(document: YamlDocument, layout: YamlDocument): boolean {
  return document === layout && /^\d{4}-\d\d-\d\d$/.test(document.sourceOf(["version"]) ?? "");
}

function autoVersion(spec: YamlDocument): VersionField {
  const specs = fieldText(spec, "version");
  if (specs === undefined || specs === "auto" || hasTemplate(specs)) {
    return { version: undefined, findings: [] };
  }
  const finding: Finding = {
    rule: "asset-layout",
    severity: "warning",
    message: `asset.yaml says "version: auto", and the spec says ${specs} for good: write "{{asset.version}}" here.`,
    ...spec.placeOf(["version"]),
  };
  return { version: undefined, findings: [finding] };
}
