import { acceptanceRules, isFixedRule } from "../../domain/finding-policy.ts";
import type { Finding } from "../../domain/finding.ts";
import { acceptInSettings, isNameable } from "../../registry/accept-in-settings.ts";
import { yamlLimits } from "../../registry/yaml/limits.ts";
import type { SourceTree } from "../../source/source-tree.ts";
import type { AcceptRequest, AcceptanceReport } from "../app-validate.ts";
import type { EditableFiles } from "./editable-files.ts";
import { acceptInvalid, acceptSettingsBroken, fileWasChanged } from "./errors.ts";

const settingsPath = "registry.yaml";
/** What the schema of registry.yaml allows. */
const maxReason = 1024;

/**
 * Writes `accept` entries to registry.yaml for every error and warning that is not accepted yet.
 * Rejects with `ACCEPT_…` when nothing can be accepted there; then nothing is written.
 */
export async function acceptFindings(
  { tree, files }: { readonly tree: SourceTree; readonly files: EditableFiles },
  findings: readonly Finding[],
  request: AcceptRequest,
): Promise<AcceptanceReport> {
  const broken = findings.find(
    ({ path, severity, accepted }) =>
      path === settingsPath && severity === "error" && accepted === undefined,
  );
  if (broken !== undefined) throw acceptSettingsBroken(broken.message);
  const wanted = countByRuleAndFile(findings);
  const until = request.until;
  const unpublished = pathsOf(
    findings.filter(({ rule, severity }) => severity === "error" && isFixedRule(rule)),
  );
  if (wanted.length === 0) return { findings: 0, entries: 0, until, unpublished };
  const before = await tree.read(settingsPath, { maxBytes: yamlLimits.sizeBytes });
  const after = acceptInSettings(before, wanted, request);
  if ((await files.replace(settingsPath, { before, after })) === "changed") {
    throw fileWasChanged(settingsPath);
  }
  const accepted = findings.filter(isOpen).length;
  return { findings: accepted, entries: wanted.length, until, unpublished };
}

/** Rejects a day that is none, or gone. */
export function checkAcceptance({ until, reason }: AcceptRequest, now: Date): void {
  const day = new Date(`${until}T00:00:00Z`);
  const isDay =
    /^\d{4}-\d{2}-\d{2}$/.test(until) &&
    !Number.isNaN(day.getTime()) &&
    day.toISOString().startsWith(until);
  if (!isDay) throw acceptInvalid(`"${until.slice(0, 40)}" is no day: write it as 2027-03-31.`);
  const today = now.toISOString().slice(0, 10);
  if (until < today) throw acceptInvalid(`${until} is gone; today is ${today}.`);
  if (reason.trim() === "") throw acceptInvalid("The reason is empty.");
  if (reason.length > maxReason) {
    throw acceptInvalid(`The reason has ${reason.length} characters, more than ${maxReason}.`);
  }
}

/** What a registry can take for a time. */
function isOpen({ rule, path, severity, accepted }: Finding): boolean {
  const isTaken = accepted !== undefined || severity === "info";
  return !isTaken && !acceptanceRules.has(rule) && isNameable(path);
}

/** How many a rule finds in a file, infos too: the count of an acceptance is of all of them. */
function countByRuleAndFile(
  findings: readonly Finding[],
): readonly { readonly rule: string; readonly path: string; readonly count: number }[] {
  const counts = new Map<string, { rule: string; path: string; count: number; isOpen: boolean }>();
  for (const finding of findings) {
    const { rule, path } = finding;
    const key = `${rule} ${path}`;
    const known = counts.get(key) ?? { rule, path, count: 0, isOpen: false };
    counts.set(key, {
      ...known,
      count: known.count + 1,
      isOpen: known.isOpen || isOpen(finding),
    });
  }
  return [...counts.values()].filter((each) => each.isOpen);
}

function pathsOf(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.map(({ path }) => path))].sort();
}
