import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { NativeGitMirror } from "../../src/git/drivers/native/mirror.ts";
import { GitRepository, makeTemporaryFolder } from "../support/git-repository.ts";
import { startGitServer } from "../support/git-server.ts";

const prefix = "refs/cairn/pull/";
const absent = "1".repeat(40);

/** A mirror, and how many git processes it starts. */
async function openMirror(url: string) {
  const folder = await makeTemporaryFolder();
  const log = join(folder, "log");
  const git = execFileSync("sh", ["-c", "command -v git"]).toString().trim();
  const script = `#!/bin/sh\necho started >> "${log}"\nexec "${git}" "$@"\n`;
  await mkdir(join(folder, "bin"));
  await writeFile(join(folder, "bin", "git"), script, { mode: 0o755 });
  const environment = { ...process.env, PATH: `${join(folder, "bin")}:${process.env["PATH"]}` };
  const directory = join(folder, "mirror");
  const mirror = await NativeGitMirror.open({ directory, url, environment });
  onTestFinished(async () => mirror.close());
  const started = async () => (await readFile(log, "utf8")).split("\n").length;
  const countGit = async (run: () => Promise<unknown>) => {
    const before = await started();
    await run();
    return (await started()) - before;
  };
  return { mirror, countGit, directory };
}

async function makeRemote() {
  const remote = await GitRepository.create();
  const head = await remote.commit("first", { a: "1" });
  const setAll = (refs: ReadonlyMap<string, string>) => {
    const input = [...refs].map(([ref, id]) => `update ${ref} ${id}\n`).join("");
    remote.gitWith(input, "update-ref", "--stdin");
  };
  const good = (count: number): Map<string, string> => {
    const refs = new Map<string, string>();
    let id = head;
    for (let number = 1; number <= count; number += 1) {
      id = remote.commitTree(`${head}^{tree}`, id);
      refs.set(`${prefix}${number}/head`, id);
    }
    return refs;
  };
  return { remote, head, setAll, good };
}

function literally(remote: GitRepository, type: string, content: string): string {
  return remote.gitWith(content, "hash-object", "-t", type, "--literally", "-w", "--stdin");
}

const people = "author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n";

/** Commits that no mirror takes; the serial number makes each another one. */
const bad: Readonly<Record<string, (remote: GitRepository, serial: string) => string>> = {
  "a file .git": (remote, serial) => {
    const id = remote.blob(serial);
    return remote.commitTree(remote.tree([{ mode: "100644", name: ".git", id }]));
  },
  "a folder ..": (remote, serial) => {
    const id = remote.tree([{ mode: "100644", name: "x", id: remote.blob(serial) }]);
    return remote.commitTree(remote.tree([{ mode: "40000", name: "..", id }]));
  },
  "a name twice": (remote, serial) => {
    const entry = { mode: "100644", name: "x", id: remote.blob(serial) };
    return remote.commitTree(remote.tree([entry, entry]));
  },
  "a padded mode": (remote, serial) => {
    const entry = { mode: "0100644", name: "x", id: remote.blob(serial) };
    return remote.commitTree(remote.tree([entry]));
  },
  "a submodule that quotes a denial": (remote, serial) => {
    const url = `-u./permission denied ${serial}`;
    const text = `[submodule "x"]\n\tpath = x\n\turl = ${url}\n`;
    const entry = { mode: "100644", name: ".gitmodules", id: remote.blob(text) };
    return remote.commitTree(remote.tree([entry]));
  },
  "a file that is not there": (remote, serial) =>
    remote.commitTree(remote.tree([{ mode: "100644", name: `x${serial}`, id: absent }])),
  "a parent that is not there": (remote, serial) => {
    const tree = remote.tree([]);
    return literally(remote, "commit", `tree ${tree}\nparent ${absent}\n${people}\n${serial}\n`);
  },
  "a tree that is none": (remote, serial) => {
    const tree = literally(remote, "tree", `rubbish ${serial}`);
    return literally(remote, "commit", `tree ${tree}\n${people}\nx\n`);
  },
};

describe.each(Object.entries(bad))("a ref to %s", (_, make) => {
  it("is left out, alone and among others, until it is repaired", async () => {
    const { remote, head, setAll, good } = await makeRemote();
    const { mirror, countGit, directory } = await openMirror(remote.path);
    await mirror.fetch();
    const ref = `${prefix}7/meta`;
    setAll(new Map([[ref, make(remote, "1")]]));
    expect(await mirror.fetchRefs([prefix])).toEqual(new Map());
    expect(await mirror.fetchRefs([ref])).toEqual(new Map());

    const others = good(20);
    setAll(new Map([...others, [ref, make(remote, "2")]]));
    const bring = async () => expect(await mirror.fetchRefs([prefix])).toEqual(others);
    expect(await countGit(bring)).toBeLessThan(25);
    expect(await countGit(bring)).toBeLessThan(6);
    expect(await readdir(join(directory, "repository.git/objects/pack"))).not.toContainEqual(
      expect.stringMatching(/^tmp_/),
    );

    setAll(new Map([[ref, head]]));
    expect(await mirror.fetchRefs([prefix])).toEqual(new Map([...others, [ref, head]]));
    const withoutCulprits = await countGit(async () => mirror.fetchRefs([prefix]));
    expect(withoutCulprits).toBeLessThan(4);
  });
});

