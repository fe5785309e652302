import { levelOf } from "./accounts.ts";
import { forbidden, notFound, ok } from "./answers.ts";
import { formatTime } from "./clock.ts";
import { cursorPageOf, pageOf } from "./paging.ts";
import { levelIn, need, onRepository, parameter } from "./route-kit.ts";
import type { Call, Route } from "./routing.ts";
import { fullRepositoryShape, nodeId, permissionFlags, userShape } from "./shapes.ts";
import type { Activity, Json } from "./model.ts";
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
  { method: "GET", template: "/orgs/{org}/teams/{team_slug}/members", handle: teamMembers },
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

async function teamMembers(call: Call): ReturnType<typeof pageOf> {
  const { world, session, parameters } = call;
  const { org = "", team_slug: slug = "" } = parameters;
  if (session.kind !== "user" && session.permissions["members"] === undefined) {
    throw forbidden("Resource not accessible by integration");
  }
  if (session.kind === "user" && !isInside(call, org)) {
    throw forbidden("Must have admin rights to Repository.");
  }
  const team = world.accounts.team(org, slug);
  if (team === undefined) throw notFound();
  return pageOf(call, team.members, (login) => userShape(world, world.accounts.get(login)));
}

/** People of the organization: in one of its teams, or trusted with one of its repositories. */
function isInside({ world, session }: Call, organization: string): boolean {
  return (
    world.accounts.isMember(organization, session.account) ||
    world.repositories.trusts(organization, session.account)
  );
}
