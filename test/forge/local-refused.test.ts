import { describe, expect, it } from "vitest";
import type { Account } from "../../src/domain/pull-request.ts";
import { LocalForge } from "../../src/forge/drivers/local/local-forge.ts";
import { openNativeHost, type NativeHost } from "./native-host.ts";

const ann: Account = { name: "Ann Carter", email: "ann@contoso.example" };

async function propose(host: NativeHost, branch: string) {
  const head = await host.commit(await host.base(), { "a.txt": branch });
  return host.forge.open({ title: branch, body: "", by: ann, labels: [], branch, head });
}

/** A commit that no mirror takes, in the remote alone. */
function makeBad({ remote }: NativeHost): string {
  const entry = { mode: "100644", name: "x", id: remote.blob("x") };
  return remote.commitTree(remote.tree([entry, entry]));
}

const missing = { code: "FORGE_PULL_REQUEST_MISSING" };

describe("refs with refused objects below refs/cairn/pull/", () => {
  it("take away the one pull request they are of, until they are repaired", async () => {
    const host = await openNativeHost();
    const first = await propose(host, "one");
    const second = await propose(host, "two");
    const ref = "refs/cairn/pull/1/head";
    host.remote.git("update-ref", ref, makeBad(host));

    const hint = expect.stringContaining(`The objects of ${ref} were refused`);
    for (const forge of [host.forge, await host.another()]) {
      expect(await forge.list(["open", "closed", "merged"])).toEqual([second]);
      await expect(forge.get(1)).rejects.toMatchObject({ ...missing, hint });
      const said = forge.comment(1, { by: ann, body: "x" });
      await expect(said).rejects.toMatchObject({ ...missing, hint });
      const merging = { by: ann, method: "merge", expectedHead: first.head } as const;
      await expect(forge.merge(1, merging)).rejects.toMatchObject({ ...missing, hint });
      expect(await forge.get(2)).toEqual(second);
    }
    host.remote.git("update-ref", ref, first.head);
    expect(await host.forge.list(["open"])).toEqual([second, first]);
  });

  it("make no pull request of a bad conversation", async () => {
    const host = await openNativeHost();
    await propose(host, "one");
    const second = await propose(host, "two");
    host.remote.git("update-ref", "refs/cairn/pull/1/meta", makeBad(host));
    expect(await host.forge.list(["open", "closed", "merged"])).toEqual([second]);
    await expect(host.forge.get(1)).rejects.toMatchObject(missing);
  });

  it("do not keep others from opening, whatever numbers they hold", async () => {
    const host = await openNativeHost();
    await propose(host, "one");
    const bad = makeBad(host);
    for (const number of [2, 3, 4, 5, 6, 8]) {
      host.remote.git("update-ref", `refs/cairn/pull/${number}/head`, bad);
      host.remote.git("update-ref", `refs/cairn/pull/${number}/meta`, bad);
    }
    const { number } = await propose(host, "two");
    expect(number).toBeGreaterThan(6);
    expect((await host.forge.list(["open"])).map((open) => open.number)).toEqual([number, 1]);
    expect((await propose(host, "three")).number).toBe(number + 1);
  });

  it.each(["head", "meta"])("do not hide what others landed: %s", async (part) => {
    const host = await openNativeHost();
    const commits: string[] = [];
    for (const branch of ["one", "two"]) {
      const { number, head: expectedHead } = await propose(host, branch);
      await host.forge.merge(number, { by: ann, method: "squash", expectedHead });
      commits.push(await host.base());
    }
    host.remote.git("update-ref", `refs/cairn/pull/1/${part}`, makeBad(host));

    // Of a merged one, the head that counts is what its conversation keeps.
    const numbers = part === "head" ? [1, 2] : [2];
    const fresh = await host.another();
    for (const forge of [
      host.forge,
      fresh,
      new LocalForge({ git: host.lossy, clock: host.clock }),
    ]) {
      const landed = await forge.landedBy(commits);
      expect([...landed.values()].map(({ number }) => number)).toEqual(numbers);
    }
  });
});
