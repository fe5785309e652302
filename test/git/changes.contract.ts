import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { GitMirror, Signature, TreeFile } from "../../src/git/git.ts";

type Files = Readonly<Record<string, string>>;

export interface ChangesHarness {
  /** Each call opens another mirror of the same remote. */
  open(): Promise<GitMirror>;
  /** Makes a commit on the remote that no ref points at. */
  commit(files: Files, ...parents: readonly string[]): string;
  setRef(ref: string, id: string | undefined): void;
  refs(): ReadonlyMap<string, string>;
  /** Another repository on this machine, with this commit as its HEAD. */
  startOther(files: Files): Promise<{ readonly folder: string; readonly head: string }>;
  /** What to sign with, and the key that is to be read back. Absent: it cannot sign here. */
  makeKey(): Promise<{ readonly path: string; readonly publicKey: string } | undefined>;
}

export interface ChangesOptions {
  readonly canSign: boolean;
  readonly runs: number;
}

const main = "refs/heads/main";
const pull = "refs/cairn/pull/1/head";
const absent = "1".repeat(40);
const ann: Signature = { name: "Ann", email: "ann@contoso.example", timestamp: 1_700_000_000 };

async function writeFiles(mirror: GitMirror, files: Files): Promise<Map<string, TreeFile>> {
  const changes = new Map<string, TreeFile>();
  for (const [path, text] of Object.entries(files)) {
    const objectId = await mirror.writeBlob(new TextEncoder().encode(text));
    changes.set(path, { mode: "100644", objectId });
  }
  return changes;
}

async function readFiles(mirror: GitMirror, tree: string): Promise<Files> {
  const commit = await mirror.writeCommit({ tree, parents: [], author: ann, message: "read" });
  const files: Record<string, string> = {};
  for (const { path, objectId } of await mirror.listTree(commit)) {
    files[path] = new TextDecoder().decode(await mirror.readBlob(objectId));
  }
  return files;
}

async function openFrom(harness: ChangesHarness): Promise<GitMirror> {
  const mirror = await harness.open();
  onTestFinished(async () => mirror.close());
  return mirror;
}

/** A remote whose branch has these files, and a mirror that has fetched it. */
async function startWith(start: () => Promise<ChangesHarness>, files: Files) {
  const harness = await start();
  const head = harness.commit(files);
  harness.setRef(main, head);
  const mirror = await openFrom(harness);
  await mirror.fetch();
  return { harness, head, mirror };
}

