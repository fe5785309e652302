import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import type { PointerPath } from "../yaml/pointer.ts";

/**
 * What stands for the braces of a template while YAML is read: as long as they are, so that every
 * position stays right, and plain text to YAML. An unquoted `{{asset.name}}` would be a mapping.
 */
const masks = { open: "\ue000\ue000", close: "\ue001\ue001" } as const;
const template = /(\$?)\{\{([^{}\n]{0,200})\}\}/g;
const masked = /\ue000\ue000([^\ue000\ue001]*)\ue001\ue001/g;

/** Hides templates from YAML; `unmask` brings them back in its values. */
export function maskTemplates(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString("utf8");
  if (!text.includes("{{") || /[\ue000\ue001]/.test(text)) return bytes;
  const hidden = text.replaceAll(template, (whole: string, dollar: string, inside: string) =>
    dollar === "" ? `${masks.open}${inside}${masks.close}` : whole,
  );
  return Buffer.from(hidden);
}

/** The value as it would be if YAML knew templates. */
export function unmask(value: JsonValue): JsonValue {
  return mapTexts(value, (text) => text.replaceAll(masked, "{{$1}}"));
}

/** What is known of an asset: `asset.name` and the others of `create_template_data`. */
export interface TemplateData {
  /** Variables with a value. */
  readonly values: ReadonlyMap<string, string>;
  /** Variables that get theirs when the asset is published. */
  readonly later: ReadonlySet<string>;
}

/** A variable that nothing defines, and the value that it stands in. */
export interface UnknownVariable {
  readonly variable: string;
  readonly pointer: PointerPath;
}

/** Puts values in place of the variables that have one; the others stay. */
export function renderTemplates(value: JsonValue, data: TemplateData): JsonValue {
  return mapTexts(value, (text) => renderText(text, data));
}

export function renderText(text: string, { values }: TemplateData): string {
  return text.replaceAll(template, (whole: string, dollar: string, inside: string) =>
    dollar === "" ? (values.get(inside.trim()) ?? whole) : whole,
  );
}

export function hasTemplate(text: string): boolean {
  for (const [, dollar] of text.matchAll(template)) if (dollar === "") return true;
  return false;
}

/** Every `{{name}}` that looks like a variable and is none. */
export function* unknownVariables(
  value: JsonObject,
  data: TemplateData,
): Iterable<UnknownVariable> {
  for (const { text, pointer } of texts(value, [])) {
    if (!text.includes("{{")) continue;
    for (const [, dollar, inside = ""] of text.matchAll(template)) {
      const variable = inside.trim();
      const isKnown = data.values.has(variable) || data.later.has(variable);
      if (dollar === "" && !isKnown && isMeant(variable, pointer)) yield { variable, pointer };
    }
  }
}

/** Prompts and defaults hold templates of others: there, only names of ours are meant as ours. */
function isMeant(variable: string, pointer: PointerPath): boolean {
  if (/^(?:asset|image)(?:\.|$)/.test(variable)) return true;
  const isFree = pointer.some((key) => freeText.has(String(key)));
  return !isFree && /^[A-Za-z_]\w*(?:\.\w+)*$/.test(variable);
}

const freeText: ReadonlySet<string> = new Set([
  "description",
  "tags",
  "properties",
  "default",
  "enum",
  "flavors",
  "system_metadata",
  "variantInfo",
  "command",
  "args",
  "program_arguments",
]);

function* texts(
  value: JsonValue,
  pointer: PointerPath,
): Iterable<{ readonly text: string; readonly pointer: PointerPath }> {
  if (typeof value === "string") yield { text: value, pointer };
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* texts(item, [...pointer, index]);
  } else if (isJsonObject(value)) {
    for (const [key, member] of Object.entries(value)) yield* texts(member, [...pointer, key]);
  }
}

/** A copy with other texts; what has none to change is shared. */
function mapTexts(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item: JsonValue) => mapTexts(item, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [change(key), mapTexts(member, change)]),
  );
}
