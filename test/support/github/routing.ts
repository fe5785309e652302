import type { Session } from "./accounts.ts";
import { notFound, type Answer } from "./answers.ts";
import type { Json, Repository } from "./model.ts";
import type { World } from "./world.ts";

/** One request to the API, as handlers see it. */
export interface Call {
  readonly world: World;
  readonly session: Session;
  readonly method: string;
  /** Below the API's root, without a query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: Json;
}

export interface RepositoryCall extends Call {
  readonly repository: Repository;
}

export type Handler = (call: Call) => Answer | Promise<Answer>;

export interface Route {
  readonly method: string;
  /** As GitHub's description names it. A parameter `+name` at the end takes all segments left. */
  readonly template: string;
  readonly handle: Handler;
}

interface Node {
  readonly children: Map<string, Node>;
  parameter: Node | undefined;
  readonly routes: Map<string, Route>;
  /** For all segments that are left. */
  readonly rest: Map<string, Route>;
}

export interface FoundRoute {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds the route of a path by its segments. */
export class Router {
  readonly #root = newNode();

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#add(route);
  }

  /** Throws GitHub's 404. */
  find(method: string, path: string): FoundRoute {
    const segments = path.split("/").slice(1).map(decodeSegment);
    const found = match(this.#root, segments, []);
    const route = found?.routes.get(method);
    if (found === undefined || route === undefined) throw notFound();
    const names = [...route.template.matchAll(/\{\+?(\w+)\}/g)].map(([, name = ""]) => name);
    const pairs = names.map((name, index) => [name, found.values[index] ?? ""]);
    return { route, parameters: Object.fromEntries(pairs) };
  }

  #add(route: Route): void {
    let node = this.#root;
    for (const segment of route.template.split("/").slice(1)) {
      if (segment.startsWith("{+")) {
        node.rest.set(route.method, route);
        return;
      }
      node = segment.startsWith("{") ? parameterOf(node) : childOf(node, segment);
    }
    node.routes.set(route.method, route);
  }
}

function newNode(): Node {
  return { children: new Map(), parameter: undefined, routes: new Map(), rest: new Map() };
}

function childOf(node: Node, segment: string): Node {
  const child = node.children.get(segment) ?? newNode();
  node.children.set(segment, child);
  return child;
}

function parameterOf(node: Node): Node {
  node.parameter ??= newNode();
  return node.parameter;
}

interface Match {
  readonly routes: ReadonlyMap<string, Route>;
  readonly values: readonly string[];
}

/** What is spelled out goes before a parameter, a parameter before the rest. */
function match(
  node: Node,
  segments: readonly string[],
  values: readonly string[],
): Match | undefined {
  const [segment, ...others] = segments;
  if (segment === undefined) {
    return node.routes.size > 0 ? { routes: node.routes, values } : undefined;
  }
  const child = node.children.get(segment);
  const found = child === undefined ? undefined : match(child, others, values);
  if (found !== undefined) return found;
  if (node.parameter !== undefined && segment !== "") {
    const deeper = match(node.parameter, others, [...values, segment]);
    if (deeper !== undefined) return deeper;
  }
  if (node.rest.size === 0) return undefined;
  return { routes: node.rest, values: [...values, segments.join("/")] };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw notFound();
  }
}
