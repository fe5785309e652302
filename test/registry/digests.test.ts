import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Asset, Registry } from "../../src/domain/registry.ts";
import { renderAzuremlManifest } from "../../src/registry/azureml-manifest.ts";
import { ContentDigester } from "../../src/registry/content-digest.ts";
import { evidenceDigest, objectsDigest, policyDigest } from "../../src/registry/other-digests.ts";
import { readRegistry } from "../../src/registry/read-registry.ts";
import { sha256, type Digest } from "../../src/shared/digest.ts";
import { CairnError } from "../../src/shared/errors.ts";
import { MemorySourceTree, type MemoryFiles } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles, modelFiles } from "../support/registry-files.ts";

interface Digests {
  readonly content: Digest;
  readonly objects: Digest | undefined;
  readonly evidence: Digest;
  readonly policy: Digest;
  readonly asset: Asset;
  readonly registry: Registry;
}

async function* noObject(sha256: string): AsyncIterable<Uint8Array> {
  const message = `no ${sha256}`;
  const missing = new CairnError({ code: "STORE_OBJECT_MISSING", kind: "missing", message });
  yield await Promise.reject<Uint8Array>(missing);
}

async function digestsOf(
  files: MemoryFiles,
  key = "models/taxi",
  openObject: (sha256: string) => AsyncIterable<Uint8Array> = noObject,
): Promise<Digests> {
  const tree = new MemorySourceTree({ ...emptyRegistryFiles, ...files });
  const registry = await readRegistry(tree);
  const asset = registry.assets.find((candidate) => candidate.key === key);
  if (asset === undefined) throw new Error(`no ${key}`);
  return {
    content: await new ContentDigester(registry, { tree, openObject }).digest(asset),
    objects: objectsDigest(asset, registry),
    evidence: await evidenceDigest(asset, registry, { tree }),
    policy: await policyDigest(registry, { tree }),
    asset,
    registry,
  };
}

const manifest = (text: string): MemoryFiles => ({ ...modelFiles, "models/taxi/model.yaml": text });

describe("the content digest", () => {
  it("is what recipe 1 says, for ever", async () => {
    const { content } = await digestsOf(modelFiles);
    const weights = sha256("weights");

    expect(content).toBe(
      sha256(
        `{"content":{"name":"taxi","path":[["weights.bin","${weights}"]]},"kind":"model","recipe":1}`,
      ),
    );
  });

  it.each([
    ["comments and order", "# a comment\npath: ./weights.bin\nname: taxi\n"],
    ["a description", "name: taxi\npath: ./weights.bin\ndescription: good\n"],
    [
      "tags, stage and properties",
      "name: taxi\npath: ./weights.bin\ntags: {a: 1}\nstage: x\nproperties: {b: 2}\n",
    ],
    ["a version", "name: taxi\npath: ./weights.bin\nversion: 3\n"],
    ["another spelling of the path", "name: taxi\npath: ../taxi/weights.bin\n"],
    ["$schema", "$schema: https://x/model.schema.json\nname: taxi\npath: ./weights.bin\n"],
  ])("does not change with %s", async (_, text) => {
    const before = await digestsOf(modelFiles);
    const after = await digestsOf(manifest(text));

    expect(after.content).toBe(before.content);
  });

  it.each<[string, MemoryFiles]>([
    ["the bytes", { ...modelFiles, "models/taxi/weights.bin": "other" }],
    ["a field", manifest("name: taxi\npath: ./weights.bin\ntype: triton_model\n")],
    [
      "a new name of a file",
      { "models/taxi/model.yaml": "name: taxi\npath: ./w\n", "models/taxi/w": "weights" },
    ],
  ])("changes with %s", async (_, files) => {
    const before = await digestsOf(modelFiles);
    const after = await digestsOf(files);

    expect(after.content).not.toBe(before.content);
    expect(after.objects).not.toBe(before.objects);
  });

  it("does not change with the order of keys", async () => {
    const { content } = await digestsOf(
      manifest("name: taxi\npath: ./weights.bin\nflavors: {a: {b: 1, c: 2}}\n"),
    );
    const lines = [
      "name: taxi",
      "path: ./weights.bin",
      "flavors: {a: {c: 2, b: 1}}",
      "tags: {x: 1}",
      "# y",
    ];
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(lines, { minLength: 5 }), async (shuffled) => {
        expect((await digestsOf(manifest(shuffled.join("\n")))).content).toBe(content);
      }),
      { numRuns: 20 },
    );
  });

  it("is over the object, not over the pointer in Git", async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256("weights").slice(7)}\nsize 7\n`;
    const { content } = await digestsOf(
      { ...modelFiles, "models/taxi/weights.bin": pointer },
      "models/taxi",
      async function* (this: void) {
        yield await Promise.resolve(Buffer.from("weights"));
      },
    );

    expect(content).toBe((await digestsOf(modelFiles)).content);
  });

  it.each([
    { name: "no object", open: noObject, code: "SOURCE_OBJECT_MISSING" },
    {
      name: "other bytes",
      open: async function* (this: void) {
        yield await Promise.resolve(Buffer.from("other"));
      },
      code: "SOURCE_DIGEST_MISMATCH",
    },
  ])("is not given with $name", async ({ open, code }) => {
    const lock = `format: 1\nfiles: [{ path: w, size: 7, sha256: ${sha256("weights").slice(7)} }]\n`;
    const files = { "m/model.yaml": "name: taxi\npath: ./w\n", "m/model.lock.yaml": lock };

    await expect(digestsOf(files, "models/taxi", open)).rejects.toMatchObject({ code });
  });
});

const step = (name: string, rest = ""): string =>
  `name: ${name}\ncommand: echo\nenvironment: azureml://registries/azureml/environments/x/versions/1\n${rest}`;
