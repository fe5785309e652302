import { describe, expect, it } from "vitest";

import type { Finding } from "../../src/domain/finding.ts";
import {
  createDocumentCache,
  type DocumentCache,
  type RawText,
  type TextParsers,
  type TextStorage,
} from "../../src/registry/document-cache.ts";
import { packText } from "../../src/registry/packed-text.ts";
import { parseAndCheckText } from "../../src/registry/parse-text.ts";
import { readRegistry } from "../../src/registry/read-registry.ts";
import { storeFresh } from "../../src/registry/text-reader.ts";
import { findProblems } from "../../src/usecases/validate.ts";
import { MemorySourceTree, type MemoryFiles } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles, modelFiles } from "../support/registry-files.ts";

const files: MemoryFiles = {
  ...emptyRegistryFiles,
  ...modelFiles,
  "models/broken/model.yaml": "name: broken\ntype: pickle\npath: ./gone\nversion: 1.10\n",
  "components/c/component.yaml": "name: c\ncommand: echo ${{inputs.x}}\nenvironment: azureml:e:1\n",
};

class MemoryStorage implements TextStorage {
  readonly lines = new Map<string, string>();
  get(key: string): string | undefined {
    return this.lines.get(key);
  }
  set(key: string, line: string): void {
    this.lines.set(key, line);
  }
}

async function findingsOf(
  tree: MemorySourceTree,
  cache: DocumentCache = createDocumentCache(),
): Promise<readonly Finding[]> {
  const findings = findProblems(await readRegistry(tree, { cache }), undefined);
  storeFresh(cache);
  return findings;
}

describe("texts that are remembered between two runs", () => {
  it("are not read again, and say the same", async () => {
    const storage = new MemoryStorage();
    const expected = await findingsOf(new MemorySourceTree(files));
    await findingsOf(new MemorySourceTree(files), createDocumentCache({ storage }));

    const tree = new MemorySourceTree(files);
    expect(await findingsOf(tree, createDocumentCache({ storage }))).toEqual(expected);
    expect(tree.reads.filter((path) => path.endsWith(".yaml"))).toEqual([]);
  });

  it("include what Git LFS keeps elsewhere", async () => {
    const sha256 = "a".repeat(64);
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize 12345\n`;
    const lfs = { ...files, "models/taxi/weights.bin": pointer };
    const storage = new MemoryStorage();
    await findingsOf(new MemorySourceTree(lfs), createDocumentCache({ storage }));

    const tree = new MemorySourceTree(lfs);
    const registry = await readRegistry(tree, { cache: createDocumentCache({ storage }) });
    const taxi = registry.assets.find(({ key }) => key === "models/taxi");
    expect(taxi?.localPaths[0]?.files).toMatchObject([
      { sizeBytes: 12345, content: { type: "object", sha256 } },
    ]);
    expect(tree.reads).toEqual([]);
  });

  it("are kept with what their schema said", async () => {
    const storage = new MemoryStorage();
    await findingsOf(new MemorySourceTree(files), createDocumentCache({ storage }));
    const written = [...storage.lines];
    await findingsOf(new MemorySourceTree(files), createDocumentCache({ storage }));
    expect([...storage.lines]).toEqual(written);
    expect(written.filter(([, line]) => line.includes('["model",'))).toHaveLength(2);
  });

  it("are read anew when a line makes no sense", async () => {
    const storage = new MemoryStorage();
    const expected = await findingsOf(
      new MemorySourceTree(files),
      createDocumentCache({ storage }),
    );
    for (const key of storage.lines.keys()) storage.lines.set(key, "{ no line");
    const tree = new MemorySourceTree(files);
    expect(await findingsOf(tree, createDocumentCache({ storage }))).toEqual(expected);
  });
});

/** Large enough to be shared with other threads. */
const manyFiles: MemoryFiles = {
  ...files,
  ...Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [
      `models/large-${index}/model.yaml`,
      `name: large-${index}\npath: azureml://datastores/d/paths/p\ndescription: ${"x".repeat(40_000)}\n`,
    ]),
  ),
};

function parsersThat(answer: (texts: readonly RawText[]) => Promise<readonly string[]>): {
  readonly parsers: TextParsers;
  readonly calls: () => number;
} {
  let count = 0;
  return {
    calls: () => count,
    parsers: {
      parse: (texts) => {
        count += 1;
        return count % 3 === 0 ? undefined : answer(texts);
      },
      rest: () => {},
    },
  };
}

describe("texts that other threads parse", () => {
  const honest = (texts: readonly RawText[]): Promise<readonly string[]> =>
    Promise.resolve(texts.map((raw) => packText(parseAndCheckText(raw))));

  it.each<{ name: string; answer: typeof honest }>([
    { name: "answer", answer: honest },
    { name: "die", answer: () => Promise.reject(new Error("the thread ended")) },
    { name: "answer nonsense", answer: (texts) => Promise.resolve(texts.map(() => "nonsense")) },
    { name: "forget some", answer: async (texts) => (await honest(texts)).slice(1, 2) },
  ])("say the same when the threads $name", async ({ answer }) => {
    const expected = await findingsOf(new MemorySourceTree(manyFiles));
    const { parsers, calls } = parsersThat(answer);
    const found = await findingsOf(
      new MemorySourceTree(manyFiles),
      createDocumentCache({ parsers }),
    );
    expect(found).toEqual(expected);
    expect(calls()).toBeGreaterThan(2);
  });

  it("stay on this thread where that is quicker", async () => {
    const { parsers, calls } = parsersThat(honest);
    await findingsOf(new MemorySourceTree(files), createDocumentCache({ parsers }));
    expect(calls()).toBe(0);
  });
});
