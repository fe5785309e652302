import { expect, it } from "vitest";
import type { LocalPath } from "../../../src/domain/registry.ts";
import { blobKey, placeFiles, versionPrefix } from "../../../src/domain/workspace/layout.ts";

/** A field of a manifest: what it names, and the files below it (none means a single file). */
function field(target: string, files?: readonly string[]): LocalPath {
  const name = target.slice(target.lastIndexOf("/") + 1);
  return {
    pointer: ["path"],
    place: { path: "m.yaml" },
    text: `./${target}`,
    target,
    asset: undefined,
    texts: [],
    files: (files ?? [""]).map((relativePath) => ({
      path: relativePath === "" ? target : `${target}/${relativePath}`,
      relativePath: relativePath === "" ? name : relativePath,
      sizeBytes: 1,
      content: { type: "tree", objectId: undefined },
    })),
  };
}

it.each([
  {
    name: "a folder",
    fields: [field("a/model", ["MLmodel", "d/x"])],
    to: ["model/MLmodel", "model/d/x"],
  },
  { name: "a file", fields: [field("a/conda.yaml")], to: ["conda.yaml"] },
  {
    name: "the same target twice",
    fields: [field("a/src", ["x.py"]), field("a/src", ["x.py"])],
    to: ["src/x.py"],
  },
  {
    name: "folders of one name",
    fields: [field("a/src", ["x.py"]), field("b/src", ["x.py"])],
    to: ["src-2/x.py", "src/x.py"],
  },
  {
    name: "files of one name, but for case",
    fields: [field("a/conda.yaml"), field("b/Conda.yaml"), field("c/conda.yaml")],
    to: ["Conda-2.yaml", "conda-3.yaml", "conda.yaml"],
  },
  {
    name: "reserved names",
    fields: [field("a/manifest.json"), field("a/azureml.yaml"), field("b/MANIFEST.json", ["x"])],
    to: ["MANIFEST.json-2/x", "azureml-2.yaml", "manifest-2.json"],
  },
  {
    name: "a file without suffix",
    fields: [field("a/model"), field("b/model")],
    to: ["model", "model-2"],
  },
  { name: "hidden files", fields: [field("a/.env"), field("b/.env")], to: [".env", ".env-2"] },
  { name: "the whole registry", fields: [field("", ["x"])], to: ["files/x"] },
])("places $name", ({ fields, to }) => {
  expect(placeFiles(fields).files.map(({ destination }) => destination)).toEqual(to);
});

it("says what each field becomes", () => {
  const other = { ...field("x/prep.yml"), asset: "components/prep" as const, texts: [], files: [] };
  const fields = [field("a/src", ["x.py"]), other, field("b/src", ["y.py"]), field("none", [])];

  expect(placeFiles(fields).fields).toEqual(["src", undefined, "src-2", undefined]);
});

it("knows where things are", () => {
  const digest = `sha256:ab${"0".repeat(62)}` as const;

  expect(blobKey(digest)).toBe(`blobs/sha256/ab/${"0".repeat(62)}`);
  expect(versionPrefix("models/taxi-fare", "1.4.0")).toBe("assets/models/taxi-fare/1.4.0/");
});
