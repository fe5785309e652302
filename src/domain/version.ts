/** How versions of one kind are named. */
export const versionSchemes = ["integer", "semver", "explicit"] as const;
export type VersionScheme = (typeof versionSchemes)[number];

const versionPattern = /^[0-9A-Za-z](?:[0-9A-Za-z._+-]{0,126}[0-9A-Za-z])?$/;
const integerPattern = /^[1-9][0-9]{0,17}$/;
/** https://semver.org, point "is there a suggested regular expression", lengths bounded. */
const semverPattern =
  /^(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})(?:-((?!0\d+(?:[.+]|$))[0-9A-Za-z-]{1,64}(?:\.(?!0\d+(?:[.+]|$))[0-9A-Za-z-]{1,64}){0,8}))?(?:\+([0-9A-Za-z.-]{1,64}))?$/;

/** Why an explicit version cannot be used under a scheme, or `undefined`. */
export function versionProblem(version: string, scheme: VersionScheme): string | undefined {
  if (!versionPattern.test(version)) {
    return `The version ${JSON.stringify(version)} must be 1 to 128 letters, digits, ".", "_", "+" or "-", with a letter or digit at both ends.`;
  }
  if (version.includes("..") || version.toLowerCase().endsWith(".lock")) {
    return `The version "${version}" cannot be part of a Git tag: no ".." and no ".lock" at the end.`;
  }
  if (version === "latest" || version === "auto") {
    return `"${version}" is a label, not a version: leave the version out and Cairn assigns the next one.`;
  }
  if (scheme === "integer" && !integerPattern.test(version)) {
    return `The version "${version}" is not a whole number, which this registry asks for (versioning: integer).`;
  }
  if (scheme === "semver" && !semverPattern.test(version)) {
    return `The version "${version}" is not a semantic version such as 1.4.0, which this registry asks for (versioning: semver).`;
  }
  return undefined;
}

/**
 * Orders versions of one asset. Whole numbers by value, semantic versions by precedence
 * (https://semver.org#spec-item-11); anything else is equal, and publication order decides.
 */
export function compareVersions(left: string, right: string): number {
  if (integerPattern.test(left) && integerPattern.test(right)) {
    return compareNumbers(left, right);
  }
  const leftParts = semverPattern.exec(left);
  const rightParts = semverPattern.exec(right);
  if (!leftParts || !rightParts) return 0;
  for (const part of [1, 2, 3]) {
    const order = compareNumbers(leftParts[part] ?? "0", rightParts[part] ?? "0");
    if (order !== 0) return order;
  }
  return comparePrerelease(leftParts[4], rightParts[4]);
}

/** A semantic version with a prerelease part is never `latest`. */
export function isPrerelease(version: string): boolean {
  return semverPattern.exec(version)?.[4] !== undefined;
}

/** The first whole number above every one in use that is not taken. */
export function nextInteger(used: Iterable<string>, isTaken: (version: string) => boolean): string {
  let highest = 0n;
  const known = new Set(used);
  for (const version of known) {
    if (integerPattern.test(version) && BigInt(version) > highest) highest = BigInt(version);
  }
  let next = highest + 1n;
  while (known.has(next.toString()) || isTaken(next.toString())) next += 1n;
  return next.toString();
}

/** `@v3` for whole numbers and semantic versions, `@2024-01-a` for anything else (docs/gto.md). */
export function formatVersionTag(version: string): string {
  return integerPattern.test(version) || semverPattern.test(version) ? `v${version}` : version;
}

function comparePrerelease(left: string | undefined, right: string | undefined): number {
  if (left === right) return 0;
  if (left === undefined) return 1;
  if (right === undefined) return -1;
  const leftIds = left.split(".");
  const rightIds = right.split(".");
  for (const [index, leftId] of leftIds.entries()) {
    const rightId = rightIds[index];
    if (rightId === undefined) return 1;
    const order = compareIdentifiers(leftId, rightId);
    if (order !== 0) return order;
  }
  return leftIds.length - rightIds.length;
}

function compareIdentifiers(left: string, right: string): number {
  const leftIsNumber = /^\d+$/.test(left);
  const rightIsNumber = /^\d+$/.test(right);
  if (leftIsNumber && rightIsNumber) return compareNumbers(left, right);
  if (leftIsNumber !== rightIsNumber) return leftIsNumber ? -1 : 1;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function compareNumbers(left: string, right: string): number {
  const difference = BigInt(left) - BigInt(right);
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}
