import { spawnSync } from "node:child_process";
import { chmod, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { NativeGitMirror } from "../../src/git/drivers/native/mirror.ts";
import type { Environment } from "../../src/git/drivers/native/program.ts";
import { GitRepository, makeTemporaryFolder } from "../support/git-repository.ts";
import { startGitServer } from "../support/git-server.ts";
import { hasKeygen, makeSigningKey } from "../support/signing-key.ts";
import { describeChanges, describeNamedRefs, type ChangesHarness } from "./changes.contract.ts";

type Files = Readonly<Record<string, string>>;

const author = { name: "Ann", email: "ann@contoso.example", timestamp: 1_700_000_000 };

async function openMirror(url: string, environment: Environment = process.env) {
  const directory = await makeTemporaryFolder();
  const branch = "refs/heads/main";
  const mirror = await NativeGitMirror.open({ directory, url, branch, environment });
  onTestFinished(async () => mirror.close());
  return { mirror, directory };
}

function toHarness(repository: GitRepository, url: string): ChangesHarness {
  return {
    open: async () =>
      NativeGitMirror.open({
        directory: await makeTemporaryFolder(),
        url,
        environment: process.env,
      }),
    commit: (files, ...parents) => repository.commitFiles(files, ...parents),
    setRef: (ref, id) => {
      if (id === undefined) repository.git("update-ref", "-d", ref);
      else repository.git("update-ref", ref, id);
    },
    refs: () => {
      const lines = repository.refs().split("\n").filter(Boolean);
      return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
    },
    startOther: async (files) => {
      const other = await GitRepository.create();
      return { folder: other.path, head: await other.commit("other", files) };
    },
    makeKey: async () => (hasKeygen ? makeSigningKey() : undefined),
  };
}

describeNamedRefs("by path", async () => {
  const repository = await GitRepository.create();
  return toHarness(repository, repository.path);
});

describeChanges("by path", { canSign: hasKeygen, runs: 12 }, async () => {
  const repository = await GitRepository.create();
  return toHarness(repository, repository.path);
});

describeNamedRefs("by HTTP", async () => {
  const repository = await GitRepository.create();
  const server = await startGitServer(dirname(repository.path));
  return toHarness(repository, `${server.url}/registry.git/.git`);
});

describe("refs by name from a remote that fails", () => {
  const serve = async () => {
    const repository = await GitRepository.create();
    const head = await repository.commit("first", { a: "1" });
    repository.git("update-ref", "refs/cairn/pull/1/head", head);
    const server = await startGitServer(dirname(repository.path));
    const { mirror } = await openMirror(`${server.url}/registry.git/.git`);
    return { repository, server, mirror, head };
  };

  it.each([
    "main",
    "refs/heads/*",
    "refs/heads/../x",
    "-x",
    "refs/heads/a:refs/x",
    "^refs/x",
    "/",
    "",
  ])("refuses the name %j", async (name) => {
    const { mirror } = await openMirror((await GitRepository.create()).path);
    await expect(mirror.fetchRefs([name])).rejects.toMatchObject({ code: "GIT_REF_REFUSED" });
  });

  it("takes what moved in one fetch of two requests", async () => {
    const { server, mirror, head } = await serve();
    await mirror.fetch();
    const names = ["refs/cairn/pull/"];
    expect((await mirror.fetchRefs(names)).size).toBe(1);
    const before = server.requests.length;
    expect(await mirror.fetchRefs(names)).toEqual(new Map([["refs/cairn/pull/1/head", head]]));
    expect(server.requests.length - before).toBe(2);
  });

  it("forgets nothing when the answer lacks the branch that was there", async () => {
    const { repository, mirror } = await serve();
    await mirror.fetch();
    await mirror.fetchRefs(["refs/cairn/pull/", "refs/cairn/pull/1/head"]);
    const before = await mirror.listRefs("refs/cairn/");
    expect(before.size).toBe(2);
    repository.git("config", "transfer.hideRefs", "refs/");
    for (const name of ["refs/cairn/pull/", "refs/cairn/pull/1/head"]) {
      await expect(mirror.fetchRefs([name])).rejects.toMatchObject({ code: "GIT_REMOTE_BROKEN" });
    }
    expect(await mirror.listRefs("refs/cairn/")).toEqual(before);
    repository.git("config", "--unset", "transfer.hideRefs");
    repository.git("update-ref", "-d", "refs/cairn/pull/1/head");
    expect(await mirror.fetchRefs(["refs/cairn/pull/1/head"])).toEqual(new Map());
    expect((await mirror.listRefs("refs/cairn/")).size).toBe(1);
    expect(await mirror.fetchRefs(["refs/cairn/pull/"])).toEqual(new Map());
    expect((await mirror.listRefs("refs/cairn/")).size).toBe(0);
  });

  it("forgets nothing when the remote cannot be reached", async () => {
    const { server, mirror } = await serve();
    await mirror.fetchRefs(["refs/cairn/pull/"]);
    const before = await mirror.listRefs("refs/");
    server.fail(/\/git-upload-pack$/, { type: "status", status: 503 });
    const failing = mirror.fetchRefs(["refs/cairn/pull/", "refs/heads/none"]);
    await expect(failing).rejects.toMatchObject({ code: "GIT_REMOTE_UNAVAILABLE" });
    expect(await mirror.listRefs("refs/")).toEqual(before);
  });

  it("asks for many names", async () => {
    const { repository, mirror, head } = await serve();
    const names = Array.from({ length: 450 }, (_, index) => `refs/heads/b/${index}`);
    const input = names.slice(0, 440).map((name) => `create ${name} ${head}\n`);
    repository.gitWith(input.join(""), "update-ref", "--stdin");
    const found = await mirror.fetchRefs(names);
    expect([...found.keys()].sort()).toEqual(names.slice(0, 440).sort());
  });
});

describe("commits of other repositories", () => {
  it("come from folders below, linked work trees and bare ones, without a ref", async () => {
    const { mirror } = await openMirror((await GitRepository.create()).path);
    const other = await GitRepository.create();
    await other.commit("first", { "d/a": "1" });
    const loose = other.commitFiles({ x: "1" }, other.id("HEAD"));
    const linked = join(await makeTemporaryFolder(), "linked: x");
    other.git("worktree", "add", "--quiet", "-b", "side", linked);
    other.git("-C", linked, "commit", "--quiet", "--allow-empty", "-m", "side");
    const bare = join(await makeTemporaryFolder(), "bare");
    other.git("clone", "--quiet", "--bare", ".", bare);

    expect(await mirror.fetchCommitFrom(join(other.path, "d"), loose)).toBe(loose);
    expect(await mirror.fetchCommitFrom(linked, "HEAD")).toBe(other.id("refs/heads/side"));
    expect(await mirror.fetchCommitFrom(bare, "HEAD")).toBe(other.id("HEAD"));
    expect((await mirror.listTree(loose)).map(({ path }) => path)).toEqual(["x"]);
    expect([...(await mirror.listRefs("refs/cairn/brought/")).values()]).toContain(loose);
  });

  it("stay named while they are among the newest two hundred", async () => {
    const { mirror, directory } = await openMirror((await GitRepository.create()).path);
    const other = await GitRepository.create();
    const first = await other.commit("first", { a: "1" });
    await mirror.fetchCommitFrom(other.path, first);
    const path = join(directory, "repository.git");
    const mirrored = await GitRepository.create({ path, bare: true });
    const commits = [mirrored.commitFiles({ x: "1" })];
    for (const parent of commits) {
      if (commits.length < 205) commits.push(mirrored.commitTree(`${parent}^{tree}`, parent));
    }
    const creations = commits.map((id, at) => `create refs/cairn/brought/${at + 2}-${id} ${id}\n`);
    mirrored.gitWith(creations.join(""), "update-ref", "--stdin");
    const next = await other.commit("next", { a: "2" });
    for (const id of [next, first, next]) await mirror.fetchCommitFrom(other.path, id);

    const kept = [...(await mirror.listRefs("refs/cairn/brought/")).values()];
    expect(kept).toHaveLength(200);
    expect(new Set(kept)).toEqual(new Set([...commits.slice(-198), first, next]));
  });

  it("run nothing that is set up there", async () => {
    const { mirror } = await openMirror((await GitRepository.create()).path);
    const other = await GitRepository.create();
    const head = await other.commit("first", { a: "1" });
    const marker = join(await makeTemporaryFolder(), "ran");
    const script = join(dirname(marker), "script");
    await writeFile(script, `#!/bin/sh\ntouch '${marker}'\nexec "$@"\n`);
    await chmod(script, 0o755);
    const hooks = join(other.path, ".git/hooks");
    await mkdir(hooks, { recursive: true });
    for (const hook of ["reference-transaction", "post-checkout", "pre-auto-gc"]) {
      await writeFile(join(hooks, hook), `#!/bin/sh\ntouch '${marker}'\n`, { mode: 0o755 });
    }
    const settings = ["uploadpack.packObjectsHook", "core.fsmonitor", "core.alternateRefsCommand"];
    for (const key of [...settings, "core.sshCommand", "core.pager", "core.editor"]) {
      other.git("config", key, script);
    }
    expect(await mirror.fetchCommitFrom(other.path, "HEAD")).toBe(head);
    await expect(stat(marker)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("are refused from what is no repository, shallow or of another kind", async () => {
    const { mirror } = await openMirror((await GitRepository.create()).path);
    const other = await GitRepository.create();
    await other.commit("first", { a: "1" });
    await other.commit("second", { a: "2" });
    const shallow = join(await makeTemporaryFolder(), "shallow");
    other.git("clone", "--quiet", "--depth=1", `file://${other.path}`, shallow);
    const sha256 = await makeTemporaryFolder();
    other.git("init", "--quiet", "--object-format=sha256", sha256);
    for (const [folder, code] of [
      [await makeTemporaryFolder(), "GIT_NOT_A_REPOSITORY"],
      [join(other.path, "absent"), "GIT_NOT_A_REPOSITORY"],
      [sha256, "GIT_REPOSITORY_UNSUPPORTED"],
      [shallow, "GIT_SOURCE_UNUSABLE"],
    ] as const) {
      await expect(mirror.fetchCommitFrom(folder, "HEAD")).rejects.toMatchObject({ code });
    }
    expect(await mirror.listRefs("refs/")).toEqual(new Map());
  });
});

describe("merges", () => {
  /** A mirror that has two sides of a base, and what it says of their merge. */
  const startSides = async (environment?: Environment) => {
    const repository = await GitRepository.create();
    const base = { a: "1\n2\n3\n4\n5\n6\n7\n8\n", b: "1\n" };
    const head = repository.commitFiles(base);
    const { mirror } = await openMirror(repository.path, environment);
    const preview = async (ours: Files, theirs: Files) => {
      const sides = [ours, theirs].map((files) => repository.commitFiles(files, head));
      for (const [index, id] of sides.entries())
        repository.git("update-ref", `refs/x/${index}`, id);
      await mirror.fetchRefs(["refs/x/"]);
      return { sides, answer: await mirror.previewMerge(sides[0] ?? "", sides[1] ?? "") };
    };
    return { repository, mirror, base, preview };
  };

  it("join changes of one file as git merge does", async () => {
    const { repository, base, preview } = await startSides();
    const { a } = base;
    const { sides, answer } = await preview(
      { ...base, a: a.replace("1", "one") },
      { ...base, a: a.replace("8", "eight"), "n/m": "1\n" },
    );
    repository.git("checkout", "--quiet", "--force", "-B", "main", sides[0] ?? "");
    repository.merge(sides[1] ?? "");
    expect(answer).toEqual({ outcome: "clean", tree: repository.id("HEAD^{tree}") });
    expect(await preview({ ...base, a: `${a}x\n` }, { ...base, a: `${a}y\n` })).toMatchObject({
      answer: { outcome: "conflict", paths: ["a"] },
    });
  });

  it("never carry a change over into a file that only looks alike", async () => {
    const { base, preview } = await startSides();
    const { a, b } = base;
    for (const moved of [
      { b, c: a },
      { b, c: `${a}9\n` },
    ]) {
      const edited = { ...base, a: a.replace("2", "two") };
      for (const { answer } of [await preview(moved, edited), await preview(edited, moved)]) {
        expect(answer).toEqual({ outcome: "conflict", paths: ["c"] });
      }
      // Nobody else touched it: a rename is nothing special.
      expect((await preview(moved, { ...base, b: "2\n" })).answer.outcome).toBe("clean");
    }
  });

  it("run no merge driver, whatever a tree or the machine says", async () => {
    const folder = await makeTemporaryFolder();
    const marker = join(folder, "ran");
    const config = join(folder, "config");
    await writeFile(
      config,
      `[merge]\n default = x\n[merge "x"]\n driver = touch ${marker}; true\n[core]\n attributesFile = ${folder}/attributes\n`,
    );
    await writeFile(join(folder, "attributes"), "* merge=x\n");
    const { base, preview } = await startSides({ ...process.env, GIT_CONFIG_GLOBAL: config });
    const rules = { ".gitattributes": "* merge=x\nb merge=union\n" };
    const { answer } = await preview(
      { ...base, ...rules, a: "ours\n", b: "ours\n" },
      { ...base, ...rules, a: "theirs\n", b: "theirs\n" },
    );
    expect(answer).toEqual({ outcome: "conflict", paths: ["a", "b"] });
    await expect(stat(marker)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("need a git that can make them", async () => {
    const { stdout } = spawnSync("sh", ["-c", "command -v git"], { encoding: "utf8" });
    const folder = await makeTemporaryFolder();
    const script = `#!/bin/sh
for word; do
  if [ "$word" = merge-tree ]; then echo "usage: git merge-tree <base-tree> <a> <b>" >&2; exit 129; fi
done
exec ${stdout.trim()} "$@"
`;
    await writeFile(join(folder, "git"), script, { mode: 0o755 });
    const path = `${folder}:${process.env["PATH"] ?? ""}`;
    const { base, preview } = await startSides({ ...process.env, PATH: path });
    await expect(preview(base, base)).rejects.toMatchObject({ code: "GIT_PROGRAM_TOO_OLD" });
  });
});

describe("trees", () => {
  it("keep every entry that is not changed, whatever it is", async () => {
    const repository = await GitRepository.create();
    const id = repository.blob("target");
    const commit = await repository.commit("first", {});
    const folder = repository.tree([
      { mode: "120000", name: "link", id },
      { mode: "100664", name: Buffer.from([0xff, 0xfe]), id },
    ]);
    const root = repository.tree([
      { mode: "100755", name: "a-b", id },
      { mode: "40000", name: "a", id: folder },
      { mode: "120000", name: "link", id },
      { mode: "160000", name: "module", id: commit },
    ]);
    repository.git("update-ref", "refs/heads/main", repository.commitTree(root));
    const { mirror } = await openMirror(repository.path);
    const { head = "" } = await mirror.fetch();
    const objectId = await mirror.writeBlob(new TextEncoder().encode("new"));
    const file = { mode: "100755", objectId };
    const changes = new Map([
      ["a/z", file],
      ["a.", file],
      ["module/x", undefined],
      ["link/x", undefined],
    ]);
    const tree = await mirror.writeTree(head, changes);
    const next = await mirror.writeCommit({ tree, parents: [head], author, message: "next" });
    expect(await mirror.push([{ ref: "refs/heads/main", expected: head, next }])).toEqual({
      accepted: true,
    });
    const list = repository.git("-c", "core.quotePath=true", "ls-tree", "-r", next).split("\n");
    expect(list.map((line) => line.replace(/ .*\t/, " "))).toEqual([
      "100755 a-b",
      "100755 a.",
      "120000 a/link",
      "100755 a/z",
      String.raw`100644 "a/\377\376"`,
      "120000 link",
      "160000 module",
    ]);
    expect(repository.git("fsck", "--no-dangling")).not.toMatch(/notSorted|duplicate/);
    const undone = new Map([...changes.keys()].map((path) => [path, undefined]));
    expect(await mirror.writeTree(next, undone)).toBe(root);
    const replaced = new Map([
      ["link/x", file],
      ["module/y", file],
      ["a", file],
    ]);
    const after = await mirror.writeTree(next, replaced);
    expect(repository.git("-C", repository.path, "rev-parse", "HEAD")).toBe(next);
    const names = await mirror.writeCommit({ tree: after, parents: [], author, message: "x" });
    expect((await mirror.listTree(names)).map(({ path }) => path)).toEqual([
      "a",
      "a-b",
      "a.",
      "link/x",
      "module/y",
    ]);
  });

  it("cost what is touched and not what there is", async () => {
    const repository = await GitRepository.create();
    const files = Array.from({ length: 40 }, (_, index) => [`f${index}/x`, "1"] as const);
    repository.git(
      "update-ref",
      "refs/heads/main",
      repository.commitFiles(Object.fromEntries(files)),
    );
    const { mirror, directory } = await openMirror(repository.path);
    const { head = "" } = await mirror.fetch();
    const objectId = await mirror.writeBlob(new TextEncoder().encode("new"));
    const objects = join(directory, "repository.git/objects");
    const count = async () =>
      (await readdir(objects, { recursive: true })).filter((name) => /^..\/.{38}$/.test(name))
        .length;
    const before = await count();
    const changes = new Map([["f7/x", { mode: "100644", objectId }]]);
    await mirror.writeTree(head, changes);
    expect((await count()) - before).toBe(2);
  });
});