/** Refs beside the branch and the ledger: how they come and how they go back. */
export function describeNamedRefs(name: string, start: () => Promise<ChangesHarness>): void {
  describe(`refs by name: ${name}`, () => {
    it("brings full names and prefixes with their objects, and nothing else", async () => {
      const { harness, head, mirror } = await startWith(start, { a: "1" });
      const topic = harness.commit({ a: "2" }, head);
      harness.setRef("refs/heads/topic", topic);
      harness.setRef("refs/heads/topic-2", head);
      harness.setRef(pull, topic);
      harness.setRef("refs/cairn/pull/12/meta", head);
      harness.setRef("refs/cairn/pulled", head);

      const found = await mirror.fetchRefs([
        "refs/heads/topic",
        "refs/cairn/pull/",
        "refs/heads/x",
      ]);
      expect(found).toEqual(
        new Map([
          [pull, topic],
          ["refs/cairn/pull/12/meta", head],
          ["refs/heads/topic", topic],
        ]),
      );
      const [file] = await mirror.listTree(topic);
      expect(new TextDecoder().decode(await mirror.readBlob(file?.objectId ?? ""))).toBe("2");
    });

    it("answers nothing for nothing, and for what is not there", async () => {
      const { mirror } = await startWith(start, { a: "1" });
      expect(await mirror.fetchRefs([])).toEqual(new Map());
      expect(await mirror.fetchRefs(["refs/heads/x", "refs/heads/y"])).toEqual(new Map());
      expect(await mirror.fetchRefs(["refs/cairn/pull/"])).toEqual(new Map());
    });

    it("answers for names that are in each other, or named twice", async () => {
      const { harness, head, mirror } = await startWith(start, { a: "1" });
      harness.setRef(pull, head);
      const names = [pull, "refs/cairn/pull/1/", "refs/cairn/", "refs/cairn/", pull];
      expect(await mirror.fetchRefs(names)).toEqual(new Map([[pull, head]]));
    });

    it("follows what moves, goes, and comes back as a folder", async () => {
      const { harness, head, mirror } = await startWith(start, { a: "1" });
      const names = ["refs/heads/a", "refs/heads/a/b", "refs/x/"];
      const ask = async (refs: Readonly<Record<string, string>>) => {
        const wanted = new Map(Object.entries(refs));
        for (const ref of harness.refs().keys()) {
          if (ref !== main) harness.setRef(ref, undefined);
        }
        for (const [ref, id] of wanted) harness.setRef(ref, id);
        expect(await mirror.fetchRefs(names)).toEqual(wanted);
      };
      const next = harness.commit({ a: "2" }, head);
      await ask({ "refs/heads/a": head, "refs/x/1": head });
      await ask({ "refs/heads/a": next, "refs/x/1": next, "refs/x/2": head });
      await ask({ "refs/heads/a/b": next, "refs/x/1/y": head });
      await ask({});
      await ask({ "refs/heads/a": head, "refs/x/1": next });
    });
  });

  describe(`two refs in one push: ${name}`, () => {
    it("move together or not at all", async () => {
      const { harness, head, mirror } = await startWith(start, { a: "1" });
      const tree = await mirror.writeTree(head, await writeFiles(mirror, { a: "2" }));
      const next = await mirror.writeCommit({ tree, parents: [head], author: ann, message: "2" });
      const both = (expected: string) => [
        { ref: main, expected, next },
        { ref: pull, expected: undefined, next },
      ];
      expect(await mirror.push(both(absent))).toMatchObject({ accepted: false });
      expect(harness.refs()).toEqual(new Map([[main, head]]));
      expect(await mirror.push(both(head))).toEqual({ accepted: true });
      expect(harness.refs()).toEqual(
        new Map([
          [pull, next],
          [main, next],
        ]),
      );
    });

    it("are won by one of those who try at a time", async () => {
      const { harness, head } = await startWith(start, { a: "1" });
      const mirrors = [await openFrom(harness), await openFrom(harness), await openFrom(harness)];
      let tip = head;
      let pulled: string | undefined;
      for (let round = 0; round < 3; round += 1) {
        const tries = await Promise.all(
          mirrors.map(async (mirror, index) => {
            await mirror.fetch();
            const { tree } = await mirror.readCommit(tip);
            const message = `round ${round} of ${index}`;
            return mirror.writeCommit({ tree, parents: [tip], author: ann, message });
          }),
        );
        const expected = { main: tip, pull: pulled };
        const outcomes = await Promise.all(
          mirrors.map(async (mirror, index) => {
            const next = tries[index] ?? "";
            return mirror.push([
              { ref: pull, expected: expected.pull, next },
              { ref: main, expected: expected.main, next },
            ]);
          }),
        );
        const winners = tries.filter((_, index) => outcomes[index]?.accepted === true);
        expect(winners).toHaveLength(1);
        tip = winners[0] ?? "";
        pulled = tip;
        expect(harness.refs()).toEqual(
          new Map([
            [pull, tip],
            [main, tip],
          ]),
        );
      }
    });
  });
}

