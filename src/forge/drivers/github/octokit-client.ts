import type { Account } from "../../../domain/pull-request.ts";
import { answerBroken, forgeDenied, forgeUnavailable, rateLimited } from "../../errors.ts";
import { readWhoActs } from "./acting-account.ts";
import type { ApiAddress } from "./api-address.ts";
import type {
  CallOptions,
  GetOptions,
  GitHubClient,
  GitHubLimits,
  GitHubRights,
  Parameters,
  ReadRoute,
  WriteRoute,
} from "./api.ts";
import type { Budget, Headers } from "./budget.ts";
import { ConditionalAnswers, type KeptAnswer } from "./conditional.ts";
import type { Credentials } from "./credentials.ts";
import { describeRefusal, refusal } from "./failures.ts";
import { itemsOf, nextPage, PageTrail, totalOf } from "./pages.ts";
import type { Pace } from "./pace.ts";
import { isRefusal } from "./refusal.ts";
import type { Call, Reply, Requester } from "./requester.ts";
import { readFields, type Fields } from "./shapes.ts";

export interface ClientParts {
  readonly owner: string;
  readonly repository: string;
  readonly address: ApiAddress;
  readonly requester: Requester;
  readonly credentials: Credentials;
  readonly budget: Budget;
  readonly pace: Pace;
  readonly limits: GitHubLimits;
  /** Sends a request as the App itself. */
  readonly asApp: (route: string) => Promise<unknown>;
}

const ownRepository = "GET /repos/{owner}/{repo}";

/** The client as the rest of the driver sees it: reads that are free when nothing changed, writes in turn. */
export class OctokitClient implements GitHubClient {
  readonly owner: string;
  readonly repository: string;
  readonly budget: Budget;
  readonly #parts: ClientParts;
  readonly #kept: ConditionalAnswers;
  #account: Account | undefined;

  constructor(parts: ClientParts) {
    this.owner = parts.owner;
    this.repository = parts.repository;
    this.budget = parts.budget;
    this.#parts = parts;
    this.#kept = new ConditionalAnswers(parts.limits.cacheEntries);
  }

  async get(route: ReadRoute, parameters?: Parameters, options?: GetOptions): Promise<unknown> {
    return (await this.#find(route, this.#fill(route, parameters), options))?.data;
  }

  async list(
    route: ReadRoute,
    parameters?: Parameters,
    options?: GetOptions,
  ): Promise<readonly unknown[]> {
    const { address, limits, requester } = this.#parts;
    const first = this.#fill(route, { per_page: 100, ...parameters });
    const what = requester.describe(route, first);
    const trail = new PageTrail(what, limits.maxPages);
    trail.visit(requester.urlOf(route, first));
    let page = await this.#find(route, first, options);
    if (page === undefined) return [];
    const total = totalOf(page.data);
    const items = [...itemsOf(page.data, what)];
    for (let next = nextPage(page.link, address); next !== undefined;) {
      trail.visit(next);
      page = await this.#read(`GET ${next}`, {}, options);
      items.push(...itemsOf(page.data, what));
      next = nextPage(page.link, address);
    }
    trail.requireAll(items.length, total);
    return items;
  }

  async send(route: WriteRoute, parameters?: Parameters, options?: CallOptions): Promise<unknown> {
    if (this.#parts.credentials.type === "none") throw noCredentials();
    this.#parts.budget.admit("core", true);
    await this.#parts.pace.turn(options?.signal);
    const call = {
      route,
      parameters: this.#fill(route, parameters),
      isRepeatable: false,
      ...options,
    };
    return (await this.#authorized(call)).data;
  }

  async graphql(query: string, variables: Parameters, options?: CallOptions): Promise<unknown> {
    const { budget, address } = this.#parts;
    budget.admit("graphql", options?.essential === true);
    const { data, headers } = await this.#authorized({
      route: `POST ${address.graphqlUrl}`,
      parameters: { query, variables },
      isRepeatable: true,
      ...options,
    });
    const answer = readFields(data, "the answer to a GraphQL query");
    if (answer.has("errors")) throw this.#graphqlFailure(answer.objects("errors"), headers);
    return answer.required("data");
  }

  async login(signal?: AbortSignal): Promise<{ username: string; password: string } | undefined> {
    const { credentials } = this.#parts;
    await credentials.prepare(signal);
    const password = credentials.token();
    return password === undefined ? undefined : { username: "x-access-token", password };
  }

  async account(signal?: AbortSignal): Promise<Account> {
    const { credentials, asApp } = this.#parts;
    if (credentials.type === "none") throw noCredentials();
    this.#account ??= await readWhoActs(credentials.type, { client: this, asApp }, signal);
    return this.#account;
  }

  async rights(signal?: AbortSignal): Promise<GitHubRights> {
    const { credentials } = this.#parts;
    if (credentials.type === "none") return { type: "none" };
    const permissions = await credentials.permissions(signal);
    if (permissions !== undefined) return { type: "app", permissions };
    const parameters = this.#fill(ownRepository, {});
    const call = { route: ownRepository, parameters, isRepeatable: true, signal };
    const { headers } = await this.#authorized(call);
    const scopes = headers["x-oauth-scopes"];
    return {
      type: "token",
      scopes: typeof scopes === "string" ? scopes.split(/[\s,]+/).filter(Boolean) : undefined,
    };
  }

  /** Nothing is added to routes that do not ask for it: it would be a part of the query. */
  #fill(route: string, parameters: Parameters = {}): Parameters {
    return {
      ...(route.includes("{owner}") ? { owner: this.owner } : {}),
      ...(route.includes("{repo}") ? { repo: this.repository } : {}),
      ...parameters,
    };
  }

