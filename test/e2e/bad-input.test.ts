import { cp, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { beforeEach, describe, expect, it } from "vitest";

import type { Finding } from "../../src/domain/finding.ts";
import type { ApplyReport, ValidateReport } from "../../src/usecases/app.ts";
import { runCli, runCliJson, type CliResult } from "../support/cli.ts";
import { GitRepository, makeTemporaryFolder } from "../support/git-repository.ts";
import { startGitServer } from "../support/git-server.ts";
import { runGit, viewWorld } from "../support/registry-fixture.ts";

const schema = "$schema: https://azuremlschemas.azureedge.net/latest/model.schema.json\n";
const model = (name: string, path = "./w"): string =>
  `${schema}name: ${name}\ntype: custom_model\npath: ${path}\n`;
const workspace = (root: string): string =>
  `stage: dev\nregion: eastus\nassets: ["**"]\nstore: { driver: file, root: ${root} }\n`;
const registryYaml =
  "format: 1\nname: contoso-ml\nlocation: eastus\nstages: [dev, prod]\nfollow: { dev: latest }\n";

/** A small registry with two healthy models, and the program on it. */
let folder: string;
let registry: GitRepository;
let flags: readonly string[];
beforeEach(async () => {
  folder = await makeTemporaryFolder();
  registry = await GitRepository.create({ path: join(folder, "registry") });
  flags = ["--registry", registry.path, "--data", "data", "--stores", "stores"];
  await registry.commit("Start", {
    "registry.yaml": registryYaml,
    "workspaces/dev.yaml": workspace("dev"),
    "models/one/model.yaml": model("one"),
    "models/one/w/w.bin": "1",
    "models/two/model.yaml": model("two"),
    "models/two/w/w.bin": "2",
  });
});

async function cairn(...args: readonly string[]): Promise<CliResult> {
  const result = await runCli(args, { cwd: folder });
  expect(result.stdout + result.stderr).not.toMatch(/^\s+at .*(?:\.[jt]s:|node:)/m);
  return result;
}

async function adopt(): Promise<void> {
  await runCliJson(["adopt", ...flags], { cwd: folder });
}

async function apply(): Promise<ApplyReport & Pick<CliResult, "exitCode">> {
  const { exitCode, stdout, stderr } = await cairn("apply", "--json", ...flags);
  if (stdout === "") throw new Error(stderr);
  return { ...(JSON.parse(stdout) as ApplyReport), exitCode };
}

async function world(): Promise<Awaited<ReturnType<typeof viewWorld>>> {
  return viewWorld({ remote: registry.path, stores: join(folder, "stores") });
}

function publishedBy(report: ApplyReport): readonly string[] {
  return report.done.flatMap((action) =>
    action.kind === "publish" ? [`${action.asset}@${action.version}`] : [],
  );
}

function errorsOf(findings: readonly Finding[]): readonly string[] {
  const errors = findings.filter(({ severity }) => severity === "error");
  return [...new Set(errors.map(({ rule, path }) => `${rule} ${path}`))].sort();
}

describe("what is no registry", () => {
  it.each([
    { what: "no registry.yaml", files: { "registry.yaml": undefined }, rule: "registry-missing" },
    { what: "a newer format", files: { "registry.yaml": "format: 2\n" }, rule: "format-too-new" },
  ])("$what: validate finds it, adopt refuses it", async ({ files, rule }) => {
    await registry.commit("Break", files);
    const validated = await cairn("validate", "--json", ...flags);
    expect(validated.exitCode).toBe(1);
    const { findings } = JSON.parse(validated.stdout) as ValidateReport;
    expect(findings).toMatchObject([{ rule, path: "registry.yaml" }]);
    const adopted = await cairn("adopt", ...flags);
    expect(adopted).toMatchObject({ exitCode: 2 });
    expect(adopted.stderr).toContain("REGISTRY_UNUSABLE");
    expect(registry.refs()).not.toContain("cairn-ledger");
  });

  it("a folder that is no repository, an empty one, and one that is not adopted", async () => {
    const empty = await GitRepository.create({ path: join(folder, "empty") });
    await mkdir(join(folder, "plain"));
    const cases = [
      { args: ["adopt", "--registry", "plain"], exitCode: 3, code: "GIT_NOT_A_REPOSITORY" },
      { args: ["adopt", "--registry", empty.path], exitCode: 2, code: "REGISTRY_EMPTY" },
      { args: ["plan", "--registry", empty.path], exitCode: 2, code: "REGISTRY_NOT_ADOPTED" },
      { args: ["apply", ...flags], exitCode: 2, code: "REGISTRY_NOT_ADOPTED" },
    ];
    for (const { args, exitCode, code } of cases) {
      const result = await cairn(...args);
      expect({ args, exitCode: result.exitCode }).toEqual({ args, exitCode });
      expect(result.stderr).toContain(code);
    }
  });
});

describe("bad manifests beside healthy ones", () => {
  it("each is a finding, and the others are published and delivered", async () => {
    await adopt();
    await symlink("../one/model.yaml", join(registry.path, "linked.yaml"));
    await mkdir(join(registry.path, "models/linked"));
    await symlink("../one/model.yaml", join(registry.path, "models/linked/model.yaml"));
    await mkdir(join(registry.path, "models/outside"));
    await symlink("/etc", join(registry.path, "models/outside/w"));
    await registry.commit("Add what is bad, and two that are not", {
      "models/no-yaml/model.yaml": "name: [unclosed\n  foo: }\n\t x",
      "models/deep/model.yaml": "[".repeat(1000),
      "models/deeper/model.yaml": `${"- ".repeat(1000)}x`,
      "models/large/model.yaml": `${model("large")}#${"x".repeat(2_000_000)}\n`,
      "models/line/model.yaml": `{ name: line, path: ./w, description: "${"x".repeat(5_000_000)}" }`,
      "models/up/model.yaml": model("up", "../../../../etc"),
      "models/absolute/model.yaml": model("absolute", "/etc/passwd"),
      "models/outside/model.yaml": model("outside"),
      "models/same/model.yaml": model("same"),
      "models/same/w/w.bin": "3",
      "models/SAME/model.yaml": model("SAME"),
      "models/SAME/w/w.bin": "3",
      "models/crlf/model.yaml": model("crlf").replaceAll("\n", "\r\n"),
      "models/crlf/w/w.bin": "4",
      "models/good name/model.yaml": model("good"),
      "models/good name/w/wörld file.bin": "5",
    });
    const report = await apply();
    expect(report.exitCode).toBe(1);
    expect(publishedBy(report)).toEqual(["models/crlf@1", "models/good@1"]);
    expect(errorsOf(report.findings)).toEqual([
      "duplicate-name models/SAME/model.yaml",
      "duplicate-name models/same/model.yaml",
      "file-unusable models/linked/model.yaml",
      "file-unusable models/outside/model.yaml",
      "path-outside models/absolute/model.yaml",
      "path-outside models/up/model.yaml",
      "yaml-depth models/deep/model.yaml",
      "yaml-depth models/deeper/model.yaml",
      "yaml-syntax models/no-yaml/model.yaml",
      "yaml-too-large models/large/model.yaml",
      "yaml-too-large models/line/model.yaml",
    ]);
    expect((await world()).stores).toContain("dev/assets/models/good/1/w/wörld file.bin");
  });

  it("trees that Git accepts and other readers choke on stop nobody else", async () => {
    await adopt();
    const id = registry.blob("x");
    const manifest = (name: string): string => registry.blob(model(name));
    const asset = (name: string, mode: string, file: string | Buffer): string =>
      registry.tree([
        { mode: "100644", name: "model.yaml", id: manifest(name) },
        { mode: "40000", name: "w", id: registry.tree([{ mode, name: file, id }]) },
      ]);
    const strange = Buffer.from([0x61, 0xff]);
    const models = registry.tree([
      { mode: "40000", name: "backslash", id: asset("backslash", "100644", "a\\b") },
      { mode: "40000", name: "bytes", id: asset("bytes", "100644", strange) },
      { mode: "40000", name: "mode", id: asset("mode", "100664", "w.bin") },
      { mode: "160000", name: "module", id: registry.id("HEAD") },
      { mode: "40000", name: "one", id: registry.id("HEAD:models/one") },
      { mode: "40000", name: "submodule", id: asset("submodule", "160000", "inner") },
      { mode: "40000", name: "two", id: registry.id("HEAD:models/two") },
    ]);
    const tree = registry.tree([
      { mode: "40000", name: "models", id: models },
      { mode: "100644", name: "registry.yaml", id: registry.id("HEAD:registry.yaml") },
      {
        mode: "40000",
        name: "unrelated",
        id: registry.tree([{ mode: "100664", name: "x\\y", id }]),
      },
      { mode: "40000", name: "workspaces", id: registry.id("HEAD:workspaces") },
    ]);
    registry.git("update-ref", "refs/heads/main", registry.commitTree(tree, registry.id("HEAD")));
    const report = await apply();
    expect(publishedBy(report)).toEqual(["models/mode@1"]);
    expect(errorsOf(report.findings)).toEqual([
      "file-unusable models/backslash/model.yaml",
      "file-unusable models/bytes/model.yaml",
      "file-unusable models/submodule/model.yaml",
    ]);
  });

  it("a registry.yaml that broke is not in force: all goes on by the one that is", async () => {
    await adopt();
    await registry.commit("Break", {
      "registry.yaml": `${registryYaml}x: [`,
      "models/one/w/w.bin": "new",
    });
    const broken = await apply();
    expect(broken.exitCode).toBe(1);
    expect(publishedBy(broken)).toEqual(["models/one@2"]);
    expect(errorsOf(broken.findings)).toContainEqual(expect.stringMatching(/ registry\.yaml$/));
    const open = broken.done.filter(({ kind }) => kind === "record-incident");
    expect(open).toMatchObject([{ incident: "policy-unaccepted" }]);
    await registry.commit("Mend", { "registry.yaml": registryYaml });
    expect((await apply()).exitCode).toBe(0);
  });

  it("a retired name does not come back in another case, and its own numbers go on", async () => {
    await adopt();
    await registry.commit("Retire", {
      "models/one/model.yaml": undefined,
      "models/ONE/model.yaml": model("ONE"),
      "models/ONE/w/w.bin": "new",
    });
    const refused = await apply();
    expect(refused.done).toEqual([]);
    expect(errorsOf(refused.findings)).toEqual(["asset-name-taken models/ONE/model.yaml"]);
    await registry.commit("Come back", {
      "models/ONE/model.yaml": undefined,
      "models/one/model.yaml": model("one"),
      "models/one/w/w.bin": "new",
    });
    expect(publishedBy(await apply())).toEqual(["models/one@2"]);
  });
});

describe("stores", () => {
  it("each bad one fails its workspace with what to do; the others are delivered", async () => {
    await mkdir(join(folder, "stores"));
    await writeFile(join(folder, "stores/file"), "in the way");
    await registry.commit("Add workspaces", {
      "workspaces/file.yaml": workspace("file"),
      "workspaces/escaping.yaml": workspace("../escaped"),
      "workspaces/foreign.yaml": workspace(join(folder, "foreign")),
    });
    const adopted = await cairn("adopt", "--json", ...flags);
    expect(adopted.exitCode).toBe(3);
    const report = JSON.parse(adopted.stdout) as ApplyReport;
    const outcomes = report.workspaces.map(
      ({ workspace: name, outcome, error }) => `${name} ${error?.code ?? outcome}`,
    );
    expect(outcomes.sort()).toEqual([
      "dev synced",
      "escaping STORE_NOT_ALLOWED",
      "file STORE_NO_FOLDER",
      "foreign STORE_NOT_ALLOWED",
    ]);
    expect(report.workspaces.every(({ error }) => error === undefined || error.hint)).toBe(true);
    const doctor = await cairn("doctor", ...flags);
    expect(doctor.exitCode).toBe(1);
    expect(doctor.stdout).toContain("store of file");
    expect(doctor.stdout).toContain("is no folder");
    await rm(join(folder, "stores/file"));
    expect((await apply()).workspaces).toContainEqual(
      expect.objectContaining({ workspace: "file", outcome: "synced" }),
    );
  });
});

it("a data folder that is none is no bug of Cairn", async () => {
  await writeFile(join(folder, "file"), "in the way");
  const { exitCode, stderr } = await cairn("adopt", "--registry", registry.path, "--data", "file");
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/DISK_UNUSABLE.*\nhint: .*--data/);
});

