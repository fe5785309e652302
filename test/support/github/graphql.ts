import { isAtLeast, levelOf, may } from "./accounts.ts";
import { notFound, ok, type Answer } from "./answers.ts";
import { formatTime } from "./clock.ts";
import type { Account, Json, Pull, Repository, TimelineEntry } from "./model.ts";
import { isJson, need, textOf } from "./route-kit.ts";
import type { Call, Route } from "./routing.ts";
import { nodeId } from "./shapes.ts";

type ForcePush = Extract<TimelineEntry, { readonly event: "head_ref_force_pushed" }>;

const mostNodes = 100;

/**
 * The one query that has an answer here: the force-pushes of a pull request. The query itself is
 * not understood, only recognized; its variables are found by their names (`owner`, `name` or
 * `repo`, `number`, `first`, `after` or `cursor`), and all fields are answered.
 */
export const graphqlRoute: Route = {
  method: "POST",
  template: "/graphql",
  handle: (call) => {
    if (call.world.deceit.isHidingGraphql) throw notFound();
    return answer(call);
  },
};

function answer(call: Call): Answer {
  const asked = parseQuestion(call.body);
  if (asked === undefined) return failed("undefinedField", "This query has no answer here.");
  const repository = call.world.repositories.find(`${asked.owner}/${asked.name}`);
  if (repository === undefined || !maySee(call, repository)) {
    return failed("NOT_FOUND", `Could not resolve to a Repository with the name '${asked.name}'.`);
  }
  const pull = repository.pulls.get(asked.number);
  if (pull === undefined) {
    return failed("NOT_FOUND", "Could not resolve to a PullRequest with the number.");
  }
  const timelineItems = page(pull, asked.first, asked.after);
  const { number, state, head } = pull;
  const shape = { number, state: state.toUpperCase(), headRefOid: head.sha };
  return ok({ data: { repository: { pullRequest: { ...shape, timelineItems } } } });
}

interface Question {
  readonly owner: string;
  readonly name: string;
  readonly number: number;
  readonly first: number;
  readonly after: string;
}

function parseQuestion(body: Json): Question | undefined {
  const query = textOf(body, "query") ?? "";
  const variables = isJson(body["variables"]) ? body["variables"] : {};
  const asksForPushes = /HEAD_REF_FORCE_PUSHED_EVENT/.test(query + JSON.stringify(variables));
  if (!asksForPushes || !/\btimelineItems\b/.test(query)) return undefined;
  const valueOf = (...names: readonly string[]): string => {
    const values = names.map((name) => variables[name] ?? literal(query, name));
    const found = values.find((value) => typeof value === "string" || typeof value === "number");
    return String(found ?? "");
  };
  return {
    owner: valueOf("owner"),
    name: valueOf("name", "repo", "repository"),
    number: Number(valueOf("number", "pullRequest")),
    first: Math.min(Number(valueOf("first")) || mostNodes, mostNodes),
    after: valueOf("after", "cursor"),
  };
}

function maySee({ session }: Call, repository: Repository): boolean {
  return session.kind === "user"
    ? isAtLeast(levelOf(repository, session.account), "read")
    : may(session, repository, need("read", "pull_requests"));
}

/** `number: 7` or `owner: "octo"` spelled out in the query. */
function literal(query: string, name: string): string | undefined {
  return new RegExp(`\\b${name}:\\s*"?([^"\\s,)$]+)`).exec(query)?.[1];
}

function failed(type: string, message: string): Answer {
  const error = { type, path: ["repository"], locations: [{ line: 1, column: 1 }], message };
  return ok({ data: { repository: null }, errors: [error] });
}

function page(pull: Pull, first: number, after: string): Json {
  const all = pull.timeline.filter(
    (entry): entry is ForcePush => entry.event === "head_ref_force_pushed",
  );
  const start = all.findIndex(({ id }) => cursorOf(id) === after) + 1;
  const shown = all.slice(start, start + first);
  const last = shown.at(-1);
  return {
    totalCount: all.length,
    pageInfo: {
      hasNextPage: start + first < all.length,
      endCursor: last === undefined ? null : cursorOf(last.id),
    },
    nodes: shown.map((entry) => ({
      __typename: "HeadRefForcePushedEvent",
      id: nodeId("HeadRefForcePushedEvent", entry.id),
      actor: actorShape(entry.actor),
      createdAt: formatTime(entry.at),
      beforeCommit: { oid: entry.before },
      afterCommit: { oid: entry.after },
    })),
  };
}

const cursorOf = (id: number) => Buffer.from(`cursor:${id}`).toString("base64");

/** Bots have their bare name in GraphQL. */
function actorShape({ login, type, id }: Account): Json {
  return { __typename: type, login: login.replace(/\[bot\]$/, ""), databaseId: id };
}
