import { levelOf, requireAccess, type Need } from "./accounts.ts";
import { notFound, Refusal, type Answer } from "./answers.ts";
import type { PermissionLevel } from "./double.ts";
import type { Json, Pull } from "./model.ts";
import type { RepositoryCall, Route } from "./routing.ts";

type RepositoryHandler = (call: RepositoryCall) => Answer | Promise<Answer>;

/** `read contents`, `write checks`: what an app needs; people need the level that goes with it. */
export function need(
  access: "read" | "write",
  resource: string,
  user: PermissionLevel = access,
): Need {
  return { access, resource, user };
}

/** A route below `/repos/{owner}/{repo}`. */
export function onRepository(
  method: string,
  below: string,
  needed: Need,
  handle: RepositoryHandler,
): Route {
  return {
    method,
    template: `/repos/{owner}/{repo}${below}`,
    handle: (call) => {
      const { owner, repo } = call.parameters;
      const repository = call.world.repositories.find(`${owner}/${repo}`);
      if (repository === undefined) throw notFound();
      requireAccess(call.session, repository, needed);
      return handle({ ...call, repository });
    },
  };
}

export function parameter(call: RepositoryCall, name: string): string {
  return call.parameters[name] ?? "";
}

/** The pull request of the path. */
export function pullOf(call: RepositoryCall, name = "pull_number"): Pull {
  const pull = call.repository.pulls.get(Number(parameter(call, name)));
  if (pull === undefined) throw notFound();
  return pull;
}

/** The commit that `{ref}` means: an id, a branch, a tag. */
export async function commitOf(call: RepositoryCall, name = "ref"): Promise<string> {
  const wanted = parameter(call, name).replace(/^refs\//, "");
  const { refs, commits } = call.repository;
  const names = [`refs/${wanted}`, `refs/heads/${wanted}`, `refs/tags/${wanted}`];
  for (const candidate of names) {
    const id = await refs.get(candidate);
    if (id !== undefined) return (await commits.get(id))?.id ?? id;
  }
  const commit = /^[0-9a-f]{7,40}$/.test(wanted) ? await commits.get(wanted) : undefined;
  if (commit === undefined) throw new Refusal(422, `No commit found for SHA: ${wanted}`);
  return commit.id;
}

export function levelIn(call: RepositoryCall): string {
  return call.session.kind === "user"
    ? levelOf(call.repository, call.session.account)
    : (call.session.permissions["contents"] ?? "read");
}

export function textOf(body: Json, name: string): string | undefined {
  const value = body[name];
  return typeof value === "string" ? value : undefined;
}

/** Strings of a list in the body; anything else in it is not there. */
export function textsOf(body: Json, name: string): readonly string[] {
  const value = body[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
