import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import {
  readCheckedOutBranch,
  readGitSettings,
} from "../../src/git/drivers/native/git-settings.ts";
import { makeTemporaryFolder } from "../support/git-repository.ts";
import { runGit } from "../support/registry-fixture.ts";

type Settings = Readonly<Record<string, string>>;

/** A repository with these settings of its own. */
async function repositoryWith(settings: Settings = {}): Promise<string> {
  const folder = await makeTemporaryFolder();
  await runGit(folder, "init", "--quiet", "--initial-branch=main");
  for (const [key, value] of Object.entries(settings)) await runGit(folder, "config", key, value);
  return folder;
}

const ann = { "user.name": "Ann Carter", "user.email": "ann@contoso.example" };
const signing = { "gpg.format": "ssh", "commit.gpgsign": "true", "user.signingkey": "/keys/ann" };

describe("whom Git is configured for", () => {
  it.each<{
    readonly name: string;
    readonly settings: Settings;
    readonly environment?: Settings;
    readonly found: Settings;
  }>([
    { name: "nobody", settings: {}, found: {} },
    {
      name: "the repository's own user",
      settings: ann,
      found: { name: "Ann Carter", email: "ann@contoso.example" },
    },
    {
      name: "a mail alone",
      settings: { "user.email": "a@b.example" },
      found: { email: "a@b.example" },
    },
    {
      name: "the environment before the settings",
      settings: ann,
      environment: { GIT_AUTHOR_NAME: "Bo", GIT_AUTHOR_EMAIL: "bo@contoso.example" },
      found: { name: "Bo", email: "bo@contoso.example" },
    },
    {
      name: "nobody by empty settings",
      settings: { "user.name": "", "user.email": "" },
      found: {},
    },
    {
      name: "letters of all kinds",
      settings: { ...ann, "user.name": 'Åsa "Ö" <3 \n second line' },
      found: { name: 'Åsa "Ö" <3 \n second line', email: "ann@contoso.example" },
    },
    {
      name: "a key that signs every commit",
      settings: { ...ann, ...signing },
      found: { name: "Ann Carter", email: "ann@contoso.example", signingKey: "/keys/ann" },
    },
    {
      name: "a switch in Git's other words for yes",
      settings: { ...signing, "commit.gpgsign": "on" },
      found: { signingKey: "/keys/ann" },
    },
    {
      name: "no key where commits are not signed",
      settings: { ...signing, "commit.gpgsign": "false" },
      found: {},
    },
    {
      name: "no key where GPG signs",
      settings: { ...signing, "gpg.format": "openpgp" },
      found: {},
    },
    {
      name: "no key where the switch is no yes or no",
      settings: { ...signing, "commit.gpgsign": "perhaps" },
      found: {},
    },
  ])("is $name", async ({ settings, environment = {}, found }) => {
    const folder = await repositoryWith(settings);
    const read = await readGitSettings(folder, { ...process.env, ...environment });
    expect(read).toEqual({ name: undefined, email: undefined, signingKey: undefined, ...found });
  });

  it("is the user's own where the repository says nothing, with the home folder spelled out", async () => {
    const home = await makeTemporaryFolder();
    const own = join(home, "gitconfig");
    await writeFile(
      own,
      "[user]\n\tname = Cy\n\temail = cy@contoso.example\n\tsigningkey = ~/.ssh/id\n[gpg]\n\tformat = ssh\n[commit]\n\tgpgsign\n",
    );
    const environment = { ...process.env, HOME: home, GIT_CONFIG_GLOBAL: own };
    expect(await readGitSettings(await repositoryWith(), environment)).toEqual({
      name: "Cy",
      email: "cy@contoso.example",
      signingKey: join(home, ".ssh/id"),
    });
    expect(await readGitSettings(home, environment)).toMatchObject({ name: "Cy" });
    const other = await repositoryWith({ "user.name": "Ann" });
    expect(await readGitSettings(other, environment)).toMatchObject({
      name: "Ann",
      email: "cy@contoso.example",
    });
  });

  it("is nobody where there is no such folder", async () => {
    const missing = join(await makeTemporaryFolder(), "missing");
    expect(await readGitSettings(missing, process.env)).toEqual({
      name: undefined,
      email: undefined,
      signingKey: undefined,
    });
  });
});

describe("the branch that is checked out", () => {
  it.each(["main", "team/better-model", "ünïcode"])("is %s by its whole name", async (branch) => {
    const folder = await repositoryWith();
    await runGit(folder, "checkout", "--quiet", "-b", branch);
    expect(await readCheckedOutBranch(folder, process.env)).toBe(branch);
    await runGit(folder, "commit", "--quiet", "--allow-empty", "-m", "Start");
    const below = join(folder, "below");
    await mkdir(below);
    expect(await readCheckedOutBranch(below, process.env)).toBe(branch);
  });

  // Git's short name is the shortest one that is unambiguous: `heads/main` here.
  it("is not the shortest name: a tag of the same name changes nothing", async () => {
    const folder = await repositoryWith();
    await runGit(folder, "commit", "--quiet", "--allow-empty", "-m", "Start");
    await runGit(folder, "tag", "main");
    expect(await readCheckedOutBranch(folder, process.env)).toBe("main");
  });

  it("is none when the head is detached, and none outside of repositories", async () => {
    const folder = await repositoryWith();
    await runGit(folder, "commit", "--quiet", "--allow-empty", "-m", "Start");
    await runGit(folder, "checkout", "--quiet", "--detach");
    expect(await readCheckedOutBranch(folder, process.env)).toBeUndefined();
    const outside = await makeTemporaryFolder();
    expect(await readCheckedOutBranch(outside, process.env)).toBeUndefined();
  });
});
