import { spawnSync } from "node:child_process";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { formatAct } from "../../src/forge/drivers/local/act.ts";
import type { App } from "../../src/usecases/app.ts";
import {
  copyTemplate,
  createPromotionTemplate,
  deeds,
  deliveriesOf,
  extendTemplate,
  removeTemplate,
  running,
  type FileChanges,
  type PromotionFixture,
} from "../support/promotion-fixture.ts";

let template: string;
/** The same after the second version of taxi was taken by test, with pull request #1. */
let later: string;
/** Adopted with a registry.yaml that asks for pull requests. */
let asking: string;
beforeAll(async () => {
  template = await createPromotionTemplate();
  later = await extendTemplate(template, async (app) => {
    await app.promote({ asset: taxi, to: "test", merge: true });
    await app.apply();
  });
  const fresh = await createPromotionTemplate({ "registry.yaml": askingSettings }, "not adopted");
  asking = await extendTemplate(fresh, (app) => app.adopt({ withStages: true }));
  await removeTemplate(fresh);
});
afterAll(async () => {
  await removeTemplate(template);
  await removeTemplate(later);
  await removeTemplate(asking);
});

const taxi = "models/taxi";
const weights = "models/taxi/weights.bin";
const askingSettings = `format: 1
name: contoso
location: eastus
replication_locations: [{ location: eastus, replica: { driver: file, root: replica } }]
stages: [dev, test, prod]
follow: { dev: latest }
versioning: { default: integer }
require_pull_request: ["models/**"]
`;
const testFile = "stages/test/models/taxi.yaml";

interface Copy {
  readonly fixture: PromotionFixture;
  readonly app: App;
}

async function openCopy(from = template): Promise<Copy> {
  const fixture = await copyTemplate(from);
  return { fixture, app: await fixture.open() };
}

/** Straight into the bare repository, as who can write there: what git prints. */
function inRemote({ remote }: PromotionFixture, input: string | Buffer, ...args: string[]): string {
  const who = ["-c", "user.name=Mallory", "-c", "user.email=mallory@elsewhere.example"];
  const { status, stdout, stderr } = spawnSync("git", [...who, ...args], { cwd: remote, input });
  if (status !== 0) throw new Error(stderr.toString("utf8"));
  return stdout.toString("utf8").trim();
}

it("a withdrawal of what was adopted lasts, of its successor as well", async () => {
  const { fixture, app } = await openCopy(later);
  await app.withdraw({ asset: taxi, stage: "test", as: "ann", merge: true });
  expect(deeds((await app.apply()).done)).toEqual(["withdraw models/taxi 2 in test"]);
  await fixture.push("Put the old stage file back", { [testFile]: 'version: "1"\n' });
  await app.apply();
  expect(deeds((await app.apply()).done)).toEqual([]);
  expect(await running(app, "test")).toEqual({});
});

it("a policy that nobody accepted hides no file: what it excludes goes on", async () => {
  const { fixture, app } = await openCopy();
  const excluding = `${await fixture.show("registry.yaml")}exclude: ["models/taxi/**"]\n`;
  await fixture.push("Hide the model", { "registry.yaml": excluding });
  const first = await app.apply();
  expect(deeds(first.done)).toEqual([expect.stringContaining("policy-unaccepted")]);
  expect(deliveriesOf(first.done)).toEqual([]);
  await fixture.push("Train again", { [weights]: "third\n" });
  expect(deeds((await app.apply()).done)).toEqual(["publish models/taxi 3"]);
  expect(await fixture.readStore("dev/assets/models/taxi/3/weights.bin")).toBe("third\n");
});

