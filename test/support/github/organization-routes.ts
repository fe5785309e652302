import { forbidden, notFound, ok } from "./answers.ts";
import type { TeamDraft } from "./double.ts";
import type { Json } from "./model.ts";
import { pageOf } from "./paging.ts";
import type { Call, Route } from "./routing.ts";
import { nodeId, publicUserShape, userShape } from "./shapes.ts";
import type { World } from "./world.ts";

/** People, and the teams of organizations. */
export const organizationRoutes: readonly Route[] = [
  {
    method: "GET",
    template: "/users/{username}",
    handle: ({ world, parameters }) => {
      const account = world.accounts.find(parameters["username"] ?? "");
      if (account === undefined) throw notFound();
      return ok(publicUserShape(world, account));
    },
  },
  {
    method: "GET",
    template: "/orgs/{org}/teams",
    handle: async (call) => {
      requireInside(call);
      const { world } = call;
      const teams = world.accounts.teamsOf(call.parameters["org"] ?? "");
      return pageOf(call, teams, (team) => ({ ...teamShape(world, team), parent: null }));
    },
  },
  {
    method: "GET",
    template: "/orgs/{org}/teams/{team_slug}",
    handle: (call) => ok(fullTeamShape(call.world, teamOf(call))),
  },
  {
    method: "GET",
    template: "/orgs/{org}/teams/{team_slug}/members",
    handle: async (call) => {
      const { world } = call;
      const { members } = teamOf(call);
      return pageOf(call, members, (login) => userShape(world, world.accounts.get(login)));
    },
  },
];

function teamOf(call: Call): TeamDraft {
  requireInside(call);
  const { org = "", team_slug: slug = "" } = call.parameters;
  const team = call.world.accounts.team(org, slug);
  if (team === undefined) throw notFound();
  return team;
}

/** People of the organization: in one of its teams, or trusted with one of its repositories. */
function requireInside({ world, session, parameters }: Call): void {
  const { org = "" } = parameters;
  if (session.kind !== "user") {
    if (session.permissions["members"] !== undefined) return;
    throw forbidden("Resource not accessible by integration");
  }
  const isInside =
    world.accounts.isMember(org, session.account) ||
    world.repositories.trusts(org, session.account);
  if (!isInside) throw forbidden("Must have admin rights to Repository.");
}

function teamShape(world: World, team: TeamDraft): Json {
  const { org, slug } = team;
  const { id: owner } = world.accounts.owner(org);
  const id = owner * 1000 + world.accounts.teamsOf(org).indexOf(team);
  const url = `${world.apiUrl}/organizations/${owner}/team/${id}`;
  return {
    id,
    node_id: nodeId("Team", slug),
    name: slug,
    slug,
    description: null,
    privacy: "closed",
    notification_setting: "notifications_enabled",
    permission: "pull",
    url,
    html_url: `${world.url}/orgs/${org}/teams/${slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: "organization",
    organization_id: owner,
  };
}

function fullTeamShape(world: World, team: TeamDraft): Json {
  const owner = world.accounts.owner(team.org);
  const url = `${world.apiUrl}/orgs/${team.org}`;
  const time = "2020-01-01T00:00:00Z";
  return {
    ...teamShape(world, team),
    members_count: team.members.length,
    repos_count: 0,
    created_at: time,
    updated_at: time,
    organization: {
      login: owner.login,
      id: owner.id,
      node_id: nodeId("Organization", owner.id),
      url,
      repos_url: `${url}/repos`,
      events_url: `${url}/events`,
      hooks_url: `${url}/hooks`,
      issues_url: `${url}/issues`,
      members_url: `${url}/members{/member}`,
      public_members_url: `${url}/public_members{/member}`,
      avatar_url: `${world.url}/avatars/o/${owner.id}`,
      description: null,
      html_url: `${world.url}/${team.org}`,
      has_organization_projects: false,
      has_repository_projects: false,
      public_repos: 0,
      public_gists: 0,
      followers: 0,
      following: 0,
      type: "Organization",
      created_at: time,
      updated_at: time,
      archived_at: null,
    },
  };
}
