import { describe, expect, it } from "vitest";

import { mergeEditorSettings } from "../../../src/registry/editor-settings.ts";
import { initRegistry } from "../../../src/usecases/author/init-registry.ts";
import { validateTree } from "../../../src/usecases/validate.ts";
import { MemorySourceTree } from "../../support/memory-source-tree.ts";
import { folderOf } from "./memory-folder.ts";

const request = { folder: "/new", name: "contoso", editorOnly: false };

describe("init", () => {
  it("writes a registry without a finding", async () => {
    const files: Record<string, string> = {};
    const report = await initRegistry(folderOf(files), request);

    expect(report).toEqual({ folder: "/new", written: Object.keys(files), byHand: undefined });
    expect((await validateTree(new MemorySourceTree(files))).findings).toEqual([]);
  });

  it("leaves alone what is there", async () => {
    const files: Record<string, string> = { "policies/access.yaml": "mine: true\n" };
    const { written } = await initRegistry(folderOf(files), request);

    expect(files["policies/access.yaml"]).toBe("mine: true\n");
    expect(written).not.toContain("policies/access.yaml");
  });

  it("refuses a registry that is there", async () => {
    const files = { "registry.yaml": "format: 1\n" };

    await expect(initRegistry(folderOf(files), request)).rejects.toMatchObject({
      code: "REGISTRY_EXISTS",
    });
    expect(Object.keys(files)).toEqual(["registry.yaml"]);
  });
});

describe("init --editor", () => {
  const editorOnly = { ...request, editorOnly: true };

  it("writes only what editors need, and nothing the second time", async () => {
    const files: Record<string, string> = { "registry.yaml": "format: 1\n" };
    const first = await initRegistry(folderOf(files), editorOnly);
    const second = await initRegistry(folderOf(files), editorOnly);

    expect(first.written.filter((path) => !path.startsWith(".vscode/"))).toEqual([]);
    expect(first.written).toContain(".vscode/cairn-schemas/workspace.schema.json");
    expect(first.written).toContain(".vscode/settings.json");
    expect(second.written).toEqual([]);
  });

  it("refreshes a schema of another version", async () => {
    const files: Record<string, string> = { "registry.yaml": "format: 1\n" };
    await initRegistry(folderOf(files), editorOnly);
    const path = ".vscode/cairn-schemas/model.schema.json";
    const current = files[path];
    files[path] = "{}";

    expect((await initRegistry(folderOf(files), editorOnly)).written).toEqual([path]);
    expect(files[path]).toBe(current);
  });

  it("says what a person has to add where it cannot", async () => {
    const settings = '{\n  // mine\n  "editor.rulers": [100],\n}\n';
    const files: Record<string, string> = {
      "registry.yaml": "format: 1\n",
      ".vscode/settings.json": settings,
    };
    const { byHand } = await initRegistry(folderOf(files), editorOnly);

    expect(files[".vscode/settings.json"]).toBe(settings);
    expect(byHand).toMatchObject({ path: ".vscode/settings.json" });
    expect(JSON.parse(`{${byHand?.add}}`)).toEqual(
      JSON.parse(textOf(mergeEditorSettings(undefined))),
    );
  });

  it("refuses a folder that is no registry", async () => {
    await expect(initRegistry(folderOf({}), editorOnly)).rejects.toMatchObject({
      code: "REGISTRY_NOT_HERE",
    });
  });
});

describe("settings of an editor", () => {
  it.each([
    { name: "nothing", text: undefined, keys: ["yaml.schemas"] },
    { name: "an empty file", text: " \n", keys: ["yaml.schemas"] },
    {
      name: "others",
      text: '{\n\t"editor.rulers": [100],\n\t"a": { "b": null }\n}\n',
      keys: ["editor.rulers", "a", "yaml.schemas"],
    },
  ])("are added to $name", ({ text, keys }) => {
    const merged = textOf(mergeEditorSettings(text));

    expect(Object.keys(JSON.parse(merged) as object)).toEqual(keys);
    expect(JSON.parse(merged)).toMatchObject(text?.trim() ? (JSON.parse(text) as object) : {});
    expect(textOf(mergeEditorSettings(merged))).toBe(merged);
  });

  it.each(["\t", "    "])("keep the indentation of a person: %j", (indent) => {
    const merged = textOf(mergeEditorSettings(`{\n${indent}"a": 1\n}\n`));

    expect(merged.split("\n").slice(1, 3)).toEqual([
      `${indent}"a": 1,`,
      `${indent}"yaml.schemas": {`,
    ]);
  });

  it("keep the schemas of others", () => {
    const merged = textOf(mergeEditorSettings('{"yaml.schemas": {"./mine.json": "/mine/*.yaml"}}'));

    expect(JSON.parse(merged)).toMatchObject({
      "yaml.schemas": {
        "./mine.json": "/mine/*.yaml",
        "./.vscode/cairn-schemas/registry.schema.json": ["/registry.yaml", "/registry.yml"],
      },
    });
  });

  it.each([
    { name: "comments", text: '{ "a": 1 // one\n}' },
    { name: "a comma at the end", text: '{ "a": 1, }' },
    { name: "a list", text: "[]" },
    { name: "no object of schemas", text: '{ "yaml.schemas": ["a"] }' },
  ])("are left to a person when there is $name", ({ text }) => {
    expect(mergeEditorSettings(text)).toMatchObject({ type: "by-hand" });
  });
});

function textOf(merged: ReturnType<typeof mergeEditorSettings>): string {
  if (merged.type !== "text") throw new Error(merged.reason);
  return merged.text;
}
