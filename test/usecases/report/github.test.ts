import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it, onTestFinished } from "vitest";

import { createApp } from "../../../src/compose.ts";
import { silentLog } from "../../../src/shared/log.ts";
import { mergeWhenReadyLabel } from "../../../src/usecases/report/merge-when-ready.ts";
import type { App } from "../../../src/usecases/app.ts";
import { octoReg, openGitHub, runGit } from "../../github-double/open.ts";
import { GitRepository } from "../../support/git-repository.ts";
import type { GitHubDouble } from "../../support/github/github.ts";

const model = (name: string): string => `name: ${name}\ntype: custom_model\npath: ./weights.bin\n`;

const files = {
  "registry.yaml": `format: 1
name: contoso
location: eastus
stages: [dev, prod]
follow: { dev: latest }
versioning: { default: integer }
`,
  "policies/access.yaml": `people:
  ann: { name: Ann, github: ann, email: [ann@contoso.example] }
  bob: { name: Bob, github: bob, email: [bob@contoso.example] }
roles: { leads: [ann, bob], policy-owners: [ann] }
bindings: [{ role: leads, can: [assets/read, assets/write, assets/approve], on: ["**"] }]
`,
  "policies/promotion.yaml": `rules:
  - { stage: prod, assets: ["**"], gates: { approvals: { count: 1, from: [leads] } } }
`,
  "workspaces/prod.yaml":
    'stage: prod\nregion: eastus\nassets: ["**"]\nstore: { driver: file, root: prod }\n',
  "models/taxi/model.yaml": model("taxi"),
  "models/taxi/weights.bin": "weights\n",
};

interface Served {
  readonly github: GitHubDouble;
  readonly work: GitRepository;
  /** On a new branch of `main`, by Ann. */
  readonly propose: (branch: string, changes: Readonly<Record<string, string>>) => Promise<number>;
  readonly app: App;
  /** Requests that may have changed something, since asked last. */
  readonly writes: () => readonly string[];
}

/** A registry on a GitHub of its own, adopted by Cairn. */
async function serve(): Promise<Served> {
  const github = await openGitHub();
  for (const login of ["ann", "bob"]) github.addUser({ login });
  const { token } = github.addUser({ login: "contoso-cairn" });
  const permissions = { ann: "write", bob: "write", "contoso-cairn": "admin" } as const;
  await github.addRepository({ owner: "octo", name: "reg", permissions });
  const work = await GitRepository.create();
  await work.commit("Start", files);
  const push = (branch: string) => runGit(work, "push", github.gitUrl("ann", "octo/reg"), branch);
  await push("main");
  const propose = async (branch: string, changes: Readonly<Record<string, string>>) => {
    work.checkout(branch, "main");
    await work.commit(`Change ${branch}`, changes);
    await push(branch);
    const draft = { ...octoReg, head: branch, base: "main", title: `Change ${branch}` };
    return (await github.client("ann").rest.pulls.create(draft)).data.number;
  };
  const folder = await realpath(await mkdtemp(join(tmpdir(), "cairn-report-")));
  const app = await createApp({
    registry: github.repositoryUrl("octo/reg"),
    forge: "github",
    cwd: folder,
    data: join(folder, "data"),
    stores: join(folder, "stores"),
    env: { ...process.env, GITHUB_TOKEN: token },
    log: silentLog,
  });
  onTestFinished(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });
  let told = 0;
  const writes = (): readonly string[] => {
    const all = github.requests
      .filter(
        ({ kind, method, login }) =>
          kind === "api" && method !== "GET" && login === "contoso-cairn",
      )
      .map(({ method, path }) => `${method} ${path.replace(/^.*?\/repos\/octo\/reg/, "")}`);
    const fresh = all.slice(told);
    told = all.length;
    return fresh;
  };
  await app.adopt({ withStages: true });
  await app.apply();
  return { github, work, propose, app, writes };
}

it("says once what a promotion would do, and merges it when it is ready", async () => {
  const { github, work, propose, app, writes } = await serve();
  const number = await propose("to-prod", { "stages/prod/models/taxi.yaml": 'version: "1"\n' });
  const head = work.id("to-prod");
  const ann = github.client("ann");
  const at = { ...octoReg, issue_number: number };
  await ann.rest.issues.addLabels({ ...at, labels: [mergeWhenReadyLabel] });
  const comments = async (): Promise<readonly (string | undefined)[]> =>
    (await ann.rest.issues.listComments(at)).data.map(({ body }) => body);
  const status = async () => {
    const { data } = await ann.rest.repos.getCombinedStatusForRef({ ...octoReg, ref: head });
    return data.statuses.map(({ state, description }) => `${state}: ${description}`);
  };

  expect((await app.apply()).findings).toEqual([]);
  expect(await comments()).toEqual([expect.stringContaining("Not merged yet: its check fails.")]);
  // A token of a person may show no check run, only a status.
  expect(await status()).toEqual(["failure: prod: taxi 1, 69 B to prod (1 of 1 gates fails)"]);
  expect(writes()).not.toEqual([]);
  await app.apply();
  await app.apply();
  expect(writes()).toEqual([]);

  const review = { ...octoReg, pull_number: number, commit_id: head } as const;
  await github.client("bob").rest.pulls.createReview({ ...review, event: "APPROVE" });
  const { done, findings } = await app.apply();
  expect(findings).toEqual([]);
  expect(done.map(({ kind }) => kind)).toEqual([
    "merge-pull-request",
    "accept",
    "deliver",
    "write-index",
  ]);
  expect(await comments()).toEqual([expect.stringContaining("**Check passed** prod: taxi 1")]);
  expect(await status()).toEqual(["success: prod: taxi 1, 69 B to prod"]);
  expect(writes()).toHaveLength(3);
  await app.apply();
  expect(writes()).toEqual([]);
});

it("checks what the merge queue would land", async () => {
  const { github, propose, app } = await serve();
  const first = await propose("one", { "models/taxi/weights.bin": "better\n" });
  const second = await propose("two", { "models/bus/model.yaml": model("bus") });
  const heads: string[] = [];
  for (const number of [first, second]) heads.push((await github.enqueue("octo/reg", number)).head);
  await app.apply();
  const ann = github.client("ann");
  const told: string[] = [];
  for (const ref of heads) {
    const { data } = await ann.rest.repos.getCombinedStatusForRef({ ...octoReg, ref });
    told.push(...data.statuses.map(({ state, description }) => `${state}: ${description}`));
  }
  expect(told).toEqual([
    "success: taxi gets version 2",
    'failure: 1 error, in models/bus/model.yaml: There is no file or folder "./weights.bin" (looked for models/bus/weights.bin).',
  ]);
});
