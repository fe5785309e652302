/** Past this a tree is refused: nothing that people review has more files. */
export const maxEntries = 2_000_000;

const maxPathBytes = 4096;
const controlOrBidi = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;
const deviceName =
  /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\.|$)/i;
/** What some file systems take for `.git` (CVE-2014-9390, CVE-2019-1352). */
const gitName = /^(?:\.git|git~[0-9]+)[ .]*(?::.*)?$/i;
const ignorable = /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

/** Git's own folder and what Cairn makes beside a registry (cache, stores) are no part of it. */
export function isLeftOut(path: string): boolean {
  return /^(?:\.git|\.cairn|cairn-stores)(?:\/|$)/.test(path);
}

/**
 * Why a path cannot be used on every system and in every store, or `undefined`.
 * Sentences continue "<path> cannot be used: its name …".
 */
export function pathProblem(path: string): string | undefined {
  if (path.includes("\ufffd")) return "is not valid UTF-8";
  if (path.includes("\\")) return "has a backslash";
  if (controlOrBidi.test(path)) return "has a control or text-direction character";
  if (path.normalize("NFC") !== path) return "is not in Unicode's NFC form";
  if (Buffer.byteLength(path) > maxPathBytes) return `is longer than ${maxPathBytes} bytes`;
  for (const segment of path.split("/")) {
    const problem = segmentProblem(segment);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function segmentProblem(segment: string): string | undefined {
  if (segment === "" || segment === "." || segment === "..") return "has an empty, . or .. segment";
  if (gitName.test(segment.replaceAll(ignorable, ""))) return "is one that Git keeps for itself";
  if (deviceName.test(segment)) return "is one that Windows keeps for a device";
  if (/[ .]$/.test(segment)) return "ends in a dot or a space";
  return undefined;
}
