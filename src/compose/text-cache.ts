import { createHash } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { SegmentCache } from "../disk/segment-cache.ts";
import { createDocumentCache, type DocumentCache } from "../registry/document-cache.ts";
import { storeFresh } from "../registry/text-reader.ts";
import { createTextParsers } from "./text-workers.ts";

/** Some 100 000 manifests. */
const maxBytes = 256 * 1024 * 1024;

/** What reading registries remembers between two runs. */
export interface TextCache {
  readonly documents: DocumentCache;
  save(): Promise<void>;
}

/** Opens the memory in a data folder; without one it lasts as long as the process. */
export async function openTextCache(dataFolder: string | undefined): Promise<TextCache> {
  const parsers = createTextParsers();
  if (dataFolder === undefined) {
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
