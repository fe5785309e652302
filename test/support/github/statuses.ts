import { created, Refusal, type Answer } from "./answers.ts";
import { formatTime } from "./clock.ts";
import type { Json, Status } from "./model.ts";
import { pageOf } from "./paging.ts";
import { payloadShape } from "./pull-events.ts";
import { commitOf, need, onRepository, parameter, textOf } from "./route-kit.ts";
import type { RepositoryCall, Route } from "./routing.ts";
import { nodeId, repositoryShape, repositoryUrl, userShape } from "./shapes.ts";
import type { World } from "./world.ts";

const reading = need("read", "statuses");
const states = ["success", "failure", "error", "pending"] as const;
const mostDescription = 140;
const mostOfContext = 1000;

export const statusRoutes: readonly Route[] = [
  onRepository("POST", "/statuses/{sha}", need("write", "statuses"), create),
  onRepository("GET", "/commits/{ref}/statuses", reading, async (call) => {
    const sha = await commitOf(call);
    const found = call.repository.statuses.get(sha) ?? [];
    const url = statusUrl(call, sha);
    return pageOf(call, found.toReversed(), (status) => ({
      ...statusShape(call.world, status, url),
      creator: userShape(call.world, status.creator),
    }));
  }),
  onRepository("GET", "/commits/{ref}/status", reading, combined),
];

function statusUrl({ world, repository }: RepositoryCall, sha: string): string {
  return `${repositoryUrl(world, repository)}/statuses/${sha}`;
}

async function create(call: RepositoryCall): Promise<Answer> {
  const { world, repository, body, session } = call;
  const sha = parameter(call, "sha");
  if ((await repository.commits.get(sha))?.id !== sha) {
    throw new Refusal(422, `No commit found for SHA: ${sha}`);
  }
  const draft = parseStatus(body);
  const known = repository.statuses.get(sha) ?? [];
  if (known.filter(({ context }) => context === draft.context).length >= mostOfContext) {
    throw refused("This SHA and context has reached the maximum number of statuses.");
  }
  const creator = session.account;
  const status: Status = { ...draft, id: world.nextId(), creator, at: world.clock.stamp() };
  repository.statuses.set(sha, [...known, status]);
  const shape = statusShape(world, status, statusUrl(call, sha));
  await world.deliveries.tell(repository, "status", () => ({
    sha,
    name: repository.fullName,
    ...shape,
    ...payloadShape(world, repository, creator),
  }));
  return created({ ...shape, creator: userShape(world, creator) });
}

function parseStatus(body: Json): Omit<Status, "id" | "creator" | "at"> {
  const state = states.find((known) => known === body["state"]);
  if (state === undefined) throw refused("state is not included in the list");
  const description = textOf(body, "description") ?? null;
  if ((description?.length ?? 0) > mostDescription) {
    throw refused(`description is too long (maximum is ${mostDescription} characters)`);
  }
  const targetUrl = textOf(body, "target_url") ?? null;
  return { state, context: textOf(body, "context") ?? "default", description, targetUrl };
}

function refused(message: string): Refusal {
  const error = { resource: "Status", code: "custom", message };
  return new Refusal(422, "Validation Failed", { errors: [error] });
}

async function combined(call: RepositoryCall): Promise<Answer> {
  const { world, repository } = call;
  const sha = await commitOf(call);
  const latest = new Map<string, Status>();
  for (const status of repository.statuses.get(sha) ?? []) latest.set(status.context, status);
  const url = repositoryUrl(world, repository);
  return pageOf(
    call,
    [...latest.values()],
    (status) => statusShape(world, status, statusUrl(call, sha)),
    (statuses, total_count) => ({
      state: overall([...latest.values()]),
      statuses,
      sha,
      total_count,
      repository: repositoryShape(world, repository),
      commit_url: `${url}/commits/${sha}`,
      url: `${url}/commits/${sha}/status`,
    }),
  );
}

function overall(statuses: readonly Status[]): string {
  if (statuses.some(({ state }) => state === "failure" || state === "error")) return "failure";
  const isPending = statuses.length === 0 || statuses.some(({ state }) => state === "pending");
  return isPending ? "pending" : "success";
}

function statusShape(world: World, status: Status, url: string): Json {
  return {
    url,
    avatar_url: `${world.url}/avatars/u/${status.creator.id}`,
    id: status.id,
    node_id: nodeId("StatusContext", status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: formatTime(status.at),
    updated_at: formatTime(status.at),
  };
}