const pipelineFiles = {
  "components/p/component.yaml":
    "name: p\ntype: pipeline\njobs:\n  a: { type: command, component: ../a/component.yaml }\n",
  "components/a/component.yaml": step("a", "code: ./src\n"),
  "components/a/src/x.py": "1",
} as const satisfies MemoryFiles;

describe("the digest of an asset with parts", () => {
  it("changes with a part's files, not with its description", async () => {
    const before = await digestsOf(pipelineFiles, "components/p");
    const described = step("a", "code: ./src\ndescription: x\n");
    const same = await digestsOf(
      { ...pipelineFiles, "components/a/component.yaml": described },
      "components/p",
    );
    const other = await digestsOf(
      { ...pipelineFiles, "components/a/src/x.py": "2" },
      "components/p",
    );

    expect(same.content).toBe(before.content);
    expect(other.content).not.toBe(before.content);
    expect(other.objects).not.toBe(before.objects);
  });

  it("ends on a cycle, which is a finding", async () => {
    const loop = (name: string, other: string): string =>
      `name: ${name}\ntype: pipeline\njobs:\n  x: { type: pipeline, component: ../${other}/component.yaml }\n`;
    const { content, objects } = await digestsOf(
      {
        "components/a/component.yaml": loop("a", "b"),
        "components/b/component.yaml": loop("b", "a"),
      },
      "components/a",
    );

    expect(content).toMatch(/^sha256:/);
    expect(objects).toBeUndefined();
  });

  it("survives a very long chain", { timeout: 30_000 }, async () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < 3000; index += 1) {
      files[`components/c${index}/component.yaml`] =
        `name: c${index}\ntype: pipeline\njobs:\n  x: { type: pipeline, component: ../c${index + 1}/component.yaml }\n`;
    }
    files["components/c3000/component.yaml"] = step("c3000");

    expect((await digestsOf(files, "components/c0")).content).toMatch(/^sha256:/);
  });
});

describe("evidence and policy", () => {
  const meta = "evaluations: [{ data: x, file: metrics.json }]\n";
  const files = {
    ...modelFiles,
    "models/taxi/model.meta.yaml": meta,
    "models/taxi/metrics.json": "{}",
    "policies/promotion.yaml": "rules: []\n",
  };

  it.each([
    { path: "models/taxi/metrics.json", evidence: true, policy: false },
    { path: "models/taxi/model.meta.yaml", evidence: true, policy: false },
    { path: "policies/promotion.yaml", evidence: false, policy: true },
    { path: "registry.yaml", evidence: false, policy: true },
    { path: "README.md", evidence: false, policy: false },
  ])("a change of $path", async ({ path, evidence, policy }) => {
    const before = await digestsOf(files);
    const old = { ...emptyRegistryFiles, ...files }[path] ?? "";
    const after = await digestsOf({ ...files, [path]: `${old} # changed\n` });

    expect(after.content).toBe(before.content);
    expect(after.evidence !== before.evidence).toBe(evidence);
    expect(after.policy !== before.policy).toBe(policy);
  });
});

describe("azureml.yaml", () => {
  it("keeps the order of keys and quotes what YAML 1.1 would change", async () => {
    const text =
      'name: taxi\npath: ./weights.bin\ntags: {a: "yes", b: "010", c: "1_000", d: "12:30"}\n';
    const { asset } = await digestsOf(manifest(text));

    const rendered = renderAzuremlManifest(asset, {
      version: "1.10",
      resolveReference: () => undefined,
      resolvePath: () => "./files",
    });

    expect(rendered).toBe(
      'name: taxi\nversion: "1.10"\npath: ./files\ntags:\n  a: "yes"\n  b: "010"\n  c: "1_000"\n  d: "12:30"\n',
    );
  });

  it("resolves references where they stand", async () => {
    const { asset } = await digestsOf(pipelineFiles, "components/a");

    const rendered = renderAzuremlManifest(asset, {
      version: "2",
      resolveReference: () => "azureml:x:7",
      resolvePath: () => undefined,
    });

    expect(rendered).toContain("environment: azureml:x:7");
    expect(rendered).toContain("code: ./src");
  });
});
