import { blobId } from "../shared/digest.ts";
import type { Finding } from "../domain/finding.ts";
import type { SourceTree } from "../source/source-tree.ts";
import { looksLikeManifest } from "./classify.ts";
import type { CachedText, DocumentCache, RawText } from "./document-cache.ts";
import type { FileTable } from "./file-table.ts";
import { packText, unpackText } from "./packed-text.ts";
import { isLock } from "./parse-text.ts";
import { ParseWork } from "./parse-work.ts";
import { toFinding, type Problem } from "./problem.ts";
import { checkSchema } from "./schema/check-schema.ts";
import type { SchemaName } from "./schema/schemas.ts";
import type { ParsedYaml } from "./yaml/parse-yaml.ts";
import { yamlLimits } from "./yaml/limits.ts";

/** See `ParseWork`. */
const largeFromBytes = 768 * 1024;

/** The YAML files of a tree that may matter, parsed once per content. */
export class TextReader {
  readonly #tree: SourceTree;
  readonly #files: FileTable;
  readonly #cache: DocumentCache;
  readonly #isWanted: (path: string) => boolean;
  readonly #texts = new Map<string, { readonly key: string; readonly text: CachedText }>();

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
    const unknown = paths.filter((path) => this.#files.has(path) && !this.#recall(path));
    if (unknown.length === 0) return;
    const maxBytes = yamlLimits.lockSizeBytes;
    const work = new ParseWork(
      { isLarge: this.#isLarge(unknown), parsers: this.#cache.parsers },
      (raw, text, isPacked) => this.#keep(raw, text, isPacked),
    );
    for await (const { path, bytes } of this.#tree.readMany(unknown, { maxBytes })) {
      // In a folder nothing has an id until its bytes are known.
      const known = this.#files.objectIdOf(path) === undefined && this.#recall(path, blobId(bytes));
      if (known) continue;
      const isWanted = isCompanion(path) || this.#isWanted(path);
      work.add({ path, bytes, isWanted, isSpec: this.#isSpec(path) });
    }
    await work.end();
  }

  /** Takes a text that was read before; false if it is new. */
  #recall(path: string, id = this.#files.objectIdOf(path)): boolean {
    if (id === undefined) return false;
    const key = this.#cacheKey(id, path);
    const known = this.#cache.texts.get(key);
    const line = known === undefined ? this.#cache.storage?.get(key) : undefined;
    const text = known ?? (line === undefined ? undefined : unpackText(line));
    if (text === undefined) return false;
    this.#texts.set(path, { key, text });
    if (known === undefined) this.#cache.texts.set(key, text);
    return true;
  }

  /** `line` is what another thread made of it. */
  #keep({ path, bytes }: RawText, text: CachedText, line: string | undefined): void {
    const id = this.#files.objectIdOf(path) ?? blobId(bytes);
    const key = this.#cacheKey(id, path);
    this.#texts.set(path, { key, text });
    this.#cache.texts.set(key, text);
    const { storage, fresh } = this.#cache;
    if (storage === undefined) return;
    if (line === undefined) fresh.set(key, text);
    else storage.set(key, line);
  }

  #isSpec(path: string): boolean {
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    return !path.endsWith("/asset.yaml") && this.#files.has(`${folder}asset.yaml`);
  }

  #isLarge(paths: readonly string[]): boolean {
    let sizeBytes = 0;
    for (const path of paths) sizeBytes += this.#files.get(path)?.sizeBytes ?? 0;
    return sizeBytes > largeFromBytes;
  }

  /** The parsed file; `undefined` when it is no YAML that matters. */
  parsed(path: string): ParsedYaml | undefined {
    return this.#texts.get(path)?.text.parsed;
  }

  /** False for a file that is too large or no YAML at all. */
  isReadable(path: string): boolean {
    const text = this.#texts.get(path)?.text;
    return text !== undefined && (text.parsed === undefined || text.parsed.value !== undefined);
  }

  schemaHint(path: string): string | undefined {
    return this.#texts.get(path)?.text.schemaHint;
  }

  /** What is wrong with a file as YAML, and as what its schema says. */
  findings(path: string, schema?: SchemaName): readonly Finding[] {
    return this.problems(path, schema).map((problem) => toFinding(problem, path));
  }

  problems(path: string, schema?: SchemaName): readonly Problem[] {
    const known = this.#texts.get(path);
    if (known?.text.parsed === undefined) return [this.#unread(path)];
    const { parsed, schemaProblems } = known.text;
    if (schema === undefined || parsed.value === undefined) return parsed.problems;
    const checked = schemaProblems.get(schema);
    if (checked !== undefined) return joined(parsed.problems, checked);
    const found = checkSchema(schema, parsed);
    schemaProblems.set(schema, found);
    if (this.#cache.storage !== undefined) this.#cache.fresh.set(known.key, known.text);
    return joined(parsed.problems, found);
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

  /** Whether a text is parsed depends on its path, so a blob may be kept under several keys. */
  #cacheKey(objectId: string, path: string): string {
    const isWanted = isCompanion(path) || this.#isWanted(path);
    return `${isLock(path) ? "lock" : isWanted ? "wanted" : "other"}:${objectId}`;
  }
}

function isCompanion(path: string): boolean {
  return /\.(?:meta|lock)\.ya?ml$/.test(path);
}

/** Gives the storage what it does not have yet; whoever opened it writes it down. */
export function storeFresh({ fresh, storage }: DocumentCache): void {
  for (const [key, text] of fresh) storage?.set(key, packText(text));
  fresh.clear();
}

/** Rules about a value that YAML does not give us: the schema sees another one in its place. */
const refusals: ReadonlySet<string> = new Set(["yaml-key", "yaml-alias", "yaml-number"]);

/** What the schema says about a value that was refused already is no second problem. */
function joined(asYaml: readonly Problem[], asSchema: readonly Problem[]): readonly Problem[] {
  const refused = new Set(asYaml.filter(({ rule }) => refusals.has(rule)).map(placeText));
  return [...asYaml, ...asSchema.filter((problem) => !refused.has(placeText(problem)))];
}

function placeText({ line, column }: Problem): string {
  return `${line}:${column}`;
}
