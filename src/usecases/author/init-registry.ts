import { editorSchemas } from "../../registry/editor-schemas.ts";
import {
  editorSchemaFolder,
  editorSettingsPath,
  mergeEditorSettings,
} from "../../registry/editor-settings.ts";
import { CairnError } from "../../shared/errors.ts";
import type { InitReport, InitRequest } from "../app.ts";
import { writeGitHubFiles } from "./github/write-files.ts";
import type { NewFiles } from "./new-files.ts";

/**
 * Writes a registry that is valid as it stands: the reader then adds manifests. Of what exists
 * only the part for editors is ever changed. With `github`, a registry that is there gets what
 * GitHub needs and nothing else. Rejects with `REGISTRY_EXISTS`, with `REGISTRY_NOT_HERE` when only
 * a part is asked for, and as `writeGitHubFiles`.
 */
export async function initRegistry(files: NewFiles, request: InitRequest): Promise<InitReport> {
  const { folder, name, editorOnly, github } = request;
  const isThere = (await files.read("registry.yaml")) !== undefined;
  if (editorOnly && !isThere) throw registryNotHere(folder);
  if (!editorOnly && github === undefined && isThere) throw registryExists(folder);
  const written = isThere ? [] : await writeTemplates(files, name);
  const forGitHub = github && (await writeGitHubFiles(files, github, written));
  const byHand = isThere && !editorOnly ? undefined : await writeEditorFiles(files, written);
  return { folder, written, byHand, ...(forGitHub === undefined ? {} : { github: forGitHub }) };
}

async function writeTemplates(files: NewFiles, name: string): Promise<string[]> {
  const written: string[] = [];
  for (const [path, text] of templates(name)) {
    if ((await files.read(path)) !== undefined) continue;
    await files.create(path, text);
    written.push(path);
  }
  return written;
}

/** yaml-language-server, and with it most editors, then shows what `cairn validate` would say. */
async function writeEditorFiles(files: NewFiles, written: string[]): Promise<InitReport["byHand"]> {
  async function put(path: string, text: string): Promise<void> {
    const old = await files.read(path);
    if (old === text) return;
    await (old === undefined ? files.create(path, text) : files.replace(path, text));
    written.push(path);
  }
  for (const { file, text } of editorSchemas()) await put(`${editorSchemaFolder}/${file}`, text);
  const merged = mergeEditorSettings(await files.read(editorSettingsPath));
  if (merged.type === "text") {
    await put(editorSettingsPath, merged.text);
    return undefined;
  }
  return { path: editorSettingsPath, reason: merged.reason, add: merged.add };
}

function registryExists(folder: string): CairnError {
  return new CairnError({
    code: "REGISTRY_EXISTS",
    kind: "invalid",
    message: `${folder} is a registry already: it has a registry.yaml.`,
    hint: "Edit that file, or choose another folder; --editor and --github write what editors and GitHub need and nothing else.",
  });
}

function registryNotHere(folder: string): CairnError {
  return new CairnError({
    code: "REGISTRY_NOT_HERE",
    kind: "invalid",
    message: `${folder} is no registry: it has no registry.yaml.`,
    hint: "Go to the folder of the registry, or leave --editor out to start one here.",
  });
}

function templates(name: string): readonly (readonly [string, string])[] {
  return [
    ["registry.yaml", registryFile(name)],
    ["workspaces/dev.yaml", workspaceFile],
    ["policies/promotion.yaml", promotionFile],
    ["policies/access.yaml", accessFile],
  ];
}

function registryFile(name: string): string {
  return `format: 1
name: ${name}
location: eastus
replication_locations:
  - location: eastus
    replica: { driver: file, root: replica-eastus }
stages: [dev, test, prod]
# dev takes every new version without a stage file.
follow: { dev: latest }
versioning: { default: integer }
references: pinned
`;
}

const workspaceFile = `stage: dev
region: eastus
assets: ["**"]
# A relative root lies in the operator's stores folder (cairn-stores/ unless told otherwise).
store: { driver: file, root: dev }
`;

const promotionFile = `rules:
  - stage: test
    assets: ["**"]
    gates:
      order: {}
      approvals: { count: 1, from: [owners] }
  - stage: prod
    assets: ["**"]
    gates:
      order: {}
      soak: { hours: 24 }
      approvals: { count: 1, from: [owners] }
      dependencies: {}
`;

const accessFile = `# Put yourself and your team here: people by name, with the addresses they commit with and,
# where pull requests are on GitHub, their account there (github: ann-c).
people:
  owner: { email: [owner@example.com] }
roles:
  owners: [owner]
  policy-owners: [owner]
bindings:
  - { role: owners, can: [assets/write, assets/approve], on: ["**"] }
read: everyone
`;
