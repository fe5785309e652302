/**
 * The story of pull requests on a GitHub that nobody of us has written: emulate, by others. What it
 * cannot answer, and so what this says nothing about:
 *
 * - It has no Git transport: that is ObjectBridge, over its API. Blobs, trees and commits have the
 *   same ids on both sides; tag objects get ids by chance, and only what they name is compared.
 * - Of a pull request no timeline, no list of reviewers that are asked, no activity of branches, no
 *   GraphQL, and not which one brought a commit; a review is no news of it. emulate-gateway.ts
 *   answers that from what emulate knows, or leaves it missing: Cairn rightly decides nothing
 *   without it. Pushes do not move its head, so force-pushes cannot be told.
 * - A merge takes the head as it is: no conflicts, no moved base, no merge queue, no rules.
 * - No commit statuses, no ETags, no App named at a check run, annotations of the last update only.
 * - Any token is somebody's (though an App's key is checked), anybody may review their own.
 */

import { generateKeyPairSync } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Octokit } from "@octokit/rest";
import { expect, it, onTestFinished } from "vitest";

import { createApp } from "../../src/compose.ts";
import { Controller } from "../../src/controller/controller.ts";
import { systemTimer } from "../../src/controller/timer.ts";
import { startHttpServer } from "../../src/http/node.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import type { App } from "../../src/usecases/app.ts";
import { mergeWhenReadyLabel } from "../../src/usecases/report/merge-when-ready.ts";
import { makeTemporaryFolder } from "../support/git-repository.ts";
import { startGateway, type Gateway } from "./emulate-gateway.ts";
import { emulateNode, startEmulator } from "./emulate-server.ts";

/** Without emulate these are reported as skipped; in CI it must be there. */
const isSkipped = emulateNode === undefined && process.env["CI"] === undefined;
const octoReg = { owner: "octo", repo: "reg" };
const patience = { timeout: 20_000, interval: 100 };
const secret = "a secret of the host";

