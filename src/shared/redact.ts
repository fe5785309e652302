/**
 * Removes what must not be shown: credentials in URLs, authorization headers, GitHub tokens, and
 * control characters that would let a message forge log lines or terminal output.
 */
export function redact(text: string): string {
  return text
    .replaceAll(/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,1000}@/gi, "$1***@")
    .replaceAll(/\b(authorization:\s{0,4}(?:basic|bearer|token)\s{1,4})\S{1,4000}/gi, "$1***")
    .replaceAll(/\b(?:gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_\w{16,255})\b/g, "***")
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "\uFFFD");
}
