import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, onTestFinished } from "vitest";

import { createApp } from "../../src/compose.ts";
import { silentLog } from "../../src/shared/log.ts";
import type { App, PlannedAction } from "../../src/usecases/app.ts";
import type { AppOptions } from "../../src/usecases/app-options.ts";
import { runGit } from "./registry-fixture.ts";

/** Path to its new text; `undefined` removes the file. */
export type FileChanges = Readonly<Record<string, string | undefined>>;

/** Ann and Bo lead, Dee only writes, Cy owns the policy with Ann. */
const access = `people:
  ann: { name: Ann Carter, email: [ann@contoso.example] }
  bo: { name: Bo Lindqvist, email: [bo@contoso.example] }
  cy: { name: Cy Okafor, email: [cy@contoso.example] }
  dee: { name: Dee Ramos, email: [dee@contoso.example] }
roles:
  leads: [ann, bo]
  engineers: [dee]
  policy-owners: [ann, cy]
bindings:
  - { role: leads, can: [assets/read, assets/write, assets/approve], on: ["**"] }
  - { role: engineers, can: [assets/read, assets/write], on: ["**"] }
  - { role: policy-owners, can: [assets/override], on: ["**"] }
`;

/** Test takes what ran in dev; prod wants a lead's word, and of slow models a day in test. */
const promotion = `rules:
  - { stage: test, assets: ["**"], gates: { order: {}, dependencies: {} } }
  - stage: prod
    assets: ["**"]
    gates: { order: {}, dependencies: {}, approvals: { count: 1, from: [leads] } }
    rollback: { approvals: { count: 1, from: [leads], author: allowed } }
  - { stage: prod, assets: ["models/slow"], gates: { soak: { hours: 24 } } }
`;

export const policyPath = "policies/promotion.yaml";

/** The policy, with promotions that nobody has to ask for. */
export function automaticPolicy(...rules: readonly string[]): string {
  return `${promotion}automatic:\n${rules.map((rule) => `  - ${rule}\n`).join("")}`;
}

export const basicPolicy = promotion;

function modelFiles(name: string): FileChanges {
  return {
    [`models/${name}/model.yaml`]: `name: ${name}\ntype: custom_model\npath: ./weights.bin\n`,
    [`models/${name}/weights.bin`]: `weights of ${name}, first\n`,
  };
}

function workspace(stage: string): string {
  return `stage: ${stage}\nregion: eastus\nassets: ["**"]\nstore: { driver: file, root: ${stage} }\n`;
}

export const taxiStageFile = (stage: string): string =>
  `# What ${stage} runs; ask the taxi team.\nversion: "1" # the first\nreason: it was there\n`;

const startFiles: FileChanges = {
  "registry.yaml": `format: 1
name: contoso
location: eastus
replication_locations: [{ location: eastus, replica: { driver: file, root: replica } }]
stages: [dev, test, prod]
follow: { dev: latest }
versioning: { default: integer }
`,
  "policies/access.yaml": access,
  [policyPath]: promotion,
  ...Object.fromEntries(
    ["dev", "test", "prod"].map((stage) => [`workspaces/${stage}.yaml`, workspace(stage)]),
  ),
  ...modelFiles("taxi"),
  "models/taxi/model.meta.yaml": "# Ours since 2019.\nowner: dee # on call\nlicense: MIT\n",
  ...modelFiles("slow"),
  "environments/env/environment.yaml":
    "name: env\nimage: mcr.microsoft.com/azureml/base:20250601.v1\n",
  "components/prep/component.yaml": `name: prep
type: command
command: python prep.py
code: ./src
environment: azureml:env:1
`,
  "components/prep/src/prep.py": "print('prepared')\n",
  "jobs/train.yml": `$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
type: pipeline
settings: { default_compute: "azureml:cpu" }
jobs: { prep: { type: command, component: "azureml:prep:1" } }
`,
  "stages/test/models/taxi.yaml": taxiStageFile("test"),
  "stages/prod/models/taxi.yaml": taxiStageFile("prod"),
};

