import { existsSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createApp } from "../../src/compose.ts";
import { silentLog } from "../../src/shared/log.ts";
import { LanguageServer } from "./language-server.ts";

const program = findServer();
// Without the server these are reported as skipped; in CI it must be there.
const describeWithServer =
  program === undefined && process.env["CI"] === undefined ? describe.skip : describe;

describeWithServer("yaml-language-server after cairn init (needs yaml-language-server)", () => {
  let folder: string;
  let server: LanguageServer;
  beforeAll(async () => {
    if (program === undefined) throw new Error("yaml-language-server is not installed");
    folder = await mkdtemp(join(tmpdir(), "cairn-editor-"));
    const sample = fileURLToPath(new URL("../../sample-registry", import.meta.url));
    await cp(sample, folder, { recursive: true });
    const app = await createApp({ cwd: folder, env: {}, log: silentLog });
    await app.init({ folder, name: "sample", editorOnly: true });
    await app.close();
    const settings = JSON.parse(await readFile(join(folder, ".vscode/settings.json"), "utf8")) as {
      readonly "yaml.schemas": unknown;
    };
    server = await LanguageServer.start(program, folder, {
      schemas: settings["yaml.schemas"],
      schemaStore: { enable: false },
      validate: true,
      hover: true,
      completion: true,
    });
  });
  afterAll(async () => {
    server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("finds nothing wrong with the sample registry", async () => {
    const entries = await readdir(folder, { recursive: true });
    const paths = entries.filter((path) => /\.ya?ml$/.test(path));
    const found = await Promise.all(
      paths.map(async (path) => {
        // The address in a file goes before all settings: docs/editors.md.
        const text = (await readFile(join(folder, path), "utf8")).replace(/^\$schema:.*/m, "");
        const diagnostics = await open(`by-settings/${path}`, text);
        return diagnostics.map(
          ({ message, range }) => `${path}:${range.start.line + 1} ${message}`,
        );
      }),
    );

    expect(paths.length).toBeGreaterThan(25);
    expect(found.flat()).toEqual([]);
  });

  it.each([
    {
      name: "a name in words of our own",
      path: "components/c/component.yaml",
      text: "name: Prep Step\ntype: command\ncommand: echo\nenvironment: azureml:e:1\n",
      line: 0,
      says: /lower-case|letters/,
    },
    {
      name: "a misspelt key of a model",
      path: "models/a/model.yaml",
      text: "name: taxi\nversoin: 1\npath: ./x\n",
      line: 1,
      says: /versoin/,
    },
    {
      name: "a wrong kind of data",
      path: "data/a/data.yaml",
      text: "name: trips\ntype: uri_fil\npath: ./x\n",
      line: 1,
      says: /uri_file/,
    },
    {
      name: "a component without its command",
      path: "components/a/component.yaml",
      text: "name: prep\ntype: command\nenvironment: azureml:env:1\n",
      line: 0,
      says: /command/,
    },
    {
      name: "a step of a pipeline that is no step",
      path: "components/b/component.yml",
      text: "name: all\ntype: pipeline\njobs:\n  prep: 3\n",
      line: 3,
      says: /Expected "Step"/,
    },
    {
      name: "traffic that is no whole number",
      path: "endpoints/a/endpoint.yaml",
      text: "name: fares\nauth_mode: key\ntraffic:\n  blue: all\n",
      line: 3,
      says: /Incorrect type|integer|number/,
    },
    {
      name: "a deployment by any name",
      path: "endpoints/a/blue.yaml",
      text: "name: blue\nendpoint_name: fares\ninstance_count: many\ninstance_type: a\n",
      line: 2,
      says: /integer|number/,
    },
    {
      name: "a layout of a workspace that does not exist",
      path: "workspaces/prod.yaml",
      text: "stage: prod\nregion: eastus\nlayout: flat\nstore: { driver: file, root: prod }\n",
      line: 2,
      says: /"plain"/,
    },
    {
      name: "a stage file without a reason to be there",
      path: "stages/prod/models/a.yaml",
      text: "reason: it is better\n",
      line: 0,
      says: /version/,
    },
    {
      name: "a mode of a job's input",
      path: "jobs/a.yml",
      text: "type: command\ncommand: echo\nenvironment: azureml:e:1\ninputs:\n  a: { type: uri_file, path: ./a, mode: fast }\n",
      line: 4,
      says: /mount/,
    },
  ])("underlines $name", async ({ path, text, line, says }) => {
    const found = await open(path, text);

    expect(found.map(({ range }) => range.start.line)).toContain(line);
    expect(found.map(({ message }) => message).join("\n")).toMatch(says);
  });

  it.each([
    { path: "environments/conda/environment.yml", text: "name: x\nchannels: [conda-forge]\n" },
    { path: "models/net/data.yaml", text: "path: ../datasets\ntrain: images\nnc: 80\n" },
    {
      path: "assets/a/model.yaml",
      text: "path: { type: local, uri: ./m }\npublish: { type: custom_model, description: d.md }\n",
    },
    { path: "jobs/conda.yml", text: "name: x\ndependencies: [python=3.12]\n" },
    { path: "endpoints/a/conda.yaml", text: "name: x\ndependencies: [python=3.12]\n" },
  ])("leaves $path alone, which is no manifest", async ({ path, text }) => {
    expect(await open(path, text)).toEqual([]);
  });

  it("follows an address in the file that leads to our schemas", async () => {
    const text = "$schema: ../../.vscode/cairn-schemas/data.schema.json\nname: a\npath: 3\n";

    expect(
      (await open("data/odd/any-name.yaml", text)).map(({ range }) => range.start.line),
    ).toEqual([2]);
    const comment = text.replace("$schema: ", "# yaml-language-server: $schema=");
    expect(
      (await open("data/odd/other.yaml", comment)).map(({ range }) => range.start.line),
    ).toEqual([2]);
  });

  it("shows what a key means", async () => {
    await open("workspaces/hover.yaml", "stage: prod\nregion: eastus\nlayout: plain\n");

    const shown = await server.hover(at("workspaces/hover.yaml"), { line: 2, character: 2 });
    expect(shown).toContain("How files lie in the store");
  });

  it.each([
    { path: "models/keys/model.yaml", text: "name: taxi\n", keys: ["path", "type", "version"] },
    { path: "components/keys/component.yaml", text: "type: pipeline\n", keys: ["jobs", "inputs"] },
    { path: "workspaces/keys.yaml", text: "stage: prod\n", keys: ["region", "store", "bindings"] },
  ])("offers the keys of $path", async ({ path, text, keys }) => {
    await open(path, text);

    const offered = await server.complete(at(path), { line: 1, character: 0 });
    expect(offered).toEqual(expect.arrayContaining(keys));
  });

  function at(path: string): string {
    return join(folder, path);
  }

  function open(path: string, text: string): ReturnType<LanguageServer["open"]> {
    return server.open(at(path), text);
  }
});

function findServer(): string | undefined {
  const given = process.env["CAIRN_YAML_LANGUAGE_SERVER"];
  if (given !== undefined) return given;
  const modules = createRequire(import.meta.url).resolve.paths("yaml-language-server") ?? [];
  return modules
    .map((path) => join(path, "yaml-language-server/bin/yaml-language-server"))
    .find((path) => existsSync(path) && existsSync(dirname(path)));
}