describe("where pull requests are asked for, content is not pushed", () => {
  const twin = "models/another/model.yaml";
  const twins = {
    [twin]: "name: taxi\ntype: custom_model\npath: ./weights.bin\n",
    "models/another/weights.bin": "another\n",
  };
  const none = { [twin]: undefined, "models/another/weights.bin": undefined };

  it.each<{ name: string; hurt: FileChanges; mend: FileChanges }>([
    {
      name: "a registry.yaml that is broken for a while",
      hurt: { "registry.yaml": "format: [1\n" },
      mend: { "registry.yaml": askingSettings },
    },
    { name: "a manifest of the same name for a while", hurt: twins, mend: none },
  ])("behind $name", async ({ hurt, mend }) => {
    const { fixture, app } = await openCopy(asking);
    await fixture.push("Break something", { ...hurt, [weights]: "evil\n" });
    await app.apply();
    await fixture.push("Mend it", mend);
    await app.apply();
    expect(await running(app, "dev")).toMatchObject({ "model taxi": "1" });
    const { items } = await app.incidents();
    const open = items.filter(({ resolved }) => resolved === undefined);
    expect(open.map(({ id }) => id)).toEqual([
      expect.stringContaining("unreviewed-content/models/taxi/"),
    ]);
  });
});

describe("refs that others push", () => {
  it("leave a version without room: its number is passed over", async () => {
    const { fixture, app } = await openCopy();
    inRemote(fixture, "", "tag", "models/taxi@v3/foo", "main");
    inRemote(fixture, "", "tag", "models/taxi#test#3/x", "main");
    await fixture.push("Train again", { [weights]: "third\n" });
    expect(deeds((await app.apply()).done)).toContain("publish models/taxi 4");
    await app.promote({ asset: taxi, to: "test", merge: true });
    const report = await app.apply();
    expect(deeds(report.done)).toEqual(["accept models/taxi 4 in test"]);
    expect(report.findings).toEqual([]);
  });

  it("leave no room for any: the finding names the tag that stands in the way", async () => {
    const { fixture, app } = await openCopy();
    await app.apply();
    await fixture.push("Train again", { [weights]: "third\n" });
    const tags = (await fixture.refs()).filter((ref) => ref.startsWith("refs/tags/models/"));
    for (const ref of tags) inRemote(fixture, "", "update-ref", "-d", ref.split(" ")[0] ?? "");
    inRemote(fixture, "", "tag", "models", "main");
    const other = await fixture.open({ data: `${fixture.folder}/other` });
    for (const one of [app, other]) {
      const { findings } = await one.apply();
      const refused = findings.filter(({ rule }) => rule === "remote-refused");
      expect(refused.map(({ message }) => message)).toEqual([
        expect.stringContaining('the tag "models" stands in the way of models/taxi@v3'),
      ]);
    }
    inRemote(fixture, "", "tag", "-d", "models");
    expect(deeds((await app.apply()).done)).toContain("publish models/taxi 3");
  });

  it("hold what no Git makes, below refs/cairn/pull/: everything else goes on", async () => {
    const { fixture, app } = await openCopy();
    await fixture.branch("better", { [weights]: "third\n" });
    const { pullRequest } = await app.openPullRequest({});
    const blob = inRemote(fixture, "x", "hash-object", "-w", "--stdin");
    const entry = Buffer.concat([Buffer.from("100644 x\0"), Buffer.from(blob, "hex")]);
    const raw = ["hash-object", "-w", "--literally", "-t", "tree", "--stdin"];
    const tree = inRemote(fixture, Buffer.concat([entry, entry]), ...raw);
    const bad = inRemote(fixture, "", "commit-tree", "-m", "bad", tree);
    for (const part of ["head", "meta"]) {
      inRemote(fixture, "", "update-ref", `refs/cairn/pull/7/${part}`, bad);
    }
    const { number } = pullRequest;
    expect((await app.mergePullRequest({ number, method: "merge" })).commit).toBeDefined();
    expect(deeds((await app.apply()).done)).toEqual(["publish models/taxi 3"]);
    expect((await app.apply()).done).toEqual([]);
  });
});

