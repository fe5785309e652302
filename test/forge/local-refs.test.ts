import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Account } from "../../src/domain/pull-request.ts";
import { LocalForge } from "../../src/forge/drivers/local/local-forge.ts";
import { hasKeygen, makeSigningKey } from "../support/signing-key.ts";
import type { ForgeHarness } from "./forge.contract.ts";
import { openNativeHost, type NativeHost } from "./native-host.ts";

const ann: Account = { name: "Ann Carter", email: "ann@contoso.example" };
const bo: Account = { name: "Bo <Diaz>\nEsq.", email: "bo@contoso.example" };
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

async function propose(host: ForgeHarness, branch = "better") {
  const head = await host.commit(await host.base(), { "a.txt": branch });
  return host.forge.open({ title: "Better model", body: "", by: ann, labels: [], branch, head });
}

/** A hook of the remote that prints something and refuses. */
async function addHook({ remote }: NativeHost, name: string): Promise<void> {
  const hook = "#!/bin/sh\necho no pushes on Friday >&2\nexit 1\n";
  await writeFile(join(remote.path, "hooks", name), hook, { mode: 0o755 });
}

describe("the refs of a local pull request", () => {
  it("read as a conversation, and keep what was seen", async () => {
    const host = await openNativeHost();
    const { forge, remote } = host;
    const opened = await propose(host);
    const { number, head } = opened;
    await forge.review(number, { by: bo, verdict: "changes-requested", body: "", commit: head });
    const forced = await host.commit(await host.base(), { "a.txt": "forced" });
    await host.pushHead(number, forced);
    await forge.review(number, { by: bo, verdict: "approved", body: "", commit: forced });
    await forge.merge(number, { by: ann, method: "merge", expectedHead: forced });

    const meta = "refs/cairn/pull/1/meta";
    const log = remote.git("log", "--first-parent", "--format=%T %an %s", meta);
    const commit = (await host.base()).slice(0, 12);
    expect(log.split("\n")).toEqual([
      `${emptyTree} Ann Carter merge as ${commit} by Ann Carter`,
      `${emptyTree} Bo  Diaz Esq. approve by Bo <Diaz> Esq.`,
      `${emptyTree} Bo  Diaz Esq. request changes by Bo <Diaz> Esq.`,
      `${emptyTree} Ann Carter open by Ann Carter: Better model`,
      `${emptyTree} Ann Carter pull request #1`,
    ]);
    expect(remote.git("fsck", "--strict", "--no-progress")).toBe("");
    remote.git("update-ref", "-d", "refs/cairn/pull/1/head");
    remote.git("gc", "--quiet", "--prune=now");
    expect(remote.git("cat-file", "-t", head)).toBe("commit");
    expect(await (await host.another()).get(number)).toMatchObject({
      state: "merged",
      head: forced,
      reviews: [
        { by: bo, commit: head },
        { by: bo, commit: forced },
      ],
    });
  });

  it.skipIf(!hasKeygen)("say whose key signed, not who claims to (needs ssh-keygen)", async () => {
    const { path: signingKey, publicKey: key } = await makeSigningKey();
    const host = await openNativeHost({ signingKey });
    const opened = await propose(host);
    const { number, head: commit } = opened;
    const plain = await host.another();
    const claimed = { ...bo, signingKey: key };
    await plain.review(number, { by: claimed, verdict: "approved", body: "", commit });
    await host.forge.comment(number, { by: claimed, body: "signed by Ann" });

    const { author, pushes, reviews, comments } = await plain.get(number);
    expect(author).toEqual({ ...ann, signingKey: key });
    expect(pushes.map(({ by }) => by)).toEqual([author]);
    expect(reviews.map(({ by }) => by)).toEqual([bo]);
    expect(comments.map(({ by }) => by)).toEqual([claimed]);
  });

  it.each(["pre-receive", "update"])("say so when the remote refuses: %s", async (hook) => {
    const host = await openNativeHost();
    const opened = await propose(host);
    const before = host.remote.refs();
    await addHook(host, hook);

    const request = { by: ann, method: "squash", expectedHead: opened.head } as const;
    await expect(host.forge.merge(opened.number, request)).rejects.toMatchObject({
      code: "FORGE_DENIED",
      message: expect.stringContaining("hook declined"),
    });
    expect(host.remote.refs()).toBe(before);
  });

  it("say so when the remote is set up to hide them", async () => {
    const host = await openNativeHost();
    host.remote.git("config", "receive.hideRefs", "refs/cairn");
    await expect(propose(host)).rejects.toMatchObject({ code: "FORGE_DENIED" });
    expect(await host.forge.list(["open"])).toEqual([]);
  });

  it("are looked at anew when the answer to a merge is lost and others go on", async () => {
    const host = await openNativeHost();
    const opened = await propose(host);
    const { number, head: expectedHead } = opened;
    host.loseNextAnswer();
    const outcome = await host.forge.merge(number, { by: ann, method: "merge", expectedHead });

    expect(outcome).toEqual({ outcome: "merged", commit: await host.base() });
  });

  it("cannot be read from a remote that is gone", async () => {
    const host = await openNativeHost();
    await propose(host);
    host.remote.git("config", "core.repositoryformatversion", "99");

    const codes = { code: "FORGE_UNAVAILABLE" };
    await expect(host.forge.list(["open"])).rejects.toMatchObject(codes);
    await expect(host.forge.comment(1, { by: ann, body: "" })).rejects.toMatchObject(codes);
  });

  it("that hold no commits make no pull request", async () => {
    const host = await openNativeHost();
    const { remote, forge } = host;
    const opened = await propose(host);
    const meta = remote.id("refs/cairn/pull/1/meta");
    const blob = remote.blob("x");
    remote.git("tag", "-a", "-m", "t", "t", opened.head);
    const tag = remote.id("refs/tags/t");
    const junk: readonly (readonly [ref: string, id: string])[] = [
      ["2/head", opened.head],
      ["3/meta", meta],
      ["4/head", opened.head],
      ["4/meta", blob],
      ["5/head", opened.head],
      ["5/meta", tag],
      ["6/head", opened.head],
      ["6/meta", emptyTree],
      ["7/head", blob],
      ["7/meta", meta],
      ["abc/head", blob],
      ["8", blob],
      ["9/head/more", blob],
      ["999999999999/head", blob],
      ["010/head", blob],
    ];
    for (const [name, id] of junk) remote.git("update-ref", `refs/cairn/pull/${name}`, id);

    expect(await forge.list(["open", "merged", "closed"])).toEqual([opened]);
    const missing = { code: "FORGE_PULL_REQUEST_MISSING" };
    for (const number of [2, 3, 4, 5, 6, 7, 8, 9]) {
      await expect(forge.get(number)).rejects.toMatchObject(missing);
    }
    expect((await propose(host, "next")).number).toBe(10);
  });

  it("are read again by a client that starts anew", async () => {
    const host = await openNativeHost();
    const opened = await propose(host);
    await host.forge.close(opened.number, { by: ann, reason: "no" });
    const fresh = new LocalForge({ git: host.lossy, clock: host.clock });
    expect(await fresh.list(["closed"])).toEqual(await host.forge.list(["closed"]));
  });
});
