import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import type { PointerPath } from "../yaml/pointer.ts";

/**
 * What stands for the braces of a template while YAML is read: as long as they are, so that every
 * position stays right, and plain text to YAML. An unquoted `{{asset.name}}` would be a mapping.
 */
const masks = { open: "\ue000\ue000", close: "\ue001\ue001" } as const;
const braces = "{{";
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
  return mapTexts(value, masks.open, (text) => text.replaceAll(masked, "{{$1}}"));
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
  return mapTexts(value, braces, (text) => renderText(text, data));
}

function renderText(text: string, { values }: TemplateData): string {
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
  for (const { text, pointer } of templateTexts(value)) {
    for (const [, dollar, inside = ""] of text.matchAll(template)) {
      const variable = inside.trim();
      const isKnown = data.values.has(variable) || data.later.has(variable);
      if (dollar === "" && !isKnown && isMeant(variable, pointer)) yield { variable, pointer };
    }
  }
}

/** Whether a variable is called like those of the release. */
export function isOwnVariable(variable: string): boolean {
  return /^(?:asset|image)(?:\.|$)/.test(variable);
}

/** Prompts and defaults hold templates of others: there, only names of ours are meant as ours. */
function isMeant(variable: string, pointer: PointerPath): boolean {
  if (isOwnVariable(variable)) return true;
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

interface PlacedText {
  readonly text: string;
  readonly pointer: PointerPath;
}

function templateTexts(value: JsonValue): readonly PlacedText[] {
  const found: PlacedText[] = [];
  collect(value, [], found);
  return found;
}

/** Goes through every value of every spec: `path` is one list for all, copied only where it counts. */
function collect(value: JsonValue, path: (string | number)[], found: PlacedText[]): void {
  if (typeof value === "string") {
    if (value.includes(braces)) found.push({ text: value, pointer: [...path] });
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const isList = Array.isArray(value);
  for (const [key, member] of Object.entries<JsonValue>(value)) {
    path.push(isList ? Number(key) : key);
    collect(member, path, found);
    path.pop();
  }
}

/** With other texts where `mark` stands in them; what has none is shared. */
function mapTexts(value: JsonValue, mark: string, change: (text: string) => string): JsonValue {
  if (typeof value === "string") return value.includes(mark) ? change(value) : value;
  if (Array.isArray(value)) {
    const items = value.map((item: JsonValue) => mapTexts(item, mark, change));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  return isJsonObject(value) ? mapMembers(value, mark, change) : value;
}

function mapMembers(value: JsonObject, mark: string, change: (text: string) => string): JsonObject {
  let hasChanged = false;
  const members = Object.entries(value).map(([key, member]): [string, JsonValue] => {
    const name = key.includes(mark) ? change(key) : key;
    const next = mapTexts(member, mark, change);
    hasChanged ||= name !== key || next !== member;
    return [name, next];
  });
  return hasChanged ? Object.fromEntries(members) : value;
}
