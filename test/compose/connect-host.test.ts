import { describe, expect, it } from "vitest";
import { gitHubRepository } from "../../src/compose/connect-host.ts";

const contoso = { owner: "contoso", repository: "ml-registry" };
const publicApi = "https://api.github.com";

describe("the repository on GitHub that a Git URL means", () => {
  it.each([
    ["https://github.com/contoso/ml-registry.git", publicApi],
    ["https://github.com/contoso/ml-registry/", publicApi],
    ["https://www.GitHub.com/contoso/ml-registry", publicApi],
    ["https://x-access-token:secret@github.com/contoso/ml-registry.git", publicApi],
    ["git@github.com:contoso/ml-registry.git", publicApi],
    ["ssh://git@github.com:22/contoso/ml-registry.git", publicApi],
    ["ssh://git@ssh.github.com:443/contoso/ml-registry.git", publicApi],
    ["https://git.contoso.example/contoso/ml-registry", "https://git.contoso.example/api/v3"],
    ["http://127.0.0.1:4000/contoso/ml-registry.git", "http://127.0.0.1:4000/api/v3"],
    ["git@git.contoso.example:contoso/ml-registry.git", "https://git.contoso.example/api/v3"],
  ])("%s", (url, apiUrl) => {
    expect(gitHubRepository(url)).toEqual({ ...contoso, apiUrl });
  });

  it.each([
    "",
    "file:///srv/ml-registry.git",
    "../ml-registry",
    "https://github.com/contoso",
    "https://github.com/contoso/ml-registry/tree/main",
    "https://github.com/../ml-registry",
    "https://github.com/contoso/..",
    "https://github.com/contoso/a b",
    "https://github.com/contoso/ml%2fregistry",
    `https://github.com/${"a/".repeat(50_000)}`,
  ])("none: %.60s", (url) => {
    expect(() => gitHubRepository(url)).toThrow(
      expect.objectContaining({ code: "HOST_URL_UNSUPPORTED" }),
    );
  });
});
