import * as fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";

import { NativeGitReader } from "../../src/git/drivers/native/reader.ts";
import { GitRepository } from "../support/git-repository.ts";

async function open(repository: GitRepository): Promise<NativeGitReader> {
  const reader = await NativeGitReader.open({
    directory: repository.path,
    environment: process.env,
  });
  onTestFinished(async () => reader.close());
  return reader;
}

/** Files that take each other's place as folders do, names that sort oddly, links, submodules. */
const names = [
  "a",
  "a/b",
  "a/b/c",
  "a/d",
  "a.b",
  "a-b/c",
  "a0",
  "ä/ü",
  "z/y/x/w",
  "z/y/v",
] as const;
const path = fc.constantFrom(...names);
const mode = fc.constantFrom("100644", "100755", "120000", "160000");
const text = fc.constantFrom("", "one", "another text");
const edit = fc.record({ path, mode, text, isRemoved: fc.boolean() });
const edits = fc.array(fc.array(edit, { minLength: 1, maxLength: 4 }), { maxLength: 6 });

it("lists a tree by its difference from another one as if nothing was known", async () => {
  const repository = await GitRepository.create();
  const someCommit = await repository.commit("first", { a: "1" });
  const write = (files: ReadonlyMap<string, readonly [mode: string, text: string]>): string => {
    const lines = [...files].map(([name, [its, content]]) => {
      const id = its === "160000" ? someCommit : repository.blob(content);
      return `${its} ${id}\t${name}\n`;
    });
    repository.git("read-tree", "--empty");
    repository.gitWith(lines.join(""), "update-index", "--index-info");
    return repository.git("write-tree");
  };
  await fc.assert(
    fc.asyncProperty(edits, async (steps) => {
      const known = await open(repository);
      const files = new Map<string, readonly [mode: string, text: string]>();
      for (const step of steps) {
        for (const { path: changed, mode: its, text: content, isRemoved } of step) {
          const beside = [...files.keys()].filter((other) => isBeside(other, changed));
          for (const other of [changed, ...beside]) files.delete(other);
          if (!isRemoved) files.set(changed, [its, content]);
        }
        const commit = repository.commitTree(write(files));
        const fresh = await open(repository);
        expect(await known.listTree(commit)).toEqual(await fresh.listTree(commit));
        await fresh.close();
      }
      await known.close();
    }),
    { numRuns: 12 },
  );
});

/** What cannot be in one tree: a file, and something below it. */
function isBeside(one: string, other: string): boolean {
  return one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}
