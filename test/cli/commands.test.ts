import { describe, expect, it } from "vitest";
import type { Finding } from "../../src/domain/finding.ts";
import type { ApplyReport, App, PlanReport } from "../../src/usecases/app.ts";
import { cairn } from "./harness.ts";

const digest = `sha256:${"a1b2c3d4".repeat(8)}` as const;
const error: Finding = {
  rule: "reference-missing",
  severity: "error",
  message: 'Nothing is called "taxi-fair". Did you mean "taxi-fare"?',
  path: "endpoints/blue.yaml",
  line: 4,
  column: 8,
};
const warning: Finding = { ...error, severity: "warning", rule: "owner-missing", line: 9 };

const plan: PlanReport = {
  registry: "contoso-ml",
  head: "c0ffee",
  findings: [],
  conditions: [],
  pending: [
    {
      asset: "models/taxi-fare",
      stage: "prod",
      runs: "2",
      wanted: "3",
      outcome: "waiting",
      until: undefined,
      reason: "needs 2 approvals",
    },
  ],
  actions: [
    {
      kind: "publish",
      asset: "models/taxi-fare",
      version: "3",
      digest,
      stages: ["dev"],
      commit: "c0ffee",
      tag: "models/taxi-fare@v3",
      sameAs: "1",
    },
    { kind: "record-incident", incident: "tag-moved", message: "models/a@v1 moved." },
    {
      kind: "deliver",
      workspace: "dev",
      asset: "models/taxi-fare",
      version: "3",
      files: 4,
      sizeBytes: 3_250_586,
    },
    { kind: "remove", workspace: "dev", asset: "models/taxi-fare", version: "1" },
    { kind: "write-index", workspace: "dev" },
  ],
};

const applied: ApplyReport = {
  ...plan,
  pending: [],
  done: plan.actions,
  workspaces: [
    { workspace: "dev", outcome: "synced", delivered: 1, removed: 1, sizeBytes: 3_250_586 },
    { workspace: "prod-eu", outcome: "unchanged", delivered: 0, removed: 0, sizeBytes: 0 },
  ],
  conditions: [{ type: "Ready", status: "True", reason: "Applied", message: "All is well." }],
};

const failed: ApplyReport["workspaces"][number] = {
  workspace: "test",
  outcome: "failed",
  delivered: 0,
  removed: 0,
  sizeBytes: 0,
  error: { code: "STORE_FULL", message: "The disk is full.", hint: "Make room." },
};

describe("validate", () => {
  it.each([
    { name: "nothing", findings: [], argv: [], code: 0 },
    { name: "an error", findings: [error], argv: [], code: 1 },
    { name: "a warning", findings: [warning], argv: [], code: 0 },
    { name: "a warning, strictly", findings: [warning], argv: ["--strict"], code: 1 },
  ])("ends with $code on $name", async ({ findings, argv, code }) => {
    const validate = async () => ({ findings, assets: 2, files: 3 });

    expect(await cairn(["validate", ...argv], { app: { validate } })).toMatchObject({ code });
  });

  it("shows findings where they are", async () => {
    const validate = async () => ({ findings: [error, warning], assets: 2, files: 3 });
    const { out } = await cairn(["validate"], { app: { validate } });

    expect(out).toMatchInlineSnapshot(`
      "endpoints/blue.yaml:4:8 error Nothing is called "taxi-fair". Did you mean "taxi-fare"? [reference-missing]
      endpoints/blue.yaml:9:8 warning Nothing is called "taxi-fair". Did you mean "taxi-fare"? [owner-missing]

      1 error, 1 warning in 2 assets.
      "
    `);
  });

  it("is green when there is nothing to say", async () => {
    const validate = async () => ({ findings: [], assets: 1, files: 3 });
    const { out } = await cairn(["validate"], { app: { validate }, isTTY: true });

    expect(out).toBe("\u001B[32mNo finding in 1 asset.\u001B[39m\n");
  });

  it("prints the contract as JSON and passes on what was asked", async () => {
    const requests: unknown[] = [];
    const validate: App["validate"] = async (request) => {
      requests.push(request);
      return { findings: [error], assets: 2, files: 3 };
    };
    const argv = ["validate", "a.yml", "b", "--ref", "HEAD", "--kind", "data", "--json"];
    const { out } = await cairn(argv, { app: { validate } });

    expect(requests).toEqual([{ paths: ["a.yml", "b"], revision: "HEAD", kind: "data" }]);
    expect(JSON.parse(out)).toEqual({ findings: [error], assets: 2, files: 3 });
  });
});

