import { describe, expect, it, onTestFinished } from "vitest";
import type { NativeGitMirror } from "../../src/git/drivers/native/mirror.ts";
import type { GitMirror, Signature } from "../../src/git/git.ts";
import type { GitRepository } from "../support/git-repository.ts";

export interface MirrorHarness {
  readonly repository: GitRepository;
  /** Each call opens another mirror of the same repository. */
  open(branch?: string): Promise<NativeGitMirror>;
  /** A mirror of something that is not there. */
  openAbsent(): Promise<GitMirror>;
}

const cairn: Signature = {
  name: "Cairn",
  email: "cairn@contoso.example",
  timestamp: 1_700_000_000,
};
const ledger = "refs/heads/cairn-ledger";
const absent = "1".repeat(40);

async function writeEvent(mirror: GitMirror, message: string, parent?: string): Promise<string> {
  const tree = await mirror.writeEmptyTree();
  const parents = parent === undefined ? [] : [parent];
  return mirror.writeCommit({ tree, parents, author: cairn, message });
}

/** The promises every mirror keeps, whatever lies between it and its remote. */
export function describeGitMirror(name: string, start: () => Promise<MirrorHarness>): void {
  const openFrom = async (harness: MirrorHarness, branch?: string): Promise<NativeGitMirror> => {
    const mirror = await harness.open(branch);
    onTestFinished(async () => mirror.close());
    return mirror;
  };

  describe(`a Git mirror: ${name}`, () => {
    it("finds nothing in an empty repository, and its first commit later", async () => {
      const harness = await start();
      const mirror = await openFrom(harness);

      expect(await mirror.fetch()).toEqual({ head: undefined, ledger: undefined });
      expect(await mirror.fetchTags()).toEqual(new Map());
      const head = await harness.repository.commit("first", { a: "1" });
      expect(await mirror.fetch()).toEqual({ head, ledger: undefined });
      expect((await mirror.readCommit(head)).message).toBe("first\n");
    });

    it("says that there is no repository", async () => {
      const harness = await start();
      await expect(harness.openAbsent()).rejects.toMatchObject({ code: "GIT_NOT_A_REPOSITORY" });
    });

    it("watches the default branch, also when that changes, or the one it is told to", async () => {
      const harness = await start();
      const main = await harness.repository.commit("first", { a: "1" });
      const mirror = await openFrom(harness);
      const told = await openFrom(harness, "refs/heads/main");
      expect(mirror.branch).toBe("refs/heads/main");

      harness.repository.checkout("trunk", "main");
      const trunk = await harness.repository.commit("second", { a: "2" });
      expect(await mirror.fetch()).toEqual({ head: trunk, ledger: undefined });
      expect(mirror.branch).toBe("refs/heads/trunk");
      expect(await told.fetch()).toEqual({ head: main, ledger: undefined });
    });

    it("follows a branch that was rewritten or removed", async () => {
      const harness = await start();
      const { repository } = harness;
      const base = await repository.commit("base", { a: "1" });
      await repository.commit("old", { a: "2" });
      const mirror = await openFrom(harness, "refs/heads/main");
      await mirror.fetch();

      repository.git("reset", "--quiet", "--hard", base);
      const rewritten = await repository.commit("new", { a: "3" });
      expect((await mirror.fetch()).head).toBe(rewritten);
      repository.checkout("other", "main");
      repository.git("branch", "-D", "main");
      expect((await mirror.fetch()).head).toBeUndefined();
    });

    it("brings the branch and the ledger and nothing else", async () => {
      const harness = await start();
      const { repository } = harness;
      await repository.commit("first", { a: "1" });
      repository.tag("v1");
      repository.git("branch", "other");
      repository.git("branch", "cairn-ledger");
      const mirror = await openFrom(harness);
      const { head, ledger: tip } = await mirror.fetch();

      expect(tip).toBe(head);
      expect([...(await mirror.listRefs("refs/")).keys()]).toEqual([
        "refs/remotes/origin/cairn-ledger",
        "refs/remotes/origin/main",
      ]);
    });

    it("sees tags that are new, moved and gone, and only those asked for", async () => {
      const harness = await start();
      const { repository } = harness;
      await repository.commit("first", { a: "1" });
      const old = repository.tag("models/a@v1");
      const other = repository.tag("models/b@v1");
      const mirror = await openFrom(harness);
      await mirror.fetch();
      expect(await mirror.fetchTags()).toEqual(
        new Map([
          ["refs/tags/models/a@v1", old],
          ["refs/tags/models/b@v1", other],
        ]),
      );

      await repository.commit("second", { a: "2" });
      const moved = repository.tag("models/a@v1");
      repository.git("tag", "-d", "models/b@v1");
      expect(await mirror.fetchTags(["refs/tags/models/a@"])).toEqual(
        new Map([["refs/tags/models/a@v1", moved]]),
      );
      expect([...(await mirror.listRefs("refs/cairn/tags/models/b@")).values()]).toEqual([other]);
      expect(await mirror.fetchTags(["refs/tags/models/b@"])).toEqual(new Map());
      repository.git("tag", "-d", "models/a@v1");
      const below = repository.tag("models/a@v1/x");
      expect(await mirror.fetchTags()).toEqual(new Map([["refs/tags/models/a@v1/x", below]]));
    });

    it("writes the same object for the same draft, and Git accepts them", async () => {
      const harness = await start();
      const head = await harness.repository.commit("first", { a: "1" });
      const mirror = await openFrom(harness);
      await mirror.fetch();
      const draft = { name: "models/a@v1", target: head, tagger: cairn, message: "a\n\nb: 1" };
      const tag = await mirror.writeTag(draft);
      const event = await writeEvent(mirror, "adopted\n\nformat: 1\n");

      expect(await mirror.writeTag(draft)).toBe(tag);
      expect(await writeEvent(mirror, "adopted\n\nformat: 1\n")).toBe(event);
      const updates = [
        { ref: ledger, expected: undefined, next: event },
        { ref: "refs/tags/models/a@v1", expected: undefined, next: tag },
      ];
      expect(await mirror.push(updates)).toEqual({ accepted: true });
      expect(await mirror.push(updates)).toEqual({ accepted: true });
      expect(harness.repository.git("fsck", "--strict", "--no-dangling")).toBe("");
      expect(harness.repository.id("refs/tags/models/a@v1^{commit}")).toBe(head);
      expect(await mirror.fetch()).toEqual({ head, ledger: event });
    });

    it("reads the ledger oldest first, after what is known", async () => {
      const harness = await start();
      const mirror = await openFrom(harness);
      const events: { id: string; message: string }[] = [];
      for (const message of ["one\n", "two\n\nb: ä\n", "three\n"]) {
        events.push({ id: await writeEvent(mirror, message, events.at(-1)?.id), message });
      }
      const read = async (tip: string, exclude?: string) => {
        const found = [];
        for await (const entry of mirror.readLedger(tip, exclude)) found.push(entry);
        return found;
      };

      const [first, , last] = events;
      expect(await read(last?.id ?? "")).toEqual(events);
      expect(await read(last?.id ?? "", first?.id)).toEqual(events.slice(1));
      expect(await read(last?.id ?? "", last?.id)).toEqual([]);
    });

    it("reads an event that names thousands of tags", async () => {
      const mirror = await openFrom(await start());
      const message = `adopt\n\n${"- models/taxi-fare@v1\n".repeat(100_000)}`;
      const id = await writeEvent(mirror, message);
      const found = [];
      for await (const entry of mirror.readLedger(id)) found.push(entry);
      expect(found).toEqual([{ id, message }]);
    });

    it("moves nothing when one update of several is refused", async () => {
      const harness = await start();
      const head = await harness.repository.commit("first", { a: "1" });
      harness.repository.tag("models/a@v1");
      const mirror = await openFrom(harness);
      await mirror.fetch();
      const tag = await mirror.writeTag({
        name: "models/a@v1",
        target: head,
        tagger: cairn,
        message: "x",
      });
      const event = await writeEvent(mirror, "published\n");
      const before = harness.repository.refs();

      const taken = await mirror.push([
        { ref: ledger, expected: undefined, next: event },
        { ref: "refs/tags/models/a@v1", expected: undefined, next: tag },
      ]);
      expect(taken).toMatchObject({ accepted: false });
      const stale = await mirror.push([
        { ref: "refs/tags/models/a@v2", expected: undefined, next: tag },
        { ref: ledger, expected: absent, next: event },
      ]);
      expect(stale).toMatchObject({ accepted: false });
      expect(harness.repository.refs()).toBe(before);
    });

    it("does not push what it does not have", async () => {
      const mirror = await openFrom(await start());
      const push = mirror.push([{ ref: ledger, expected: undefined, next: absent }]);
      await expect(push).rejects.toMatchObject({ code: "GIT_OBJECT_MISSING" });
      const bad = mirror.push([{ ref: "--all", expected: undefined, next: absent }]);
      await expect(bad).rejects.toMatchObject({ code: "GIT_REF_REFUSED" });
    });

    it("lets exactly one of two mirrors win every race for the ledger", async () => {
      const harness = await start();
      const mirrors = [await openFrom(harness), await openFrom(harness)];
      let tip: string | undefined;
      for (let round = 0; round < 5; round += 1) {
        const expected: string | undefined = tip;
        const events = await Promise.all(
          mirrors.map(async (mirror, n) => {
            if (expected !== undefined) await mirror.fetch();
            return writeEvent(mirror, `round ${round} of ${n}\n`, expected);
          }),
        );
        const outcomes = await Promise.all(
          mirrors.map(async (mirror, n) =>
            mirror.push([{ ref: ledger, expected, next: events[n] ?? "" }]),
          ),
        );
        const winners = events.filter((_, n) => outcomes[n]?.accepted === true);
        expect(winners).toHaveLength(1);
        tip = harness.repository.id(ledger);
        expect(winners).toEqual([tip]);
      }
    });

    it("stops when it is told to", async () => {
      const mirror = await openFrom(await start());
      const fetching = mirror.fetch(AbortSignal.abort());
      await expect(fetching).rejects.toMatchObject({ code: "GIT_ABORTED" });
    });
  });
}
