import { createAppAuth } from "@octokit/auth-app";
import type { Octokit } from "@octokit/rest";
import { credentialsRefused, forgeDenied, nameRefused } from "../../errors.ts";
import { ApiAddress } from "./api-address.ts";
import type { GitHubClient, GitHubClientOptions, GitHubLimits, Parameters } from "./api.ts";
import { Budget } from "./budget.ts";
import type { Credentials } from "./credentials.ts";
import { createCredentials, readPrivateKey } from "./given-credentials.ts";
import { createOctokits } from "./octokit.ts";
import { OctokitClient } from "./octokit-client.ts";
import { Pace } from "./pace.ts";
import { Requester, type Perform } from "./requester.ts";
import { Transport } from "./transport.ts";

export type * from "./api.ts";

const defaultLimits: GitHubLimits = {
  timeoutMs: 30_000,
  maxPages: 150,
  maxBodyBytes: 32 * 1024 * 1024,
  cacheEntries: 500,
  reserve: 0.1,
  retries: 2,
  retryAfterMs: 1000,
  writeBurst: 3,
  writeSpacingMs: 1000,
};

/**
 * A client for one repository. Throws `FORGE_NAME_REFUSED`, `FORGE_API_URL_REFUSED` or
 * `FORGE_CREDENTIALS_REFUSED` for what cannot be; asks GitHub nothing yet.
 */
export function createGitHubClient(options: GitHubClientOptions): GitHubClient {
  const { owner, repository, clock, log } = options;
  checkName("owner", owner);
  checkName("repository", repository);
  const limits = { ...defaultLimits, ...options.limits };
  const address = new ApiAddress(options.apiUrl);
  const budget = new Budget(clock, limits.reserve);
  const transport = new Transport({
    ...limits,
    address,
    authorization: () => toHeader(credentials),
    note: (headers) => budget.note(headers),
  });
  const octokits = createOctokits({ transport, address, log, limits });
  const requester = new Requester({ octokits, address, budget });
  const perform = performAsApp(options, octokits.forReads);
  const asApp = async (route: string, parameters: Parameters = {}): Promise<unknown> => {
    const filled = route.includes("{owner}") ? { owner, repo: repository } : {};
    const call = { route, parameters: { ...filled, ...parameters }, isRepeatable: true };
    return (await requester.send(call, perform)).data;
  };
  const credentials: Credentials = createCredentials(options.credentials, {
    repository,
    clock,
    budget,
    asApp,
  });
  const pace = new Pace({ burst: limits.writeBurst, spacingMs: limits.writeSpacingMs, clock });
  const parts = { owner, repository, address, requester, credentials, budget, pace, limits };
  return new OctokitClient({ ...parts, asApp });
}

/** `..` for a name would make it the address of something else. */
function checkName(what: string, name: string): void {
  if (!/^[\w.-]{1,100}$/.test(name) || name === "." || name === "..") throw nameRefused(what, name);
}

function toHeader(credentials: Credentials): string | undefined {
  const token = credentials.token();
  return token === undefined ? undefined : `Bearer ${token}`;
}

function performAsApp({ credentials, log }: GitHubClientOptions, octokit: Octokit): Perform {
  if (credentials?.type !== "app") {
    return async () => {
      throw forgeDenied("only an App can do that.");
    };
  }
  const { appId } = credentials;
  if (!/^[\w.-]{1,100}$/.test(appId)) throw credentialsRefused("that is no id of an App.");
  const app = createAppAuth({
    appId,
    privateKey: readPrivateKey(credentials.privateKey),
    request: octokit.request,
    log: { warn: (message) => log.debug({}, message) },
  });
  return async ({ route, parameters }) => app.hook(octokit.request, route, { ...parameters });
}
