import type { Finding, Severity } from "../../domain/finding.ts";
import { allRules } from "../../domain/rules/catalogue.ts";
import { sha256 } from "../../shared/digest.ts";
import { redact } from "../../shared/redact.ts";

const levelOf = {
  error: "error",
  warning: "warning",
  info: "note",
} as const satisfies Record<Severity, string>;

const rootBase = "%SRCROOT%";
const indexOfRule: ReadonlyMap<string, number> = new Map(
  allRules.map(({ id }, index) => [id, index]),
);

/**
 * Findings in SARIF 2.1.0, which code scanning, editors and CI systems read:
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function renderSarif(findings: readonly Finding[]): string {
  const prints = new Fingerprints();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Cairn",
            rules: allRules.map(({ id, severity, states }) => ({
              id,
              shortDescription: { text: states },
              help: { text: `${states} Page of the rule: docs/rules/${id}.md.` },
              defaultConfiguration: { level: levelOf[severity] },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: {
          [rootBase]: { description: { text: "The root of the registry." } },
        },
        results: findings.map((finding) => toResult(finding, prints.of(finding))),
      },
    ],
  };
  return JSON.stringify(log, undefined, 2);
}

function toResult(finding: Finding, fingerprint: string): object {
  const { rule, severity, message, path, line = 1, column, anchor, accepted } = finding;
  const ruleIndex = indexOfRule.get(rule);
  return {
    ruleId: redact(rule),
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: levelOf[severity],
    message: { text: redact(message) },
    locations: [toLocation(path, { line, column })],
    ...(anchor === undefined
      ? {}
      : {
          relatedLocations: [
            { ...toLocation(path, anchor), message: { text: "The value is written here." } },
          ],
        }),
    partialFingerprints: { "cairn/v1": fingerprint },
    ...(accepted === undefined
      ? {}
      : {
          suppressions: [
            { kind: "external", status: "accepted", justification: redact(accepted.reason) },
          ],
        }),
  };
}

function toLocation(
  path: string,
  { line, column }: { readonly line: number; readonly column: number | undefined },
): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: toUri(path), uriBaseId: rootBase },
      region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) },
    },
  };
}

function toUri(path: string): string {
  const wellFormed = redact(path).replaceAll(/\p{Cs}/gu, "\ufffd");
  return wellFormed.split("/").map(encodeURIComponent).join("/");
}

/** The same for a finding wherever its line moves; a number tells equal ones of a file apart. */
class Fingerprints {
  readonly #seen = new Map<string, number>();

  of({ rule, path, message }: Finding): string {
    const identity = JSON.stringify([rule, path, message]);
    const index = this.#seen.get(identity) ?? 0;
    this.#seen.set(identity, index + 1);
    return sha256(JSON.stringify([identity, index]));
  }
}
