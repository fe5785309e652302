import { describe, expect, it } from "vitest";

import { blobId } from "../../src/shared/digest.ts";
import { RememberedIds, RememberedSourceTree } from "../../src/source/remembered-tree.ts";
import type { Fingerprint, SourceEntry } from "../../src/source/source-tree.ts";
import { MemorySourceTree, type MemoryFiles } from "../support/memory-source-tree.ts";

/** As a folder says it: no ids, but what can be seen from outside. */
class SeenTree extends MemorySourceTree {
  readonly #fingerprint: Fingerprint | undefined;

  constructor(files: MemoryFiles, fingerprint: Fingerprint | undefined) {
    super(files);
    this.#fingerprint = fingerprint;
  }

  override async list(): Promise<readonly SourceEntry[]> {
    const seen = this.#fingerprint === undefined ? {} : { fingerprint: this.#fingerprint };
    return (await super.list()).map((entry) => ({ ...entry, objectId: undefined, ...seen }));
  }
}

const settled = { text: "1", isSettled: true };
const bytesOf = (text: string): Uint8Array => Buffer.from(text);

/** The id that a second look gives to a file that the first look read. */
async function secondLook(
  first: { readonly text: string; readonly fingerprint?: Fingerprint },
  second: { readonly text: string; readonly fingerprint?: Fingerprint },
): Promise<string | undefined> {
  const ids = new RememberedIds();
  for (const { text, fingerprint } of [first, second]) {
    const tree = new RememberedSourceTree(new SeenTree({ a: text }, fingerprint), ids);
    const [entry] = await tree.list();
    if (text === second.text && entry?.objectId !== undefined) return entry.objectId;
    for await (const { path, bytes } of tree.readMany(["a"], { maxBytes: 100 })) {
      expect([path, Buffer.from(bytes).toString()]).toEqual(["a", text]);
    }
  }
  return undefined;
}

describe("a file that was read", () => {
  it("has its blob id where it looks the same", async () => {
    const same = { text: "one", fingerprint: settled };
    expect(await secondLook(same, same)).toBe(blobId(bytesOf("one")));
  });

  it.each([
    ["it looks different", settled, { text: "2", isSettled: true }],
    ["it had just been written", { text: "1", isSettled: false }, settled],
    ["it has just been written", settled, { text: "1", isSettled: false }],
    ["nothing can be seen", undefined, undefined],
  ])("is read again where %s", async (_title, before, after) => {
    const look = (text: string, fingerprint: Fingerprint | undefined) =>
      fingerprint === undefined ? { text } : { text, fingerprint };
    expect(await secondLook(look("one", before), look("two", after))).toBeUndefined();
    expect(await secondLook(look("one", before), look("one", after))).toBeUndefined();
  });

  it("is forgotten once it is gone", async () => {
    const ids = new RememberedIds();
    ids.set("a", "1", bytesOf("one"));
    const entry = { path: "a", type: "file", sizeBytes: 3, objectId: undefined } as const;
    const seen = { ...entry, fingerprint: settled };
    expect(ids.complete([seen])[0]?.objectId).toBe(blobId(bytesOf("one")));
    expect(ids.complete([])).toEqual([]);
    expect(ids.complete([seen])).toEqual([seen]);
  });
});
