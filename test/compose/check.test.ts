import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { CheckReport } from "../../src/usecases/app.ts";
import {
  copyTemplate,
  createPromotionTemplate,
  deliveriesOf,
  policyPath,
  basicPolicy,
  removeTemplate,
  shareCopy,
  type FileChanges,
} from "../support/promotion-fixture.ts";

let template: string;
beforeAll(async () => {
  // What is wrong from the start is nobody's fault today.
  const flawed = { "models/slow/model.meta.yaml": "license: NoSuchLicence\n" };
  template = await createPromotionTemplate(flawed);
});
afterAll(() => removeTemplate(template));

const prep = "components/prep/src/prep.py";
const taxi = "models/taxi/weights.bin";
const prodTaxi = "stages/prod/models/taxi.yaml";

const shared = shareCopy(() => template);
let branches = 0;

/** Of a new branch with these files, on a copy that nobody changes. */
async function checkOf(files: FileChanges): Promise<CheckReport> {
  const { fixture, app } = shared();
  branches += 1;
  await fixture.branch(`branch-${branches}`, files);
  return app.check({});
}

describe("what is checked", () => {
  it("is a commit of the clone by any name it has, or a pull request", async () => {
    const fixture = await copyTemplate(template);
    const first = await fixture.branch("team/first", { [taxi]: "third\n" });
    await fixture.git("tag", "-a", "-m", "tried", "tried");
    const second = await fixture.branch("second", { [prep]: "print('second')\n" });
    await fixture.git("push", "--quiet", "origin", "team/first");
    const app = await fixture.open();
    const expected = {
      HEAD: second,
      "team/first": first,
      "origin/team/first": first,
      "refs/heads/team/first": first,
      tried: first,
      "tried~0": first,
      [first]: first,
      second,
    };
    const checked: Record<string, string> = {};
    for (const revision of Object.keys(expected)) {
      const { head, pullRequest } = await app.check({ revision });
      expect(pullRequest).toBeUndefined();
      checked[revision] = head;
    }
    expect(checked).toEqual(expected);
    expect((await app.check({})).head).toBe(second);

    const { pullRequest } = await app.openPullRequest({ revision: first, branch: "team/first" });
    const byNumber = await app.check({ pullRequest: pullRequest.number });
    expect(byNumber).toMatchObject({ head: first, pullRequest: 1, outcome: "passed" });
    // Its commit is known to be proposed, whoever asks.
    expect(await app.check({ revision: "tried" })).toEqual(byNumber);
  });

  it.each([
    "no-such-branch",
    "refs/heads/no-such-branch",
    "f".repeat(40),
    "HEAD:registry.yaml",
    "--upload-pack=true",
    "",
  ])('is never "%s", which names no commit', async (revision) => {
    await expect(shared().app.check({ revision })).rejects.toMatchObject({
      code: "REVISION_UNKNOWN",
    });
  });

  it("is nothing where there is no clone, and no such pull request", async () => {
    const { fixture } = shared();
    const outside = await fixture.open({ registry: fixture.remote, cwd: fixture.folder });
    await expect(outside.check({})).rejects.toMatchObject({ code: "WORK_TREE_MISSING" });
    await expect(outside.check({ pullRequest: 7 })).rejects.toMatchObject({
      code: "FORGE_PULL_REQUEST_MISSING",
    });
  });
});

describe("versions and deliveries", () => {
  it("are those that apply then makes", async () => {
    const fixture = await copyTemplate(template);
    const app = await fixture.open();
    await fixture.branch("change", {
      [taxi]: "third\n",
      [prep]: "print('second')\n",
      "models/new/model.yaml": "name: new\ntype: custom_model\npath: ./weights.bin\n",
      "models/new/weights.bin": "new\n",
    });
    const check = await app.check({});
    expect(check).toMatchObject({ outcome: "passed", findings: [], moves: [], conflicts: [] });
    expect(check.versions).toMatchObject([
      { asset: "components/prep", version: "2", files: 1, sizeBytes: 16 },
      { asset: "models/new", version: "1", files: 1, sizeBytes: 4 },
      { asset: "models/taxi", version: "3", files: 1, sizeBytes: 6 },
    ]);
    expect(check.summary).toBe(
      "components/prep gets version 2; models/new gets version 1; models/taxi gets version 3",
    );
    await fixture.git("push", "--quiet", "origin", "HEAD:refs/heads/main");
    const report = await app.apply();
    const published = report.done.flatMap((action) =>
      action.kind === "publish"
        ? [{ asset: action.asset, version: action.version, digest: action.digest }]
        : [],
    );
    expect(
      check.versions.map(({ asset, version, digest }) => ({ asset, version, digest })),
    ).toEqual(published);
    expect(check.deliveries).toHaveLength(3);
    expect(check.deliveries).toMatchObject(deliveriesOf(report.done));
    expect(check.deliveries[0]).toMatchObject({ workspace: "dev", stage: "dev", region: "eastus" });
  });

  it("know of content that was there before", async () => {
    const check = await checkOf({ [taxi]: "weights of taxi, first\n" });
    expect(check.versions).toMatchObject([{ asset: "models/taxi", version: "3", sameAs: "1" }]);
  });

  it("are none where nothing of an asset changes", async () => {
    const check = await checkOf({ "README.md": "# Ours\n" });
    expect(check).toMatchObject({
      outcome: "passed",
      summary: "Nothing of the registry changes",
      versions: [],
      deliveries: [],
      impact: [],
      policy: undefined,
      refusals: [],
    });
  });
});

