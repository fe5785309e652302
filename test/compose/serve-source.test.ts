import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it, onTestFinished } from "vitest";

import { openServeContext } from "../../src/compose.ts";
import type { ServeContext } from "../../src/controller/serve-context.ts";
import { silentLog } from "../../src/shared/log.ts";
import type { AppOptions } from "../../src/usecases/app-options.ts";
import { runGit } from "../support/registry-fixture.ts";

const first = `registries:
  - { name: aa, url: ./a.git }
  - { name: bb, url: "https://github.com/contoso/b.git", host: github, github: { repository_id: 5 } }
webhooks: { github: { secrets: [HOOK, HOOK_OLD] } }
`;

/** A folder with this cairn.yaml, and what is served from it. */
async function serving(text: string, env: AppOptions["env"] = {}) {
  const folder = await mkdtemp(join(tmpdir(), "cairn-source-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await runGit(folder, "init", "--quiet", "--bare", "a.git");
  const write = (content: string, name = "cairn.yaml"): Promise<void> =>
    writeFile(join(folder, name), content);
  await write(text);
  const config = join(folder, "cairn.yaml");
  const context = await openServeContext({ cwd: tmpdir(), config, env, log: silentLog });
  const look = async (): Promise<unknown> => context.source?.look();
  /** As if the file had settled. */
  const read = async (): Promise<ServeContext> => {
    let seen = await context.source?.look();
    if (seen === "settling") seen = await context.source?.look();
    if (typeof seen !== "object") throw new Error(`The configuration is ${String(seen)}.`);
    return seen;
  };
  return { folder, context, write, look, read };
}

function revisions({ registries }: ServeContext): Readonly<Record<string, string>> {
  return Object.fromEntries(registries.map(({ name, revision }) => [name, revision]));
}

it("serves what the file says, with paths relative to the file", async () => {
  const { folder, context } = await serving(first);
  const [a, b] = context.registries;

  expect(a).toMatchObject({ url: join(folder, "a.git"), watchPaths: [join(folder, "a.git")] });
  expect(a?.webhook).toBeUndefined();
  expect(await b?.webhook?.repositoryId()).toBe("5");
});

it("has nothing to say while nothing changes", async () => {
  const { look, write } = await serving(first);
  expect(await look()).toBe("unchanged");
  await write(first);

  expect(await look()).toBe("unchanged");
});

it("waits until the file has settled, and then says what is different", async () => {
  const { look, read, write, context } = await serving(first);
  await write("registries: []\n");
  expect(await look()).toBe("settling");
  await write(first.replace("./a.git", "./other.git"));
  expect(await look()).toBe("settling");
  const next = await read();

  expect(revisions(next)["aa"]).not.toBe(revisions(context)["aa"]);
  expect(revisions(next)["bb"]).toBe(revisions(context)["bb"]);
  expect(await look()).toBe("unchanged");
});

it.each([
  { name: "half of it", text: first.slice(0, 60), says: "cairn.yaml:" },
  { name: "nothing", text: "", says: "cairn.yaml:1:1" },
  { name: "an unknown key", text: `${first}wrong: 1\n`, says: "cairn.yaml:5:1" },
  { name: "one name twice", text: first.replace("name: bb", "name: aa"), says: "cairn.yaml:3:13" },
  {
    name: "a schedule that is none",
    text: first.replace("./a.git", "./a.git, resync: '99 0 * * *'"),
    says: "resync",
  },
])(
  "refuses $name with its place, and does not forget what was in force",
  async ({ text, says }) => {
    const { look, read, write } = await serving(first);
    await write(text);

    await expect(read()).rejects.toMatchObject({ message: expect.stringContaining(says) });
    await expect(read()).rejects.toMatchObject({ kind: "invalid" });
    await write(first);
    expect(await look()).toBe("unchanged");
  },
);

it("does not take a file that is gone for an empty one", async () => {
  const { look, folder } = await serving(first);
  await rm(join(folder, "cairn.yaml"));

  await expect(look()).rejects.toMatchObject({ code: "CONFIG_UNREADABLE" });
});

it("takes secrets from the environment, or from files that are read anew", async () => {
  const env = { HOOK: " one\n", HOOK_OLD_FILE: "old.txt" };
  const { context, read, write, look } = await serving(first, env);
  expect(context.webhookSecrets).toEqual(["one"]);
  await write("two\n", "old.txt");
  const next = await read();

  expect(next.webhookSecrets).toEqual(["one", "two"]);
  expect(revisions(next)).toEqual(revisions(context));
  expect(await look()).toBe("unchanged");
});

it("opens a registry anew when what its credentials name has other contents", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cairn-keys-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const key = join(folder, "app.pem");
  await writeFile(key, "one");
  const text = `${first.replace("host: github", "host: github, credentials: c")}credentials: { c: { env_prefix: C_ } }\n`;
  const { context, read } = await serving(text, { C_APP_PRIVATE_KEY_FILE: key });
  await writeFile(key, "two");
  const next = await read();

  expect(revisions(next)["bb"]).not.toBe(revisions(context)["bb"]);
  expect(JSON.stringify(next.registries.map(({ revision }) => revision))).not.toContain("two");
});

it("may be left with no registry at all, and does not look for one elsewhere", async () => {
  const { read, write } = await serving(first);
  await write("registries: []\n");

  expect(await read()).toMatchObject({ registries: [] });
});

it("keeps the folders that are in use", async () => {
  const { read, write, context } = await serving(first);
  await write(`${first}data: ./elsewhere\n`);
  const next = await read();

  expect(next.dataFolder).not.toBe(context.dataFolder);
  expect(revisions(next)).toEqual(revisions(context));
});
