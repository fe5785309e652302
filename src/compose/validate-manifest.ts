import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";

import { findLocalRepository } from "../git/drivers/locate-repository.ts";
import { isManifestKind, manifestKinds } from "../registry/manifest-kind.ts";
import { yamlLimits } from "../registry/yaml/limits.ts";
import { CairnError } from "../shared/errors.ts";
import { FolderSourceTree } from "../source/drivers/folder.ts";
import type { ValidateRequest } from "../usecases/app.ts";
import type { CheckTarget } from "../usecases/author/check-target.ts";
import { validateManifest } from "../usecases/validate.ts";
import { WorkTreeFiles } from "./work-tree-files.ts";

/**
 * A manifest with the files around it: from its own folder up to where its relative paths point,
 * and not out of the repository it lies in.
 */
export async function openManifest({ kind }: ValidateRequest, path: string): Promise<CheckTarget> {
  if (kind !== undefined && !isManifestKind(kind)) throw kindUnknown(kind);
  const folder = await reachedFolder(path);
  const options = { path: relative(folder, path), ...(kind === undefined ? {} : { kind }) };
  const prefix = relative(folder, dirname(path));
  return {
    tree: new FolderSourceTree({ folder }),
    isRegistry: false,
    files: new WorkTreeFiles(folder),
    check: async () => ({
      ...(await validateManifest(new FolderSourceTree({ folder }), options)),
      files: 1,
    }),
    nameOf: (name) => shown(name, prefix, path),
  };
}

async function reachedFolder(path: string): Promise<string> {
  const { size } = await stat(path);
  // What is larger is a finding and nobody reads its paths.
  const text = size > 0 && size <= yamlLimits.sizeBytes ? await readFile(path, "latin1") : "";
  let steps = 0;
  for (const [up] of text.matchAll(/(?:\.\.[/\\])+/g)) steps = Math.max(steps, up.length / 3);
  const limit = (await findLocalRepository(dirname(path)))?.workTree;
  let folder = dirname(path);
  for (let step = 0; step < steps && folder !== limit && folder !== dirname(folder); step += 1) {
    folder = dirname(folder);
  }
  return folder;
}

/** Paths as the person wrote them: from the manifest's own folder. */
function shown(path: string, prefix: string, manifest: string): string {
  const name = path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : path;
  return name === basename(manifest) ? name : join(name);
}

function kindUnknown(kind: string): CairnError {
  return new CairnError({
    code: "KIND_UNKNOWN",
    kind: "invalid",
    message: `"${kind}" is no kind of manifest.`,
    hint: `Write one of ${manifestKinds.join(", ")}.`,
  });
}
