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

/** False for what looks like a date or a number to PyYAML and is none: it refuses the whole file. */
export function isReadable({ source, pythonType }: PlainScalar): boolean {
  if (pythonType === "number") return !/^[-+]?0[xb]_*$/.test(source);
  return pythonType !== "date" || isDate(source);
}

function isDate(source: string): boolean {
  const [year = 0, month = 0, day = 0, ...time] = (source.match(/\d+/g) ?? []).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  const isDay = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  const limits = [24, 60, 60];
  return isDay && limits.every((limit, index) => (time[index] ?? 0) < limit);
}
