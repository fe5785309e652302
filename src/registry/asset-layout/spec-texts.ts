import type { Finding } from "../../domain/finding.ts";
import { isJsonObject } from "../../shared/json.ts";
import type { SourceTree } from "../../source/source-tree.ts";
import { BoundedMap, type DocumentCache } from "../document-cache.ts";
import type { FileTable } from "../file-table.ts";
import { hasErrors, toFinding } from "../problem.ts";
import { resolvePath } from "../resolve-path.ts";
import { checkSchema } from "../schema/check-schema.ts";
import type { SchemaName } from "../schema/schemas.ts";
import type { TextReader } from "../text-reader.ts";
import { textOf } from "../values.ts";
import { yamlLimits } from "../yaml/limits.ts";
import { parseYaml, type ParsedYaml } from "../yaml/parse-yaml.ts";
import { maskTemplates } from "./templates.ts";

/** The files that asset.yaml files name: nothing else says what they are, and specs have templates. */
export class SpecTexts {
  readonly #texts: TextReader;
  readonly #own: ReadonlyMap<string, ParsedYaml>;

  constructor(texts: TextReader, own: ReadonlyMap<string, ParsedYaml>) {
    this.#texts = texts;
    this.#own = own;
  }

  parsed(path: string): ParsedYaml | undefined {
    return this.#own.get(path) ?? this.#texts.parsed(path);
  }

  findings(path: string, schema?: SchemaName): readonly Finding[] {
    const own = this.#own.get(path);
    if (own === undefined) return this.#texts.findings(path, schema);
    const problems =
      schema === undefined || own.value === undefined ? [] : checkSchema(schema, own);
    return [...own.problems, ...problems].map((problem) => toFinding(problem, path));
  }
}

const caches = new WeakMap<DocumentCache, BoundedMap<ParsedYaml>>();

/** Reads what asset.yaml files name, as far as it was not read well already. */
export async function loadSpecTexts(options: {
  readonly tree: SourceTree;
  readonly files: FileTable;
  readonly texts: TextReader;
  readonly cache: DocumentCache;
}): Promise<SpecTexts> {
  const { tree, files, texts, cache } = options;
  const known = caches.get(cache) ?? new BoundedMap<ParsedYaml>(20_000);
  caches.set(cache, known);
  const own = new Map<string, ParsedYaml>();
  const unread: string[] = [];
  for (const path of namedPaths(files, texts)) {
    const id = files.objectIdOf(path);
    const parsed = id === undefined ? undefined : known.get(id);
    if (parsed === undefined) unread.push(path);
    else own.set(path, parsed);
  }
  for await (const { path, bytes } of tree.readMany(unread, { maxBytes: yamlLimits.sizeBytes })) {
    const parsed = parseYaml(maskTemplates(bytes));
    own.set(path, parsed);
    const id = files.objectIdOf(path);
    if (id !== undefined) known.set(id, parsed);
  }
  return new SpecTexts(texts, own);
}

function namedPaths(files: FileTable, texts: TextReader): ReadonlySet<string> {
  const named = new Set<string>();
  for (const { path, type } of files.entries) {
    if (type !== "file" || !isLayoutPath(path)) continue;
    for (const key of ["spec", "extra_config"]) {
      const target = targetOf(path, key, texts);
      if (target !== undefined && files.has(target) && !isRead(target, texts)) named.add(target);
    }
  }
  return named;
}

function isRead(path: string, texts: TextReader): boolean {
  const parsed = texts.parsed(path);
  return parsed !== undefined && !hasErrors(parsed.problems);
}

export function isLayoutPath(path: string): boolean {
  return /(?:^|\/)asset\.ya?ml$/.test(path);
}

/** The spec that an asset.yaml names, which then is no manifest of its own. */
export function specOf(path: string, texts: TextReader): string | undefined {
  return targetOf(path, "spec", texts);
}

function targetOf(path: string, key: string, texts: TextReader): string | undefined {
  const value = texts.parsed(path)?.value;
  const text = isJsonObject(value) ? textOf(value[key]) : undefined;
  const target = text === undefined ? undefined : resolvePath(path, text);
  return target?.ok === true ? target.value : undefined;
}