const files: Readonly<Record<string, string>> = {
  "registry.yaml": `format: 1
name: contoso
location: eastus
replication_locations: [{ location: eastus, replica: { driver: file, root: replica } }]
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
  "models/taxi/model.yaml": "name: taxi\ntype: custom_model\npath: ./weights.bin\n",
  "models/taxi/weights.bin": "weights\n",
};

const broken = "name: taxi\ntype: custom_model\npath: ./nowhere.bin\n";

interface World {
  readonly gateway: Gateway;
  readonly app: App;
  /** Plain Octokit on emulate itself. */
  readonly ann: Octokit;
  readonly bob: Octokit;
  readonly folder: string;
}

/** octo/reg of Ann and Bob on emulate, and Cairn as an App that is installed there. */
async function openWorld(): Promise<World> {
  if (emulateNode === undefined) throw new Error("emulate is not installed: see .ci/run");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = String(privateKey.export({ type: "pkcs8", format: "pem" }));
  const emulator = await startEmulator(emulateNode, seedWith(pem));
  const gateway = await startGateway({ emulator, at: octoReg, slug: "cairn" });
  const ann = new Octokit({ auth: "token-ann", baseUrl: emulator });
  const bob = new Octokit({ auth: "token-bob", baseUrl: emulator });
  await ann.rest.repos.createInOrg({ org: "octo", name: "reg", auto_init: true });
  const start = await commit(ann, "Start the registry", files);
  await ann.rest.git.updateRef({ ...octoReg, ref: "heads/main", sha: start });
  const folder = await makeTemporaryFolder();
  const app = await createApp({
    registry: `${gateway.url}/octo/reg.git`,
    forge: "github",
    cwd: folder,
    data: join(folder, "data"),
    stores: join(folder, "stores"),
    env: { ...process.env, CAIRN_GITHUB_APP_ID: "4711", CAIRN_GITHUB_APP_PRIVATE_KEY: pem },
    log: silentLog,
  });
  onTestFinished(() => app.close());
  await app.adopt({ withStages: true });
  await app.apply();
  return { gateway, app, ann, bob, folder };
}

function seedWith(key: string): unknown {
  const write = Object.fromEntries(
    ["contents", "pull_requests", "issues", "checks"].map((name) => [name, "write"]),
  );
  const permissions = { ...write, metadata: "read" };
  const installations = [{ installation_id: 12, account: "octo", permissions }];
  const cairn = { app_id: 4711, slug: "cairn", name: "Cairn", private_key: key, permissions };
  const people = ["ann", "bob"];
  return {
    tokens: Object.fromEntries(people.map((login) => [`token-${login}`, { login }])),
    github: {
      users: people.map((login) => ({ login, email: `${login}@contoso.example` })),
      orgs: [{ login: "octo", members: people.map((login) => ({ login, role: "admin" })) }],
      apps: [{ ...cairn, installations }],
    },
  };
}

/** On top of `main`, through the API alone; answers the commit. */
async function commit(
  api: Octokit,
  message: string,
  changed: Readonly<Record<string, string>>,
): Promise<string> {
  const { data: main } = await api.rest.repos.getCommit({ ...octoReg, ref: "main" });
  const blob = { mode: "100644", type: "blob" } as const;
  const { data: tree } = await api.rest.git.createTree({
    ...octoReg,
    base_tree: main.commit.tree.sha,
    tree: Object.entries(changed).map(([path, content]) => ({ ...blob, path, content })),
  });
  const { data: made } = await api.rest.git.createCommit({
    ...octoReg,
    message,
    tree: tree.sha,
    parents: [main.sha],
  });
  return made.sha;
}

/** The daemon: it looks when a delivery comes, and by itself only once an hour. */
async function serve({ app, ann }: World) {
  const repository = await ann.rest.repos.get(octoReg);
  const controller = new Controller({
    registries: [
      {
        name: "reg",
        url: "octo/reg",
        watchPaths: [],
        pollMs: 3_600_000,
        revision: "1",
        webhook: { repositoryId: async () => String(repository.data.id) },
        app,
      },
    ],
    webhookSecrets: [secret],
    work: { kind: "reconcile" },
    clock: systemClock,
    timer: systemTimer,
    random: Math.random,
    log: silentLog,
  });
  const http = await startHttpServer(controller.view, { host: "127.0.0.1", port: 0 });
  onTestFinished(async () => {
    await controller.stop();
    await http.close();
  });
  controller.start();
  const config = { url: `${http.url}/webhooks/github`, content_type: "json", secret };
  const hook = await ann.rest.repos.createWebhook({ ...octoReg, config, events: ["*"] });
  const at = { ...octoReg, hook_id: hook.data.id, per_page: 100 };
  return {
    deliveries: async () => (await ann.rest.repos.listWebhookDeliveries(at)).data,
    metrics: () => controller.view.metrics.render(),
  };
}

/** What Cairn shows at a pull request, as emulate tells it to anybody. */
async function shownAt(api: Octokit, number: number): Promise<unknown> {
  const { data: pull } = await api.rest.pulls.get({ ...octoReg, pull_number: number });
  const { data } = await api.rest.checks.listForRef({ ...octoReg, ref: pull.head.sha });
  const comments = await api.rest.issues.listComments({ ...octoReg, issue_number: number });
  return {
    runs: data.check_runs.map(({ name, conclusion, output }) => [name, conclusion, output.title]),
    comments: comments.data.map(({ user, body }) => [user?.login, body?.split("\n")[1]]),
  };
}

/** As `path:line level message`. */
async function annotationsAt(api: Octokit, ref: string): Promise<readonly string[]> {
  const { data } = await api.rest.checks.listForRef({ ...octoReg, ref });
  const [run] = data.check_runs;
  const at = { ...octoReg, check_run_id: run?.id ?? 0 };
  const listed: { readonly data: unknown } = await api.rest.checks.listAnnotations(at);
  type Annotations = Awaited<ReturnType<typeof api.rest.checks.listAnnotations>>["data"];
  // GitHub answers the list itself.
  const { check_annotations: found } = listed.data as { readonly check_annotations: Annotations };
  return found.map(
    ({ path, start_line: line, annotation_level: level, message }) =>
      `${path}:${line} ${level} ${message}`,
  );
}

it.skipIf(isSkipped)("publishes what a pull request brings (needs emulate)", async () => {
  const world = await openWorld();
  const { app, ann, folder, gateway } = world;
  const sha = await commit(ann, "Break a model", { "models/taxi/model.yaml": broken });
  await ann.rest.git.createRef({ ...octoReg, ref: "refs/heads/broken", sha });
  await ann.rest.pulls.create({ ...octoReg, title: "Break", head: "broken", base: "main" });
  await mkdir(join(folder, "job"));
  await writeFile(join(folder, "job/weights.bin"), "trained weights\n");
  const model = { kind: "model", name: "bus", type: "custom_model" } as const;
  const { pullRequest } = await app.register({ ...model, path: join(folder, "job") });
  const { number, author, labels } = pullRequest;
  expect({ number, author, labels }).toEqual({
    number: 2,
    author: "cairn[bot]",
    labels: ["cairn:registration"],
  });

  expect((await app.apply()).findings).toEqual([]);
  const shown = await shownAt(ann, number);
  expect(shown).toEqual({
    runs: [["cairn", "success", "bus gets version 1"]],
    comments: [["cairn[bot]", "✅ **Check passed** bus gets version 1"]],
  });
  expect(await annotationsAt(ann, sha)).toEqual([
    'models/taxi/model.yaml:3 failure There is no file or folder "./nowhere.bin" (looked for models/taxi/nowhere.bin).',
  ]);
  await app.apply();
  expect(await shownAt(ann, number)).toEqual(shown);

  const { commit: landed } = await app.mergePullRequest({ number, method: "merge" });
  const { done, findings } = await app.apply();
  expect(findings).toEqual([]);
  const version = { asset: "models/bus", version: "1", tag: "models/bus@v1" };
  expect(done).toEqual([expect.objectContaining({ kind: "publish", commit: landed, ...version })]);
  const event = gateway.bare.git("log", "--format=%B", "-1", "cairn-ledger");
  expect(event).toContain(`\n  pull_request: ${number}\n  requester: cairn[bot]\n`);
  const { data: main } = await ann.rest.repos.getCommit({ ...octoReg, ref: "main" });
  const { data: tagged } = await ann.rest.repos.getCommit({ ...octoReg, ref: version.tag });
  expect([main.sha, tagged.sha]).toEqual([landed, landed]);
});

it.skipIf(isSkipped)(
  "merges what was approved when a delivery says so (needs emulate)",
  async () => {
    const world = await openWorld();
    const { app, bob } = world;
    const { deliveries, metrics } = await serve(world);
    const labels = [mergeWhenReadyLabel];
    const { pullRequest } = await app.promote({ asset: "models/taxi", to: "prod", labels });
    const { number, head } = pullRequest;
    await expect
      .poll(() => shownAt(bob, number), patience)
      .toEqual({
        runs: [["cairn", "failure", "prod: taxi 1 (1 of 1 gates fails)"]],
        comments: [["cairn[bot]", expect.stringContaining("**Check failed** prod: taxi 1")]],
      });

    const review = { ...octoReg, pull_number: number, commit_id: head, event: "APPROVE" } as const;
    await bob.rest.pulls.createReview(review);
    const prod = async () => (await app.which({ stage: "prod" })).items;
    await expect.poll(prod, patience).toMatchObject([{ name: "taxi", version: "1" }]);
    expect(await shownAt(bob, number)).toEqual({
      runs: [["cairn", "success", "prod: taxi 1"]],
      comments: [["cairn[bot]", "✅ **Check passed** prod: taxi 1"]],
    });
    const { data: merged } = await bob.rest.pulls.get({ ...octoReg, pull_number: number });
    expect([merged.merged, merged.merged_by?.login]).toEqual([true, "cairn[bot]"]);

    const closed = { event: "pull_request", action: "closed" };
    await expect.poll(deliveries, patience).toContainEqual(expect.objectContaining(closed));
    const told = await deliveries();
    expect(new Set(told.map(({ status_code: status }) => status))).toEqual(new Set([202]));
    expect(told.map(({ event }) => event)).toContain("pull_request_review");
    // The first only makes the daemon ask which repository is its own; `1` is its whole id.
    expect(outcomesIn(await metrics())).toEqual(["accepted", "ignored"]);
  },
);

/** What became of deliveries, of all that is measured. */
function outcomesIn(metrics: string): readonly string[] {
  const lines = metrics.matchAll(/^cairn_webhook_deliveries_total\{outcome="(\w+)"\} \d+$/gm);
  return [...lines].map(([, outcome = ""]) => outcome).sort();
}
