import { LocalForge } from "../forge/drivers/local/local-forge.ts";
import type { Forge } from "../forge/forge.ts";
import type { HostServices } from "../forge/host-services.ts";
import type { NativeGitMirror } from "../git/drivers/native/mirror.ts";
import type { RemoteLogin } from "../git/drivers/native/remote.ts";
import { systemClock } from "../shared/clock.ts";
import { CairnError } from "../shared/errors.ts";
import { redact } from "../shared/redact.ts";
import type { AppOptions } from "../usecases/app-options.ts";
import { isPublicGitHub } from "../usecases/author/github/choices.ts";
import { gitHubCredentials, gitLogin } from "./host-credentials.ts";
import type { RegistryTarget, Settings } from "./settings.ts";

/** A pull-request host before there is a mirror: the mirror logs in with it, and it reads the mirror. */
export interface HostConnection {
  /** For Git's own transport. */
  readonly login: RemoteLogin | undefined;
  attach(git: NativeGitMirror): {
    readonly forge: Forge;
    readonly host: HostServices | undefined;
  };
}

/** Which host is believed is the operator's word, and never a fallback. */
export async function connectHost(
  options: AppOptions,
  settings: Settings,
  target: RegistryTarget,
  signingKey: string | undefined,
): Promise<HostConnection> {
  if (target.host === "local") {
    const signing = signingKey === undefined ? {} : { signingKey };
    return {
      login: gitLogin(options.env, settings, target),
      attach: (git) => ({
        forge: new LocalForge({ git, clock: systemClock, ...signing }),
        host: undefined,
      }),
    };
  }
  return connectGitHub(options, settings, target);
}

async function connectGitHub(
  options: AppOptions,
  settings: Settings,
  target: RegistryTarget,
): Promise<HostConnection> {
  const { log } = options;
  const { apiUrl, owner, repository } = gitHubRepository(target.url);
  const credentials = await gitHubCredentials(options, settings, target);
  // Loaded when it is wanted: Octokit would take a part of the time of every command.
  const { createGitHubClient, GitHubForge, GitHubHost } = await import("./github-driver.ts");
  const client = createGitHubClient({
    apiUrl: target.github.apiUrl ?? apiUrl,
    owner,
    repository,
    credentials,
    log,
    clock: systemClock,
  });
  return {
    login: (signal) => client.login(signal),
    attach: (git) => ({
      forge: new GitHubForge({ client, git, log, clock: systemClock }),
      host: new GitHubHost({ client, git, log }),
    }),
  };
}

export interface GitHubRepository {
  readonly apiUrl: string;
  readonly owner: string;
  readonly repository: string;
}

/**
 * The repository that a Git URL means on github.com or on an Enterprise Server:
 * `https://host/owner/name.git`, `ssh://git@host/owner/name`, `git@host:owner/name`. Throws
 * `HOST_URL_UNSUPPORTED`.
 */
export function gitHubRepository(url: string): GitHubRepository {
  const found =
    /^(https?):\/\/(?:[^/@]*@)?([^/@]+)\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/i.exec(url) ??
    /^(ssh):\/\/(?:[^/@]*@)?([^/@:]+)(?::\d+)?\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/i.exec(url) ??
    /^()(?:[\w.-]+@)([\w.-]+):([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(url);
  const [, scheme = "", host = "", owner = "", repository = ""] = found ?? [];
  if ([owner, repository].some((name) => /^\.{0,2}$/.test(name))) throw urlUnsupported(url);
  const origin = `${scheme.toLowerCase() === "http" ? "http" : "https"}://${host.toLowerCase()}`;
  const isPublic = isPublicGitHub(host) && origin.startsWith("https:");
  return { apiUrl: isPublic ? "https://api.github.com" : `${origin}/api/v3`, owner, repository };
}

function urlUnsupported(url: string): CairnError {
  return new CairnError({
    code: "HOST_URL_UNSUPPORTED",
    kind: "invalid",
    message: `${redact(url)} names no repository on GitHub.`,
    hint: "Write it as https://github.com/OWNER/NAME.git, with the name of your server where it is not github.com.",
  });
}
