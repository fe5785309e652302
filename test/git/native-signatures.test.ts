import { spawnSync } from "node:child_process";
import { readdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { NativeGitMirror } from "../../src/git/drivers/native/mirror.ts";
import type { Environment } from "../../src/git/drivers/native/program.ts";
import { GitRepository, makeTemporaryFolder } from "../support/git-repository.ts";
import { hasKeygen, makeSigningKey, type SigningKey } from "../support/signing-key.ts";

const author = { name: "Ann", email: "ann@contoso.example", timestamp: 1_700_000_000 };

async function openMirror(url: string, environment: Environment = process.env) {
  const directory = await makeTemporaryFolder();
  const branch = "refs/heads/main";
  const mirror = await NativeGitMirror.open({ directory, url, branch, environment });
  onTestFinished(async () => mirror.close());
  return { mirror, directory };
}

describe.skipIf(!hasKeygen)("signatures (need ssh-keygen)", () => {
  const startSigned = async (key: SigningKey, message = "approve") => {
    const repository = await GitRepository.create();
    const head = await repository.commit("first", { a: "1" });
    const { mirror, directory } = await openMirror(repository.path);
    await mirror.fetch();
    const { tree } = await mirror.readCommit(head);
    const draft = { tree, parents: [head], author, message, signingKey: key.path };
    const id = await mirror.writeCommit(draft);
    const raw = (await mirror.readObject(id)).bytes.toString("utf8");
    /** Puts another commit object beside it and asks whose that is. */
    const ask = async (content: string): Promise<string | undefined> => {
      const place = `--git-dir=${directory}/repository.git`;
      const args = ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"];
      return mirror.signingKeyOf(repository.gitWith(content, place, ...args));
    };
    return { repository, mirror, directory, head, draft, id, raw, ask };
  };

  it.each(["ed25519", "ecdsa", "rsa"])(
    "by %s are those that git makes and accepts",
    async (type) => {
      const key = await makeSigningKey(type);
      const { repository, mirror, head, id } = await startSigned(key);
      await mirror.push([{ ref: "refs/heads/signed", expected: undefined, next: id }]);
      const allowed = join(dirname(key.path), "allowed");
      await writeFile(allowed, `ann@contoso.example ${key.publicKey}\n`);
      const settings = ["-c", "gpg.format=ssh", "-c", `gpg.ssh.allowedSignersFile=${allowed}`];
      repository.git(...settings, "verify-commit", id);
      expect(await mirror.signingKeyOf(id)).toBe(key.publicKey);

      const own = ["-c", "gpg.format=ssh", "-c", `user.signingKey=${key.path}`];
      const made = repository.git(
        ...own,
        "commit-tree",
        "-S",
        "-m",
        "ä",
        "-p",
        head,
        `${head}^{tree}`,
      );
      repository.git("update-ref", "refs/heads/made", made);
      await mirror.fetchRefs(["refs/heads/made"]);
      expect(await mirror.signingKeyOf(made)).toBe(key.publicKey);
    },
  );

  it("are nobody's when anything was changed", async () => {
    const key = await makeSigningKey();
    const { raw, ask, head } = await startSigned(key);
    const header = /^gpgsig [^\n]*\n(?: [^\n]*\n)*/m.exec(raw)?.[0] ?? "";
    const bare = raw.replace(header, "");
    expect(await ask(raw)).toBe(key.publicKey);
    const changed: Readonly<Record<string, string>> = {
      message: raw.replace("approve", "approve all"),
      author: raw.replace("author Ann", "author Bob"),
      parent: raw.replace(`parent ${head}\n`, ""),
      unsigned: bare,
      "signature of nothing": raw.replace(
        /(gpgsig -----BEGIN SSH SIGNATURE-----\n) [^\n]*\n/,
        "$1",
      ),
      "first header": bare.replace("parent ", `${header}parent `),
      "after the author": bare.replace("committer ", `${header}committer `),
      twice: raw.replace(header, header + header),
      "another header behind": raw.replace(header, `${header}note x\n`),
      "other algorithm": raw.replace(
        header,
        `${header.replace("gpgsig", "gpgsig-sha256")}${header}`,
      ),
      "in the message": `${bare}${header}`,
      "text around it": raw.replace("gpgsig -----", "gpgsig x\n -----"),
    };
    const believed: string[] = [];
    for (const [what, content] of Object.entries(changed)) {
      if (content === raw || (await ask(content)) !== undefined) believed.push(what);
    }
    expect(believed).toEqual([]);
  });

  it("are nobody's when they were made for something else, or by somebody else", async () => {
    const [key, other] = [await makeSigningKey(), await makeSigningKey()];
    const { raw, ask } = await startSigned(key);
    const header = /^gpgsig [^\n]*\n(?: [^\n]*\n)*/m.exec(raw)?.[0] ?? "";
    const bare = raw.replace(header, "");
    const sign = (namespace: string, content: string): string => {
      const args = ["-Y", "sign", "-n", namespace, "-f", other.path];
      const { stdout } = spawnSync("ssh-keygen", args, { input: content, encoding: "utf8" });
      const signature = stdout.trim().replaceAll("\n", "\n ");
      return raw.replace(header, `gpgsig ${signature}\n`);
    };
    expect(await ask(sign("git", bare))).toBe(other.publicKey);
    expect(await ask(sign("file", bare))).toBeUndefined();
    expect(await ask(sign("git", `${bare}x`))).toBeUndefined();
    const blob = (text: string) => Buffer.from(text.split(" ")[1] ?? "", "base64");
    const rearm = (change: (bytes: Buffer) => void): string =>
      sign("git", bare).replace(/(SSH SIGNATURE-----\n)([^-]*)/, (_, begin, body) => {
        const bytes = Buffer.from(String(body).replaceAll(/\s/g, ""), "base64");
        change(bytes);
        return `${String(begin)} ${bytes.toString("base64").replaceAll(/.{70}/g, "$&\n ")}\n `;
      });
    expect(await ask(rearm(() => {}))).toBe(other.publicKey);
    const swapped = rearm((bytes) => {
      blob(key.publicKey).copy(bytes, bytes.indexOf(blob(other.publicKey)));
    });
    expect(await ask(swapped)).toBeUndefined();
  });

  it("cannot be made without a usable key", async () => {
    const key = await makeSigningKey();
    const { mirror, draft, directory } = await startSigned(key);
    const locked = await makeSigningKey("ed25519", "secret");
    for (const signingKey of [join(directory, "absent"), locked.path, directory]) {
      await expect(mirror.writeCommit({ ...draft, signingKey })).rejects.toMatchObject({
        code: "GIT_SIGNING_FAILED",
      });
    }
    expect((await readdir(directory)).sort()).toEqual(["owner.lock", "repository.git"]);
  });

  it("are neither made nor checked without ssh-keygen", async () => {
    const key = await makeSigningKey();
    const { repository, mirror: maker, id, draft } = await startSigned(key);
    await maker.push([{ ref: "refs/heads/signed", expected: undefined, next: id }]);
    const folder = await makeTemporaryFolder();
    const { stdout } = spawnSync("sh", ["-c", "command -v git"], { encoding: "utf8" });
    await symlink(stdout.trim(), join(folder, "git"));
    const { mirror } = await openMirror(repository.path, { ...process.env, PATH: folder });
    await mirror.fetchRefs(["refs/heads/"]);
    const failure = { code: "GIT_SIGNING_FAILED" };
    await expect(mirror.writeCommit(draft)).rejects.toMatchObject(failure);
    await expect(mirror.signingKeyOf(id)).rejects.toMatchObject(failure);
    expect(await mirror.signingKeyOf(repository.id("HEAD"))).toBeUndefined();
  });
});
