import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareVersions,
  formatVersionTag,
  isPrerelease,
  nextInteger,
  versionProblem,
  type VersionScheme,
} from "../../src/domain/version.ts";

it.each<{ scheme: VersionScheme; version: string }>([
  { scheme: "explicit", version: "1" },
  { scheme: "explicit", version: "2024-01-a" },
  { scheme: "explicit", version: "v1" },
  { scheme: "explicit", version: "1.0.0+build.7" },
  { scheme: "explicit", version: "a_b.c-d" },
  { scheme: "explicit", version: "x".repeat(128) },
  { scheme: "integer", version: "1" },
  { scheme: "integer", version: "999999999999999999" },
  { scheme: "semver", version: "0.0.1" },
  { scheme: "semver", version: "1.0.0-rc.1" },
  { scheme: "semver", version: "1.0.0-0a.0.x-y" },
  { scheme: "semver", version: "1.0.0+20130313144700" },
])("takes $version under $scheme", ({ scheme, version }) => {
  expect(versionProblem(version, scheme)).toBeUndefined();
});

it.each<{ name: string; scheme: VersionScheme; version: string }>([
  { name: "nothing", scheme: "explicit", version: "" },
  { name: "129 characters", scheme: "explicit", version: "x".repeat(129) },
  { name: "a slash", scheme: "explicit", version: "a/b" },
  { name: "a colon", scheme: "explicit", version: "a:b" },
  { name: "an at sign", scheme: "explicit", version: "a@b" },
  { name: "a space", scheme: "explicit", version: "1 2" },
  { name: "a hyphen in front", scheme: "explicit", version: "-1" },
  { name: "a dot behind", scheme: "explicit", version: "1." },
  { name: "two dots", scheme: "explicit", version: "1..2" },
  { name: ".lock behind", scheme: "explicit", version: "1.lock" },
  { name: ".Lock behind", scheme: "explicit", version: "1.Lock" },
  { name: "a line feed", scheme: "explicit", version: "1\n" },
  { name: "latest", scheme: "explicit", version: "latest" },
  { name: "auto", scheme: "explicit", version: "auto" },
  { name: "a template", scheme: "explicit", version: "{{asset.version}}" },
  { name: "zero", scheme: "integer", version: "0" },
  { name: "a leading zero", scheme: "integer", version: "01" },
  { name: "a fraction", scheme: "integer", version: "1.0" },
  { name: "text", scheme: "integer", version: "one" },
  { name: "19 digits", scheme: "integer", version: "1000000000000000000" },
  { name: "two parts", scheme: "semver", version: "1.0" },
  { name: "a v", scheme: "semver", version: "v1.0.0" },
  { name: "a leading zero in a part", scheme: "semver", version: "1.01.0" },
  { name: "a leading zero in a prerelease", scheme: "semver", version: "1.0.0-rc.01" },
  { name: "a whole number", scheme: "semver", version: "3" },
])("refuses $name under $scheme", ({ scheme, version }) => {
  expect(versionProblem(version, scheme)).toBeTypeOf("string");
});

describe("order", () => {
  it.each([
    { name: "whole numbers", versions: ["1", "2", "9", "10", "100000000000000000"] },
    { name: "numbers by value", versions: ["1.2.9", "1.2.10", "1.10.0", "2.0.0", "10.0.0"] },
    {
      name: "the example of semver.org, 11.4",
      versions: [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
      ],
    },
    { name: "numbers before text", versions: ["1.0.0-9", "1.0.0-a"] },
    { name: "capitals before small letters", versions: ["1.0.0-A", "1.0.0-a"] },
  ])("is that of $name", ({ versions }) => {
    expect(versions.toReversed().sort(compareVersions)).toEqual(versions);
  });

  it.each([
    { name: "build metadata", left: "1.0.0+a", right: "1.0.0+b" },
    { name: "different schemes", left: "3", right: "1.0.0" },
    { name: "text", left: "b", right: "a" },
    { name: "text and a number", left: "b", right: "1" },
  ])("does not tell $name apart", ({ left, right }) => {
    expect(compareVersions(left, right)).toBe(0);
    expect(compareVersions(right, left)).toBe(0);
  });

  const part = fc.integer({ min: 0, max: 3 });
  const identifier = fc.constantFrom("0", "1", "2", "10", "a", "b", "alpha", "x-y");
  const semver = fc
    .tuple(fc.tuple(part, part, part), fc.array(identifier, { maxLength: 3 }), fc.boolean())
    .map(([core, pre, build]) =>
      [core.join("."), pre.length > 0 ? `-${pre.join(".")}` : "", build ? "+b" : ""].join(""),
    );
  const integer = fc.bigInt({ min: 1n, max: 999_999_999_999_999_999n }).map(String);
  const text = fc.constantFrom("a", "2024-01-a", "v1", "");

  it.each([
    { name: "whole numbers", versions: integer },
    { name: "semantic versions", versions: semver },
    { name: "anything else", versions: text },
  ])("is a total preorder of $name", ({ versions }) => {
    fc.assert(
      fc.property(versions, versions, versions, (a, b, c) => {
        expect(compareVersions(a, a)).toBe(0);
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
        const isChain = compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0;
        expect(!isChain || compareVersions(a, c) <= 0).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("is antisymmetric whatever is compared", () => {
    const any = fc.oneof(integer, semver, text);
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
      }),
    );
  });
});

describe("nextInteger", () => {
  it.each([
    { name: "starts with 1", used: [], taken: [], next: "1" },
    { name: "goes on after the highest", used: ["1", "7", "3"], taken: [], next: "8" },
    { name: "does not fill gaps", used: ["5"], taken: [], next: "6" },
    { name: "passes over what is taken", used: ["1"], taken: ["2", "3"], next: "4" },
    { name: "ignores other schemes", used: ["1.0.0", "a", "01"], taken: [], next: "1" },
    {
      name: "goes on past the largest that it knows as a number",
      used: ["999999999999999999", "1000000000000000000"],
      taken: [],
      next: "1000000000000000001",
    },
  ])("$name", ({ used, taken, next }) => {
    expect(nextInteger(used, (version) => taken.includes(version))).toBe(next);
  });

  it("never returns a used or taken version, nor one below a used one", () => {
    const version = fc.oneof(
      fc.integer({ min: 1, max: 30 }).map(String),
      fc.bigInt({ min: 999_999_999_999_999_990n, max: 1_000_000_000_000_000_010n }).map(String),
      fc.constantFrom("1.0.0", "x"),
    );
    fc.assert(
      fc.property(fc.array(version), fc.array(version), (used, taken) => {
        const next = nextInteger(used, (candidate) => taken.includes(candidate));
        expect(used).not.toContain(next);
        expect(taken).not.toContain(next);
        for (const known of used) expect(compareVersions(known, next)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 1000 },
    );
  });
});

it.each([
  ["3", "v3"],
  ["1.4.0", "v1.4.0"],
  ["1.4.0-rc.1", "v1.4.0-rc.1"],
  ["2024-01-a", "2024-01-a"],
  ["v3", "v3"],
])("writes %s in a tag as %s", (version, tag) => {
  expect(formatVersionTag(version)).toBe(tag);
});

it.each([
  ["1.0.0-rc.1", true],
  ["1.0.0", false],
  ["1.0.0+b-c", false],
  ["3", false],
  ["2024-01-a", false],
])("%s is a prerelease: %s", (version, is) => {
  expect(isPrerelease(version)).toBe(is);
});
