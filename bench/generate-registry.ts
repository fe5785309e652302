import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";

/** Makes a bare registry of `count` models of about a kilobyte each, in one commit. */
export async function generateRegistry(repository: string, count: number): Promise<void> {
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", repository]);
  const child = spawn("git", ["-C", repository, "fast-import", "--quiet"], {
    stdio: ["pipe", "inherit", "inherit"],
  });
  const write = async (text: string): Promise<void> => {
    if (!child.stdin.write(text)) await once(child.stdin, "drain");
  };
  await write("commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\n");
  await write(data("Start the registry"));
  await write(file("registry.yaml", registryFile));
  await write(file("workspaces/dev.yaml", workspaceFile));
  for (let index = 0; index < count; index += 1) {
    const folder = `teams/team-${index % 100}/model-${index}`;
    await write(file(`${folder}/model.yaml`, manifest(index)));
    await write(file(`${folder}/weights.bin`, `weights of model ${index}\n`.repeat(20)));
  }
  child.stdin.end();
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`git fast-import ended with ${String(code)}`);
}

function file(path: string, text: string): string {
  return `M 100644 inline ${path}\n${data(text)}`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

const registryFile = `format: 1
name: bench
location: eastus
replication_locations:
  - { location: eastus }
stages: [dev, test, prod]
follow: { dev: latest }
versioning: { default: integer }
`;

const workspaceFile = `stage: dev
region: eastus
assets: ["**"]
store: { driver: file, root: dev }
`;

function manifest(index: number): string {
  const tags = Array.from({ length: 12 }, (_, tag) => `  label-${tag}: value ${index} of ${tag}`);
  return `$schema: https://azuremlschemas.azureedge.net/latest/model.schema.json
name: model-${index}
type: custom_model
path: weights.bin
description: >
  Model ${index} of the bench: a description of some length, because real ones
  have a paragraph that says what the model is for and who looks after it.
tags:
${tags.join("\n")}
properties:
  framework: scikit-learn
  owner: team-${index % 100}
`;
}