export const secondWeights = { "models/taxi/weights.bin": "weights of taxi, second\n" } as const;

/** An adopted registry in a bare repository, with a clone, in a folder of its own. */
export interface PromotionFixture {
  readonly folder: string;
  readonly remote: string;
  readonly clone: string;
  readonly git: (...args: readonly string[]) => Promise<string>;
  /** The application as run in the clone by Dee, closed with the test. */
  readonly open: (options?: Partial<AppOptions>) => Promise<App>;
  /** Commits in the clone, on the branch that is checked out. */
  readonly commit: (message: string, files: FileChanges) => Promise<string>;
  /** The same on a new branch of the clone, made from the remote's. */
  readonly branch: (name: string, files: FileChanges) => Promise<string>;
  /** Commits on the remote's branch without a pull request. */
  readonly push: (message: string, files: FileChanges) => Promise<string>;
  /** A file of the remote at a revision, which is its branch when absent. */
  readonly show: (path: string, revision?: string) => Promise<string>;
  /** Every ref of the remote with its commit. */
  readonly refs: () => Promise<readonly string[]>;
  /** Subjects of the ledger, oldest first. */
  readonly ledger: () => Promise<readonly string[]>;
  readonly readStore: (path: string) => Promise<string>;
}

/**
 * The registry that each test of a file copies: `models/taxi` runs at 1 in test and prod and at 2 in
 * dev; `models/slow`, `components/prep` and the `environments/env` it uses are at 1 in dev.
 */
export async function createPromotionTemplate(
  files: FileChanges = {},
  adoption: "adopted" | "not adopted" = "adopted",
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-promotion-"));
  const remote = join(folder, "registry.git");
  const clone = join(folder, "clone");
  const plain = ["--quiet", "--template="]; // sample hooks would be copied for every test
  await runGit(folder, "init", ...plain, "--bare", "--initial-branch=main", remote);
  await runGit(folder, "clone", ...plain, remote, clone);
  const settings = {
    "user.name": "Dee Ramos",
    "user.email": "dee@contoso.example",
    "remote.origin.url": "../registry.git", // so that a copy means its own remote
    "commit.gpgsign": "false",
  };
  for (const [key, value] of Object.entries(settings)) await runGit(clone, "config", key, value);
  const fixture = fixtureAt(folder);
  await fixture.git("checkout", "--quiet", "-B", "main");
  await fixture.commit("Start the registry", { ...startFiles, ...files });
  await fixture.git("push", "--quiet", "--set-upstream", "origin", "main");
  if (adoption === "not adopted") return folder;
  const app = await createApp(optionsOf(folder));
  await app.adopt({ withStages: true });
  await fixture.push("Train the model again", secondWeights);
  await app.apply();
  await app.close();
  await forget(folder);
  return folder;
}

/** The mirror of a copy is another one: its remote is at another place. */
async function forget(folder: string): Promise<void> {
  await rm(optionsOf(folder).data, { recursive: true, force: true });
}

/** Another template, some steps later. */
export async function extendTemplate(
  template: string,
  act: (app: App) => Promise<unknown>,
): Promise<string> {
  const { folder } = await copyTemplate(template, () => {});
  const app = await createApp(optionsOf(folder));
  await act(app);
  await app.close();
  await forget(folder);
  return folder;
}

export async function removeTemplate(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

type AtEnd = (clean: () => Promise<void>) => void;

/** A copy of the template for one test; it goes with the test. */
export async function copyTemplate(
  template: string,
  atEnd: AtEnd = onTestFinished,
): Promise<PromotionFixture> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-promotion-"));
  atEnd(() => removeTemplate(folder));
  await cp(template, folder, { recursive: true });
  return fixtureAt(folder, atEnd);
}

/** One copy, with one application, for all tests of a block: they look, or keep out of each other's way. */
export function shareCopy(template: () => string): () => SharedCopy {
  let shared: SharedCopy | undefined;
  const cleanings: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const fixture = await copyTemplate(template(), (clean) => cleanings.unshift(clean));
    shared = { fixture, app: await fixture.open() };
  });
  afterAll(async () => {
    for (const clean of cleanings) await clean();
  });
  return () => {
    if (shared === undefined) throw new Error("only tests may ask for the copy");
    return shared;
  };
}