describe("refs that are refused", () => {
  const hostile = (remote: GitRepository, serial: number): string =>
    bad["a name twice"]?.(remote, String(serial)) ?? "";

  it("are left out when a good one moves to bad objects and back, under each name", async () => {
    const { remote, setAll, good } = await makeRemote();
    const { mirror } = await openMirror(remote.path);
    const refs = good(3);
    setAll(refs);
    const names = [prefix, `${prefix}2/head`];
    expect(await mirror.fetchRefs(names)).toEqual(refs);
    setAll(new Map([[`${prefix}2/head`, hostile(remote, 1)]]));
    const others = new Map([...refs].filter(([ref]) => ref !== `${prefix}2/head`));
    expect(await mirror.fetchRefs(names)).toEqual(others);
    setAll(refs);
    expect(await mirror.fetchRefs(names)).toEqual(refs);
  });

  it("may be many: the calls together find them all, and each is bounded", async () => {
    const { remote, setAll, good } = await makeRemote();
    const { mirror, countGit } = await openMirror(remote.path);
    const refs = good(90);
    const culprits = [...refs.keys()].filter((_, index) => index % 9 < 7);
    setAll(refs);
    const tree = remote.id(`${hostile(remote, 1)}^{tree}`);
    const bad = culprits.map((ref) => [ref, remote.commitTree(tree, refs.get(ref) ?? "")] as const);
    setAll(new Map(bad));
    const expected = new Map([...refs].filter(([ref]) => !culprits.includes(ref)));
    expect(expected.size).toBe(20);

    let found: ReadonlyMap<string, string> = new Map();
    const bring = async () => {
      found = await mirror.fetchRefs([prefix]);
    };
    expect(await countGit(bring)).toBeLessThan(64 * 4);
    expect(found.size).toBeGreaterThan(10);
    for (const [ref, id] of found) expect(expected.get(ref)).toBe(id);
    expect(await countGit(bring)).toBeLessThan(40);
    expect(found).toEqual(expected);
    expect(await countGit(bring)).toBeLessThan(6);
    expect(found).toEqual(expected);

    setAll(refs);
    expect(await countGit(bring)).toBeLessThan(8);
    expect(found).toEqual(refs);
  });

  it("may name what the remote has never had", async () => {
    const { remote, setAll, good } = await makeRemote();
    const { mirror } = await openMirror(remote.path);
    const refs = good(5);
    setAll(refs);
    await mkdir(join(remote.path, ".git", prefix, "3"), { recursive: true });
    await writeFile(join(remote.path, ".git", prefix, "3/meta"), `${absent}\n`);
    expect(await mirror.fetchRefs([prefix])).toEqual(refs);
  });

  it("do not hide that the remote is down or shows only a part", async () => {
    const { remote, setAll, good } = await makeRemote();
    const server = await startGitServer(dirname(remote.path));
    const { mirror } = await openMirror(`${server.url}/registry.git/.git`);
    await mirror.fetch();
    const refs = good(4);
    const missing = bad["a file that is not there"]?.(remote, "1") ?? "";
    setAll(refs);
    for (const id of [hostile(remote, 1), missing]) {
      setAll(new Map([[`${prefix}9/head`, id]]));
      expect(await mirror.fetchRefs([prefix])).toEqual(refs);
      const before = await mirror.listRefs("refs/");
      for (const [status, code] of [
        [503, "GIT_REMOTE_UNAVAILABLE"],
        [403, "GIT_REMOTE_DENIED"],
      ] as const) {
        server.fail(/\/git-upload-pack$/, { type: "status", status });
        await expect(mirror.fetchRefs([prefix])).rejects.toMatchObject({ code });
      }
      server.heal();
      remote.git("config", "transfer.hideRefs", "refs/");
      const broken = { code: "GIT_REMOTE_BROKEN" };
      await expect(mirror.fetchRefs([prefix])).rejects.toMatchObject(broken);
      remote.git("config", "--unset", "transfer.hideRefs");
      expect(await mirror.listRefs("refs/")).toEqual(before);
    }
  });
});