it("a pull request lands once: its approvals are not used for another commit", async () => {
  const { fixture, app } = await openCopy(later);
  await app.rollback({ asset: taxi, stage: "test", as: "ann", merge: true });
  await app.apply();
  const meta = "refs/cairn/pull/1/meta";
  const { head } = await app.pullRequest({ number: 1 });
  // The story of #1 without its end, and another end.
  const told = inRemote(fixture, "", "rev-parse", `${meta}^`);
  const base = inRemote(fixture, "", "rev-parse", "main");
  const tree = inRemote(fixture, "", "rev-parse", `${head}^{tree}`);
  const commit = inRemote(fixture, "again", "commit-tree", "-p", base, "-p", head, tree);
  const at = `${new Date().toISOString().slice(0, 19)}Z`;
  const by = { name: "Bo Lindqvist", email: "bo@contoso.example" };
  const act = formatAct({ act: "merged", number: 1, method: "merge", by, at, head, commit });
  const empty = inRemote(fixture, "", "mktree");
  const parents = [told, head, commit].flatMap((parent) => ["-p", parent]);
  inRemote(
    fixture,
    "",
    "update-ref",
    meta,
    inRemote(fixture, act, "commit-tree", ...parents, empty),
  );
  inRemote(fixture, "", "update-ref", "refs/heads/main", commit);

  expect((await app.pullRequest({ number: 1 })).merged?.commit).toBe(commit);
  const report = await app.apply();
  expect(deeds(report.done)).toEqual(["block models/taxi 2 in test"]);
  expect(await running(app, "test")).toEqual({ "model taxi": "1" });
  const [{ reason } = { reason: "" }] = report.pending;
  expect(reason).toContain("No pull request brought this change");
});

describe("a stage file that was removed without a pull request", () => {
  it("is shown until it is back, and says so to who would withdraw", async () => {
    const { fixture, app } = await openCopy();
    const text = await fixture.show(testFile);
    await fixture.push("Remove it", { [testFile]: undefined });
    const pending = { asset: taxi, stage: "test", runs: "1", wanted: undefined };
    expect((await app.plan()).pending).toMatchObject([pending]);
    await app.apply();
    for (const { pending: shown } of [await app.status(), await app.plan()]) {
      expect(shown).toMatchObject([
        { ...pending, reason: expect.stringContaining("put the file") },
      ]);
    }
    expect(await running(app, "test")).toEqual({ "model taxi": "1" });
    await expect(app.withdraw({ asset: taxi, stage: "test" })).rejects.toMatchObject({
      code: "NOTHING_TO_PROPOSE",
      hint: expect.stringContaining("put it back with git, then withdraw"),
    });
    await fixture.push("Put it back", { [testFile]: text });
    await app.apply();
    expect((await app.status()).pending).toEqual([]);
    await app.withdraw({ asset: taxi, stage: "test", as: "ann", merge: true });
    expect(deeds((await app.apply()).done)).toEqual(["withdraw models/taxi 1 in test"]);
  });
});

describe("a pull request with nothing in it", () => {
  it("fails its check when the branch has the same files already", async () => {
    const { fixture, app } = await openCopy();
    await fixture.branch("empty", {});
    const { check, pullRequest } = await app.openPullRequest({});
    expect(check.outcome).toBe("failed");
    expect(check.refusals).toEqual([expect.stringContaining("The branch has all of this already")]);
    const { number } = pullRequest;
    expect((await app.mergePullRequest({ number, method: "merge" })).commit).toBeUndefined();
  });

  it("is not opened with a commit that the branch has", async () => {
    const { fixture, app } = await openCopy();
    const refs = await fixture.refs();
    for (const revision of ["HEAD", "HEAD~1"]) {
      await expect(app.openPullRequest({ branch: "mine", revision })).rejects.toMatchObject({
        code: "NOTHING_TO_PROPOSE",
      });
    }
    expect(await fixture.refs()).toEqual(refs);
  });
});

it("the history of an asset has what waited and what was blocked, of several together too", async () => {
  const { app } = await openCopy();
  const { pullRequest } = await app.promote({ asset: "components/prep@1", to: "prod" });
  await app.mergePullRequest({ number: pullRequest.number, method: "merge", force: true });
  await app.apply();
  for (const asset of ["components/prep", "environments/env"] as const) {
    const { items } = await app.history({ asset, limit: 1 });
    expect(items).toMatchObject([{ type: "blocked", asset, version: "1", stage: "prod" }]);
  }
  const [all] = (await app.history({ limit: 1 })).items;
  expect(all).toMatchObject({ type: "blocked", asset: undefined, stage: undefined });
  const { items } = await app.history({ asset: taxi, limit: 9 });
  expect(items.map(({ type }) => type)).not.toContain("blocked");
});