export interface SharedCopy {
  readonly fixture: PromotionFixture;
  readonly app: App;
}

function optionsOf(folder: string): AppOptions & { readonly data: string } {
  return {
    cwd: join(folder, "clone"),
    data: join(folder, "data"),
    stores: join(folder, "stores"),
    env: process.env,
    log: silentLog,
  };
}

function fixtureAt(folder: string, atEnd: AtEnd = onTestFinished): PromotionFixture {
  const remote = join(folder, "registry.git");
  const clone = join(folder, "clone");
  // Not `runGit`: who commits is what the clone's own settings say.
  const git = (...args: readonly string[]): Promise<string> =>
    runGit(clone, "-c", "user.name=Dee Ramos", "-c", "user.email=dee@contoso.example", ...args);
  const write = async (message: string, files: FileChanges): Promise<string> => {
    for (const [path, text] of Object.entries(files)) await writeChange(join(clone, path), text);
    await git("add", "--all");
    await git("commit", "--quiet", "--allow-empty", "-m", message);
    return (await git("rev-parse", "HEAD")).trim();
  };
  return {
    folder,
    remote,
    clone,
    git,
    open: async (options = {}) => {
      const app = await createApp({ ...optionsOf(folder), ...options });
      atEnd(() => app.close());
      return app;
    },
    commit: write,
    branch: async (name, files) => {
      await git("fetch", "--quiet", "origin");
      await git("checkout", "--quiet", "--no-track", "-b", name, "origin/main");
      return write(`Change on ${name}`, files);
    },
    push: async (message, files) => {
      await git("fetch", "--quiet", "origin");
      await git("checkout", "--quiet", "-B", "main", "origin/main");
      const commit = await write(message, files);
      await git("push", "--quiet", "origin", "main");
      return commit;
    },
    show: (path, revision = "refs/heads/main") => runGit(remote, "show", `${revision}:${path}`),
    refs: async () =>
      lines(await runGit(remote, "for-each-ref", "--format=%(refname) %(objectname)")),
    ledger: async () =>
      lines(await runGit(remote, "log", "--reverse", "--format=%s", "refs/heads/cairn-ledger")),
    readStore: (path) => readFile(join(folder, "stores", path), "utf8"),
  };
}

async function writeChange(target: string, text: string | undefined): Promise<void> {
  if (text === undefined) return rm(target, { force: true });
  await mkdir(dirname(target), { recursive: true });
  return writeFile(target, text);
}

function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** What a stage runs, as `which` says: `models/taxi` and the like to a version. */
export async function running(app: App, stage: string): Promise<Readonly<Record<string, string>>> {
  const { items } = await app.which({ stage });
  return Object.fromEntries(items.map(({ kind, name, version }) => [`${kind} ${name}`, version]));
}

/** `accept models/taxi 2 in test`: what was done, in short; deliveries and indexes left out. */
export function deeds(actions: readonly PlannedAction[]): readonly string[] {
  return actions.flatMap((action) => {
    if ("workspace" in action) return [];
    if ("title" in action) return [`${action.kind} ${action.title}`];
    if ("incident" in action) return [`${action.kind} ${action.incident}`];
    if (action.kind === "resolve-incident") return [`${action.kind} ${action.how}`];
    if (action.kind === "accept-policy") return [action.kind];
    const { kind, asset, version = "none" } = action;
    const where = "stage" in action ? ` in ${action.stage}` : "";
    return [`${kind} ${asset} ${version}${where}`];
  });
}

/** What was brought to workspaces, as checks predict it. */
export function deliveriesOf(actions: readonly PlannedAction[]): readonly object[] {
  return actions.flatMap((action) => {
    if (action.kind !== "deliver") return [];
    const { workspace, asset, version, files, sizeBytes } = action;
    return [{ workspace, asset, version, files, sizeBytes }];
  });
}
