import { created, forbidden, notFound, ok, Refusal, type Answer } from "./answers.ts";
import { isAtLeast } from "./accounts.ts";
import { formatTime } from "./clock.ts";
import type { App, Json, Repository } from "./model.ts";
import { pageOf } from "./paging.ts";
import { isJson } from "./route-kit.ts";
import type { Call, Route } from "./routing.ts";
import { appShape, privateUserShape, repositoryShape, userShape } from "./shapes.ts";
import type { World } from "./world.ts";

/** Who asks: people, apps and their installations. */
export const appRoutes: readonly Route[] = [
  {
    method: "GET",
    template: "/user",
    handle: ({ world, session }) => {
      if (session.kind !== "user") throw forbidden("Resource not accessible by integration");
      return ok(privateUserShape(world, session.account));
    },
  },
  {
    method: "GET",
    template: "/app",
    handle: (call) => {
      const app = appOf(call);
      return ok({ ...appShape(call.world, app), installations_count: 1 });
    },
  },
  {
    method: "GET",
    template: "/app/installations",
    handle: async (call) => {
      const app = appOf(call);
      return pageOf(call, [app], () => installationShape(call.world, app));
    },
  },
  {
    method: "GET",
    template: "/app/installations/{installation_id}",
    handle: (call) => ok(installationShape(call.world, installed(call))),
  },
  {
    method: "POST",
    template: "/app/installations/{installation_id}/access_tokens",
    handle: makeToken,
  },
  {
    method: "GET",
    template: "/installation/repositories",
    handle: async (call) => {
      const { session, world } = call;
      if (session.kind !== "installation") {
        throw forbidden("You must authenticate with an installation access token");
      }
      const found = [...(session.repositories ?? [])].flatMap(
        (name) => world.repositories.find(name) ?? [],
      );
      return pageOf(
        call,
        found,
        (repository) => repositoryShape(world, repository),
        (repositories, total_count) => ({ total_count, repositories }),
      );
    },
  },
  {
    method: "GET",
    template: "/repos/{owner}/{repo}/installation",
    handle: (call) => {
      const app = appOf(call);
      const { owner, repo } = call.parameters;
      const name = `${owner}/${repo}`.toLowerCase();
      const repository = call.world.repositories.find(name);
      if (repository === undefined || !app.installedOn.has(name)) throw notFound();
      return ok(installationShape(call.world, app));
    },
  },
];

function appOf({ session }: Call): App {
  if (session.kind === "app" && session.app !== undefined) return session.app;
  throw new Refusal(401, "A JSON web token could not be decoded");
}

function installed(call: Call): App {
  const app = appOf(call);
  if (app.installationId !== Number(call.parameters["installation_id"])) throw notFound();
  return app;
}

function makeToken(call: Call): Answer {
  const { world, body } = call;
  const app = installed(call);
  const repositories = chosenRepositories(world, app, body);
  const permissions = chosenPermissions(app, body);
  const names = new Set(repositories.map(({ fullName }) => fullName.toLowerCase()));
  const { token, expiresAt } = world.accounts.installationToken(app, permissions, names);
  return created({
    token,
    expires_at: formatTime(expiresAt),
    permissions,
    repository_selection: "selected",
    ...(isNarrowed(body) && {
      repositories: repositories.map((repository) => repositoryShape(world, repository)),
    }),
  });
}

const isNarrowed = (body: Json) =>
  Array.isArray(body["repositories"]) || Array.isArray(body["repository_ids"]);

function chosenRepositories(world: World, app: App, body: Json): readonly Repository[] {
  const all = [...app.installedOn].flatMap((name) => world.repositories.find(name) ?? []);
  if (!isNarrowed(body)) return all;
  const wanted: readonly unknown[] = [body["repositories"], body["repository_ids"]].flat();
  return wanted
    .filter((name) => name !== undefined)
    .map((name) => {
      const found = all.find((repository) => repository.name === name || repository.id === name);
      if (found !== undefined) return found;
      throw new Refusal(
        422,
        "There is at least one repository that does not exist or is not accessible to the parent installation.",
      );
    });
}

function chosenPermissions(app: App, body: Json): Readonly<Record<string, string>> {
  const granted = { metadata: "read", ...app.permissions };
  if (!isJson(body["permissions"])) return granted;
  const wanted = Object.entries(body["permissions"]).map(([name, access]) => [
    name,
    String(access),
  ]);
  for (const [name = "", access = ""] of wanted) {
    const has = Object.entries(granted).find(([known]) => known === name)?.[1] ?? "none";
    if (isAtLeast(has, access)) continue;
    throw new Refusal(422, "The permissions requested are not granted to this installation.");
  }
  return { metadata: "read", ...Object.fromEntries(wanted) };
}

function installationShape(world: World, app: App): Json {
  const id = app.installationId;
  const [first = ""] = app.installedOn;
  const owner = world.repositories.find(first)?.owner ?? app.account;
  const time = formatTime(app.createdAt);
  return {
    id,
    client_id: `Iv1.${app.id}`,
    account: userShape(world, owner),
    repository_selection: "selected",
    access_tokens_url: `${world.apiUrl}/app/installations/${id}/access_tokens`,
    repositories_url: `${world.apiUrl}/installation/repositories`,
    html_url: `${world.url}/settings/installations/${id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: owner.id,
    target_type: owner.type,
    permissions: { metadata: "read", ...app.permissions },
    events: [],
    created_at: time,
    updated_at: time,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: null,
  };
}
