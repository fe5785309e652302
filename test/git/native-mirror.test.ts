import { execFileSync, spawn } from "node:child_process";
import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { NativeGitMirror } from "../../src/git/drivers/native/mirror.ts";
import { GitRepository, makeTemporaryFolder } from "../support/git-repository.ts";
import { startGitServer, type GitServer } from "../support/git-server.ts";
import { describeGitMirror } from "./mirror.contract.ts";

const environment = process.env;

async function openMirror(url: string, directory?: string): Promise<NativeGitMirror> {
  const mirror = await NativeGitMirror.open({
    directory: directory ?? (await makeTemporaryFolder()),
    url,
    environment,
    staleLockGraceMs: 1,
    pushTimeoutMs: 1000,
  });
  onTestFinished(async () => mirror.close());
  return mirror;
}

describeGitMirror("by path", async () => {
  const repository = await GitRepository.create();
  const open = async (url: string, branch?: string) =>
    NativeGitMirror.open({ directory: await makeTemporaryFolder(), url, branch, environment });
  return {
    repository,
    open: async (branch) => open(repository.path, branch),
    openAbsent: async () => open(`${repository.path}-absent`),
  };
});

describeGitMirror("by HTTP", async () => {
  const repository = await GitRepository.create();
  const server = await startGitServer(dirname(repository.path));
  const open = async (url: string, branch?: string) =>
    NativeGitMirror.open({ directory: await makeTemporaryFolder(), url, branch, environment });
  return {
    repository,
    open: async (branch) => open(`${server.url}/registry.git/.git`, branch),
    openAbsent: async () => open(`${server.url}/absent.git`),
  };
});

interface Served {
  readonly repository: GitRepository;
  readonly server: GitServer;
  readonly url: string;
}

async function serve(): Promise<Served> {
  const repository = await GitRepository.create();
  await repository.commit("first", { a: "1" });
  const server = await startGitServer(dirname(repository.path));
  return { repository, server, url: `${server.url}/registry.git/.git` };
}

async function codeOf(running: Promise<unknown>): Promise<string> {
  try {
    await running;
    return "none";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "no code";
  }
}

