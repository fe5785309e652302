import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { gitHubCredentials, gitLogin } from "../../src/compose/host-credentials.ts";
import type { RegistryTarget, Settings } from "../../src/compose/settings.ts";
import { defaultConfig, noGitHubSettings } from "../../src/registry/operator-config.ts";

const settings: Settings = {
  config: { ...defaultConfig, credentials: new Map([["contoso", { envPrefix: "CONTOSO_" }]]) },
  folder: "/",
  dataFolder: "data",
  storesFolder: "stores",
};

function targetWith(credentials?: string): RegistryTarget {
  return {
    name: "contoso-ml",
    url: "https://github.com/contoso/ml.git",
    branch: undefined,
    host: "github",
    credentials,
    github: noGitHubSettings,
    pollMs: 1000,
    resyncCron: undefined,
    verifyCron: undefined,
    gitFolder: undefined,
    workTree: undefined,
  };
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "cairn-credentials-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe("who Cairn is on GitHub", () => {
  it.each([
    ["nobody", {}, undefined, undefined],
    [
      "its own token first",
      { CAIRN_GITHUB_TOKEN: "a", GITHUB_TOKEN: "b", GH_TOKEN: "c" },
      undefined,
      "a",
    ],
    ["the token of a workflow", { CAIRN_GITHUB_TOKEN: " ", GITHUB_TOKEN: "b" }, undefined, "b"],
    ["the token of the gh program", { GH_TOKEN: "c" }, undefined, "c"],
    [
      "what cairn.yaml names and nothing else",
      { CONTOSO_TOKEN: "d\n", GITHUB_TOKEN: "b" },
      "contoso",
      "d",
    ],
  ] as const)("is %s", async (_name, env, credentials, token) => {
    const found = await gitHubCredentials({ env, cwd: "." }, settings, targetWith(credentials));
    expect(found).toEqual(token === undefined ? undefined : { type: "token", token });
  });

  it("is an App, whose key is a file or one line", async () => {
    const cwd = await folder();
    await writeFile(join(cwd, "app.pem"), "KEY\n");
    const target = targetWith("contoso");
    const file = { CONTOSO_APP_ID: "7", CONTOSO_APP_PRIVATE_KEY_FILE: "app.pem" };
    const line = {
      CONTOSO_APP_ID: "7",
      CONTOSO_APP_INSTALLATION_ID: "9",
      CONTOSO_APP_PRIVATE_KEY: String.raw`KEY\n`,
    };
    const app = { type: "app", appId: "7", privateKey: "KEY\n" };
    expect(await gitHubCredentials({ env: file, cwd }, settings, target)).toEqual(app);
    expect(await gitHubCredentials({ env: line, cwd }, settings, target)).toEqual({
      ...app,
      installationId: "9",
    });
  });

  it.each([
    ["CREDENTIALS_UNKNOWN", {}, "other"],
    ["CREDENTIALS_MISSING", { GITHUB_TOKEN: "b" }, "contoso"],
    ["CREDENTIALS_MISSING", { CONTOSO_APP_ID: "7" }, "contoso"],
    [
      "CREDENTIALS_UNREADABLE",
      { CONTOSO_APP_ID: "7", CONTOSO_APP_PRIVATE_KEY_FILE: "not-there.pem" },
      "contoso",
    ],
  ] as const)("says %s", async (code, env, credentials) => {
    const cwd = await folder();
    await expect(
      gitHubCredentials({ env, cwd }, settings, targetWith(credentials)),
    ).rejects.toMatchObject({ code, kind: "invalid" });
  });
});

describe("the login of another Git host", () => {
  it("is Git's business unless cairn.yaml names one", async () => {
    expect(gitLogin({ GITHUB_TOKEN: "b" }, settings, targetWith())).toBeUndefined();
    const env = { CONTOSO_TOKEN: "d", CONTOSO_USERNAME: "bot" };
    const login = gitLogin(env, settings, targetWith("contoso"));
    expect(await login?.()).toEqual({ username: "bot", password: "d" });
    expect(() => gitLogin({}, settings, targetWith("contoso"))).toThrow(
      expect.objectContaining({ code: "CREDENTIALS_MISSING" }),
    );
  });
});
