import type { Finding } from "../../domain/finding.ts";
import { isJsonObject, valueAt } from "../../shared/json.ts";
import type { FileTable } from "../file-table.ts";
import { joinPath } from "../local-paths.ts";
import { YamlDocument } from "../manifest-document.ts";
import type { SchemaName } from "../schema/schemas.ts";
import type { SpecTexts } from "./spec-texts.ts";
import { LayoutFile, type NamedPath } from "./layout-file.ts";

/** What environment.yaml, model.yaml or storage.yaml says. */
export interface ExtraConfig {
  /** Absent when there is none, or none that can be read. */
  readonly config: LayoutFile | undefined;
  readonly findings: readonly Finding[];
}

const schemaOfType: Readonly<Record<string, SchemaName>> = {
  environment: "asset-environment",
  model: "asset-model",
  data: "asset-storage",
  prompt: "asset-storage",
};

export function readExtraConfig(options: {
  readonly texts: SpecTexts;
  readonly files: FileTable;
  readonly type: string;
  readonly path: string | undefined;
}): ExtraConfig {
  const { texts, files, type, path } = options;
  // asset.yaml has the finding about what is not there.
  if (path === undefined || !files.has(path)) return { config: undefined, findings: [] };
  const schema = Object.hasOwn(schemaOfType, type) ? schemaOfType[type] : undefined;
  const findings = [...texts.findings(path, schema)];
  const parsed = texts.parsed(path);
  if (parsed === undefined || !isJsonObject(parsed.value)) return { config: undefined, findings };
  const config = new LayoutFile(new YamlDocument(path, parsed), files);
  if (type === "environment") findings.push(...contextFindings(config));
  if (type === "model") findings.push(...modelFindings(config));
  return { config, findings };
}

/** The folder that the image is built from. */
export function buildContext(file: LayoutFile): NamedPath | undefined {
  return file.named("image", "context", "dir");
}

export function dockerfileName(file: LayoutFile): string {
  return file.text("image", "context", "dockerfile") ?? "Dockerfile";
}

function* contextFindings(file: LayoutFile): Iterable<Finding> {
  const context = buildContext(file);
  if (context === undefined) return;
  const problems = [...file.missing(context, "build context")];
  yield* problems;
  if (problems.length > 0 || context.target === undefined) return;
  const name = dockerfileName(file);
  const pointer = ["image", "context", "dockerfile"];
  yield* file.missing(
    { pointer, text: name, target: joinPath(context.target, name) },
    "Dockerfile",
  );
}

function* modelFindings(file: LayoutFile): Iterable<Finding> {
  const description = file.named("publish", "description");
  if (description !== undefined) yield* file.missing(description, "description");
  const local = localModel(file);
  if (local !== undefined) yield* file.missing(local, "file or folder");
}

/** The files of a model that lies in the repository. */
export function localModel(file: LayoutFile): NamedPath | undefined {
  return file.text("path", "type") === "local" ? file.named("path", "uri") : undefined;
}

/** Whether the bytes lie in a storage account or another repository. */
export function isStoredElsewhere({ document }: LayoutFile): boolean {
  const type = valueAt(document.value, ["path", "type"]);
  return type !== undefined && type !== "local";
}
