import { CairnError } from "../../shared/errors.ts";
import type { InitReport } from "../app.ts";

/** The few things `init` needs of a folder; nothing that exists is ever overwritten. */
export interface NewFiles {
  exists(path: string): Promise<boolean>;
  create(path: string, text: string): Promise<void>;
}

/** Writes a registry that is valid as it stands: the reader then adds manifests. */
export async function initRegistry(
  files: NewFiles,
  request: { readonly folder: string; readonly name: string },
): Promise<InitReport> {
  if (await files.exists("registry.yaml")) {
    throw new CairnError({
      code: "REGISTRY_EXISTS",
      kind: "invalid",
      message: `${request.folder} is a registry already: it has a registry.yaml.`,
      hint: "Edit that file, or choose another folder.",
    });
  }
  const written: string[] = [];
  for (const [path, text] of templates(request.name)) {
    if (await files.exists(path)) continue;
    await files.create(path, text);
    written.push(path);
  }
  return { folder: request.folder, written };
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

const accessFile = `# Put yourself and your team here: people by name, with the addresses they commit with.
people:
  owner: { email: [owner@example.com] }
roles:
  owners: [owner]
  policy-owners: [owner]
bindings:
  - { role: owners, can: [assets/write, assets/approve], on: ["**"] }
read: everyone
`;