describe("a Git mirror of a remote that fails", () => {
  it("asks once when nothing has changed", async () => {
    const { server, url } = await serve();
    const mirror = await openMirror(url);
    await mirror.fetch();
    const before = server.requests.length;
    await mirror.fetch();
    // Smart HTTP: one request for the capabilities, one for the refs.
    expect(server.requests.length - before).toBe(2);
  });

  it.each([
    { name: "500", fault: { type: "status", status: 500 }, codes: ["GIT_REMOTE_UNAVAILABLE"] },
    { name: "503", fault: { type: "status", status: 503 }, codes: ["GIT_REMOTE_UNAVAILABLE"] },
    { name: "401", fault: { type: "status", status: 401 }, codes: ["GIT_REMOTE_DENIED"] },
    { name: "403", fault: { type: "status", status: 403 }, codes: ["GIT_REMOTE_DENIED"] },
    { name: "404", fault: { type: "status", status: 404 }, codes: ["GIT_NOT_A_REPOSITORY"] },
    { name: "moved", fault: { type: "status", status: 301 }, codes: ["GIT_NOT_A_REPOSITORY"] },
    {
      name: "HTML",
      fault: { type: "text", body: "<html>Log in</html>" },
      codes: ["GIT_NOT_A_REPOSITORY", "GIT_REMOTE_BROKEN"],
    },
    {
      name: "nothing",
      fault: { type: "empty" },
      codes: ["GIT_NOT_A_REPOSITORY", "GIT_REMOTE_BROKEN", "GIT_REMOTE_UNAVAILABLE"],
    },
  ] as const)("keeps its refs when the answer is $name", async ({ fault, codes }) => {
    const { repository, server, url } = await serve();
    const mirror = await openMirror(url);
    await mirror.fetch();
    const before = await mirror.listRefs("refs/");
    await repository.commit("second", { a: "2" });
    for (const pattern of [/info\/refs/, /\/git-upload-pack$/]) {
      server.fail(pattern, fault);
      expect(codes).toContain(await codeOf(mirror.fetch()));
      expect(await mirror.listRefs("refs/")).toEqual(before);
    }
    server.heal();
    expect((await mirror.fetch()).head).toBe(repository.id("HEAD"));
  });

  it.each([true, false])(
    "never moves a ref on an answer that is cut (cleanly: %s)",
    async (cleanly) => {
      const { repository, server, url } = await serve();
      const mirror = await openMirror(url);
      await mirror.fetch();
      repository.git("branch", "cairn-ledger");
      await repository.commit("second", { a: "2".repeat(3000), b: "3" });
      const mayBe = ["GIT_REMOTE_UNAVAILABLE", "GIT_REMOTE_BROKEN", "GIT_NOT_A_REPOSITORY"];
      for (const pattern of [/info\/refs/, /\/git-upload-pack$/]) {
        const other = await openMirror(url);
        server.fail(pattern, { type: "cut", afterBytes: 1, cleanly });
        const before = await mirror.listRefs("refs/");
        expect(mayBe).toContain(await codeOf(mirror.fetch()));
        expect(await mirror.listRefs("refs/")).toEqual(before);
        // A cut behind the end of every answer is none: then the fetch has to be right.
        for (let afterBytes = 0; (await other.listRefs("refs/")).size === 0; afterBytes += 13) {
          server.fail(pattern, { type: "cut", afterBytes, cleanly });
          const code = await codeOf(other.fetch());
          if (code === "none") break;
          expect(mayBe).toContain(code);
          expect(await other.listRefs("refs/")).toEqual(new Map());
        }
        expect((await other.listRefs("refs/")).size).toBe(2);
        server.heal();
      }
      server.heal();
      const head = repository.id("HEAD");
      expect(await mirror.fetch()).toMatchObject({ head });
      expect((await mirror.listTree(head)).map(({ path }) => path)).toEqual(["a", "b"]);
    },
  );

  it("does not claim to know what a push did whose answer is lost", async () => {
    const { repository, server, url } = await serve();
    const mirror = await openMirror(url);
    const tree = await mirror.writeEmptyTree();
    const author = { name: "Cairn", email: "c@contoso.example", timestamp: 1 };
    const next = await mirror.writeCommit({ tree, parents: [], author, message: "adopted" });
    const updates = [{ ref: "refs/heads/cairn-ledger", expected: undefined, next }];
    for (const afterBytes of [0, 3, 8, 17, 40]) {
      server.fail(/\/git-receive-pack$/, {
        type: "cut",
        afterBytes,
        cleanly: afterBytes % 2 === 0,
      });
      expect(["GIT_REMOTE_UNAVAILABLE", "GIT_REMOTE_BROKEN"]).toContain(
        await codeOf(mirror.push(updates)),
      );
      expect(repository.id("refs/heads/cairn-ledger")).toBe(next);
      repository.git("update-ref", "-d", "refs/heads/cairn-ledger");
    }
    server.fail(/\/git-receive-pack$/, { type: "status", status: 500, afterGit: true });
    expect(await codeOf(mirror.push(updates))).toBe("GIT_REMOTE_UNAVAILABLE");
    server.heal();
    expect(await mirror.push(updates)).toEqual({ accepted: true });
    expect((await mirror.fetch()).ledger).toBe(next);
  });

  it("ends what hangs when told to", async () => {
    const { server, url } = await serve();
    const mirror = await openMirror(url);
    server.fail(/info\/refs/, { type: "hang" });
    const stop = new AbortController();
    const fetching = codeOf(mirror.fetch(stop.signal));
    await server.whenHanging();
    stop.abort();
    expect(await fetching).toBe("GIT_ABORTED");
  });

  it("says so when the host is down", async () => {
    expect(await codeOf(openMirror("http://127.0.0.1:9/registry.git"))).toBe(
      "GIT_REMOTE_UNAVAILABLE",
    );
  });

  it("uses the credentials of a URL and keeps them off the disk and out of errors", async () => {
    const { server, url } = await serve();
    server.requireLogin("cairn", "s3cret:/word");
    const directory = await makeTemporaryFolder();
    const withLogin = url.replace("http://", "http://cairn:s3cret%3A%2Fword@");
    const mirror = await openMirror(withLogin, directory);
    expect((await mirror.fetch()).head).toBeDefined();
    expect(await readFile(join(directory, "repository.git/config"), "utf8")).not.toContain(
      "s3cret",
    );
    await expect(openMirror(url.replace("http://", "http://cairn:wrong@"))).rejects.toSatisfy(
      (error) =>
        error instanceof Error &&
        "code" in error &&
        error.code === "GIT_REMOTE_DENIED" &&
        !error.message.includes("wrong"),
    );
  });

  it.each(["ext::sh -c id", "git://host/x", "--upload-pack=x", "", "ftp://host/x", "http://a\nb"])(
    "refuses %j",
    async (url) => {
      expect(await codeOf(openMirror(url))).toBe("GIT_URL_REFUSED");
    },
  );
});

