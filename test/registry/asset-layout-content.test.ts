import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Asset } from "../../src/domain/registry.ts";
import { renderAzuremlManifest } from "../../src/registry/azureml-manifest.ts";
import { ContentDigester } from "../../src/registry/content-digest.ts";
import { maskTemplates, unmask } from "../../src/registry/asset-layout/templates.ts";
import { readRegistry } from "../../src/registry/read-registry.ts";
import { parseYaml } from "../../src/registry/yaml/parse-yaml.ts";
import type { Digest } from "../../src/shared/digest.ts";
import { dataLayout, environmentLayout, modelLayout } from "../support/layout-files.ts";
import { MemorySourceTree, type MemoryFiles } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles } from "../support/registry-files.ts";

async function* noObject(): AsyncIterable<Uint8Array> {
  // Everything lies in the tree.
}

async function read(
  files: MemoryFiles,
): Promise<{ readonly asset: Asset; readonly digest: Digest }> {
  const tree = new MemorySourceTree({ ...emptyRegistryFiles, ...files });
  const registry = await readRegistry(tree);
  const [asset] = registry.assets;
  if (asset === undefined) throw new Error("no asset");
  const digest = await new ContentDigester(registry, { tree, openObject: noObject }).digest(asset);
  return { asset, digest };
}

const withRelease = (paths: string, parts: Readonly<Record<string, string>> = {}): MemoryFiles =>
  modelLayout("m", {
    "asset.yaml": `type: model\nspec: spec.yaml\nextra_config: model.yaml\nrelease_paths: ${paths}\n`,
    "more/a.py": "a",
    "more/tests/t.py": "t",
    ...parts,
  });

describe("the content of an asset", () => {
  it.each<{ readonly name: string; readonly before: MemoryFiles; readonly after: MemoryFiles }>([
    {
      name: "its Dockerfile",
      before: environmentLayout(),
      after: environmentLayout(undefined, { "context/Dockerfile": "FROM debian:12\n" }),
    },
    {
      name: "a file beside the Dockerfile, where the spec names an image",
      before: environmentLayout(),
      after: environmentLayout(undefined, { "context/more.txt": "x" }),
    },
    {
      name: "its extra_config",
      before: modelLayout("m"),
      after: modelLayout("m", {
        "model.yaml":
          "path:\n  type: azureblob\n  storage_name: models\n  container_name: public\n  container_path: a/c\npublish:\n  description: description.md\n  type: mlflow_model\n",
      }),
    },
    {
      name: "where its data lies",
      before: dataLayout("d"),
      after: dataLayout("d", {
        "storage.yaml":
          "path: {type: azureblob, storage_name: s, container_name: c, container_path: q}\n",
      }),
    },
    {
      name: "its release paths",
      before: withRelease("[../m/more/a.py]"),
      after: withRelease("[../m/more/a.py]", { "more/a.py": "b" }),
    },
  ])("is $name", async ({ before, after }) => {
    expect((await read(before)).digest).not.toBe((await read(after)).digest);
  });

  it.each<{ readonly name: string; readonly before: MemoryFiles; readonly after: MemoryFiles }>([
    {
      name: "its description",
      before: modelLayout("m"),
      after: modelLayout("m", { "description.md": "# Better words\n" }),
    },
    {
      name: "its categories and tests",
      before: modelLayout("m"),
      after: modelLayout("m", {
        "asset.yaml":
          "extra_config: model.yaml\nspec: spec.yaml\ntype: model\ncategories: [Other]\ntest: {pytest: {enabled: false}}\n",
      }),
    },
    {
      name: "its version, where templates name it",
      before: environmentLayout("e", {
        "asset.yaml":
          "name: e\nversion: 1\ntype: environment\nspec: spec.yaml\nextra_config: environment.yaml\n",
      }),
      after: environmentLayout("e", {
        "asset.yaml":
          "name: e\nversion: 2\ntype: environment\nspec: spec.yaml\nextra_config: environment.yaml\n",
      }),
    },
    {
      name: "what release_paths take away",
      before: withRelease("['!more/tests']"),
      after: withRelease("['!more/tests']", { "more/tests/t.py": "other" }),
    },
    {
      name: "the order of release_paths",
      before: withRelease("[more/a.py, more/tests]"),
      after: withRelease("[more/tests, more/a.py]"),
    },
  ])("is not $name", async ({ before, after }) => {
    expect((await read(before)).digest).toBe((await read(after)).digest);
  });
});

it("gives Azure ML the spec with its version and its own context", async () => {
  const { asset } = await read(
    environmentLayout("e", {
      "spec.yaml":
        'name: {{asset.name}}\nversion: "{{asset.version}}"\nimage: "x/{{image.name}}:{{asset.version}}"\n',
    }),
  );

  const text = renderAzuremlManifest(asset, {
    version: "4",
    resolveReference: () => undefined,
    resolvePath: () => "context",
  });

  expect(text).toBe('name: e\nversion: "4"\nimage: x/azureml/curated/e:4\n');
});

describe("templates in YAML", () => {
  it("are plain text to it, and keep every place", () => {
    const text = "a: {{asset.name}}\nb: [{{ x }}, 'y{{z}}']\nc: ${{inputs.d}}\n";
    const plain = text.replaceAll(/[{}]{2}/g, "XX");

    const parsed = parseYaml(maskTemplates(Buffer.from(text)));
    const places = parseYaml(Buffer.from(plain)).places;

    expect(unmask(parsed.value ?? null)).toEqual({
      a: "{{asset.name}}",
      b: ["{{ x }}", "y{{z}}"],
      c: "${{inputs.d}}",
    });
    for (const pointer of [["a"], ["b", 0], ["b", 1], ["c"]]) {
      expect(parsed.places.of(pointer)).toEqual(places.of(pointer));
    }
  });

  it("never change what a text without them means", () => {
    const texts = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,5}$/),
      fc.oneof(fc.string(), fc.integer()),
    );
    fc.assert(
      fc.property(texts, (value) => {
        const text = Buffer.from(JSON.stringify(value));
        const direct = parseYaml(text);
        const hidden = parseYaml(maskTemplates(text));
        expect(unmask(hidden.value ?? null)).toEqual(direct.value ?? null);
      }),
    );
  });

  it("never break on any text", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("{{", "}}", "{", "}", "a", ": ", "\n", "$", '"', "\ue000")),
        (parts) => {
          const bytes = Buffer.from(parts.join(""));
          const { length } = Buffer.from(maskTemplates(bytes)).toString("utf8");
          expect(length).toBe(bytes.toString("utf8").length);
          unmask(parseYaml(maskTemplates(bytes)).value ?? null);
        },
      ),
    );
  });
});
