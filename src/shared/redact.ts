/** Every character of Unicode's Bidi_Control, the line separators, and controls but tab and line feed. */
const forging = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Removes what must not be shown: credentials in URLs, authorization headers, GitHub tokens, and
 * control characters that would let a message forge log lines or terminal output.
 */
export function redact(text: string): string {
  return text
    .replaceAll(/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/]+@/gi, "$1***@")
    .replaceAll(
      /\b(authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:basic|bearer|token)\s{1,4})[^\s"']+/gi,
      "$1***",
    )
    .replaceAll(/\b(bearer\s{1,4})[\w.~+/-]{16,}=*/gi, "$1***")
    .replaceAll(/\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,})/g, "***")
    .replaceAll(forging, "\uFFFD");
}