describe("remotes", () => {
  it("gone, half or closed: says so without secrets, and goes on when it is back", async () => {
    await adopt();
    const before = await world();
    const server = await startGitServer(folder);
    const url = server.url.replace("://", "://cairn:s3cr3t-token@");
    const remote = ["--registry", `${url}/registry/.git`, "--data", "data", "--stores", "stores"];
    const fail = async (code: string): Promise<void> => {
      const { exitCode, stdout, stderr } = await cairn("apply", ...remote);
      expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: expect.stringContaining(code) });
      expect(stdout + stderr).not.toContain("s3cr3t-token");
    };
    server.fail(/.*/, { type: "status", status: 503 });
    await fail("GIT_REMOTE_UNAVAILABLE");
    server.fail(/.*/, { type: "status", status: 401 });
    await fail("GIT_REMOTE_DENIED");
    server.fail(/upload-pack/, { type: "cut", afterBytes: 60, cleanly: true });
    await fail("GIT_REMOTE_");
    server.fail(/.*/, { type: "empty" });
    await fail("GIT_REMOTE_BROKEN");
    server.heal();
    expect(await cairn("apply", ...remote)).toMatchObject({ exitCode: 0 });
    expect(await world()).toEqual(before);
    await expect(
      runGit(folder, "grep", "--no-index", "-F", "s3cr3t-token", "data"),
    ).rejects.toThrow("Command failed");
  });

  it("one that lost its objects is broken, and nothing is taken for removed", async () => {
    await adopt();
    const half = join(folder, "half.git");
    await cp(join(registry.path, ".git"), half, { recursive: true });
    await rm(join(half, "objects"), { recursive: true });
    await mkdir(join(half, "objects"));
    const before = await world();
    const others = ["--registry", half, "--data", "other", "--stores", "stores"];
    const { exitCode, stderr } = await cairn("apply", ...others);
    expect(exitCode).toBe(3);
    expect(stderr).toContain("GIT_REMOTE_BROKEN");
    expect(await world()).toEqual(before);
  });

  it("a hook that refuses one tag does not stop the others", async () => {
    const hook = '#!/bin/sh\n! grep -q "refs/tags/models/one@"\n';
    await writeFile(join(registry.path, ".git/hooks/pre-receive"), hook, { mode: 0o755 });
    const { exitCode, stdout } = await cairn("adopt", "--json", ...flags);
    expect(exitCode).toBe(1);
    const report = JSON.parse(stdout) as ApplyReport;
    expect(publishedBy(report)).toEqual(["models/two@1"]);
    expect(errorsOf(report.findings)).toEqual(["remote-refused models/one/model.yaml"]);
    await rm(join(registry.path, ".git/hooks/pre-receive"));
    expect(publishedBy(await apply())).toEqual(["models/one@1"]);
  });
});

