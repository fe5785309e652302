import { assetKinds } from "../domain/asset.ts";
import type { Registry } from "../domain/registry.ts";
import { CairnError } from "../shared/errors.ts";
import { isJsonObject, type JsonValue } from "../shared/json.ts";
import type { SourceTree } from "../source/source-tree.ts";
import { loadSpecTexts } from "./asset-layout/spec-texts.ts";
import { createDocumentCache } from "./document-cache.ts";
import {
  deploymentRole,
  endpointRole,
  jobRole,
  roleOfKind,
  type ManifestRole,
} from "./classify.ts";
import { DraftReader } from "./draft-reader.ts";
import { FileTable } from "./file-table.ts";
import { assembleDrafts, emptyRegistry, notChecked } from "./read-registry.ts";
import { inspectPaths } from "./inspect-paths.ts";
import { FileContents } from "./file-contents.ts";
import { TextReader } from "./text-reader.ts";

/** What a manifest can be said to be when nothing in it says so. */
export const manifestKinds = [
  ...assetKinds,
  "endpoint",
  "deployment",
  "job",
  "schedule",
  "registry",
] as const;
export type ManifestKind = (typeof manifestKinds)[number];

export function isManifestKind(text: string): text is ManifestKind {
  return manifestKinds.some((kind) => kind === text);
}

export interface ReadManifestOptions {
  readonly path: string;
  readonly kind?: ManifestKind;
}

/**
 * Reads one manifest without a registry around it: its form and its files are checked, what it
 * refers to is not. Rejects with `REGISTRY_NOT_A_MANIFEST` when nothing says what the file is.
 */
export async function readManifest(
  tree: SourceTree,
  { path, kind }: ReadManifestOptions,
): Promise<Registry> {
  const cache = createDocumentCache();
  const files = new FileTable(await tree.list());
  const texts = new TextReader(tree, files, cache, (candidate) => candidate === path);
  const stem = path.replace(/\.ya?ml$/, "");
  await texts.load([path, ...["meta", "lock"].map((each) => `${stem}.${each}.yaml`)]);
  const specs = await loadSpecTexts({ tree, files, texts, cache });
  const reader = new DraftReader(texts, files, specs);
  const role = kind === undefined ? reader.classify(path) : roleOf(kind, texts.parsed(path)?.value);
  if (role === undefined) throw notAManifest(path);
  if (role.type === "not-checked") return emptyRegistry(files, [notChecked(path, role)]);
  const draft = reader.read(path, role);
  await inspectPaths([draft], files, new FileContents(tree, files, cache));
  return { ...emptyRegistry(files, []), ...assembleDrafts([draft]) };
}

function roleOf(kind: ManifestKind, value: JsonValue | undefined): ManifestRole | undefined {
  if (kind === "job") return jobRole(value);
  if (kind === "schedule") return { type: "schedule", schema: "schedule" };
  if (kind === "registry") {
    // Cairn's own registry.yaml has a format; Azure's resource of that name has none.
    const isOwn = isJsonObject(value) && "format" in value;
    return { type: "azureml-registry", schema: isOwn ? "registry" : "azureml-registry" };
  }
  if (kind === "endpoint" || kind === "deployment") {
    if (!isJsonObject(value)) return { type: kind, schema: kind };
    return kind === "endpoint" ? endpointRole(value) : deploymentRole(value);
  }
  if (kind !== "component") return { type: "asset", kind, schema: kind };
  const found = isJsonObject(value) ? roleOfKind(kind, value) : undefined;
  return found ?? { type: "asset", kind, schema: "command-component" };
}

function notAManifest(path: string): CairnError {
  return new CairnError({
    code: "REGISTRY_NOT_A_MANIFEST",
    kind: "invalid",
    message: `Nothing in ${path} says what kind of manifest it is.`,
    hint: `Add a $schema, or say it: --kind ${manifestKinds.join(", ")}.`,
  });
}
