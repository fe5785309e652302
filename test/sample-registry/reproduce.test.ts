import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { findPython3, runPython } from "../support/python.ts";

const SAMPLE = fileURLToPath(new URL("../../sample-registry", import.meta.url));
const TRIPS = "data/taxi-trips/trips";
const MODEL_FILES = ["MLmodel", "conda.yaml", "model.onnx", "python_env.yaml", "requirements.txt"];

const python = findPython3();
const required = Boolean(process.env["CI"]);

describe.skipIf(python === undefined && !required)(
  "the sample's scripts (skipped where there is no python3, except in CI)",
  () => {
    it("train the committed model and measure the committed metrics, byte for byte", async () => {
      const copy = await copySample();
      const made = [...MODEL_FILES.map((file) => `model/${file}`), "metrics.json"].map(
        (file) => `models/taxi-fare/${file}`,
      );
      await Promise.all(made.map((file) => rm(join(copy, file))));

      await runPython(neededPython(), [join(copy, "models/taxi-fare/reproduce.py")]);

      expect(await digests(copy, made)).toEqual(await digests(SAMPLE, made));
    });

    it("say so when a committed file is not what they make", async () => {
      const copy = await copySample();
      await rm(join(copy, "models/taxi-fare/metrics.json"));

      const check = runPython(neededPython(), [
        join(copy, "models/taxi-fare/reproduce.py"),
        "--check",
      ]);

      await expect(check).rejects.toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/^changed +[0-9a-f]{64} +metrics\.json$/m),
      });
    });

    it("invent the committed trips, byte for byte", async () => {
      const copy = await copySample();
      const made = ["train.csv", "holdout.csv"].map((file) => `${TRIPS}/${file}`);
      await rm(join(copy, TRIPS), { recursive: true });

      await runPython(neededPython(), [join(copy, "data/taxi-trips/generate.py")]);

      expect(await digests(copy, made)).toEqual(await digests(SAMPLE, made));
    });
  },
);

function neededPython(): string {
  if (python === undefined) throw new Error("No python3 found, and CI may not skip this test.");
  return python;
}

async function copySample(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sample-registry-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await cp(SAMPLE, folder, { recursive: true });
  return folder;
}

async function digests(root: string, paths: readonly string[]): Promise<Record<string, string>> {
  const entries = paths.map(async (path) => {
    const bytes = await readFile(join(root, path));
    return [path, createHash("sha256").update(bytes).digest("hex")] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