describe("findings", () => {
  it("are of what changed; what was wrong before is counted", async () => {
    const check = await checkOf({ [taxi]: "third\n" });
    expect(check).toMatchObject({ outcome: "passed", findings: [], otherFindings: 1 });
  });

  it.each<{
    readonly name: string;
    readonly files: FileChanges;
    readonly outcome: CheckReport["outcome"];
    readonly found: readonly string[];
    readonly others?: number;
  }>([
    {
      name: "an error where it was made",
      files: { "models/taxi/model.yaml": "name: taxi\ntype: custom_model\npath: ./gone.bin\n" },
      outcome: "failed",
      found: ["error models/taxi/model.yaml"],
    },
    {
      name: "a warning fails nothing",
      files: { "models/taxi/model.meta.yaml": "license: MyOwn\n" },
      outcome: "passed",
      found: ["warning models/taxi/model.meta.yaml"],
    },
    {
      name: "what refers to something that goes",
      files: { "environments/env/environment.yaml": undefined },
      outcome: "passed",
      found: ["warning components/prep/component.yaml"],
    },
    {
      name: "what refers to something that is deprecated now",
      files: {
        "environments/env/environment.meta.yaml":
          'versions: { "1": { deprecated: { reason: old base } } }\n',
      },
      outcome: "passed",
      found: ["warning components/prep/component.yaml"],
    },
    {
      name: "what was wrong before, once it is touched",
      files: { "models/slow/model.meta.yaml": "license: NoSuchLicence\nowner: dee\n" },
      outcome: "passed",
      found: ["warning models/slow/model.meta.yaml"],
      others: 0,
    },
    {
      name: "a stage file that names what nobody published",
      files: { [prodTaxi]: 'version: "9"\n' },
      outcome: "failed",
      found: [`error ${prodTaxi}`],
    },
  ])("are of $name", async ({ files, outcome, found, others = 1 }) => {
    const check = await checkOf(files);
    expect(check.findings.map(({ severity, path }) => `${severity} ${path}`)).toEqual(found);
    expect(check).toMatchObject({ outcome, otherFindings: others });
    expect(check.findings.every(({ line }) => line !== undefined)).toBe(true);
  });
});

describe("moves", () => {
  it("say gate by gate what is missing, how much would travel and whom it touches", async () => {
    const check = await checkOf({ [prodTaxi]: 'version: "2"\n' });
    expect(check.outcome).toBe("failed");
    expect(check.moves).toMatchObject([
      {
        asset: "models/taxi",
        stage: "prod",
        move: "promotion",
        version: "2",
        runs: "1",
        outcome: "failed",
      },
    ]);
    expect(check.moves[0]?.gates.map(({ gate, outcome }) => `${gate} ${outcome}`)).toEqual([
      "order failed",
      "approvals failed",
      "dependencies passed",
    ]);
    expect(check.summary).toBe("prod: models/taxi 1 → 2 (2 of 3 gates fail)");
    expect(check.deliveries).toMatchObject([
      { workspace: "prod", asset: "models/taxi", version: "2", files: 2 },
    ]);
    expect(check.impact).toEqual([
      { asset: "models/taxi", usedBy: [], runsIn: ["dev 2", "test 1", "prod 1"] },
    ]);
  });

  it("are pending when only time is missing", async () => {
    const fixture = await copyTemplate(template);
    const app = await fixture.open();
    await app.promote({ asset: "models/slow", to: "test", merge: true });
    const { pullRequest } = await app.promote({ asset: "models/slow", to: "prod" });
    await app.reviewPullRequest({ number: 2, verdict: "approved", as: "bo" });
    const check = await app.check({ pullRequest: pullRequest.number });
    expect(check.outcome).toBe("pending");
    const [move] = check.moves;
    expect(move).toMatchObject({ version: "1", runs: undefined, outcome: "waiting" });
    expect(Date.parse(move?.until ?? "") - Date.now()).toBeGreaterThan(23 * 3_600_000);
    expect(check.summary).toBe("prod: models/slow 1 (1 of 4 gates waits)");
  });

  it("show who uses what would change", async () => {
    const check = await checkOf({
      "environments/env/environment.yaml":
        "name: env\nimage: mcr.microsoft.com/azureml/base:20260101.v1\n",
      [prep]: "print('second')\n",
    });
    expect(check.impact).toEqual([
      { asset: "components/prep", usedBy: ["jobs/train.yml"], runsIn: ["dev 1"] },
      { asset: "environments/env", usedBy: ["components/prep"], runsIn: ["dev 1"] },
    ]);
  });
});

