import { expect, it } from "vitest";
import type { Digest } from "../../src/shared/digest.ts";
import { CommitRegistryReader } from "../../src/usecases/registry-reader.ts";
import { MemorySourceTree } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles, modelFiles } from "../support/registry-files.ts";

it("knows again what objects it has read, also after a restart", async () => {
  const hashes = new Map<string, Digest>();
  const open = () =>
    new CommitRegistryReader({
      treeAt: (commit) => {
        const text = `${modelFiles["models/taxi/model.yaml"]}description: at ${commit}\n`;
        const files = { ...emptyRegistryFiles, ...modelFiles, "models/taxi/model.yaml": text };
        return new MemorySourceTree(files);
      },
      openObject: () => {
        throw new Error("everything is in the tree");
      },
      hashes: { get: (id) => hashes.get(id), set: (id, digest) => void hashes.set(id, digest) },
    });
  const reader = open();
  const [one, two] = await Promise.all(
    ["one", "two"].map(async (commit) => {
      const registry = await reader.registryAt(commit);
      const [asset] = registry.assets;
      if (asset === undefined) throw new Error("there is one");
      const objects = reader.objectsDigest(registry, asset);
      if (objects === undefined) throw new Error("a commit has ids");
      expect(reader.knownDigest(objects)).toBeUndefined();
      return { objects, digest: await reader.contentDigest(commit, registry, asset) };
    }),
  );
  expect(one?.objects).not.toBe(two?.objects);
  expect(one?.digest).toBe(two?.digest);
  expect(open().knownDigest(one?.objects ?? "sha256:")).toBe(one?.digest);
});

it("says what gates look at, under the digest that decisions record", async () => {
  const evaluations = "evaluations: [{ data: holdout, file: m.json }]\n";
  const reader = new CommitRegistryReader({
    treeAt: (commit) =>
      new MemorySourceTree({
        ...emptyRegistryFiles,
        ...modelFiles,
        "models/taxi/model.meta.yaml": `owner: ann\n${evaluations}`,
        "models/taxi/m.json": `{"r2": ${commit}}`,
      }),
    openObject: () => {
      throw new Error("everything is in the tree");
    },
    hashes: { get: () => undefined, set: () => undefined },
  });
  const [one, two] = await Promise.all(
    ["0.9", "0.8"].map(async (commit) => {
      const registry = await reader.registryAt(commit);
      const [asset] = registry.assets;
      if (asset === undefined) throw new Error("there is one");
      const evidence = await reader.evidence(commit, registry, asset);
      expect(evidence.digest).toBe(await reader.evidenceDigest(commit, registry, asset));
      return evidence;
    }),
  );

  expect(one).toMatchObject({
    metadata: { owner: "ann" },
    evaluations: [{ data: "holdout", metrics: { r2: 0.9 } }],
  });
  expect(two?.evaluations).toEqual([{ data: "holdout", metrics: { r2: 0.8 } }]);
  expect(one?.digest).not.toBe(two?.digest);
});
