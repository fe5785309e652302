/** JSON pointers (RFC 6901), as ajv reports them. */
export type PointerPath = readonly (string | number)[];

export function childPointer(pointer: string, key: string | number): string {
  if (typeof key === "number") return `${pointer}/${key}`;
  return `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

export function formatPointer(path: PointerPath): string {
  return path.reduce<string>(childPointer, "");
}

export function parsePointer(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** `inputs.trips.type`, `jobs.train.args[2]`: a pointer as people write it. */
export function describePointer(pointer: string): string {
  return parsePointer(pointer)
    .map((segment) => (/^\d+$/.test(segment) ? `[${segment}]` : `.${segment}`))
    .join("")
    .replace(/^\./, "");
}
