import { levelOf } from "./accounts.ts";
import { forbidden, notFound, ok } from "./answers.ts";
import { formatTime } from "./clock.ts";
import { cursorPageOf, pageOf } from "./paging.ts";
import { levelIn, need, onRepository, parameter } from "./route-kit.ts";
import type { RepositoryCall, Route } from "./routing.ts";
import {
  fullRepositoryShape,
  nodeId,
  permissionFlags,
  repositoryUrl,
  userShape,
} from "./shapes.ts";
import type { Activity, Json, Webhook } from "./model.ts";
import type { World } from "./world.ts";

export const repositoryRoutes: readonly Route[] = [
  onRepository("GET", "", need("read", "metadata"), (call) =>
    ok(fullRepositoryShape(call.world, call.repository, levelIn(call))),
  ),
  onRepository("GET", "/activity", need("read", "contents"), async (call) => {
    const { world, repository, query } = call;
    if (world.deceit.isHidingActivity) throw forbidden("Resource not accessible by integration");
    const ref = query.get("ref");
    const actor = query.get("actor")?.toLowerCase();
    const type = query.get("activity_type");
    const wanted = ref?.replace(/^(?!refs\/)/, "refs/heads/");
    const found = repository.activity.filter(
      (activity) =>
        (wanted === undefined || activity.ref === wanted) &&
        (actor === undefined || activity.actor.login.toLowerCase() === actor) &&
        (type === null || activity.type === type),
    );
    const ordered = query.get("direction") === "asc" ? found : found.toReversed();
    return cursorPageOf(call, ordered, (activity) => activityShape(world, activity));
  }),
  onRepository(
    "GET",
    "/collaborators/{username}/permission",
    need("read", "metadata", "write"),
    (call) => {
      const account = call.world.accounts.find(parameter(call, "username"));
      if (account === undefined) throw notFound();
      const level = levelOf(call.repository, account);
      const permissions = permissionFlags(level);
      const coarse: Readonly<Record<string, string>> = { maintain: "write", triage: "read" };
      return ok({
        permission: coarse[level] ?? level,
        user: { ...userShape(call.world, account), permissions, role_name: level },
        role_name: level,
      });
    },
  ),
  onRepository("GET", "/hooks", need("read", "repository_hooks", "admin"), async (call) =>
    pageOf(call, call.repository.webhooks, (webhook) => webhookShape(call, webhook)),
  ),
];

function activityShape(world: World, activity: Activity): Json {
  return {
    id: activity.id,
    node_id: nodeId("PSH", activity.id),
    before: activity.before,
    after: activity.after,
    ref: activity.ref,
    timestamp: formatTime(activity.at),
    activity_type: activity.type,
    actor: userShape(world, activity.actor),
  };
}

function webhookShape(call: RepositoryCall, { id, url, events }: Webhook): Json {
  const { world, repository } = call;
  const self = `${repositoryUrl(world, repository)}/hooks/${id}`;
  const time = formatTime(repository.createdAt);
  return {
    type: "Repository",
    id,
    name: "web",
    active: true,
    events: [...(events ?? ["*"])],
    config: { url, content_type: "json", insecure_ssl: "0", secret: "********" },
    created_at: time,
    updated_at: time,
    url: self,
    test_url: `${self}/test`,
    ping_url: `${self}/pings`,
    deliveries_url: `${self}/deliveries`,
    last_response: { code: null, status: "unused", message: null },
  };
}
