import { Minimatch } from "minimatch";

const maxLength = 512;
const maxStars = 32;

/**
 * A compiled glob over paths and asset keys: the only door to minimatch, so that every glob has
 * the same meaning (dot files match, `!` and `#` are plain text) and the same bounds.
 */
export type Glob = (path: string) => boolean;

/** Why a pattern is not accepted, or `undefined`. */
export function globProblem(pattern: string): string | undefined {
  if (pattern === "") return "is empty";
  if (pattern.length > maxLength) return `is longer than ${maxLength} characters`;
  if (pattern.includes("\\") || pattern.includes("\0")) return "has a backslash";
  if (pattern.split("*").length - 1 > maxStars) return `has more than ${maxStars} stars`;
  return undefined;
}

const maxAlternatives = 256;

/** How many patterns without braces a pattern stands for, at most: what compiling it costs. */
export function globWeight(pattern: string): number {
  if (pattern.includes("..")) return maxAlternatives;
  let weight = 1;
  for (const group of pattern.split("{").slice(1)) weight *= group.split(",").length;
  return Math.min(weight, maxAlternatives);
}

/** Compiles a pattern; one that is not accepted matches nothing. */
export function compileGlob(pattern: string): Glob {
  if (globProblem(pattern) !== undefined) return () => false;
  const matcher = new Minimatch(pattern, {
    dot: true,
    nonegate: true,
    nocomment: true,
    noext: true,
    braceExpandMax: maxAlternatives,
    platform: "linux",
  });
  return (path) => path.length <= 4096 && matcher.match(path);
}

/** Any of the patterns. */
export function compileGlobs(patterns: readonly string[]): Glob {
  const globs = patterns.map(compileGlob);
  return (path) => globs.some((matches) => matches(path));
}

/** Patterns of which the last that matches decides; `!` in front takes away. */
export function compileSelectors(patterns: readonly string[]): Glob {
  const selectors = patterns.map((pattern) => {
    const isExcluding = pattern.startsWith("!");
    return { isExcluding, matches: compileGlob(isExcluding ? pattern.slice(1) : pattern) };
  });
  return (path) => {
    const last = selectors.findLast(({ matches }) => matches(path));
    return last !== undefined && !last.isExcluding;
  };
}
