import { isFixable, type Finding, type Fix } from "../../domain/finding.ts";
import { applyFixes, type FixedText } from "../../registry/apply-fix.ts";
import { yamlLimits } from "../../registry/yaml/limits.ts";
import type { SourceTree } from "../../source/source-tree.ts";
import type { FixReport } from "../app-validate.ts";
import type { EditableFiles } from "./editable-files.ts";
import { linesOf, secretLines } from "./read-excerpts.ts";

interface Workplace {
  readonly tree: SourceTree;
  readonly files: EditableFiles;
}

/**
 * Corrects what carries a fix and is not accepted, file by file. What cannot be corrected without
 * touching something else, or was changed meanwhile, is left as it is.
 */
export async function fixFindings(
  { tree, files }: Workplace,
  findings: readonly Finding[],
  { isDryRun }: { readonly isDryRun: boolean },
): Promise<readonly FixReport[]> {
  const wanted = new Map<string, Fixable[]>();
  for (const finding of findings) {
    if (!isFixable(finding)) continue;
    const inFile = wanted.get(finding.path) ?? [];
    inFile.push(finding);
    wanted.set(finding.path, inFile);
  }
  const reports: FixReport[] = [];
  const maxBytes = yamlLimits.lockSizeBytes;
  for await (const { path, bytes } of tree.readMany([...wanted.keys()], { maxBytes })) {
    const fixable = wanted.get(path) ?? [];
    const fixed = applyFixes(
      bytes,
      fixable.map(({ fix }) => fix),
    );
    const hasChanged = fixed.changes.some((change) => change !== undefined);
    const isWritten =
      hasChanged &&
      !isDryRun &&
      (await files.replace(path, { before: bytes, after: fixed.bytes })) === "written";
    const outcome = isWritten ? "fixed" : isDryRun ? "proposed" : "left";
    const hidden = secretLines(linesOf(bytes), path, findings);
    reports.push(...reportFile(fixable, fixed, { outcome, hidden }));
  }
  return reports.sort((left, right) => compare(left, right));
}

type Fixable = Finding & { readonly fix: Fix };

function reportFile(
  fixable: readonly Fixable[],
  { changes }: FixedText,
  file: { readonly outcome: FixReport["outcome"]; readonly hidden: ReadonlySet<number> },
): readonly FixReport[] {
  return fixable.map(({ rule, path, line }, index) => {
    const change = changes[index];
    if (change === undefined || file.outcome === "left") {
      const place = line === undefined ? { path } : { path, line };
      return { rule, ...place, outcome: "left", before: [], after: [] };
    }
    const { before, after } = change;
    const isSecret = before.some((_, offset) => file.hidden.has(change.line + offset));
    const lines = isSecret ? { before: [], after: [] } : { before, after };
    return { rule, path, line: change.line, outcome: file.outcome, ...lines };
  });
}

function compare(left: FixReport, right: FixReport): number {
  if (left.path !== right.path) return left.path < right.path ? -1 : 1;
  return (left.line ?? 0) - (right.line ?? 0);
}
