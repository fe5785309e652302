import { isJsonObject, parseJsonObject, type JsonObject } from "../shared/json.ts";
import { editorSchemas } from "./editor-schemas.ts";

/** Where the schemas lie in a registry, committed, so that every clone has them. */
export const editorSchemaFolder = ".vscode/cairn-schemas";
export const editorSettingsPath = ".vscode/settings.json";

/** The file with our part in it, or what a person has to put into it. */
export type MergedSettings =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "by-hand"; readonly reason: string; readonly add: string };

/**
 * Puts `yaml.schemas` into the settings of a workspace. Whatever else is there stays; a file with
 * comments, or one that is not what it should be, is left alone.
 */
export function mergeEditorSettings(text: string | undefined): MergedSettings {
  const ours = schemaSettings();
  const wanted = { "yaml.schemas": ours };
  if (text === undefined || text.trim() === "") return { type: "text", text: toText(wanted, 2) };
  const settings = parseJsonObject(text);
  const schemas = settings?.["yaml.schemas"] ?? {};
  if (settings === undefined || !isJsonObject(schemas)) {
    const reason =
      settings === undefined
        ? "it is not plain JSON (comments or commas at the end would be lost)"
        : '"yaml.schemas" is no object there';
    return { type: "by-hand", reason, add: toText(wanted, 2).slice(2, -3) };
  }
  const isThere = Object.entries(ours).every(
    ([file, globs]) => JSON.stringify(schemas[file]) === JSON.stringify(globs),
  );
  if (isThere) return { type: "text", text };
  const merged = { ...settings, "yaml.schemas": { ...schemas, ...ours } };
  return { type: "text", text: toText(merged, indentOf(text)) };
}

function schemaSettings(): JsonObject {
  return Object.fromEntries(
    editorSchemas()
      .filter(({ globs }) => globs.length > 0)
      .map(({ file, globs }) => [`./${editorSchemaFolder}/${file}`, globs]),
  );
}

function indentOf(text: string): string | number {
  return /^([ \t]+)"/m.exec(text)?.[1] ?? 2;
}

function toText(value: JsonObject, indent: string | number): string {
  return `${JSON.stringify(value, undefined, indent)}\n`;
}
