import type { Finding } from "../../domain/finding.ts";
import { valueAt } from "../../shared/json.ts";
import { errorAt } from "../local-paths.ts";
import type { YamlDocument } from "../manifest-document.ts";
import type { PointerPath } from "../yaml/pointer.ts";
import { isKnownType, kindOfType } from "./asset-types.ts";
import type { LayoutFile } from "./layout-file.ts";
import { releasePaths } from "./layout-paths.ts";
import type { SpecTexts } from "./spec-texts.ts";
import { isOwnVariable, unknownVariables, type TemplateData } from "./templates.ts";

/** What is wrong with asset.yaml itself: what Azure/azureml-assets refuses, and what it should. */
export function* layoutFindings(
  layout: LayoutFile,
  type: string,
  texts: SpecTexts,
): Iterable<Finding> {
  const { document } = layout;
  const categories = document.placeOf(["categories"]);
  for (const finding of texts.findings(document.path, "asset")) {
    // A text there is taken as it is, and only the gallery shows it letter by letter.
    const isLenient =
      finding.rule === "schema" &&
      document.value["categories"] !== undefined &&
      finding.line === categories.line &&
      finding.column === categories.column;
    yield isLenient ? { ...finding, severity: "warning" } : finding;
  }
  if (type !== "" && !isKnownType(type)) {
    const message = `"${type.slice(0, 60)}" is no type of asset that Azure/azureml-assets is known to have.`;
    yield { ...errorAt("asset-layout", message, document.placeOf(["type"])), severity: "warning" };
  }
  yield* namedFindings(layout, type);
  yield* testFindings(layout);
}

function* namedFindings(layout: LayoutFile, type: string): Iterable<Finding> {
  const spec = layout.named("spec");
  if (spec !== undefined) yield* layout.missing(spec, "spec");
  const extra = layout.named("extra_config");
  if (extra !== undefined) yield* layout.missing(extra, "extra_config");
  else if (type === "environment") {
    const message = `An environment says in its extra_config how its image is built: write "extra_config: environment.yaml".`;
    yield errorAt("asset-layout", message, layout.document.placeOf(["extra_config"]));
  }
  const description = layout.named("description_file");
  if (description !== undefined) yield* layout.missing(description, "description_file");
  for (const include of releasePaths(layout, false)) {
    yield* layout.missing(include, "file or folder");
  }
  for (const exclude of releasePaths(layout, true)) {
    // Theirs passes over an exclusion that excludes nothing.
    for (const finding of layout.missing(exclude, "file or folder to exclude")) {
      yield { ...finding, rule: "asset-layout", severity: "warning" };
    }
  }
}

function* testFindings(layout: LayoutFile): Iterable<Finding> {
  const { document } = layout;
  const at = ["test", "pytest"] as const;
  const isBoth = ["conda_environment", "pip_requirements"].every(
    (key) => layout.text(...at, key) !== undefined,
  );
  if (!isBoth) return;
  const message = `The tests have a conda_environment and pip_requirements: keep one.`;
  const finding = errorAt("asset-layout", message, document.placeOf([...at, "pip_requirements"]));
  // Where tests are not enabled, theirs does not look.
  const isEnabled = valueAt(document.value, [...at, "enabled"]) === true;
  yield isEnabled ? finding : { ...finding, severity: "warning" };
}

/** Variables that nothing defines stay in the text, and Azure ML gets to see them. */
export function* templateFindings(
  spec: YamlDocument,
  type: string,
  data: TemplateData,
): Iterable<Finding> {
  for (const { variable, pointer } of unknownVariables(spec.value, data)) {
    // Evaluators, benchmarks and prompts are full of templates that others fill in later.
    if (kindOfType(type) === undefined && !isOwnVariable(variable)) continue;
    const message = `Nothing defines {{${variable.slice(0, 80)}}}: it would stay as it is.`;
    const severity = isBreaking(pointer) ? "error" : "warning";
    yield { rule: "asset-template", severity, message, ...spec.placeOf(pointer) };
  }
}

/** Where a text with braces names nothing that exists. */
function isBreaking([key]: PointerPath): boolean {
  return ["name", "version", "image", "build", "path", "code", "conda_file"].includes(String(key));
}

/** Cairn looks at the assets it does not version too, and says that this is all it does. */
export function notVersioned(layout: LayoutFile, type: string): Finding {
  const what =
    kindOfType(type) === undefined
      ? `assets of type ${type.slice(0, 60)}`
      : "this type of component";
  const message = `Cairn does not version ${what}: only asset.yaml and the files it names were checked.`;
  return { rule: "not-checked", severity: "info", message, ...layout.document.placeOf(["type"]) };
}
