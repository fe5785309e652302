import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { compareStates, type FindingStates } from "../../src/domain/finding-change.ts";
import type { Finding } from "../../src/domain/finding.ts";

function at(path: string, line: number, more: Partial<Finding> = {}): Finding {
  return { rule: "name", severity: "error", message: "It has no name.", path, line, ...more };
}

const accepted = { reason: "known" };

const rows: Readonly<
  Record<string, FindingStates & { readonly introduced: string; readonly resolved?: string }>
> = {
  "nothing of equal states": { before: [at("a", 1)], after: [at("a", 1)], introduced: "" },
  "a finding that was not there": { before: [], after: [at("a", 1)], introduced: "a:1" },
  "not one that moved": { before: [at("a", 1)], after: [at("a", 90)], introduced: "" },
  "one that is gone": { before: [at("a", 1)], after: [], introduced: "", resolved: "a:1" },
  "another rule": {
    before: [at("a", 1)],
    after: [at("a", 1, { rule: "other" })],
    introduced: "a:1",
    resolved: "a:1",
  },
  "another sentence": {
    before: [at("a", 1)],
    after: [at("a", 1, { message: "It has two names." })],
    introduced: "a:1",
    resolved: "a:1",
  },
  "a line within the sentence": {
    before: [at("a", 1, { message: "Twice, first at line 3, column 1 and in b.yaml:4." })],
    after: [at("a", 5, { message: "Twice, first at line 30, column 2 and in b.yaml:5:6." })],
    introduced: "",
  },
  "one more of a kind, and which": {
    before: [at("a", 10), at("a", 20)],
    after: [at("a", 12), at("a", 15), at("a", 22)],
    introduced: "a:15",
  },
  "one less of a kind, and which": {
    before: [at("a", 10), at("a", 15), at("a", 20)],
    after: [at("a", 8), at("a", 18)],
    introduced: "",
    resolved: "a:15",
  },
  "the same in another file": {
    before: [at("a", 1)],
    after: [at("a", 1), at("b", 1)],
    introduced: "b:1",
  },
  "a moved file": {
    before: [at("a", 1)],
    after: [at("b", 1)],
    moved: new Map([["a", "b"]]),
    introduced: "",
  },
  "a moved file that others name": {
    before: [at("c", 1, { message: 'See "./x/a.yaml".' })],
    after: [at("c", 1, { message: 'See "x/b.yaml".' })],
    moved: new Map([["x/a.yaml", "x/b.yaml"]]),
    introduced: "",
  },
  "one that got worse": {
    before: [at("a", 1, { severity: "warning" })],
    after: [at("a", 1)],
    introduced: "a:1",
  },
  "not one that got better": {
    before: [at("a", 1)],
    after: [at("a", 1, { severity: "info" })],
    introduced: "",
  },
  "one that is accepted no longer": {
    before: [at("a", 1, { accepted })],
    after: [at("a", 1)],
    introduced: "a:1",
  },
  "not one that is accepted now": {
    before: [at("a", 1)],
    after: [at("a", 1, { accepted })],
    introduced: "",
  },
};

describe("compareStates", () => {
  it.each(Object.entries(rows))("finds %s", (_title, { introduced, resolved = "", ...states }) => {
    const change = compareStates(states);
    expect({ introduced: show(change.introduced), resolved: show(change.resolved) }).toEqual({
      introduced,
      resolved,
    });
  });
});

function show(findings: readonly Finding[]): string {
  return findings.map(({ path, line }) => `${path}:${line}`).join(" ");
}

const finding: fc.Arbitrary<Finding> = fc.record({
  rule: fc.constantFrom("name", "path"),
  severity: fc.constantFrom("error", "warning", "info"),
  message: fc.constantFrom("One.", "Two."),
  path: fc.constantFrom("a", "b", "c"),
  line: fc.integer({ min: 1, max: 20 }),
});
const findings = fc.array(finding, { maxLength: 30 });

describe("of any two states", () => {
  it("the counts add up, and each state has what is said of it", () => {
    fc.assert(
      fc.property(findings, findings, (before, after) => {
        const same = { severity: "error" } as const;
        const flat = {
          before: before.map((each) => ({ ...each, ...same })),
          after: after.map((each) => ({ ...each, ...same })),
        };
        const { introduced, resolved } = compareStates(flat);
        expect(flat.before.length - resolved.length + introduced.length).toBe(after.length);
        expect(flat.after.filter((each) => introduced.includes(each))).toEqual(introduced);
        expect(flat.before.filter((each) => resolved.includes(each))).toEqual(resolved);
        // One identity is either growing or shrinking.
        const keys = new Set(introduced.map(keyOf));
        expect(resolved.filter((each) => keys.has(keyOf(each)))).toEqual([]);
      }),
    );
  });

  it("nothing changes when lines move and files are listed anew", () => {
    fc.assert(
      fc.property(findings, fc.integer({ min: 0, max: 50 }), (before, shift) => {
        const after = before.map((each) => ({ ...each, line: (each.line ?? 0) + shift }));
        const graded = before.map((each) => ({ ...each, severity: "error" as const }));
        expect(compareStates({ before: graded, after })).toEqual({ introduced: [], resolved: [] });
      }),
    );
  });

  it("what one way introduces the other way resolves", () => {
    fc.assert(
      fc.property(findings, findings, (left, right) => {
        const flat = (all: readonly Finding[]): readonly Finding[] =>
          all.map((each) => ({ ...each, severity: "error" }));
        const there = compareStates({ before: flat(left), after: flat(right) });
        const back = compareStates({ before: flat(right), after: flat(left) });
        expect(there.introduced).toEqual(back.resolved);
        expect(there.resolved).toEqual(back.introduced);
      }),
    );
  });

  it("nothing is new after a move that is known", () => {
    fc.assert(
      fc.property(findings, (before) => {
        const moved = new Map([["a", "moved/a"]]);
        const after = before.map((each) => ({ ...each, path: moved.get(each.path) ?? each.path }));
        expect(compareStates({ before, after, moved })).toEqual({ introduced: [], resolved: [] });
      }),
    );
  });
});

function keyOf({ rule, path, message }: Finding): string {
  return `${rule} ${path} ${message}`;
}
