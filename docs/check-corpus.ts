import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { minimatch } from "minimatch";
import { parse } from "yaml";

import type { Finding } from "../src/domain/finding.ts";
import { manifestKinds } from "../src/registry/manifest-kind.ts";
import { CairnError } from "../src/shared/errors.ts";
import { FolderSourceTree } from "../src/source/drivers/folder.ts";
import type { SourceEntry, SourceTree } from "../src/source/source-tree.ts";
import { validateManifest, validateTree } from "../src/usecases/validate.ts";

/** Samples of Azure ML: somebody else's work, which is no part of this repository and may be absent. */
const corpusFolder =
  process.env["CAIRN_CORPUS"] ??
  fileURLToPath(new URL("../../shared/data/azureml-examples", import.meta.url));
export const hasCorpus = existsSync(corpusFolder);

/** What makes a registry of the samples. */
export const corpusRegistry = `format: 1
name: examples
location: eastus
replication_locations: [{ location: eastus }]
`;

export interface CorpusCheck {
  /** Every YAML file of the samples. */
  readonly files: readonly string[];
  /** What the registry as a whole gives. */
  readonly whole: readonly Finding[];
  /** What only a file that is checked on its own gives. */
  readonly alone: readonly Finding[];
  /** Files that nothing calls a manifest, with the findings of each kind they could be said to be. */
  readonly unnamed: ReadonlyMap<string, readonly (readonly Finding[])[]>;
}

/** Checks the samples as one registry, then each file on its own. */
export async function checkCorpus(): Promise<CorpusCheck> {
  const tree = new CorpusTree();
  const entries = await tree.list();
  const files = entries
    .map(({ path }) => path)
    .filter((path) => /\.ya?ml$/.test(path) && path !== registryPath);
  const { findings: whole } = await validateTree(tree);
  const known = new Set(whole.map(textOf));
  const alone: Finding[] = [];
  const unnamed = new Map<string, readonly (readonly Finding[])[]>();
  for (const path of files) {
    const found = await checkAlone(tree, path);
    if (found === undefined) unnamed.set(path, await checkAsEveryKind(tree, path));
    else alone.push(...found.filter((finding) => !known.has(textOf(finding))));
  }
  return { files, whole, alone, unnamed };
}

/** `undefined` where nothing says what the file is. */
async function checkAlone(tree: SourceTree, path: string): Promise<readonly Finding[] | undefined> {
  try {
    return (await validateManifest(tree, { path })).findings;
  } catch (error) {
    if (error instanceof CairnError && error.code === "REGISTRY_NOT_A_MANIFEST") return undefined;
    throw error;
  }
}

function checkAsEveryKind(
  tree: SourceTree,
  path: string,
): Promise<readonly (readonly Finding[])[]> {
  const checks = manifestKinds.map(
    async (kind) => (await validateManifest(tree, { path, kind })).findings,
  );
  return Promise.all(checks);
}

function textOf({ rule, path, line, column, message }: Finding): string {
  return JSON.stringify([rule, path, line, column, message]);
}

const registryPath = "registry.yaml";

/** The samples with a registry.yaml that is not there. */
class CorpusTree implements SourceTree {
  readonly origin = "the samples";
  readonly #folder = new FolderSourceTree({ folder: corpusFolder });
  readonly #registry = new TextEncoder().encode(corpusRegistry);
  #entries: Promise<readonly SourceEntry[]> | undefined;

  list(): Promise<readonly SourceEntry[]> {
    this.#entries ??= this.#list();
    return this.#entries;
  }

  read(path: string, options: { readonly maxBytes: number }): Promise<Uint8Array> {
    return path === registryPath
      ? Promise.resolve(this.#registry)
      : this.#folder.read(path, options);
  }

  async *readMany(
    paths: readonly string[],
    options: { readonly maxBytes: number },
  ): AsyncIterable<{ readonly path: string; readonly bytes: Uint8Array }> {
    if (paths.includes(registryPath)) yield { path: registryPath, bytes: this.#registry };
    yield* this.#folder.readMany(
      paths.filter((path) => path !== registryPath),
      options,
    );
  }

  open(path: string): AsyncIterable<Uint8Array> {
    return this.#folder.open(path);
  }

  async #list(): Promise<readonly SourceEntry[]> {
    const sizeBytes = this.#registry.byteLength;
    const added = { path: registryPath, type: "file", sizeBytes, objectId: undefined } as const;
    return [...(await this.#folder.list()), added];
  }
}

/** Why some findings are right, as somebody who read those files says. */
export interface Reason {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly findings: readonly FindingPattern[];
}

export interface FindingPattern {
  readonly rule: string;
  readonly paths: readonly string[];
  /** A part of the message. */
  readonly saying?: string;
}

export interface CorpusReasons {
  readonly reasons: readonly Reason[];
  readonly alone: readonly Reason[];
}

const reasonsUrl = new URL("../test/corpus/azureml-examples.yaml", import.meta.url);

export async function readReasons(): Promise<CorpusReasons> {
  return parse(await readFile(reasonsUrl, "utf8")) as CorpusReasons;
}

export function isMeant(pattern: FindingPattern, { rule, path, message }: Finding): boolean {
  return (
    rule === pattern.rule &&
    message.includes(pattern.saying ?? "") &&
    pattern.paths.some((glob) => minimatch(path, glob))
  );
}

export function findingsOf(reason: Reason, findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((finding) => reason.findings.some((pattern) => isMeant(pattern, finding)));
}
