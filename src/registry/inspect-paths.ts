import type { LocalPath } from "../domain/registry.ts";
import type { SourceEntry } from "../source/source-tree.ts";
import { toAsset, type Draft } from "./drafts.ts";
import type { FileContents } from "./file-contents.ts";
import type { FileTable } from "./file-table.ts";
import { joinPath, PathInspector } from "./local-paths.ts";
import { checkMetricFiles, metricFilesOf } from "./metric-files.ts";
import { companionPath, readSupportingTexts } from "./supporting-texts.ts";

export interface Inspected {
  readonly files: FileTable;
  readonly contents: FileContents;
  /** Those that were inspected before: others may name them. */
  readonly known?: ReadonlyMap<string, Draft>;
}

/** Looks at the files behind every local path, after reading in bulk what that needs. */
export async function inspectPaths(
  drafts: readonly Draft[],
  { files, contents, known }: Inspected,
): Promise<void> {
  const pending = drafts.flatMap((draft) => draft.pending);
  const covered = new Set<SourceEntry>();
  for (const target of new Set(pending.map((path) => path.target))) {
    const entry = files.get(target);
    for (const each of entry === undefined ? files.below(target) : [entry]) covered.add(each);
  }
  const metrics = drafts.flatMap((draft) => metricFilesOf(draft, files));
  const companions = pending.flatMap((path) => [
    joinPath(path.target, ".amlignore"),
    ...path.companions.map((companion) => companionPath(path, companion)),
  ]);
  companions.push(...metrics.map(({ path }) => path));
  await contents.load({ covered, companions });
  for (const draft of drafts) {
    draft.metadataFindings.push(...checkMetricFiles(draft, files, contents));
  }
  const inspector = new PathInspector(files, contents);
  const assetAt = assetFinder(drafts, known);
  for (const draft of drafts) {
    for (const path of draft.pending) {
      const asset = assetAt(path.target);
      const { pointer, place, text, target } = path;
      if (asset !== undefined && path.shape === "manifest") {
        draft.localPaths.push({ pointer, place, text, target, asset, files: [], texts: [] });
        continue;
      }
      const { files: covers, findings } = inspector.inspect(path);
      const supporting = readSupportingTexts(path, covers, contents);
      draft.findings.push(...findings, ...supporting.findings);
      const { texts } = supporting;
      draft.localPaths.push({
        pointer,
        place,
        text,
        target,
        asset: undefined,
        files: covers,
        texts,
      });
    }
  }
}

/** `./prep.yml` that is itself a manifest means that asset. */
function assetFinder(
  drafts: readonly Draft[],
  known: ReadonlyMap<string, Draft> = new Map(),
): (path: string) => LocalPath["asset"] {
  const byPath = new Map(drafts.map((draft) => [draft.document.path, draft]));
  return (path) => {
    const draft = byPath.get(path) ?? known.get(path);
    return draft?.role.type === "asset" ? toAsset(draft, draft.role.kind)?.key : undefined;
  };
}
