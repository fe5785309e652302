import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { parseDocument } from "yaml";

const SAMPLE = fileURLToPath(new URL("../../sample-registry", import.meta.url));
const MOST_BYTES = 250_000;
const MANIFESTS =
  /^(models|environments|components|data|endpoints)\/[^/]+\/(?!conda)[\w-]+\.yaml$|^jobs\//;
const AZURE_SCHEMA = /^https:\/\/azuremlschemas\.azureedge\.net\/latest\/\w+\.schema\.json$/;

let files: Map<string, Buffer>;

beforeAll(async () => {
  const entries = await readdir(SAMPLE, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".pyc"))
    .map((entry) => join(entry.parentPath, entry.name));
  const read = paths.map(
    async (path) =>
      [path.slice(SAMPLE.length + 1).replaceAll("\\", "/"), await readFile(path)] as const,
  );
  files = new Map(await Promise.all(read));
});

describe("the sample registry", () => {
  it("is small", () => {
    const sizes = [...files.values()].map(({ length }) => length);

    expect(sizes.reduce((total, size) => total + size, 0)).toBeLessThan(MOST_BYTES);
  });

  it("has Unix line ends only", () => {
    const texts = [...files].filter(([path]) => !path.endsWith(".onnx"));

    expect(texts.filter(([, bytes]) => bytes.includes("\r")).map(([path]) => path)).toEqual([]);
    expect(texts.filter(([, bytes]) => bytes.at(-1) !== 10).map(([path]) => path)).toEqual([]);
  });

  it("has YAML that means the same to Cairn (1.2) and to az ml (1.1)", () => {
    const manifests = [...files].filter(([path]) => MANIFESTS.test(path));
    const parse = (version: "1.1" | "1.2"): unknown[] =>
      manifests.map(([path, bytes]) => {
        const document = parseDocument(bytes.toString("utf8"), { version });
        return { path, problems: [...document.errors, ...document.warnings], is: document.toJS() };
      });

    expect(manifests).toHaveLength(13);
    expect(parse("1.1")).toEqual(parse("1.2"));
    expect(parse("1.1")).toEqual(
      manifests.map(([path]) => ({
        path,
        problems: [],
        is: expect.objectContaining({ $schema: expect.stringMatching(AZURE_SCHEMA) }),
      })),
    );
  });
});