describe("plan", () => {
  it("groups the actions", async () => {
    const { code, out } = await cairn(["plan"], { app: { plan: async () => plan } });

    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "Publish
        + models/taxi-fare@3  tag models/taxi-fare@v3, runs in dev, same content as 1

      Record
        ! tag-moved  models/a@v1 moved.

      Deliver to dev
        → models/taxi-fare@3  4 files, 3.1 MiB

      Remove from dev
        - models/taxi-fare@1

      Write index
        ~ dev

      Waiting
        … models/taxi-fare  prod  2 → 3  needs 2 approvals

      Plan: 1 to publish, 1 to record as incident, 1 to deliver (3.1 MiB), 1 to remove, 1 to index.
      "
    `);
  });

  it("says when there is nothing to do", async () => {
    const nothing = { ...plan, actions: [], pending: [] };
    const { out } = await cairn(["plan"], { app: { plan: async () => nothing } });

    expect(out).toBe("Nothing to do: everything is as the registry says.\n");
  });

  it("does not call it nothing when the registry stalls", async () => {
    const message = "The history was rewritten.";
    const stalled = {
      type: "Stalled",
      status: "True",
      reason: "HistoryRewritten",
      message,
    } as const;
    const report = { ...plan, actions: [], pending: [], conditions: [stalled] };
    const { code, out } = await cairn(["plan"], { app: { plan: async () => report } });

    expect(code).toBe(1);
    expect(out).toBe("● Stalled True HistoryRewritten  The history was rewritten.\n");
  });

  it.each([
    { findings: [warning], ends: 0 },
    { findings: [error, warning], ends: 1 },
  ])("ends with $ends of its findings", async ({ findings, ends }) => {
    const { code } = await cairn(["plan"], { app: { plan: async () => ({ ...plan, findings }) } });

    expect(code).toBe(ends);
  });

  it("prints the report as JSON", async () => {
    const { out } = await cairn(["plan", "--json"], { app: { plan: async () => plan } });

    expect(JSON.parse(out)).toEqual(plan);
  });
});

describe("apply", () => {
  it.each([
    { name: "all was done", report: applied, code: 0 },
    { name: "a promotion waits", report: { ...applied, pending: plan.pending }, code: 0 },
    { name: "warnings remain", report: { ...applied, findings: [warning] }, code: 0 },
    { name: "errors hold something back", report: { ...applied, findings: [error] }, code: 1 },
    {
      name: "a person must act first",
      report: {
        ...applied,
        conditions: [
          { type: "Stalled", status: "True", reason: "HistoryRewritten", message: "x" } as const,
        ],
      },
      code: 1,
    },
    { name: "a workspace failed", report: { ...applied, workspaces: [failed] }, code: 3 },
  ])("ends with $code when $name", async ({ report, code }) => {
    const outcome = await cairn(["apply"], { app: { apply: async () => report } });

    expect(outcome).toMatchObject({ code });
  });

  it("shows what was done, and what failed with what to do", async () => {
    const report = { ...applied, workspaces: [...applied.workspaces, failed] };
    const { out } = await cairn(["apply"], { app: { apply: async () => report } });

    expect(out).toContain("dev      synced  1 delivered (3.1 MiB), 1 removed\n");
    expect(out).toContain(
      "test     failed\n  error: The disk is full. [STORE_FULL]\n  hint: Make room.",
    );
    expect(out).toContain("5 done.");
  });
});

describe("list", () => {
  const items = [
    { kind: "model", name: "taxi-fare", latest: "3", versions: 3, stages: { dev: "3", prod: "2" } },
    { kind: "data", name: "holdout", latest: undefined, versions: 0, stages: {} },
  ] as const;

  it("has a column for each stage", async () => {
    const list = async () => ({ items, next: "abc" });
    const { out, err } = await cairn(["list"], { app: { list } });

    expect(out).toMatchInlineSnapshot(`
      "ASSET             LATEST  VERSIONS  DEV  PROD
      models/taxi-fare  3              3  3    2
      data/holdout      -              0  -    -
      "
    `);
    expect(err).toBe("There are more: --cursor abc\n");
  });

  it("prints null for a next that is not there", async () => {
    const list = async () => ({ items: items.slice(0, 1), next: undefined });
    const { out } = await cairn(["list", "--json"], { app: { list } });

    expect(JSON.parse(out)).toEqual({ items: items.slice(0, 1), next: null });
  });

  it("lets no text of a registry steer the terminal", async () => {
    const name = "a\u001B[2Jb\nc";
    const list = async () => ({ items: [{ ...items[0], name }], next: undefined });
    const { out } = await cairn(["list"], { app: { list } });

    expect(out).toContain("models/a�[2Jb c ");
  });
});

describe("which", () => {
  const since = "2025-01-01T00:00:00Z";
  const item = {
    kind: "model",
    name: "taxi-fare",
    version: "2",
    digest,
    tag: undefined,
    since,
  } as const;

  it("shows since when", async () => {
    const requests: unknown[] = [];
    const which: App["which"] = async (request) => {
      requests.push(request);
      return { items: [item], next: undefined };
    };
    const argv = ["which", "prod", "--at", "2025-03-01", "--workspace", "prod-eu"];
    const { out } = await cairn(argv, { app: { which } });

    expect(requests).toEqual([{ stage: "prod", at: "2025-03-01", workspace: "prod-eu" }]);
    expect(out).toMatchInlineSnapshot(`
      "ASSET             VERSION  SINCE    TAG  DIGEST
      models/taxi-fare  2        1 d ago  -    sha256:a1b2c3d4a1b2
      "
    `);
  });
});

describe("verify, doctor, sync, pull", () => {
  it.each([
    { repaired: true, code: 0 },
    { repaired: false, code: 1 },
  ])("verify ends with $code when repaired is $repaired", async ({ repaired, code }) => {
    const problem = {
      problem: "changed" as const,
      key: "blobs/x",
      message: "Other bytes.",
      repaired,
    };
    const workspace = {
      workspace: "dev",
      versions: 1,
      files: 4,
      sizeBytes: 10,
      problems: [problem],
    };
    const verify = async () => ({ workspaces: [workspace] });

    expect(await cairn(["verify"], { app: { verify } })).toMatchObject({ code });
  });

  it.each([
    { outcome: "warning" as const, code: 0 },
    { outcome: "failed" as const, code: 1 },
  ])("doctor ends with $code on a check that is $outcome", async ({ outcome, code }) => {
    const doctor = async () => ({
      checks: [{ check: "git", outcome, message: "Old.", hint: "Update." }],
    });

    expect(await cairn(["doctor"], { app: { doctor } })).toMatchObject({ code });
  });

  it("sync asks for the named workspaces", async () => {
    const requests: unknown[] = [];
    const sync: App["sync"] = async (request) => {
      requests.push(request);
      return { registry: "contoso-ml", workspaces: [failed] };
    };
    const argv = ["sync", "--workspace", "a", "--workspace", "b*"];

    expect(await cairn(argv, { app: { sync } })).toMatchObject({ code: 3 });
    expect(requests).toMatchObject([{ workspaces: ["a", "b*"], allowMassRemoval: false }]);
  });

  it("sync --watch becomes an agent and opens no app", async () => {
    const { code, opened, served } = await cairn(["sync", "--watch", "--workspace", "prod-*"]);

    expect({ code, opened }).toEqual({ code: 0, opened: [] });
    expect(served).toMatchObject([{ work: { kind: "sync", workspaces: ["prod-*"] } }]);
  });

  it("pull fills a folder relative to the current one", async () => {
    const requests: unknown[] = [];
    const pull: App["pull"] = async (request) => {
      requests.push(request);
      const { to } = request;
      const asset = "models/taxi-fare" as const;
      return { asset, version: "2", digest, to, files: 3, sizeBytes: 2048, reused: 1 };
    };
    const argv = ["pull", "models/taxi-fare@prod", "--store", "file:///srv/prod", "--to", "model"];
    const { out } = await cairn(argv, { app: { pull } });

    expect(requests).toMatchObject([{ store: "file:///srv/prod", to: "/home/ann/model" }]);
    expect(out).toBe(
      "models/taxi-fare@2 is in /home/ann/model: 3 files, 2.0 KiB, 1 of them already there, verified.\n",
    );
  });
});

describe("serve and start", () => {
  it("serves where it was told to", async () => {
    const { served } = await cairn(["serve", "--host", "0.0.0.0", "--port", "0", "--verbose"]);

    expect(served).toMatchObject([
      { work: { kind: "reconcile", host: "0.0.0.0", port: 0 }, verbose: true },
    ]);
  });

  it("start seeds, adopts once, and serves the seeded registry", async () => {
    let adoptions = 0;
    const adopt = async () => {
      adoptions += 1;
      return applied;
    };
    const status = async () => ({ adopted: adoptions > 0 }) as Awaited<ReturnType<App["status"]>>;
    const first = await cairn(["start"], { app: { adopt, status } });
    await cairn(["start"], { app: { adopt, status } });

    expect(adoptions).toBe(1);
    expect(first.out).toContain("seeded .cairn/sample.git");
    expect(first.served).toMatchObject([
      {
        options: {
          registry: "/home/ann/.cairn/sample.git",
          data: "/home/ann/.cairn",
          stores: "/home/ann/.cairn/stores",
        },
      },
    ]);
  });
});
