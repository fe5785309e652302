import { posix } from "node:path";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { compileGlob, compileSelectors, globProblem } from "../../src/registry/glob.ts";
import { compileIgnoreFile } from "../../src/registry/ignore-file.ts";
import { resolvePath } from "../../src/registry/resolve-path.ts";

describe("local paths", () => {
  it.each([
    "../../../etc",
    "/etc",
    "C:\\x",
    "C:/x",
    "..\\x",
    "a/../../../../x",
    "x\0y",
    "~/x",
    "x".repeat(5000),
  ])("refuses %j", (text) => {
    expect(resolvePath("models/a/model.yaml", text).ok).toBe(false);
  });

  it("resolves like POSIX and never leaves the registry", () => {
    const segment = fc.constantFrom("..", ".", "", "a", "b.c", "%2e%2e", "...", "CON");
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 12 }), (segments) => {
        const text = segments.join("/");
        const resolved = resolvePath("models/a/model.yaml", text);
        const oracle = posix.normalize(`/root/models/a/${text}`).replace(/\/$/, "");
        const isInside = !text.startsWith("/") && `${oracle}/`.startsWith("/root/");
        expect(resolved.ok && !isInside).toBe(false);
        const target = resolved.ok ? `/root/${resolved.value}`.replace(/\/$/, "") : oracle;
        expect(target).toBe(oracle);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("globs", () => {
  it.each([
    ["models/**", "models/.hidden/x", true],
    ["**", "any/thing", true],
    ["models/*", "models/a/b", false],
    ["!models", "models", false],
    ["#x", "#x", true],
    ["{a,b}/*", "b/c", true],
    ["+(a|b)", "a", false],
    ["a\\b", "ab", false],
  ])("%s on %s is %s", (pattern, path, matches) => {
    expect(compileGlob(pattern)(path)).toBe(matches);
  });

  it.each(["a*a*a*a*a*a*a*a*a*a*b", "**/".repeat(15) + "b", "{a,b}".repeat(100), "*".repeat(500)])(
    "%s is decided, however it is built",
    (pattern) => {
      const matches = compileGlob(pattern);
      expect([matches("c".repeat(40)), matches("c/".repeat(40))]).toEqual([false, false]);
    },
  );

  it("says what is wrong with a pattern", () => {
    expect(globProblem("x".repeat(600))).toContain("longer");
    expect(globProblem("models/**")).toBeUndefined();
  });

  it("lets the last selector decide", () => {
    const selects = compileSelectors(["models/**", "!models/internal-*", "models/internal-ok"]);

    expect(["models/a", "models/internal-x", "models/internal-ok", "data/a"].map(selects)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});

it.each([
  ["*.log", "a/b.log", true],
  ["/b.log", "a/b.log", false],
  ["cache/", "x/cache/y/z", true],
  ["cache/", "cache", false],
  ["a/*.txt", "a/b.txt", true],
  ["a/*.txt", "x/a/b.txt", false],
  ["*\n!keep", "keep", false],
  ["# x\n\n", "x", false],
])(".amlignore %j leaves out %s: %s", (text, path, isLeftOut) => {
  expect(compileIgnoreFile(text)(path)).toBe(isLeftOut);
});
