import type { ManifestDocument, PlainScalar } from "./registry.ts";

const indexes = new WeakMap<ManifestDocument, ReadonlySet<string>>();

/** Whether PyYAML takes what stands there for another value than YAML 1.2. */
export function isMangled(
  document: ManifestDocument,
  pointer: readonly (string | number)[],
): boolean {
  const known = indexes.get(document) ?? new Set(mangledPointers(document));
  indexes.set(document, known);
  return known.has(JSON.stringify(pointer));
}

function* mangledPointers(document: ManifestDocument): Iterable<string> {
  for (const scalar of document.plainScalars?.() ?? []) {
    if (readsOtherwise(scalar)) yield JSON.stringify(scalar.pointer);
  }
}

/** True where the two YAMLs disagree; `1e3` and `True` come out alike in the end. */
export function readsOtherwise({ value, source, pythonType, pythonText }: PlainScalar): boolean {
  if (pythonType === "string") return typeof value === "number" && !/^[-+.\deE]+$/.test(source);
  if (pythonType === "null") return value !== null;
  if (pythonType === "boolean") return typeof value !== "boolean";
  if (pythonType === "date" || typeof value !== "number") return true;
  return Number.isFinite(Number(pythonText)) && Number(pythonText) !== value;
}
