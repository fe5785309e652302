import type { Finding } from "../domain/finding.ts";
import type { SourceTree } from "../source/source-tree.ts";
import { looksLikeManifest, schemaHintOf } from "./classify.ts";
import type { CachedText, DocumentCache } from "./document-cache.ts";
import type { FileTable } from "./file-table.ts";
import { toFinding, type Problem } from "./problem.ts";
import { checkSchema } from "./schema/check-schema.ts";
import type { SchemaName } from "./schema/schemas.ts";
import { lockBounds, parseYaml, type ParsedYaml } from "./yaml/parse-yaml.ts";
import { yamlLimits } from "./yaml/limits.ts";

/** The YAML files of a tree that may matter, parsed once per content. */
export class TextReader {
  readonly #tree: SourceTree;
  readonly #files: FileTable;
  readonly #cache: DocumentCache;
  readonly #isWanted: (path: string) => boolean;
  readonly #texts = new Map<string, CachedText>();

  /** `isWanted` says which files are parsed even if nothing in them asks for it. */
  constructor(
    tree: SourceTree,
    files: FileTable,
    cache: DocumentCache,
    isWanted: (path: string) => boolean = looksLikeManifest,
  ) {
    this.#tree = tree;
    this.#files = files;
    this.#cache = cache;
    this.#isWanted = isWanted;
  }

  /** Reads these files; those that are not there are passed over. */
  async load(paths: readonly string[]): Promise<void> {
    const unknown: string[] = [];
    for (const path of paths) {
      const id = this.#files.objectIdOf(path);
      const cached = id === undefined ? undefined : this.#cache.texts.get(this.#cacheKey(id, path));
      if (cached !== undefined) this.#texts.set(path, cached);
      else if (this.#files.has(path)) unknown.push(path);
    }
    const maxBytes = yamlLimits.lockSizeBytes;
    for await (const { path, bytes } of this.#tree.readMany(unknown, { maxBytes })) {
      const text = this.#toText(path, bytes);
      this.#texts.set(path, text);
      const id = this.#files.objectIdOf(path);
      if (id !== undefined) this.#cache.texts.set(this.#cacheKey(id, path), text);
    }
  }

  /** The parsed file; `undefined` when it is no YAML that matters. */
  parsed(path: string): ParsedYaml | undefined {
    return this.#texts.get(path)?.parsed;
  }

  /** False for a file that is too large or no YAML at all. */
  isReadable(path: string): boolean {
    const text = this.#texts.get(path);
    return text !== undefined && (text.parsed === undefined || text.parsed.value !== undefined);
  }

  schemaHint(path: string): string | undefined {
    return this.#texts.get(path)?.schemaHint;
  }

  /** What is wrong with a file as YAML, and as what its schema says. */
  findings(path: string, schema?: SchemaName): readonly Finding[] {
    return this.problems(path, schema).map((problem) => toFinding(problem, path));
  }

  problems(path: string, schema?: SchemaName): readonly Problem[] {
    const text = this.#texts.get(path);
    if (text?.parsed === undefined) return [this.#unread(path)];
    const { parsed, schemaProblems } = text;
    if (schema === undefined || parsed.value === undefined) return parsed.problems;
    const known = schemaProblems.get(schema) ?? checkSchema(schema, parsed);
    schemaProblems.set(schema, known);
    return [...parsed.problems, ...known];
  }

  #unread(path: string): Problem {
    const sizeBytes = this.#files.get(path)?.sizeBytes ?? 0;
    const isLarge = sizeBytes > yamlLimits.lockSizeBytes;
    return isLarge
      ? {
          rule: "yaml-too-large",
          severity: "error",
          message: `The file has ${sizeBytes} bytes, more than the ${yamlLimits.sizeBytes} that are read: move what is large into a file of its own.`,
        }
      : { rule: "file-unusable", severity: "error", message: "The file cannot be read." };
  }

  #toText(path: string, bytes: Uint8Array): CachedText {
    const schemaHint = schemaHintOf(bytes);
    const isWanted = schemaHint !== undefined || isCompanion(path) || this.#isWanted(path);
    const bounds = isLock(path) ? lockBounds : undefined;
    const parsed = isWanted ? parseYaml(bytes, bounds) : undefined;
    return { schemaHint, parsed, schemaProblems: new Map() };
  }

  /** Whether a text is parsed depends on its path, so a blob may be kept under several keys. */
  #cacheKey(objectId: string, path: string): string {
    const isWanted = isCompanion(path) || this.#isWanted(path);
    return `${isLock(path) ? "lock" : isWanted ? "wanted" : "other"}:${objectId}`;
  }
}

function isLock(path: string): boolean {
  return /\.lock\.ya?ml$/.test(path);
}

function isCompanion(path: string): boolean {
  return /\.(?:meta|lock)\.ya?ml$/.test(path);
}
