import { isReference } from "../domain/reference.ts";
import { fail, ok, type Result } from "../shared/result.ts";

/** What the text of a field is. */
export type FieldText =
  | { readonly type: "reference" }
  | { readonly type: "path"; readonly text: string }
  /** An address elsewhere, or an expression that is filled in when a job runs. */
  | { readonly type: "elsewhere" };

export function classifyText(text: string): FieldText {
  if (isReference(text)) return { type: "reference" };
  if (text.includes("${{")) return { type: "elsewhere" };
  if (/^file:/i.test(text)) return { type: "path", text: text.slice("file:".length) };
  const isAddress = /^[A-Za-z][A-Za-z0-9+.-]+:/.test(text);
  return isAddress ? { type: "elsewhere" } : { type: "path", text };
}

const maxPathLength = 4096;

/** Resolves a path against the folder of its manifest; it can never leave the registry. */
export function resolvePath(manifestPath: string, text: string): Result<string, string> {
  if (text.length > maxPathLength)
    return fail(`The path is longer than ${maxPathLength} characters.`);
  if (/[\p{Cc}]/u.test(text)) return fail("The path has a control character.");
  if (text.includes("\\")) return fail(`The path "${text}" has a backslash: write "/".`);
  if (text.startsWith("/") || text.startsWith("~/") || /^[A-Za-z]:/.test(text)) {
    return fail(`The path "${text}" is absolute: write it relative to this file.`);
  }
  const segments = manifestPath.split("/").slice(0, -1);
  for (const segment of text.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.pop() === undefined) {
      return fail(`The path "${text}" leads out of the registry.`);
    }
  }
  return ok(segments.join("/"));
}
