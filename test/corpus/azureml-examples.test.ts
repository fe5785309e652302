import { readFile } from "node:fs/promises";

import { beforeAll, describe, expect, it } from "vitest";

import {
  checkCorpus,
  findingsOf,
  hasCorpus,
  isMeant,
  readReasons,
  type CorpusCheck,
  type CorpusReasons,
} from "../../docs/check-corpus.ts";
import { corpusPagePath, generateCorpusPage } from "../../docs/render-corpus.ts";
import { isBlocking, type Finding } from "../../src/domain/finding.ts";
import { allRules } from "../../src/domain/rules/catalogue.ts";

let reasons: CorpusReasons;
let page: string;

beforeAll(async () => {
  reasons = await readReasons();
  page = await readFile(new URL(`../../${corpusPagePath}`, import.meta.url), "utf8");
});

describe("the reasons", () => {
  it("are each on the page, and name rules that there are", () => {
    const all = [...reasons.reasons, ...reasons.alone];
    const named = all.flatMap(({ findings }) => findings.map(({ rule }) => rule));
    const ids = allRules.map(({ id }) => id);

    expect(all.filter(({ id }) => !page.includes(`\n### ${id}\n`))).toEqual([]);
    expect(named.filter((rule) => !ids.includes(rule))).toEqual([]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });
});

describe.skipIf(!hasCorpus)("Azure's own samples", () => {
  let check: CorpusCheck;

  beforeAll(async () => {
    check = await checkCorpus();
  });

  it("are all read", () => {
    expect(check.files).toHaveLength(247);
    expect(check.unnamed.size).toBe(28);
  });

  it("give no finding without a reason, and none with two", () => {
    expect(unexplained(check.whole, reasons.reasons)).toEqual([]);
    expect(unexplained(check.alone, reasons.alone)).toEqual([]);
  });

  it("still give every finding that a reason is for", () => {
    expect(unused(check.whole, reasons.reasons)).toEqual([]);
    expect(unused(check.alone, reasons.alone)).toEqual([]);
  });

  it("are never taken for a kind that they are not", () => {
    const passed = [...check.unnamed].filter(([, kinds]) =>
      kinds.some((findings) => !findings.some(isBlocking)),
    );

    expect(passed.map(([path]) => path)).toEqual([]);
  });

  it("are told of no place twice by one rule", () => {
    const places = check.whole.map(({ rule, path, line, column }) =>
      [rule, path, line, column].join(":"),
    );

    expect(places.filter((place, index) => places.indexOf(place) !== index)).toEqual([]);
  });

  it("are on the page as they are found", async () => {
    expect(page, `${corpusPagePath} is stale: run "npm run docs"`).toBe(await generateCorpusPage());
  });
});

/** Findings that have no reason, or more than one. */
function unexplained(
  findings: readonly Finding[],
  given: CorpusReasons["reasons"],
): readonly string[] {
  return findings.flatMap((finding) => {
    const found = given.filter((reason) => findingsOf(reason, [finding]).length > 0);
    const { rule, path, line, message } = finding;
    const ids = found.map(({ id }) => id).join(", ");
    return found.length === 1 ? [] : [`${path}:${line} ${rule}: ${message} (${ids})`];
  });
}

/** Patterns, by their reason, one of whose paths is of no finding any more. */
function unused(findings: readonly Finding[], given: CorpusReasons["reasons"]): readonly string[] {
  return given.flatMap(({ id, findings: patterns }) =>
    patterns.flatMap((pattern) =>
      pattern.paths
        .filter((path) => !findings.some((found) => isMeant({ ...pattern, paths: [path] }, found)))
        .map((path) => `${id}: ${pattern.rule} ${path}`),
    ),
  );
}
