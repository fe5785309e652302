import { compareFindings } from "../../domain/finding.ts";
import type { SourceTree } from "../../source/source-tree.ts";
import type { ValidateReport, ValidateRequest } from "../app-validate.ts";
import { acceptFindings } from "./accept-findings.ts";
import type { EditableFiles } from "./editable-files.ts";
import { acceptNeedsRegistry, noWorkTree } from "./errors.ts";
import { fixFindings } from "./fix-findings.ts";
import { readExcerpts } from "./read-excerpts.ts";

/** What is checked: a folder, a commit, or a single manifest. */
export interface CheckTarget {
  readonly tree: SourceTree;
  /** Whether the tree is a whole registry and not one manifest with the files around it. */
  readonly isRegistry: boolean;
  /** Absent for what cannot be changed: a commit. */
  readonly files: EditableFiles | undefined;
  readonly check: () => Promise<ValidateReport>;
  /** How a person named a path of the tree. */
  readonly nameOf: (path: string) => string;
}

/** Checks a target, and corrects or accepts first what the request asks for. */
export async function checkTarget(
  target: CheckTarget,
  request: ValidateRequest,
): Promise<ValidateReport> {
  const changed = await changeTarget(target, request);
  const report = await excerptReport(target.tree, changed ?? (await target.check()), request);
  return renameReport(report, target.nameOf);
}

/** `undefined` when nothing is to be changed. */
async function changeTarget(
  { tree, files, isRegistry, check }: CheckTarget,
  { fix, accept }: ValidateRequest,
): Promise<ValidateReport | undefined> {
  if (fix === undefined && accept === undefined) return undefined;
  if (files === undefined) throw noWorkTree(tree.origin);
  if (accept !== undefined && !isRegistry) throw acceptNeedsRegistry();
  let report = await check();
  if (fix !== undefined) {
    const fixes = await fixFindings({ tree, files }, report.findings, fix);
    const isChanged = fixes.some(({ outcome }) => outcome === "fixed");
    report = { ...(isChanged ? await check() : report), fixes };
  }
  if (accept === undefined) return report;
  const acceptance = await acceptFindings({ tree, files }, report.findings, accept);
  return { ...report, ...(acceptance.entries > 0 ? await check() : report), acceptance };
}

/** The report with the lines that its findings stand in, if they are asked for. */
async function excerptReport(
  tree: SourceTree,
  report: ValidateReport,
  { withExcerpts }: Pick<ValidateRequest, "withExcerpts">,
): Promise<ValidateReport> {
  if (withExcerpts !== true) return report;
  return { ...report, excerpts: await readExcerpts(tree, report.findings) };
}

export function renameReport(
  report: ValidateReport,
  nameOf: (path: string) => string,
): ValidateReport {
  const rename = <Item extends { readonly path: string }>(item: Item): Item => ({
    ...item,
    path: nameOf(item.path),
  });
  const { findings, excerpts, fixes, acceptance } = report;
  return {
    ...report,
    findings: findings.map(rename),
    ...(excerpts === undefined ? {} : { excerpts: excerpts.map(rename) }),
    ...(fixes === undefined ? {} : { fixes: fixes.map(rename) }),
    ...(acceptance === undefined
      ? {}
      : { acceptance: { ...acceptance, unpublished: acceptance.unpublished.map(nameOf) } }),
  };
}

/** Several targets in one answer. */
export function mergeReports(reports: readonly ValidateReport[]): ValidateReport {
  const excerpts = reports.flatMap((report) => report.excerpts ?? []);
  const fixes = reports.flatMap((report) => report.fixes ?? []);
  const acceptances = reports.flatMap(({ acceptance }) => acceptance ?? []);
  const [first] = acceptances;
  return {
    findings: reports.flatMap(({ findings }) => findings).sort(compareFindings),
    assets: sum(reports.map(({ assets }) => assets)),
    files: sum(reports.map(({ files }) => files)),
    ...(reports.some((report) => report.excerpts !== undefined) ? { excerpts } : {}),
    ...(reports.some((report) => report.fixes !== undefined) ? { fixes } : {}),
    ...(first === undefined
      ? {}
      : {
          acceptance: {
            findings: sum(acceptances.map(({ findings }) => findings)),
            entries: sum(acceptances.map(({ entries }) => entries)),
            until: first.until,
            unpublished: acceptances.flatMap(({ unpublished }) => unpublished),
          },
        }),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
