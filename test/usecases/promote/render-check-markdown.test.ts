import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AssetKey } from "../../../src/domain/asset.ts";
import type { CheckReport } from "../../../src/usecases/app.ts";
import { formatDelta, formatNumber } from "../../../src/usecases/promote/format-number.ts";
import { renderCheckMarkdown } from "../../../src/usecases/promote/render-check-markdown.ts";
import { checkReport, delivery, fullReport, moveReport } from "../../cli/check-report.ts";

/** A report in which every text that somebody else wrote is this one. */
function reportOf(text: string): CheckReport {
  const asset = `models/${text}` as AssetKey;
  const move = moveReport({
    asset,
    stage: text,
    version: text,
    runs: text,
    gates: [
      { gate: text, rule: text, outcome: "failed", reason: text },
      { gate: text, rule: text, outcome: "waiting", reason: text, until: text },
    ],
    metrics: [{ metric: text, from: 0, to: 1 }],
  });
  return checkReport({
    head: text,
    base: text,
    summary: text,
    conflicts: [text],
    findings: [{ rule: text, severity: "error", message: text, path: text, line: 1 }],
    versions: [
      { asset, version: text, digest: `sha256:${text}`, sameAs: text, files: 1, sizeBytes: 1 },
    ],
    moves: [move, { ...move, version: undefined, runs: undefined }],
    policy: { outcome: "failed", paths: [text], reasons: [text] },
    refusals: [text],
    warnings: [text],
    deliveries: [delivery({ workspace: text, stage: text, region: text, asset, version: text })],
    impact: [{ asset, usedBy: [text], runsIn: [text] }],
  });
}

