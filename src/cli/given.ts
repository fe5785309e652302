/** An option that was not given is absent, an empty one too: `CAIRN_DATA=` means none. */
export function textOption<Name extends string>(
  name: Name,
  value: unknown,
): { [K in Name]?: string } {
  const option: { [K in Name]?: string } = {};
  return typeof value === "string" && value !== "" ? { ...option, [name]: value } : option;
}

/** A list of which nothing was given is absent. */
export function listOption<Name extends string>(
  name: Name,
  values: readonly string[],
): { [K in Name]?: readonly string[] } {
  const option: { [K in Name]?: readonly string[] } = {};
  return values.length > 0 ? { ...option, [name]: values } : option;
}
