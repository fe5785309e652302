import type { StoreKey } from "./driver.ts";
import { keyInvalid } from "./errors.ts";

/** S3 and Azure allow this much. */
const maxKeyBytes = 1024;
/** What Linux, macOS and Windows file systems allow for one name. */
const maxSegmentBytes = 255;

/** Where a file store keeps unfinished writes and locks: no key may reach in there. */
export const stagingFolder = ".cairn-staging";

const reservedNames = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;
const controlOrBidi = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

/**
 * The one way from text to a key. A key is the text itself, so different texts are different
 * keys; whatever some store or file system would read differently is refused.
 */
export function toStoreKey(text: string): StoreKey {
  if (isStoreKey(text)) return text;
  throw keyInvalid(text, keyProblem(text) ?? "it is not usable");
}

export function isStoreKey(text: string): text is StoreKey {
  return keyProblem(text) === undefined;
}

/** Why a text cannot be a key, as the end of a sentence, or `undefined`. */
export function keyProblem(text: string): string | undefined {
  if (text === "") return "it is empty";
  if (byteLength(text) > maxKeyBytes) return `it is longer than ${maxKeyBytes} bytes`;
  if (/\p{Surrogate}/u.test(text)) return "it is not valid Unicode";
  if (controlOrBidi.test(text)) return "it has a control or text direction character";
  if (text.normalize("NFC") !== text) return "it is not in Unicode form NFC";
  if (text.includes("\\")) return "it has a backslash";
  if (text.startsWith("/") || /^[A-Za-z]:/.test(text)) return "it is absolute";
  const segments = text.split("/");
  if (segments[0]?.toLowerCase() === stagingFolder) return `"${stagingFolder}" is the store's own`;
  return segments.map(segmentProblem).find((problem) => problem !== undefined);
}

function segmentProblem(segment: string): string | undefined {
  if (segment === "") return "it has an empty part between slashes";
  if (segment === "." || segment === "..") return `it has the part "${segment}"`;
  if (segment.endsWith(".") || segment.endsWith(" ")) return "a part ends in a dot or space";
  if (reservedNames.test(segment)) return `"${segment}" is a reserved name on Windows`;
  if (byteLength(segment) > maxSegmentBytes)
    return `a part is longer than ${maxSegmentBytes} bytes`;
  return undefined;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}
