import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { describe, expect, it } from "vitest";

import { createApp } from "../../src/compose.ts";
import { silentLog } from "../../src/shared/log.ts";
import type { ChangeReport, ChangeRequest } from "../../src/usecases/validate-change.ts";
import { GitRepository, makeTemporaryFolder } from "../support/git-repository.ts";
import { emptyRegistryFiles } from "../support/registry-files.ts";

type Files = Readonly<Record<string, string | undefined>>;

/** Has a model without its file, and a component that refers to an environment. */
const start: Files = {
  ...emptyRegistryFiles,
  ".gitignore": "node_modules/\n",
  "models/flawed/model.yaml": "name: flawed\nversion: 1\npath: ./gone.bin\n",
  "environments/tools/environment.yaml":
    "name: tools\nversion: 1\nimage: mcr.microsoft.com/base@sha256:0123456789012345678901234567890123456789012345678901234567890123\n",
  "components/prep/component.yaml":
    "name: prep\nversion: 1\ntype: command\ncommand: echo hello\nenvironment: azureml:tools:1\n",
};
const flawed = start["models/flawed/model.yaml"] ?? "";

async function repositoryWith(files: Files): Promise<GitRepository> {
  const repository = await GitRepository.create({ path: join(await makeTemporaryFolder(), "ml") });
  await repository.commit("Start", files);
  return repository;
}

async function ask(cwd: string, request: ChangeRequest, registry?: string): Promise<ChangeReport> {
  const app = await createApp({
    cwd,
    data: join(dirname(cwd), "data"),
    env: process.env,
    log: silentLog,
    ...(registry === undefined ? {} : { registry }),
  });
  try {
    return await app.validateChange(request);
  } finally {
    await app.close();
  }
}

async function write(repository: GitRepository, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const target = join(repository.path, path);
    await mkdir(dirname(target), { recursive: true });
    if (text === undefined) await rm(target);
    else await writeFile(target, text);
  }
}

function told({ findings, before, resolved }: ChangeReport): unknown {
  const errors = findings.filter(({ severity }) => severity === "error");
  return { errors: errors.map(({ rule, path }) => `${rule} ${path}`).sort(), before, resolved };
}

describe("what a change introduces", () => {
  const rows: Readonly<
    Record<string, { readonly files: Files; readonly errors: readonly string[]; resolved?: number }>
  > = {
    "nothing where only other files changed": {
      files: { "README.md": "# Ours\n" },
      errors: [],
    },
    "nothing where a line moved": {
      files: { "models/flawed/model.yaml": `# Ours\n\n${flawed}` },
      errors: [],
    },
    "an error of its own": {
      files: { "models/new/model.yaml": "name: new\nversion: 1\npath: ./gone.bin\n" },
      errors: ["path-missing models/new/model.yaml"],
    },
    "an error in what refers to what it takes away": {
      files: { "environments/tools/environment.yaml": undefined },
      errors: ["reference-missing components/prep/component.yaml"],
    },
    "an error in what refers to what is a manifest no longer": {
      files: { "environments/tools/environment.yaml": "just: notes\n" },
      errors: ["reference-missing components/prep/component.yaml"],
    },
    "that registry.yaml is gone": {
      files: { "registry.yaml": undefined },
      errors: ["registry-missing registry.yaml"],
    },
    "nothing, and corrects": {
      files: { "models/flawed/gone.bin": "weights" },
      errors: [],
      resolved: 1,
    },
    "nothing where a manifest was moved": {
      files: {
        "models/flawed/model.yaml": undefined,
        "models/new-home/model.yaml": `# Moved.\n${flawed}`,
      },
      errors: [],
    },
    "nothing where a folder was moved as it is": {
      files: { "models/flawed/model.yaml": undefined, "teams/ours/model.yaml": flawed },
      errors: [],
    },
  };

  it.each(Object.entries(rows))("is %s, committed or not", async (_title, row) => {
    const repository = await repositoryWith(start);
    repository.checkout("change", "main");
    const expected = {
      errors: row.errors,
      before: expect.any(Number),
      resolved: row.resolved ?? 0,
    };

    await write(repository, row.files);
    expect(told(await ask(repository.path, { base: "main" }))).toEqual(expected);
    repository.git("add", "--all");
    expect(told(await ask(repository.path, { base: "main" }))).toEqual(expected);
    await repository.commit("Change", {});
    expect(told(await ask(repository.path, { base: "main" }))).toEqual(expected);
    expect(told(await ask(repository.path, { base: "main", head: "change" }))).toEqual(expected);
  });

  it("is counted from where the two parted", async () => {
    const repository = await repositoryWith(start);
    repository.checkout("change", "main");
    await repository.commit("Change", { "models/a/model.yaml": flawed.replace("flawed", "a") });
    repository.checkout("main");
    await repository.commit("Correct", { "models/flawed/gone.bin": "weights" });

    const report = await ask(repository.path, { base: "main", head: "change" });
    expect(told(report)).toMatchObject({
      errors: ["path-missing models/a/model.yaml"],
      resolved: 0,
    });
    expect(report.assets).toBe(4);
  });

  it("is not what is ignored, in another work tree or in a repository within", async () => {
    const repository = await repositoryWith({ ...start, "folder/notes.md": "" });
    const broken = flawed.replace("flawed", "other");
    await write(repository, { "node_modules/x/model.yaml": broken, ".cairn/model.yaml": broken });
    expect(await ask(repository.path, { base: "HEAD" })).toMatchObject({ files: 0, findings: [] });

    const linked = join(dirname(repository.path), "linked");
    repository.git("worktree", "add", "--quiet", "-b", "linked", linked);
    await writeFile(join(linked, "component.yaml"), "name: other\ncommand: echo\n");
    expect((await ask(linked, { base: "main" })).findings.map(({ path }) => path)).toContain(
      "component.yaml",
    );
    expect(await ask(repository.path, { base: "HEAD" })).toMatchObject({ files: 0, findings: [] });

    const within = join(repository.path, "within");
    await GitRepository.create({ path: within });
    await write(repository, { "within/models/x/model.yaml": broken, "other/model.yaml": "x: 1\n" });
    const report = await ask(repository.path, { base: "HEAD" });
    expect(report.findings.filter(({ path }) => path.startsWith("within/"))).toEqual([]);
  });
});

