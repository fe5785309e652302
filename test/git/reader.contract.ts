import { describe, expect, it, onTestFinished } from "vitest";
import type { GitReader } from "../../src/git/git.ts";
import { GitRepository } from "../support/git-repository.ts";

const absent = "1".repeat(40);

/** The promises every reader of a local repository keeps. */
export function describeGitReader(
  name: string,
  open: (directory: string) => Promise<GitReader>,
): void {
  const read = async (repository: GitRepository): Promise<GitReader> => {
    const reader = await open(repository.path);
    onTestFinished(async () => reader.close());
    return reader;
  };

  describe(`a Git reader: ${name}`, () => {
    it("rejects a folder that is no repository", async () => {
      await expect(open("/")).rejects.toMatchObject({ code: "GIT_NOT_A_REPOSITORY" });
    });

    it("finds nothing in an empty repository, but its branch", async () => {
      const reader = await read(await GitRepository.create({ branch: "trunk" }));

      expect(await reader.headBranch()).toBe("refs/heads/trunk");
      expect(await reader.resolveCommit("HEAD")).toBeUndefined();
      expect(await reader.listRefs("refs/")).toEqual(new Map());
    });

    it("resolves refs, ids, tags and their parents, and nothing shorter", async () => {
      const repository = await GitRepository.create();
      const first = await repository.commit("first", { a: "1" });
      const second = await repository.commit("second", { a: "2" });
      const tag = repository.tag("v1", first);
      repository.git("update-ref", `refs/heads/${first}`, second);
      const reader = await read(repository);

      expect(await reader.resolveCommit("HEAD")).toBe(second);
      expect(await reader.resolveCommit("HEAD~1")).toBe(first);
      expect(await reader.resolveCommit("HEAD^")).toBe(first);
      expect(await reader.resolveCommit("HEAD~2")).toBeUndefined();
      expect(await reader.resolveCommit("refs/heads/main")).toBe(second);
      expect(await reader.resolveCommit("refs/tags/v1")).toBe(first);
      expect(await reader.resolveCommit(tag)).toBe(first);
      expect(await reader.resolveCommit(first)).toBe(first);
      expect(await reader.resolveCommit(absent)).toBeUndefined();
      expect(await reader.resolveCommit(repository.id("HEAD^{tree}"))).toBeUndefined();
      for (const odd of ["main", "v1", "-d", "--all", "refs/heads/../x", "", "@{0}", ":/first"]) {
        expect(await reader.resolveCommit(odd)).toBeUndefined();
      }
    });

    it("reads a commit with all its parents", async () => {
      const repository = await GitRepository.create();
      const base = await repository.commit("base", { a: "1" });
      repository.checkout("topic", "main");
      const topic = await repository.commit("topic", { b: "1" });
      repository.checkout("main");
      const merge = repository.merge("topic");
      const reader = await read(repository);

      expect(await reader.readCommit(merge)).toEqual({
        id: merge,
        tree: repository.id(`${merge}^{tree}`),
        parents: [base, topic],
        author: { name: "Ann Author", email: "ann@contoso.example", timestamp: 1_700_000_003 },
        committer: {
          name: "Carl Committer",
          email: "carl@contoso.example",
          timestamp: 1_700_000_003,
        },
        message: "Merge topic\n",
      });
      await expect(reader.readCommit(absent)).rejects.toMatchObject({ code: "GIT_OBJECT_MISSING" });
      const tree = repository.id("HEAD^{tree}");
      await expect(reader.readCommit(tree)).rejects.toMatchObject({ code: "GIT_OBJECT_MISSING" });
    });

    it("follows first parents, oldest first, and stops at what is known", async () => {
      const repository = await GitRepository.create();
      const base = await repository.commit("base", { a: "1" });
      repository.checkout("topic", "main");
      const topic = await repository.commit("topic", { b: "1" });
      repository.checkout("main");
      const merge = repository.merge("topic");
      const last = await repository.commit("last", { c: "1" });
      const reader = await read(repository);
      const ids = async (tip: string, exclude?: string) =>
        (await reader.firstParentLog(tip, exclude)).map(({ id }) => id);

      expect(await ids(last)).toEqual([base, merge, last]);
      expect(await ids(last, base)).toEqual([merge, last]);
      expect(await ids(last, topic)).toEqual([merge, last]);
      expect(await ids(last, last)).toEqual([]);
      expect(await reader.isAncestor(topic, last)).toBe(true);
      expect(await reader.isAncestor(last, topic)).toBe(false);
      expect(await reader.isAncestor(last, last)).toBe(true);
    });

    it("lists every file, sorted by code units", async () => {
      const repository = await GitRepository.create();
      const commit = await repository.commit("files", {
        "b/z.yaml": "12345",
        "b.yaml": "1",
        "a\nb.yaml": "",
        "B/é.yaml": "1",
        "b/𐐷": "",
        "b/\uFFFD": "",
      });
      const reader = await read(repository);

      const items = await reader.listTree(commit);
      const paths = items.map(({ path }) => path);
      expect(paths).toEqual([...paths].sort());
      expect(paths).toHaveLength(6);
      expect(items.find(({ path }) => path === "b/z.yaml")).toEqual({
        path: "b/z.yaml",
        mode: "100644",
        objectId: repository.id(`${commit}:b/z.yaml`),
        sizeBytes: 5,
        isUtf8: true,
      });
    });

    it("lists what is beside odd entries", async () => {
      const repository = await GitRepository.create();
      const id = repository.blob("x");
      const folder = repository.tree([{ mode: "100644", name: "good.yaml", id }]);
      const tree = repository.tree([
        { mode: "100664", name: "100664", id },
        { mode: "100644", name: "a\\b", id },
        { mode: "40000", name: "folder", id: folder },
        { mode: "120000", name: "link", id },
        { mode: "100644", name: "n".repeat(5000), id },
        { mode: "160000", name: "submodule", id: absent },
        { mode: "100644", name: Buffer.from([0x78, 0xff]), id },
      ]);
      const reader = await read(repository);

      const items = await reader.listTree(repository.commitTree(tree));
      expect(
        items.map(({ mode, path, isUtf8 }) => `${mode} ${path.slice(0, 20)} ${isUtf8}`),
      ).toEqual([
        "100644 100664 true",
        "100644 a\\b true",
        "100644 folder/good.yaml true",
        "120000 link true",
        `100644 ${"n".repeat(20)} true`,
        "160000 submodule true",
        "100644 x\uFFFD false",
      ]);
    });

    it("gives up on a tree that holds itself over and over", async () => {
      const repository = await GitRepository.create();
      const grow = (tree: string): string => {
        const names = Array.from({ length: 10 }, (_, n) => String(n));
        return repository.tree(names.map((name) => ({ mode: "40000", name, id: tree })));
      };
      let tree = repository.tree([]);
      for (let level = 0; level < 10; level += 1) tree = grow(tree);
      const reader = await read(repository);

      await expect(reader.listTree(repository.commitTree(tree))).rejects.toMatchObject({
        code: "GIT_TREE_TOO_LARGE",
      });
    });

    it("reads blobs, one, many and as a stream", async () => {
      const repository = await GitRepository.create();
      const contents = Array.from({ length: 200 }, (_, n) => `${n}\n`.repeat(n));
      const ids = contents.map((content) => repository.blob(content));
      const reader = await read(repository);

      const many: string[] = [];
      for await (const { bytes } of reader.readBlobs(ids)) many.push(Buffer.from(bytes).toString());
      expect(many).toEqual(contents);
      const large = "large".repeat(300_000);
      const chunks: Uint8Array[] = [];
      for await (const chunk of reader.openBlob(repository.blob(large))) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).toBe(large);
      expect(await reader.readBlob(ids[0] ?? "")).toHaveLength(0);
    });

    it("says which object is missing and goes on reading others", async () => {
      const repository = await GitRepository.create();
      const id = repository.blob("x");
      const reader = await read(repository);
      const reading = [absent, id, "not an id", `${id}\n`].map(async (each) =>
        reader.readBlob(each),
      );

      const settled = await Promise.allSettled(reading);
      expect(settled.map(({ status }) => status)).toEqual([
        "rejected",
        "fulfilled",
        "rejected",
        "rejected",
      ]);
      await expect(reader.openBlob(absent)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: "GIT_OBJECT_MISSING",
      });
    });

    it("lists refs below a prefix with the ids they hold, packed or not", async () => {
      const repository = await GitRepository.create();
      const commit = await repository.commit("first", { a: "1" });
      const packed = repository.tag("models/taxi-fare@v1");
      repository.git("pack-refs", "--all");
      const loose = repository.tag("models/taxi-fare@v2");
      repository.tag("models/taxi@v1");
      const reader = await read(repository);

      expect(await reader.listRefs("refs/tags/models/taxi-fare@")).toEqual(
        new Map([
          ["refs/tags/models/taxi-fare@v1", packed],
          ["refs/tags/models/taxi-fare@v2", loose],
        ]),
      );
      expect(await reader.listRefs("refs/heads/")).toEqual(new Map([["refs/heads/main", commit]]));
    });
  });
}
