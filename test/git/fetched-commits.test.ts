import { dirname } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { NativeGitMirror } from "../../src/git/drivers/native/mirror.ts";
import type { GitMirror } from "../../src/git/git.ts";
import { GitRepository, makeTemporaryFolder } from "../support/git-repository.ts";
import { startGitServer } from "../support/git-server.ts";
import { MemoryMirror, MemoryRemote } from "../support/memory-mirror.ts";

const main = "refs/heads/main";
const absent = "1".repeat(40);

interface Harness {
  readonly mirror: GitMirror;
  readonly commit: (
    files: Readonly<Record<string, string>>,
    ...parents: readonly string[]
  ) => string;
  readonly setMain: (id: string) => void;
}

async function openNative(repository: GitRepository, url: string): Promise<Harness> {
  const mirror = await NativeGitMirror.open({
    directory: await makeTemporaryFolder(),
    url,
    environment: process.env,
  });
  onTestFinished(async () => mirror.close());
  return {
    mirror,
    commit: (files, ...parents) => repository.commitFiles(files, ...parents),
    setMain: (id) => void repository.git("update-ref", main, id),
  };
}

const harnesses: readonly (readonly [string, () => Promise<Harness>])[] = [
  [
    "in memory",
    async () => {
      const remote = new MemoryRemote();
      return {
        mirror: new MemoryMirror(remote),
        commit: (files, ...parents) => remote.commit(files, { parents }),
        setMain: (id) => void remote.refs.set(main, id),
      };
    },
  ],
  [
    "by path",
    async () => {
      const repository = await GitRepository.create();
      return openNative(repository, repository.path);
    },
  ],
  [
    "by HTTP",
    async () => {
      const repository = await GitRepository.create();
      const server = await startGitServer(dirname(repository.path));
      return openNative(repository, `${server.url}/registry.git/.git`);
    },
  ],
];

describe.each(harnesses)("a commit by its id: %s", (_name, start) => {
  it("comes although no ref names it any more, with its files and its history", async () => {
    const { mirror, commit, setMain } = await start();
    const base = commit({ a: "1" });
    const replaced = commit({ a: "2", "b/c": "3" }, base);
    const head = commit({ a: "4" }, base);
    setMain(head);
    await mirror.fetch();

    expect(await mirror.fetchCommit(replaced)).toBe(true);
    expect((await mirror.listTree(replaced)).map(({ path }) => path)).toEqual(["a", "b/c"]);
    expect(await mirror.mergeBase(head, replaced)).toBe(base);
  });

  it("stays, and moves nothing", async () => {
    const { mirror, commit, setMain } = await start();
    const head = commit({ a: "1" });
    const other = commit({ a: "2" });
    setMain(head);
    await mirror.fetch();
    await mirror.fetchCommit(other);

    expect(await mirror.fetch()).toEqual({ head, ledger: undefined });
    expect(await mirror.fetchCommit(other)).toBe(true);
    expect(await mirror.resolveCommit(other)).toBe(other);
  });

  it.each([absent, "main", "HEAD", "", "--upload-pack=touch x", "1".repeat(39), "refs/heads/main"])(
    "is none: %j",
    async (id) => {
      const { mirror, commit, setMain } = await start();
      setMain(commit({ a: "1" }));
      await mirror.fetch();

      expect(await mirror.fetchCommit(id)).toBe(false);
    },
  );
});

it("is not called missing when the remote only fails", async () => {
  const repository = await GitRepository.create();
  await repository.commit("first", { a: "1" });
  const other = repository.commitFiles({ a: "2" });
  const server = await startGitServer(dirname(repository.path));
  const { mirror } = await openNative(repository, `${server.url}/registry.git/.git`);
  expect(await mirror.resolveCommit(other)).toBeUndefined();
  server.fail(/upload-pack/, { type: "status", status: 502 });

  await expect(mirror.fetchCommit(other)).rejects.toMatchObject({ code: "GIT_REMOTE_UNAVAILABLE" });
  server.heal();
  expect(await mirror.fetchCommit(other)).toBe(true);
});