  /** Like `#read`, and `undefined` for what is missing where the caller takes that for an answer. */
  async #find(
    route: ReadRoute,
    parameters: Parameters,
    options?: GetOptions,
  ): Promise<KeptAnswer | undefined> {
    try {
      return await this.#read(route, parameters, options);
    } catch (error) {
      if (options?.missing === undefined || !isRefusal(error, [404, 410])) throw error;
      // Without access to the repository nothing in it can be told to be missing.
      const { missing: _missing, ...rest } = options;
      if (route.startsWith(`${ownRepository}/`)) await this.get(ownRepository, {}, rest);
      return undefined;
    }
  }

  async #read(route: string, parameters: Parameters, options?: CallOptions): Promise<KeptAnswer> {
    const { budget, requester } = this.#parts;
    budget.admit("core", options?.essential === true);
    const url = requester.urlOf(route, parameters);
    const kept = this.#kept.get(url);
    const headers = kept === undefined ? {} : { headers: { "if-none-match": kept.etag } };
    const { status, data, sizeBytes, ...reply } = await this.#authorized({
      route,
      parameters: { ...parameters, ...headers },
      isRepeatable: true,
      signal: options?.signal,
    });
    if (status === 304) return kept ?? rejectUnasked(url);
    const link = reply.headers["link"];
    const answer = { data, link: typeof link === "string" ? link : undefined };
    this.#kept.set(url, reply.headers["etag"], { ...answer, sizeBytes });
    return answer;
  }

  async #authorized(call: Call): Promise<Reply> {
    const { credentials, requester } = this.#parts;
    await credentials.prepare(call.signal);
    try {
      return await requester.send(call);
    } catch (error) {
      // Refused before anything was done, so that a write may be sent again too.
      if (!isRefusal(error, [401]) || !(await credentials.renew(call.signal))) throw error;
      return requester.send(call);
    }
  }

  #graphqlFailure(errors: readonly Fields[], headers: Headers): Error {
    const detail = describeRefusal({
      errors: errors.map((error) => error.optionalString("message")),
    });
    const types = errors.flatMap((error) => error.optionalString("type") ?? []);
    if (types.some((type) => /rate_?limit/i.test(type))) {
      return rateLimited(detail, this.#parts.budget.refused(headers));
    }
    if (types.length === 0) return forgeUnavailable(`a GraphQL query failed: ${detail}`);
    return refusal(200, `${types.join(", ")}: ${detail}`, `a GraphQL query: ${detail}`);
  }
}

function rejectUnasked(url: string): never {
  throw answerBroken(`${url.slice(0, 200)} is said to be unchanged, which nobody asked.`);
}

function noCredentials(): Error {
  return forgeDenied("it wants credentials, and none are configured.");
}