/** What a line is made of besides text: its start, its cells, and the HTML of ours. */
function skeletonOf(markdown: string): readonly string[] {
  return markdown.split("\n").map((line) => {
    const start =
      /^(?:\| \S+|- (?:[❌⚠ℹ]\S* )?|#### \S+|[❌✅⏳] \*\*[^*]*\*\*|<\/?details>(?:<summary>.*)?|\*\*|Commit |… and \d+ more\.|Not everything fits|$)/u;
    const cells = line.startsWith("|") ? line.split("|").length : 0;
    return `${start.exec(line)?.[0] ?? `unexpected: ${line}`} ${cells}`;
  });
}

/** The text with everything gone that is shown literally: code, escaped characters, entities. */
function structureOf(markdown: string): string {
  return markdown
    .replaceAll(/^<\/?details>(?:<summary>[A-Z][A-Za-z ]* \(\d+\)<\/summary>)?$/gm, "")
    .replaceAll(/`[\w./@:#+=,^-]+`/g, "C")
    .replaceAll("<span>$</span>", "E")
    .replaceAll(/\\[\\`*_[\]~+=.)-]/g, "E")
    .replaceAll(/&#\d+;/g, "E");
}

/** The text as a reader gets it outside code, where hosts look for mentions and references. */
function proseOf(markdown: string): string {
  return markdown
    .replaceAll(/`[\w./@:#+=,^-]+`/g, " ")
    .replaceAll("<span>$</span>", " ")
    .replaceAll(/\\([\\`*_[\]~+=.)-])/g, "$1")
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replaceAll(/^#### /gm, "");
}

function expectHarmless(markdown: string): void {
  const structure = structureOf(markdown);
  expect(structure).not.toMatch(/[`<>[\]\\$&~_]/);
  expect(structure.replaceAll(/\*\*[^*\n]+\*\*/g, "")).not.toContain("*");
  expect(markdown).not.toMatch(/^- (?:[-+=>\s]|#+ |```|\d+[.)](?: |$))/m);
  const prose = proseOf(markdown);
  expect(prose).not.toMatch(/[@#][\p{L}\p{N}_-]/u);
  expect(prose).not.toMatch(/:\/\/|www\.|GH-\d|:[\w+-]+:/i);
  expect(prose).not.toMatch(/[\da-f]{7}/i);
  expect(markdown).not.toMatch(/(?!\n)[\p{Cc}\p{Cs}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/u);
  // The mark that takes triggers apart is ours; the joiners and the last one belong to scripts and emoji.
  expect(markdown).not.toMatch(/(?!\u200B|\u200C|\u200D|\uFE0F)\p{Default_Ignorable_Code_Point}/u);
  expect(skeletonOf(markdown).filter((line) => line.startsWith("unexpected"))).toEqual([]);
}

const hostile = [
  "](http://evil) @org/everyone closes #1 <img src=http://evil/x> </details> ``` <!-- x --> | a | \u202E",
  "a`b",
  "``</details>`",
  "\\",
  "\\|",
  "\\\\| x | y |",
  "`|`",
  "[a](javascript:alert(1))",
  "![a](http://evil/x.png)",
  "[a]: http://evil",
  "<https://evil>",
  "&lt;img&gt; &#60;b&#62; &commat;org",
  "https://evil.example www.evil.example ftp://evil mailto:a@evil.example a@evil.example",
  "@ann @org/team ann@org",
  "#1 GH-1 gh-2 org/repo#1 0123456789abcdef0123456789abcdef01234567 a1b2c3d",
  "\n\n# heading\n\n- list\n\n| a |\n| - |\n",
  "\r\n</details>\r\n",
  "\n/merge\n",
  "> [!NOTE]\n> x",
  "**bold** __bold__ *x* _x_ ~~x~~",
  "$x$ $$y$$ $`z`$",
  ":white_check_mark: :tada:",
  "[^1] [^1]: note",
  "$$\\begin{matrix}$$ $`x`$ a$b$c",
  "```mermaid\ngraph TD;A-->B;\n```",
  "> [!WARNING]\n> gone",
  "- [ ] task",
  "<details open><summary>x</summary>",
  "<!-- cairn -->",
  "a\u034Fb \u115F\u1160\u3164\uFFA0 \u{E0100} \u180E \u2060",
  "https:\u200B//evil",
  "@\uFE0Forg #\uFE0F1",
  "org/repo@0123456 GHSA-aaaa-bbbb-cccc",
  "| :- | -: |",
  "&#64;org &#x23;1 &dollar;x&dollar;",
  "- [x] done",
  "\u2066a\u2069\u200E\u061C\u2028b\u2029\u0085\u0000\u001B[2J",
  "\u{E0041}\u{E007F} \uD800 \uFEFF",
  "@\u200Borg #\u20601",
  "%3Cimg%3E",
  "-",
  "- a",
  "+ a",
  "---",
  "===",
  "1. a",
  "1)",
  "https://ann:s3cret@git.example/",
];

it("reads well", () => {
  expect(renderCheckMarkdown(fullReport)).toMatchInlineSnapshot(`
    "❌ **Check failed** prod: taxi-fare 1 → 2, +0.013 r2 on taxi-holdout, 12.0 MiB to prod-eu, 12.0 MiB to prod-us (1 of 4 gates fails); taxi-fare gets version 3; the policy changes, without those who own it; 1 would not be taken

    **Would not take effect**

    - ❌ components/prep: its version 4 is taken.

    **Policy change failed**

    - \`policies/promotion.yaml\`
    - No owner of the policy approved.

    #### ❌ prod: \`models/taxi-fare\` 1 → 2 (promotion)

    | | gate | reason |
    | --- | --- | --- |
    | ❌ | \`approvals\` | 1 of 2 approvals. |
    | ⏳ | \`soak\` of prod: \\*\\* | 24 hours in test. Until 2025-01-02 03:00 UTC. |

    <details><summary>Findings (1)</summary>

    - ⚠️ \`models/taxi-fare/model.yaml:3:1\` Nobody owns it. (\`owner-missing\`)

    </details>

    <details><summary>New versions (1)</summary>

    - \`models/taxi-fare\` → 3, 3 files, 4.2 KiB, same content as 1

    </details>

    <details><summary>Gates that pass (2)</summary>

    - ✅ prod: \`models/taxi-fare\`, \`order\`: Accepted in test.
    - ✅ prod: \`models/taxi-fare\`, \`soak\` of prod: models/\\*\\*: 1 hour in test.

    </details>

    <details><summary>Metrics (1)</summary>

    - prod: \`models/taxi-fare\`, r2 on taxi-holdout 0.921 → 0.934 (+0.013)

    </details>

    <details><summary>Deliveries (3)</summary>

    - \`prod-eu\` (prod, westeurope): \`models/taxi-fare\` 2, 3 files, 12.0 MiB
    - \`prod-eu\` (prod, westeurope): \`environments/train\` 5, 1 file, 512 B
    - \`prod-us\` (prod, eastus): \`models/taxi-fare\` 2, 3 files, 12.0 MiB

    </details>

    <details><summary>Impact (1)</summary>

    - \`models/taxi-fare\`, used by \`endpoints/taxi-fare/blue\`, \`jobs/train.yml\`, runs in prod 1

    </details>

    Commit \`1111111111\`.
    "
  `);
});

it("names the branch's tip only where that may change the text", () => {
  const other = { ...fullReport, base: "3".repeat(40) };

  expect(renderCheckMarkdown(other)).toBe(renderCheckMarkdown(fullReport));
  expect(renderCheckMarkdown(other, { showsBase: true })).toContain(
    "Commit `1111111111` merged with `3333333333`.\n",
  );
});

it("warns, and says what there is to say besides, under the first line", () => {
  const report = checkReport({ warnings: ["Look at CODEOWNERS."] });

  expect(renderCheckMarkdown(report, { notes: ["Not merged: it is a draft."] })).toBe(
    "✅ **Check passed** prod: taxi-fare 1 → 2\n\n- ⚠️ Look at CODEOWNERS.\n- ⚠️ Not merged: it is a draft.\n\nCommit `1111111111`.\n",
  );
});

it("is one line and the commits when nothing changes", () => {
  expect(renderCheckMarkdown(checkReport({ summary: "Nothing to publish or promote." })))
    .toMatchInlineSnapshot(`
      "✅ **Check passed** Nothing to publish or promote.

      Commit \`1111111111\`.
      "
    `);
});

describe("what others wrote", () => {
  const harmless = skeletonOf(renderCheckMarkdown(reportOf("x")));

  it.each(hostile)("is only text: %j", (text) => {
    const markdown = renderCheckMarkdown(reportOf(text));

    expectHarmless(markdown);
    expect(skeletonOf(markdown)).toEqual(harmless);
  });

  it("is only text, whatever it is", () => {
    const pieces = fc.oneof(
      fc.constantFrom(...hostile),
      fc.constantFrom(...Array.from("`|\\<>[]()!@#&*_~$:/-\n\r\t\u202E\u200Bwwaf1.)+= ")),
      fc.string({ unit: "binary", maxLength: 5 }),
    );
    const texts = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(texts, (text) => {
        const markdown = renderCheckMarkdown(reportOf(text));
        expectHarmless(markdown);
        expect(skeletonOf(markdown)).toEqual(harmless);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps names of files and versions as they are", () => {
    const path = "models/taxi_fare/1.0+x/model-v2.yaml";

    expect(renderCheckMarkdown(checkReport({ conflicts: [path] }))).toContain(`- ❌ \`${path}\`\n`);
  });

  it("shows no credentials", () => {
    const text = "https://ann:s3cret@git.example/ ghp_0123456789abcdef0123";
    const markdown = renderCheckMarkdown(reportOf(text));

    expect(markdown).not.toMatch(/s3cret|ghp_|0123456789abcdef/);
  });
});

describe("size", () => {
  const many = <Item>(count: number, item: Item): readonly Item[] =>
    Array.from({ length: count }, () => item);
  const finding = { rule: "r", severity: "error", message: "m", path: "a.yaml" } as const;

  it("counts the findings that it leaves out", () => {
    const markdown = renderCheckMarkdown(checkReport({ findings: many(10_000, finding) }));

    expect(markdown).toContain("<summary>Findings (10000)</summary>");
    expect(markdown).toContain("… and 9950 more.\n\n</details>");
    expect(markdown.match(/^- ❌/gm)).toHaveLength(50);
  });

  it.each([
    { name: "long texts", text: "|".repeat(400) },
    { name: "very long texts", text: "<@#".repeat(1_000_000) },
    { name: "letters of two units", text: "\u{1F600}".repeat(1000) },
  ])("is bounded for many items of $name, and every fold is closed", ({ text }) => {
    const { moves, findings, impact, deliveries, versions, conflicts } = reportOf(text);
    const markdown = renderCheckMarkdown({
      ...reportOf(text),
      moves: many(100, moves).flat(),
      findings: many(1000, findings).flat(),
      impact: many(100, impact)
        .flat()
        .map((item) => ({ ...item, usedBy: many(1000, text) })),
      deliveries: many(100, deliveries).flat(),
      versions: many(100, versions).flat(),
      conflicts: many(100, conflicts).flat(),
    });

    expect(markdown.length).toBeLessThanOrEqual(60_000);
    expect(markdown.match(/<details>/g)?.length).toBe(markdown.match(/<\/details>/g)?.length);
    expect(markdown).toContain("Not everything fits here: `cairn check` shows the rest.");
    expectHarmless(markdown.replace("`cairn check`", ""));
  });

  it("counts names that one row has no room for", () => {
    const impact = [{ asset: "models/a", usedBy: many(25, "jobs/a.yml"), runsIn: [] }] as const;

    expect(renderCheckMarkdown(checkReport({ impact }))).toContain("`jobs/a.yml`, 5 more\n");
  });
});

it.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [1_048_575, "1.0 MiB"],
  [333_000_000_000, "310 GiB"],
  [2 ** 60, "1048576 TiB"],
])("%i bytes are %s", (sizeBytes, text) => {
  const deliveries = [delivery({ sizeBytes })];

  expect(renderCheckMarkdown(checkReport({ deliveries }))).toContain(`3 files, ${text}\n`);
});

it.each([
  [0.921, 0.934, "+0.013"],
  [0.934, 0.921, "-0.013"],
  [1, 1, "±0"],
  [10, 12.5, "+2.5"],
])("from %d to %d is %s", (from, to, text) => {
  expect(formatDelta(from, to)).toBe(text);
});

it.each([
  [0.1 + 0.2, "0.3"],
  [1234567, "1234570"],
  [0, "0"],
])("%d is shown as %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});