describe("the ends of a change", () => {
  it("are whatever Git takes", async () => {
    const repository = await repositoryWith(start);
    const first = repository.id("HEAD");
    repository.tag("v1");
    repository.git("update-ref", "refs/remotes/origin/main", first);
    await repository.commit("Change", { "models/a/model.yaml": flawed.replace("flawed", "a") });
    for (const base of [
      first,
      first.slice(0, 8),
      "v1",
      "HEAD~1",
      "origin/main",
      "HEAD^",
      ":/Start",
    ])
      expect(told(await ask(repository.path, { base }))).toMatchObject({
        errors: ["path-missing models/a/model.yaml"],
      });
  });

  it("may be the same, and then nothing is read", async () => {
    const repository = await repositoryWith({ "models/x/model.yaml": "{" });
    const nothing = { findings: [], resolved: 0, assets: 0, files: 0 };
    expect(await ask(repository.path, { base: "HEAD" })).toEqual(nothing);
    await repository.commit("Nothing", {});
    expect(await ask(repository.path, { base: "HEAD~1" })).toEqual(nothing);
  });

  it("may have nothing in common", async () => {
    const repository = await repositoryWith(start);
    repository.git("checkout", "--quiet", "--orphan", "other");
    const added = { "models/a/model.yaml": flawed.replace("flawed", "a") };
    await write(repository, added);
    const errors = ["path-missing models/a/model.yaml"];
    // Nothing is committed on it yet, and then something is.
    expect(told(await ask(repository.path, { base: "main" }))).toMatchObject({ errors });
    await repository.commit("Start again", {});
    expect(told(await ask(repository.path, { base: "main" }))).toMatchObject({ errors });
  });

  it.each(["no-such-branch", "--all", "", "HEAD:registry.yaml", "a\u0000b", "f".repeat(40)])(
    'are never "%s"',
    async (base) => {
      const repository = await repositoryWith(start);
      await expect(ask(repository.path, { base })).rejects.toMatchObject({
        code: "REVISION_UNKNOWN",
      });
      await expect(ask(repository.path, { base: "main", head: base })).rejects.toMatchObject({
        code: "REVISION_UNKNOWN",
      });
    },
  );

  it("are not in an empty repository", async () => {
    const path = join(await makeTemporaryFolder(), "ml");
    await GitRepository.create({ path });
    await expect(ask(path, { base: "main" })).rejects.toMatchObject({ code: "REVISION_UNKNOWN" });
  });

  it("are not guessed in a clone whose history was cut", async () => {
    const repository = await repositoryWith(start);
    repository.checkout("change", "main");
    await repository.commit("Change", { "README.md": "# Ours\n" });
    repository.checkout("main");
    await repository.commit("Go on", { LICENSE: "Ours\n" });
    const clone = join(dirname(repository.path), "clone");
    const url = `file://${repository.path}`;
    repository.git("clone", "--quiet", "--depth=1", "--no-single-branch", url, clone);

    const request = { base: "origin/main", head: "origin/change", path: clone };
    await expect(ask(clone, request)).rejects.toMatchObject({ code: "HISTORY_SHALLOW" });
    await expect(ask(clone, { base: "origin/main~1", path: clone })).rejects.toMatchObject({
      code: "REVISION_UNKNOWN",
      hint: expect.stringContaining("fetch-depth"),
    });
  });
});

describe("a registry without a work tree", () => {
  it("is compared by its commits, bare or behind a URL", async () => {
    const repository = await repositoryWith(start);
    const first = repository.id("HEAD");
    repository.checkout("change", "main");
    await repository.commit("Change", { "models/a/model.yaml": flawed.replace("flawed", "a") });
    repository.tag("v1");
    const bare = join(dirname(repository.path), "bare.git");
    repository.git("clone", "--quiet", "--bare", repository.path, bare);
    repository.git("--git-dir", bare, "remote", "remove", "origin");
    repository.git("--git-dir", bare, "symbolic-ref", "HEAD", "refs/heads/main");
    const errors = ["path-missing models/a/model.yaml"];

    const cwd = await makeTemporaryFolder();
    for (const registry of [bare, `file://${bare}`]) {
      for (const head of ["change", "refs/heads/change", "v1", "change~0"]) {
        const report = await ask(cwd, { base: "main", head }, registry);
        expect(told(report)).toMatchObject({ errors, resolved: 0 });
      }
      expect(await ask(cwd, { base: first }, registry)).toMatchObject({ files: 0 });
      await expect(ask(cwd, { base: "gone" }, registry)).rejects.toMatchObject({
        code: "REVISION_UNKNOWN",
      });
    }
  });

  it("is named by its root", async () => {
    const repository = await repositoryWith(start);
    await rename(repository.path, `${repository.path}-moved`);
    const path = `${repository.path}-moved`;
    const cwd = await makeTemporaryFolder();
    expect(await ask(cwd, { base: "HEAD", path })).toMatchObject({ findings: [] });
    await expect(ask(cwd, { base: "HEAD", path: join(path, "models") })).rejects.toMatchObject({
      code: "GIT_NOT_A_REPOSITORY",
    });
  });
});
