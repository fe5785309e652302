/**
 * Writes docs/cli.md, docs/errors.md and docs/rules/README.md from the sources, and where Azure's
 * samples are at hand the page about them: `npm run docs`.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasCorpus } from "./check-corpus.ts";
import { renderCliPage } from "./render-cli.ts";
import { corpusPagePath, generateCorpusPage } from "./render-corpus.ts";
import { renderRulesPage } from "./render-rules.ts";
import { readErrors, renderErrorsPage } from "./render-errors.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Every generated page by its path in the repository. */
export async function generateDocs(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["docs/cli.md", await renderCliPage()],
    ["docs/errors.md", renderErrorsPage(readErrors(await readSources()))],
    ["docs/rules/README.md", renderRulesPage()],
  ]);
}

/** The sources by path, in the same order on every machine. */
async function readSources(): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(join(root, "src"), { recursive: true });
  const paths = names
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `src/${name.replaceAll("\\", "/")}`)
    .sort();
  const texts = paths.map(
    async (path) => [path, await readFile(join(root, path), "utf8")] as const,
  );
  return new Map(await Promise.all(texts));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of await generateDocs()) await writeFile(join(root, path), text);
  if (hasCorpus) await writeFile(join(root, corpusPagePath), await generateCorpusPage());
}