describe("what people do to branches", () => {
  it("a commit of theirs on the ledger stops everything until it is put back", async () => {
    await adopt();
    const good = registry.id("refs/heads/cairn-ledger");
    const oops = registry.commitTree(registry.id("HEAD^{tree}"), good);
    registry.git("update-ref", "refs/heads/cairn-ledger", oops);
    const { exitCode, stderr } = await cairn("apply", ...flags);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/LEDGER_UNREADABLE.*\n.*put it back/);
    registry.git("update-ref", "refs/heads/cairn-ledger", good);
    expect(await apply()).toMatchObject({ exitCode: 0, done: [] });
  });

  it("an older ledger than the stores have seen changes no store", async () => {
    await adopt();
    await registry.commit("Change", { "models/one/w/w.bin": "new" });
    await apply();
    const { stores } = await world();
    const newest = registry.id("refs/heads/cairn-ledger");
    registry.git("update-ref", "refs/heads/cairn-ledger", `${newest}~1`);
    const stale = await apply();
    expect(stale.exitCode).toBe(3);
    expect(stale.workspaces).toMatchObject([{ error: { code: "DELIVER_LEDGER_STALE" } }]);
    expect(publishedBy(stale)).toEqual(["models/one@3"]);
    expect((await world()).stores).toEqual(stores);
    registry.git("update-ref", "refs/heads/cairn-ledger", newest);
    expect((await apply()).workspaces).toMatchObject([{ outcome: "unchanged" }]);
  });

  it("a rewritten or deleted branch stalls, and workspaces keep what they have", async () => {
    await adopt();
    const { stores } = await world();
    const main = registry.id("refs/heads/main");
    const rewritten = registry.commitTree(registry.id("HEAD^{tree}"));
    registry.git("update-ref", "refs/heads/main", rewritten);
    const first = await apply();
    expect(first.exitCode).toBe(1);
    expect(first.conditions).toContainEqual(
      expect.objectContaining({ type: "Stalled", reason: "HistoryRewritten" }),
    );
    registry.git("update-ref", "-d", "refs/heads/main");
    const second = await apply();
    expect(second).toMatchObject({ exitCode: 1, done: [] });
    expect(second.conditions).toContainEqual(
      expect.objectContaining({ type: "Stalled", reason: "BranchMissing" }),
    );
    const synced = await cairn("sync", ...flags);
    expect(synced.exitCode).toBe(3);
    expect(synced.stderr).toContain("REGISTRY_BRANCH_MISSING");
    registry.git("update-ref", "refs/heads/main", main);
    await apply();
    expect((await world()).stores).toEqual(stores);
  });
});
