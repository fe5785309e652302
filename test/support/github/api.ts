import { createHash } from "node:crypto";
import { allRoutes } from "./all-routes.ts";
import type { Session } from "./accounts.ts";
import { Refusal, type Answer } from "./answers.ts";
import type { Contract } from "./contract.ts";
import type { Json } from "./model.ts";
import { isJson } from "./route-kit.ts";
import { Router } from "./routing.ts";
import type { World } from "./world.ts";

/** A request to the API after the transport took it apart. */
export interface ApiRequest {
  readonly method: string;
  /** Below the API's root. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly session: Session | undefined;
  readonly body: Buffer;
}

/** Finds who answers, and holds the answer against GitHub's description. */
export class Api {
  readonly violations: string[] = [];
  readonly #world: World;
  readonly #contract: Contract;
  readonly #router = new Router(allRoutes);

  constructor(world: World, contract: Contract) {
    this.#world = world;
    this.#contract = contract;
  }

  async answer(request: ApiRequest): Promise<Answer> {
    let operation: string | undefined;
    try {
      const path = this.#withNames(request.path);
      const { route, parameters } = this.#router.find(request.method, path);
      operation = `${route.method} ${route.template.replace("{+", "{")}`;
      if (request.session === undefined) throw new Refusal(401, "Requires authentication");
      const { method, query, session } = request;
      const body = parseBody(request.body);
      const call = { world: this.#world, session, method, path, query, parameters, body };
      return this.#checked(operation, await route.handle(call));
    } catch (error) {
      if (!(error instanceof Refusal)) {
        const stack = error instanceof Error ? error.stack : undefined;
        return this.#broken(`${request.method} ${request.path}: ${stack ?? String(error)}`);
      }
      const answer = error.toAnswer();
      return operation === undefined ? answer : this.#checked(operation, answer);
    }
  }

  #checked(operation: string, answer: Answer): Answer {
    if (operation === "POST /graphql") return answer;
    const problem = this.#contract.problemOf(operation, answer.status, answer.body);
    return problem === undefined ? answer : this.#broken(problem);
  }

  #broken(problem: string): Answer {
    this.violations.push(problem);
    return { status: 500, body: { message: `the double is wrong: ${problem}` } };
  }

  /** `/repositories/{id}/…` is what GitHub's own links use. */
  #withNames(path: string): string {
    const found = /^\/repositories\/(\d+)(?=\/|$)/.exec(path);
    const repository = this.#world.repositories.findById(Number(found?.[1]));
    if (found === null || repository === undefined) return path;
    return `/repos/${repository.fullName}${path.slice(found[0].length)}`;
  }
}

/** Labels may come as a bare list. */
function parseBody(body: Buffer): Json {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return isJson(value) || Array.isArray(value) ? (value as Json) : {};
  } catch {
    throw new Refusal(400, "Problems parsing JSON");
  }
}

export function etagOf(body: Buffer): string {
  return `W/"${createHash("sha256").update(body).digest("hex")}"`;
}