describe("a Git mirror after a crash", () => {
  it("is used by one process at a time", async () => {
    const repository = await GitRepository.create();
    const directory = await makeTemporaryFolder();
    const first = await openMirror(repository.path, directory);
    expect(await codeOf(openMirror(repository.path, directory))).toBe("LOCK_BUSY");
    await first.close();
    expect(await codeOf(openMirror(repository.path, directory))).toBe("none");
  });

  it("recovers from a killed owner and the locks of its git", async () => {
    const { repository, server, url } = await serve();
    const directory = await makeTemporaryFolder();
    const module = new URL("../../src/git/drivers/native/mirror.ts", import.meta.url).href;
    const script = `
      const { NativeGitMirror } = await import(${JSON.stringify(module)});
      const mirror = await NativeGitMirror.open({
        directory: ${JSON.stringify(directory)}, url: ${JSON.stringify(url)},
        branch: "refs/heads/main", environment: process.env,
      });
      await mirror.fetch();`;
    server.fail(/\/git-upload-pack$/, { type: "hang" });
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "-e", script],
      {
        stdio: "inherit",
      },
    );
    await server.whenHanging();
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
    for (const lock of ["refs/remotes/origin/main.lock", "packed-refs.lock", "config.lock"]) {
      const path = join(directory, "repository.git", lock);
      execFileSync("mkdir", ["-p", dirname(path)]);
      await writeFile(path, "");
    }
    server.heal();
    const mirror = await openMirror(url, directory);
    expect((await mirror.fetch()).head).toBe(repository.id("HEAD"));
  });

  it("makes itself anew whichever of its files is damaged", async () => {
    const repository = await GitRepository.create();
    await repository.commit("first", { a: "1", b: "2" });
    repository.git("branch", "cairn-ledger");
    const head = repository.id("HEAD");
    const directory = await makeTemporaryFolder();
    const fetchAndRead = async () => {
      const mirror = await openMirror(repository.path, directory);
      const state = await mirror.fetch();
      try {
        for (const { objectId } of await mirror.listTree(head)) await mirror.readBlob(objectId);
      } catch {
        // Noticed while reading: healed by the next fetch.
        await mirror.fetch();
        for (const { objectId } of await mirror.listTree(head)) await mirror.readBlob(objectId);
      }
      await mirror.close();
      return state;
    };
    await fetchAndRead();
    const root = join(directory, "repository.git");
    const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    for (const entry of files) {
      for (const damage of [rm, truncate]) {
        const path = join(entry.parentPath, entry.name);
        await damage(path).catch(() => {});
        expect(await fetchAndRead(), `${damage.name} ${path}`).toEqual({ head, ledger: head });
      }
    }
  });
});
