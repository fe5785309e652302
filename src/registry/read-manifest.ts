import type { Registry } from "../domain/registry.ts";
import { CairnError } from "../shared/errors.ts";
import type { SourceTree } from "../source/source-tree.ts";
import { loadSpecTexts } from "./asset-layout/spec-texts.ts";
import { createDocumentCache } from "./document-cache.ts";
import { DraftReader } from "./draft-reader.ts";
import { FileTable } from "./file-table.ts";
import { assembleDrafts, emptyRegistry, notChecked } from "./read-registry.ts";
import { inspectPaths } from "./inspect-paths.ts";
import { FileContents } from "./file-contents.ts";
import {
  guessRole,
  manifestKinds,
  roleOfManifestKind,
  type ManifestKind,
} from "./manifest-kind.ts";
import { TextReader } from "./text-reader.ts";

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
  const value = texts.parsed(path)?.value;
  const role =
    kind === undefined
      ? (reader.classify(path) ?? guessRole(path, value))
      : roleOfManifestKind(kind, value);
  if (role === undefined) throw notAManifest(path);
  if (role.type === "not-checked") return emptyRegistry(files, [notChecked(path, role)]);
  const draft = reader.read(path, role);
  await inspectPaths([draft], { files, contents: new FileContents(tree, files, cache) });
  return { ...emptyRegistry(files, []), ...assembleDrafts([draft]) };
}

function notAManifest(path: string): CairnError {
  return new CairnError({
    code: "REGISTRY_NOT_A_MANIFEST",
    kind: "invalid",
    message: `Nothing in ${path} says what kind of manifest it is.`,
    hint: `Add a $schema, or say it: --kind ${manifestKinds.join(", ")}.`,
  });
}
