import { formatTime } from "./clock.ts";
import { commentShape } from "./conversation.ts";
import type { Json, Pull, TimelineEntry } from "./model.ts";
import { pageOf } from "./paging.ts";
import { associationOf, labelShape, teamShape } from "./pull-shape.ts";
import { reviewShape } from "./reviews.ts";
import { need, onRepository, pullOf } from "./route-kit.ts";
import type { Route } from "./routing.ts";
import { gitCommitShape, nodeId, repositoryUrl, userShape, viaApp } from "./shapes.ts";
import type { World } from "./world.ts";

export const timelineRoutes: readonly Route[] = [
  onRepository(
    "GET",
    "/issues/{issue_number}/timeline",
    need("read", "issues|pull_requests"),
    async (call) => {
      const pull = pullOf(call, "issue_number");
      return pageOf(call, shown(pull), async (entry) => entryShape(call.world, pull, entry));
    },
  ),
  onRepository(
    "GET",
    "/issues/{issue_number}/events",
    need("read", "issues|pull_requests"),
    async (call) => {
      const pull = pullOf(call, "issue_number");
      const happened = pull.timeline.filter(({ event }) => !said.has(event));
      return pageOf(call, happened, async (entry) => entryShape(call.world, pull, entry));
    },
  ),
];

/** Only the timeline tells these. */
const said: ReadonlySet<string> = new Set(["committed", "reviewed", "commented"]);

/** Commits that a force-push removed are not on it any more. */
function shown(pull: Pull): readonly TimelineEntry[] {
  const commits = new Set(pull.commits);
  return pull.timeline.filter((entry) => entry.event !== "committed" || commits.has(entry.commit));
}

async function entryShape(world: World, pull: Pull, entry: TimelineEntry): Promise<Json | null> {
  const { repository } = pull;
  const { event } = entry;
  if (event === "reviewed") return { event, ...reviewShape(world, pull, entry.review) };
  if (event === "commented") {
    const actor = userShape(world, entry.comment.user);
    return { event, actor, ...commentShape(world, entry.comment) };
  }
  if (event !== "committed") {
    return { ...eventShape(world, pull, entry), ...detailsOf(world, pull, entry) };
  }
  const commit = await repository.commits.get(entry.commit);
  return commit === undefined ? null : { event, ...gitCommitShape(world, repository, commit) };
}

/** What an event has besides what all have. */
function detailsOf(world: World, pull: Pull, entry: TimelineEntry): Json {
  if (entry.event === "labeled" || entry.event === "unlabeled") {
    const { name, color } = labelShape(world, pull.repository, entry.label);
    return { label: { name, color } };
  }
  if (entry.event === "head_ref_force_pushed") return commitLink(world, pull, entry.after);
  if (entry.event === "merged") return commitLink(world, pull, entry.commit);
  if (entry.event === "renamed") return { rename: { from: entry.from, to: entry.to } };
  if (entry.event === "review_dismissed") return { dismissed_review: dismissed(entry) };
  const isRequest = entry.event === "review_requested" || entry.event === "review_request_removed";
  return isRequest ? requested(world, pull, entry) : {};
}

function dismissed({
  review,
  state,
  message,
}: Extract<TimelineEntry, { readonly event: "review_dismissed" }>): Json {
  return { state: state.toLowerCase(), review_id: review.id, dismissal_message: message };
}

function eventShape(world: World, pull: Pull, { id, event, actor, at }: TimelineEntry): Json {
  return {
    id,
    node_id: nodeId("Event", id),
    url: `${repositoryUrl(world, pull.repository)}/issues/events/${id}`,
    actor: userShape(world, actor),
    event,
    commit_id: null,
    commit_url: null,
    created_at: formatTime(at),
    ...(event === "closed" && { state_reason: null }),
    performed_via_github_app: viaApp(world, actor.login),
    author_association: associationOf(world, pull.repository, actor),
  };
}

function commitLink(world: World, pull: Pull, commit: string): Json {
  const url = `${repositoryUrl(world, pull.repository)}/commits/${commit}`;
  return { commit_id: commit, commit_url: url };
}

function requested(
  world: World,
  pull: Pull,
  entry: Extract<TimelineEntry, { readonly event: "review_requested" | "review_request_removed" }>,
): Json {
  return {
    review_requester: userShape(world, entry.actor),
    ...(entry.reviewer !== undefined && {
      requested_reviewer: userShape(world, entry.reviewer),
    }),
    ...(entry.team !== undefined && {
      requested_team: teamShape(world, pull.repository, entry.team),
    }),
  };
}
