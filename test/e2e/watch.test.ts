import { cp, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it, onTestFinished, vi } from "vitest";

import { startCli } from "../support/cli.ts";

const patience = { timeout: 20_000, interval: 20 };
const manifest = "name: taxi\nversion: 1\npath: ./weights.bin\n";

async function registry(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "cairn-e2e-watch-"));
  onTestFinished(async () => rm(root, { recursive: true, force: true, maxRetries: 5 }));
  const folder = join(root, "ml");
  await mkdir(join(folder, "models/taxi"), { recursive: true });
  await writeFile(join(folder, "registry.yaml"), "format: 1\nname: contoso\nlocation: eastus\n");
  await writeFile(join(folder, "models/taxi/model.yaml"), manifest);
  await writeFile(join(folder, "models/taxi/weights.bin"), "weights");
  return folder;
}

function watch(folder: string, ...words: readonly string[]) {
  const child = startCli(["watch", folder, ...words], { cwd: join(folder, "..") });
  onTestFinished(() => void child.kill("SIGKILL"));
  const texts = { out: "", err: "" };
  child.stdout?.on("data", (chunk: Buffer) => (texts.out += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (texts.err += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => void child.on("exit", resolve));
  /** What it says after a change. */
  const after = async (change: () => Promise<unknown>, words: RegExp): Promise<string> => {
    const seen = texts.out.length;
    await change();
    return vi.waitFor(() => {
      const said = texts.out.slice(seen);
      expect(said).toMatch(words);
      return said;
    }, patience);
  };
  return { texts, ended, after, interrupt: () => child.kill("SIGINT") };
}

it("shows a finding on a save, clears it when it is corrected, and survives its folder", async () => {
  const folder = await registry();
  const model = join(folder, "models/taxi/model.yaml");
  const { after, texts, ended, interrupt } = watch(folder);
  await after(async () => undefined, /No finding in 1 asset\.\nWatching .* \(Ctrl-C ends\)\n/);

  const broken = manifest.replace("weights", "gone");
  const plus =
    /\+ models\/taxi\/model\.yaml:3:\d+ error .*\[path-missing\]\n1 error in 1 asset\.\n/;
  const minus = /- models\/taxi\/model\.yaml:3:\d+ error .*\[path-missing\]\nNo finding in 1 asset/;
  await after(() => writeFile(model, broken), plus);
  // As editors do it: written beside it, then put in its place.
  await writeFile(`${model}.tmp`, manifest);
  await after(() => rename(`${model}.tmp`, model), minus);

  const copy = `${folder}-copy`;
  await cp(folder, copy, { recursive: true });
  await rm(folder, { recursive: true });
  await vi.waitFor(() => expect(texts.err).toContain("WATCH_FOLDER_GONE"), patience);
  await after(() => rename(copy, folder), /No finding in 1 asset/);
  await after(() => writeFile(model, broken), plus);
  await after(() => rm(join(folder, "registry.yaml")), /\+ registry\.yaml .*\[registry-missing\]/);
  await after(
    () => writeFile(join(folder, "registry.yaml"), "format: 1\nname: contoso\nlocation: eastus\n"),
    /- registry\.yaml .*\[registry-missing\]/,
  );
  expect(texts.err.match(/WATCH_FOLDER_GONE/g)).toHaveLength(1);
  interrupt();
  expect(await ended).toBe(0);
}, 120_000);

it("prints a document a line, and takes many changes for one", async () => {
  const folder = await registry();
  const { after, texts, ended, interrupt } = watch(folder, "--json");
  await after(async () => undefined, /\n/);
  const many = Array.from({ length: 300 }, (_, index) => index);
  await Promise.all(many.map((index) => mkdir(join(folder, `models/m${index}`))));
  const last = await after(
    () =>
      Promise.all(
        many.map((index) =>
          writeFile(
            join(folder, `models/m${index}/model.yaml`),
            `name: m${index}\nversion: 1\npath: gone.bin\n`,
          ),
        ),
      ),
    /"assets":301/,
  );
  expect(last.split("\n").length).toBeLessThan(8);
  interrupt();
  expect(await ended).toBe(0);
  const documents = texts.out.trimEnd().split("\n").map(parseRun);
  expect(documents.at(-1)?.findings).toHaveLength(300);
  expect(documents.reduce((total, { added }) => total + added.length, 0)).toBe(300);
}, 120_000);

it("says when there is nothing to watch", async () => {
  const folder = await registry();
  for (const path of [join(folder, "registry.yaml"), join(folder, "gone")]) {
    const { texts, ended } = watch(path);
    expect(await ended).toBe(3);
    expect(texts.err).toContain("WATCH_FOLDER_MISSING");
  }
});

interface Run {
  readonly added: readonly unknown[];
  readonly findings: readonly unknown[];
}

function parseRun(line: string): Run {
  return JSON.parse(line) as Run;
}