/** What pull requests ask of a mirror; the real one and the one in memory answer alike. */
export function describeChanges(
  name: string,
  { canSign, runs }: ChangesOptions,
  start: () => Promise<ChangesHarness>,
): void {
  describe(`commits of other repositories: ${name}`, () => {
    it("brings what a revision names there, with its history", async () => {
      const { harness, mirror } = await startWith(start, { a: "1" });
      const other = await harness.startOther({ a: "3", b: "4" });
      for (const revision of ["HEAD", main, other.head]) {
        expect(await mirror.fetchCommitFrom(other.folder, revision)).toBe(other.head);
      }
      expect((await mirror.listTree(other.head)).map(({ path }) => path)).toEqual(["a", "b"]);
      for (const revision of ["refs/heads/none", absent, "--all", ""]) {
        expect(await mirror.fetchCommitFrom(other.folder, revision)).toBeUndefined();
      }
    });
  });

  describe(`histories: ${name}`, () => {
    it("lists every commit between two, and finds where they parted", async () => {
      const { harness, head: base, mirror } = await startWith(start, { a: "1" });
      const left = harness.commit({ a: "2" }, base);
      const right = harness.commit({ a: "1", b: "1" }, base);
      const top = harness.commit({ a: "2", b: "1" }, left, right);
      const alone = harness.commit({ z: "1" });
      harness.setRef("refs/heads/top", top);
      harness.setRef("refs/heads/alone", alone);
      await mirror.fetchRefs(["refs/heads/"]);
      const between = async (exclude: string, tip: string) =>
        (await mirror.commitsBetween(exclude, tip)).map(({ id }) => id);

      const all = await between(base, top);
      expect(new Set(all)).toEqual(new Set([left, right, top]));
      expect(all.at(-1)).toBe(top);
      expect(await between(left, top)).toEqual([right, top]);
      expect(await between(top, base)).toEqual([]);
      expect(await mirror.mergeBase(left, right)).toBe(base);
      expect(await mirror.mergeBase(top, left)).toBe(left);
      expect(await mirror.mergeBase(base, base)).toBe(base);
      expect(await mirror.mergeBase(alone, top)).toBeUndefined();
      await expect(mirror.mergeBase(absent, top)).rejects.toMatchObject({
        code: "GIT_OBJECT_MISSING",
      });
      await expect(mirror.commitsBetween(absent, top)).rejects.toMatchObject({
        code: "GIT_OBJECT_MISSING",
      });
    });
  });

  describe(`merges: ${name}`, () => {
    const merge = async (base: Files, ours: Files, theirs: Files) => {
      const { harness, head, mirror } = await startWith(start, base);
      const sides = [ours, theirs].map((files) => harness.commit(files, head));
      for (const [index, id] of sides.entries()) harness.setRef(`refs/heads/side-${index}`, id);
      await mirror.fetchRefs(["refs/heads/"]);
      const preview = await mirror.previewMerge(sides[0] ?? "", sides[1] ?? "");
      if (preview.outcome === "conflict") return preview.paths;
      return readFiles(mirror, preview.tree);
    };
    const base = { a: "1\n", b: "1\n", "d/e": "1\n" };

    it.each<readonly [string, Files, Files, Files]>([
      ["nothing", base, base, base],
      ["one side", base, { ...base, a: "2\n" }, { ...base, a: "2\n" }],
      [
        "different files",
        { ...base, a: "2\n" },
        { ...base, b: "3\n" },
        { ...base, a: "2\n", b: "3\n" },
      ],
      [
        "a file removed",
        { a: "1\n", "d/e": "1\n" },
        { ...base, a: "2\n" },
        { a: "2\n", "d/e": "1\n" },
      ],
      [
        "a folder removed",
        { a: "1\n", b: "1\n" },
        { ...base, c: "1\n" },
        { a: "1\n", b: "1\n", c: "1\n" },
      ],
      [
        "the same added",
        { ...base, "n/m": "1\n" },
        { ...base, "n/m": "1\n" },
        { ...base, "n/m": "1\n" },
      ],
    ])("merges %s", async (_, ours, theirs, merged) => {
      expect(await merge(base, ours, theirs)).toEqual(merged);
    });

    it.each<readonly [string, Files, Files, readonly string[]]>([
      ["different changes", { ...base, a: "2\n" }, { ...base, a: "3\n" }, ["a"]],
      ["a change and a removal", { ...base, "d/e": "2\n" }, { a: "1\n", b: "1\n" }, ["d/e"]],
      [
        "different additions",
        { ...base, n: "1\n", o: "1\n" },
        { ...base, n: "2\n", o: "2\n" },
        ["n", "o"],
      ],
      ["a file and a folder", { ...base, n: "x\n" }, { ...base, "n/m": "y\n" }, ["n"]],
    ])("says where there are %s", async (_, ours, theirs, paths) => {
      expect(await merge(base, ours, theirs)).toEqual(paths);
      expect(await merge(base, theirs, ours)).toEqual(paths);
    });

    it("knows no merge of what has nothing in common", async () => {
      const { harness, head, mirror } = await startWith(start, { a: "1" });
      const alone = harness.commit({ b: "1" });
      harness.setRef("refs/heads/alone", alone);
      await mirror.fetchRefs(["refs/heads/alone"]);
      expect(await mirror.previewMerge(head, alone)).toEqual({ outcome: "conflict", paths: [] });
      await expect(mirror.previewMerge(head, absent)).rejects.toMatchObject({
        code: "GIT_OBJECT_MISSING",
      });
    });
  });

  describe(`trees: ${name}`, () => {
    it("become what the changes say, whatever stood there before", async () => {
      const segment = fc.constantFrom("a", "b", "a-b", "a.b", "ä");
      const path = fc
        .array(segment, { minLength: 1, maxLength: 3 })
        .map((parts) => parts.join("/"));
      const free = (paths: readonly string[]) =>
        paths.every((one) => !paths.some((other) => other.startsWith(`${one}/`)));
      const files = fc.dictionary(path, fc.constantFrom("1", "2", "3"), { maxKeys: 8 });
      const base = files.filter((entries) => free(Object.keys(entries)));
      const changes = fc.record({
        set: base,
        removed: fc.uniqueArray(path, { maxLength: 5 }),
      });
      const { harness, head, mirror } = await startWith(start, { keep: "1" });
      await fc.assert(
        fc.asyncProperty(base, changes, async (before, { set, removed }) => {
          const gone = removed.filter((one) => !Object.hasOwn(set, one));
          const commit = harness.commit({ ...before, keep: "1" }, head);
          harness.setRef("refs/heads/base", commit);
          await mirror.fetchRefs(["refs/heads/base"]);
          const wanted: Record<string, string> = { ...before, keep: "1" };
          for (const one of gone) delete wanted[one];
          for (const one of Object.keys(set)) {
            for (const other of Object.keys(wanted)) {
              if (one.startsWith(`${other}/`) || other.startsWith(`${one}/`)) delete wanted[other];
            }
          }
          const all = new Map<string, TreeFile | undefined>(await writeFiles(mirror, set));
          for (const one of gone) all.set(one, undefined);
          expect(await readFiles(mirror, await mirror.writeTree(commit, all))).toEqual({
            ...wanted,
            ...set,
          });
        }),
        { numRuns: runs },
      );
    });

    it("have no folder without a file", async () => {
      const { head, mirror } = await startWith(start, { "a/b/c": "1", d: "1" });
      const changes = new Map([["a/b/c", undefined]]);
      const without = await mirror.writeTree(head, changes);
      expect(await readFiles(mirror, without)).toEqual({ d: "1" });
      const file = await writeFiles(mirror, { d: "1" });
      expect(await mirror.writeTree(head, new Map([...changes, ...file]))).toBe(without);
      const all = new Map([...changes, ["d", undefined] as const]);
      expect(await mirror.writeTree(head, all)).toBe(await mirror.writeEmptyTree());
      const nothing = new Map([
        ["a", undefined],
        ["a/b", undefined],
        ["x/y", undefined],
      ] as const);
      expect(await mirror.writeTree(head, nothing)).toBe((await mirror.readCommit(head)).tree);
    });

    it.each([
      ["", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", ".git/config", "a/.GIT", "a/.git/b"],
      [".git.", ".git ", "git~1", ".git::$INDEX_ALLOCATION", ".g\u200cit", "a\\.git\\b"],
      ["a\0b", "\uD800", "x".repeat(256), "x/".repeat(3000).concat("x")],
    ])("refuse %j and the like", async (...paths) => {
      const { head, mirror } = await startWith(start, { a: "1" });
      const objectId = await mirror.writeBlob(new Uint8Array());
      for (const path of paths) {
        for (const file of [{ mode: "100644", objectId }, undefined]) {
          await expect(mirror.writeTree(head, new Map([[path, file]]))).rejects.toMatchObject({
            code: "GIT_PATH_REFUSED",
          });
        }
      }
    });

    it("refuse other modes, absent files, and a file that is a folder", async () => {
      const { head, mirror } = await startWith(start, { a: "1" });
      const objectId = await mirror.writeBlob(new Uint8Array([0, 255]));
      const file = { mode: "100755", objectId };
      const codeOf = async (changes: Readonly<Record<string, TreeFile>>) =>
        mirror.writeTree(head, new Map(Object.entries(changes))).then(
          () => "none",
          (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
        );
      expect(await codeOf({ x: file })).toBe("none");
      expect(await codeOf({ x: { mode: "120000", objectId } })).toBe("GIT_PATH_REFUSED");
      expect(await codeOf({ x: { mode: "160000", objectId } })).toBe("GIT_PATH_REFUSED");
      expect(await codeOf({ x: file, "x/y": file })).toBe("GIT_PATH_REFUSED");
      expect(await codeOf({ "x/y/z": file, x: file })).toBe("GIT_PATH_REFUSED");
      expect(await codeOf({ x: { mode: "100644", objectId: absent } })).toBe("GIT_OBJECT_MISSING");
    });
  });

  describe(`signatures: ${name}`, () => {
    it("of an unsigned commit are nobody's", async () => {
      const { head, mirror } = await startWith(start, { a: "1" });
      expect(await mirror.signingKeyOf(head)).toBeUndefined();
      await expect(mirror.signingKeyOf(absent)).rejects.toMatchObject({
        code: "GIT_OBJECT_MISSING",
      });
    });

    it.skipIf(!canSign)("name the key (needs ssh-keygen)", async () => {
      const { harness, head, mirror } = await startWith(start, { a: "1" });
      const key = await harness.makeKey();
      const { tree } = await mirror.readCommit(head);
      const draft = { tree, parents: [head], author: ann, message: "approve\n\nwhy: ä\n" };
      const signed = { ...draft, signingKey: key?.path ?? "" };
      const id = await mirror.writeCommit(signed);
      expect(await mirror.signingKeyOf(id)).toBe(key?.publicKey);
      expect(await mirror.writeCommit(signed)).toBe(id);
      expect(await mirror.writeCommit(draft)).not.toBe(id);
      expect(await mirror.readCommit(id)).toMatchObject({ ...draft, committer: ann });
    });
  });
}
