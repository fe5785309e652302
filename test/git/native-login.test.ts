import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { spawnSync } from "node:child_process";
import { expect, it, onTestFinished } from "vitest";
import { NativeGitMirror } from "../../src/git/drivers/native/mirror.ts";
import type { RemoteLogin } from "../../src/git/drivers/native/remote.ts";
import { CairnError } from "../../src/shared/errors.ts";
import { GitRepository, makeTemporaryFolder } from "../support/git-repository.ts";
import { startGitServer, type GitServer } from "../support/git-server.ts";

const user = "x-access-token";

async function serve(): Promise<{ repository: GitRepository; server: GitServer; url: string }> {
  const repository = await GitRepository.create();
  await repository.commit("first", { a: "1" });
  const server = await startGitServer(dirname(repository.path));
  return { repository, server, url: `${server.url}/registry.git/.git` };
}

async function open(url: string, login: RemoteLogin, environment = process.env) {
  const directory = await makeTemporaryFolder();
  const mirror = await NativeGitMirror.open({ directory, url, environment, login });
  onTestFinished(async () => mirror.close());
  return { mirror, directory };
}

it("asks who it is before each command, so that a renewed token is used at once", async () => {
  const { repository, server, url } = await serve();
  const asked: string[] = [];
  let password = "ghs_first0000000000000000";
  const login: RemoteLogin = async () => {
    asked.push(password);
    return { username: user, password };
  };
  server.requireLogin(user, password);
  const { mirror } = await open(url, login);
  await mirror.fetch();

  password = "ghs_second000000000000000";
  server.requireLogin(user, password);
  const before = asked.length;
  const head = await repository.commit("second", { a: "2" });
  expect((await mirror.fetch()).head).toBe(head);
  await mirror.fetchTags();
  const tag = await mirror.writeTag({
    name: "models/a@v1",
    target: head,
    tagger: { name: "Cairn", email: "cairn@contoso.example", timestamp: 1_700_000_000 },
    message: "x",
  });
  const ref = "refs/tags/models/a@v1";
  expect(await mirror.push([{ ref, expected: undefined, next: tag }])).toEqual({ accepted: true });
  expect(asked.slice(before).length).toBeGreaterThanOrEqual(3);
  expect(new Set(asked.slice(before))).toEqual(new Set([password]));
});

it("leaves a token on no disk, in no argument and in no error", async () => {
  const { server, url } = await serve();
  const secret = "0123canary4567canary89";
  const folder = await makeTemporaryFolder();
  const lines = join(folder, "arguments");
  const git = spawnSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).stdout.trim();
  await writeFile(join(folder, "git"), `#!/bin/sh\necho "$@" >> ${lines}\nexec ${git} "$@"\n`);
  await chmod(join(folder, "git"), 0o755);
  const environment = { ...process.env, PATH: `${folder}:${process.env["PATH"]}` };
  server.requireLogin(user, secret);
  const { mirror, directory } = await open(
    url,
    async () => ({ username: user, password: secret }),
    environment,
  );
  await mirror.fetch();
  server.requireLogin(user, "another");
  const error = await mirror.fetch().catch((caught: unknown) => caught);

  expect(error).toMatchObject({ code: "GIT_REMOTE_DENIED" });
  const told = error instanceof Error ? `${error.stack} ${JSON.stringify(error)}` : "";
  const encoded = Buffer.from(`${user}:${secret}`).toString("base64");
  const everything = [told, await readFile(lines, "utf8"), await readAll(directory)].join("\n");
  expect(everything).toContain("fetch");
  expect(everything).not.toContain(secret);
  expect(everything).not.toContain(encoded);
});

it("has nothing to say where there is no login, and does not ask for one that the URL has", async () => {
  const { server, url } = await serve();
  const { mirror } = await open(url, async () => undefined);
  expect((await mirror.fetch()).head).toBeDefined();

  server.requireLogin("cairn", "own");
  let asked = 0;
  const own = await open(url.replace("http://", "http://cairn:own@"), async () => {
    asked += 1;
    return { username: user, password: "other" };
  });
  expect((await own.mirror.fetch()).head).toBeDefined();
  expect(asked).toBe(0);
});

it("fails as the login does, and goes on when that does", async () => {
  const { url } = await serve();
  let isDown = false;
  const { mirror } = await open(url, async () => {
    if (isDown) {
      throw new CairnError({ code: "FORGE_UNAVAILABLE", kind: "unavailable", message: "down" });
    }
    return undefined;
  });
  isDown = true;

  await expect(mirror.fetch()).rejects.toMatchObject({ code: "FORGE_UNAVAILABLE" });
  isDown = false;
  expect((await mirror.fetch()).head).toBeDefined();
});

async function readAll(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map(async (entry) => readFile(join(entry.parentPath, entry.name), "latin1")),
  );
  return texts.join("\n");
}