describe("the change as a whole", () => {
  it("conflicts with what the branch became, and nothing else is said", async () => {
    const fixture = await copyTemplate(template);
    await fixture.branch("change", { [taxi]: "mine\n", "registry.yaml": "format: 1\n" });
    await fixture.push("Faster", { [taxi]: "theirs\n" });
    const check = await (await fixture.open()).check({ revision: "change" });
    expect(check).toMatchObject({
      outcome: "failed",
      conflicts: [taxi],
      versions: [],
      summary: `It conflicts with the branch in ${taxi}`,
    });
  });

  it("judges the merge with the branch as it is, not the branch it was made from", async () => {
    const fixture = await copyTemplate(template);
    await fixture.branch("change", { [prep]: "print('second')\n" });
    const base = await fixture.push("Train again", { [taxi]: "theirs\n" });
    const check = await (await fixture.open()).check({ revision: "change" });
    expect(check.base).toBe(base);
    expect(check.versions.map(({ asset }) => asset)).toEqual(["components/prep"]);
  });

  it("changes the policy only with the word of those who own it", async () => {
    const fixture = await copyTemplate(template);
    const lax = basicPolicy.replace("hours: 24", "hours: 1");
    await fixture.branch("lax", { [policyPath]: lax });
    const app = await fixture.open();
    const { check } = await app.openPullRequest({});
    expect(check).toMatchObject({
      outcome: "failed",
      policy: { outcome: "failed", paths: [policyPath] },
      summary: "the policy changes, without those who own it",
    });
    await app.reviewPullRequest({ number: 1, verdict: "approved", as: "bo" });
    expect((await app.check({ pullRequest: 1 })).policy?.reasons.join()).toMatch(/does not own/);
    await app.reviewPullRequest({ number: 1, verdict: "approved", as: "cy" });
    expect(await app.check({ pullRequest: 1 })).toMatchObject({
      outcome: "passed",
      policy: { outcome: "passed", paths: [policyPath], reasons: [] },
      summary: "the policy changes",
    });
  });

  it("is refused while it holds what came without the pull request that is asked for", async () => {
    const fixture = await copyTemplate(template);
    const app = await fixture.open();
    const text = await fixture.show("registry.yaml");
    await fixture.push("Ask for pull requests", {
      "registry.yaml": `${text}require_pull_request: ["models/**"]\n`,
    });
    await app.policyAccept({ by: "operator", reason: "agreed" });
    await fixture.push("Train in secret", { [taxi]: "third\n" });
    await app.apply();
    await fixture.branch("other", { [prep]: "print('second')\n" });
    const check = await app.check({});
    expect(check.outcome).toBe("failed");
    expect(check.refusals).toHaveLength(1);
    expect(check.refusals[0]).toMatch(/^models\/taxi .*never reviewed/);
    expect(check.versions.map(({ asset }) => asset)).toEqual(["components/prep"]);
  });

  it("is looked at without a trace on the remote", async () => {
    const { fixture, app } = shared();
    await fixture.branch("traceless", { [taxi]: "third\n", [prodTaxi]: 'version: "2"\n' });
    const before = await fixture.refs();
    await app.check({});
    await app.check({ revision: "traceless" });
    await app.explain({ asset: "models/taxi", to: "test" });
    await app.policyExplain();
    await app.plan();
    expect(await fixture.refs()).toEqual(before);
    await expect(fixture.readStore("dev/assets/models/taxi/3/weights.bin")).rejects.toThrow(
      /ENOENT/,
    );
  });
});
