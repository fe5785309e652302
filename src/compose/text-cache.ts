import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { SegmentCache } from "../disk/segment-cache.ts";
import { createDocumentCache, type DocumentCache } from "../registry/document-cache.ts";
import { storeFresh } from "../registry/text-reader.ts";
import { createTextParsers } from "./text-workers.ts";

/** Some 100 000 manifests. */
const maxBytes = 256 * 1024 * 1024;

/** What reading registries remembers between two runs. */
interface TextCache {
  readonly documents: DocumentCache;
  save(): Promise<void>;
}

/**
 * The memory of one app, opened by the first command that reads a registry. It lasts beyond the
 * process where there is a data folder; checking somebody's folder makes none.
 */
export class LazyTextCache {
  readonly #dataFolder: string;
  #cache: Promise<TextCache> | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(dataFolder: string) {
    this.#dataFolder = dataFolder;
  }

  async documents(): Promise<DocumentCache> {
    this.#cache ??= openTextCache(this.#dataFolder);
    try {
      return (await this.#cache).documents;
    } catch (error) {
      // A folder that was not there may be there the next time.
      this.#cache = undefined;
      throw error;
    }
  }

  /** One after the other: registries that are served together share it. */
  async save(): Promise<void> {
    const saved = this.#saving.then(async () => this.#save());
    this.#saving = saved.catch(() => undefined);
    return saved;
  }

  async #save(): Promise<void> {
    const [opened] = await Promise.allSettled([this.#cache]);
    if (opened.status === "fulfilled") await opened.value?.save();
  }
}

async function openTextCache(dataFolder: string): Promise<TextCache> {
  const parsers = createTextParsers();
  if (!(await isFolder(dataFolder))) {
    return { documents: createDocumentCache({ parsers }), save: () => Promise.resolve() };
  }
  const texts = join(dataFolder, "cache", "texts");
  const generation = await generationOf(sourceFolders);
  const storage = await SegmentCache.open({ folder: join(texts, generation), maxBytes });
  const documents = createDocumentCache({ storage, parsers });
  return {
    documents,
    save: async () => {
      storeFresh(documents);
      await storage.save();
      await removeOthers(texts, generation);
    },
  };
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** What texts become depends on this code and on the schemas. */
const sourceFolders = [
  "../registry/",
  "../registry/schema/",
  "../registry/yaml/",
  "../../schemas/",
].map((folder) => fileURLToPath(new URL(folder, import.meta.url)));

/** A name for what this program makes of a text: another program never reads it. */
async function generationOf(folders: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of folders) {
    for (const name of (await readdir(folder)).sort()) {
      if (/\.(?:js|ts|json)$/.test(name))
        hash.update(name).update(await readFile(join(folder, name)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}

async function removeOthers(folder: string, kept: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (name !== kept)
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
  }
}
