import { formatTime } from "./clock.ts";
import type { Commit, Person } from "./commits.ts";
import type { Account, App, Json, Repository } from "./model.ts";
import type { World } from "./world.ts";

export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString("base64url");
}

const urls = (base: string, names: Readonly<Record<string, string>>): Json =>
  Object.fromEntries(Object.entries(names).map(([name, path]) => [name, `${base}${path}`]));

export function userShape(world: World, { id, login, type }: Account): Json {
  const url = `${world.apiUrl}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id: nodeId("User", id),
    avatar_url: `${world.url}/avatars/u/${id}`,
    gravatar_id: "",
    url,
    html_url: `${world.url}/${encodeURIComponent(login)}`,
    ...urls(url, {
      followers_url: "/followers",
      following_url: "/following{/other_user}",
      gists_url: "/gists{/gist_id}",
      starred_url: "/starred{/owner}{/repo}",
      subscriptions_url: "/subscriptions",
      organizations_url: "/orgs",
      repos_url: "/repos",
      events_url: "/events{/privacy}",
      received_events_url: "/received_events",
    }),
    type,
    user_view_type: "public",
    site_admin: false,
  };
}

/** The account of a token, with its private half. */
export function privateUserShape(world: World, account: Account): Json {
  return {
    ...publicUserShape(world, account),
    ...counts("private_gists", "total_private_repos", "owned_private_repos", "disk_usage"),
    collaborators: 0,
    two_factor_authentication: true,
  };
}

/** As everybody sees it. */
export function publicUserShape(world: World, account: Account): Json {
  const time = formatTime(world.clock.now());
  return {
    ...userShape(world, account),
    name: account.login,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: null,
    ...counts("public_repos", "public_gists", "followers", "following"),
    created_at: time,
    updated_at: time,
  };
}

const counts = (...names: readonly string[]): Json =>
  Object.fromEntries(names.map((name) => [name, 0]));

const repositoryPaths = {
  archive_url: "/{archive_format}{/ref}",
  assignees_url: "/assignees{/user}",
  blobs_url: "/git/blobs{/sha}",
  branches_url: "/branches{/branch}",
  collaborators_url: "/collaborators{/collaborator}",
  comments_url: "/comments{/number}",
  commits_url: "/commits{/sha}",
  compare_url: "/compare/{base}...{head}",
  contents_url: "/contents/{+path}",
  contributors_url: "/contributors",
  deployments_url: "/deployments",
  downloads_url: "/downloads",
  events_url: "/events",
  forks_url: "/forks",
  git_commits_url: "/git/commits{/sha}",
  git_refs_url: "/git/refs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  hooks_url: "/hooks",
  issue_comment_url: "/issues/comments{/number}",
  issue_events_url: "/issues/events{/number}",
  issues_url: "/issues{/number}",
  keys_url: "/keys{/key_id}",
  labels_url: "/labels{/name}",
  languages_url: "/languages",
  merges_url: "/merges",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  pulls_url: "/pulls{/number}",
  releases_url: "/releases{/id}",
  stargazers_url: "/stargazers",
  statuses_url: "/statuses/{sha}",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  tags_url: "/tags",
  teams_url: "/teams",
  trees_url: "/git/trees{/sha}",
};

export function repositoryUrl(world: World, repository: Repository): string {
  return `${world.apiUrl}/repos/${repository.fullName}`;
}

/** What is in lists and inside other things. */
export function repositoryShape(world: World, repository: Repository): Json {
  const url = repositoryUrl(world, repository);
  const web = `${world.url}/${repository.fullName}`;
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: repository.fullName,
    private: repository.isPrivate,
    visibility: repository.isPrivate ? "private" : "public",
    owner: userShape(world, repository.owner),
    html_url: web,
    description: null,
    fork: repository.parent !== undefined,
    url,
    ...urls(url, repositoryPaths),
    created_at: formatTime(repository.createdAt),
    updated_at: formatTime(repository.pushedAt),
    pushed_at: formatTime(repository.pushedAt),
    git_url: `git://${web.slice("http://".length)}.git`,
    ssh_url: `git@${new URL(world.url).hostname}:${repository.fullName}.git`,
    clone_url: `${web}.git`,
    svn_url: web,
    homepage: null,
    size: 0,
    ...repositoryFacts(repository),
  };
}

function repositoryFacts(repository: Repository): Json {
  return {
    ...counts("stargazers_count", "watchers_count", "forks_count", "open_issues_count"),
    ...counts("forks", "open_issues", "watchers"),
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    mirror_url: null,
    archived: false,
    disabled: false,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    default_branch: repository.defaultBranch,
  };
}

/** The repository itself, as GET /repos/{owner}/{repo} tells it. */
export function fullRepositoryShape(world: World, repository: Repository, level: string): Json {
  const { parent } = repository;
  const parents =
    parent === undefined || parent.isRemoved
      ? {}
      : { parent: repositoryShape(world, parent), source: repositoryShape(world, parent) };
  return {
    ...repositoryShape(world, repository),
    permissions: permissionFlags(level),
    allow_merge_commit: true,
    allow_squash_merge: true,
    allow_rebase_merge: true,
    allow_auto_merge: false,
    delete_branch_on_merge: false,
    network_count: 0,
    subscribers_count: 0,
    ...parents,
  };
}

export function permissionFlags(level: string): {
  readonly admin: boolean;
  readonly maintain: boolean;
  readonly push: boolean;
  readonly triage: boolean;
  readonly pull: boolean;
} {
  const rank = ["none", "read", "triage", "write", "maintain", "admin"].indexOf(level);
  return {
    admin: rank >= 5,
    maintain: rank >= 4,
    push: rank >= 3,
    triage: rank >= 2,
    pull: rank >= 1,
  };
}

export function appShape(world: World, app: App): Json {
  const time = formatTime(app.createdAt);
  return {
    id: app.id,
    slug: app.slug,
    client_id: `Iv1.${app.id}`,
    node_id: nodeId("App", app.id),
    owner: userShape(world, world.accounts.owner("app-owner")),
    name: app.slug,
    description: "",
    external_url: "https://app.example",
    html_url: `${world.url}/apps/${app.slug}`,
    created_at: time,
    updated_at: time,
    permissions: app.permissions,
    events: [],
  };
}

/** The app on whose behalf somebody acts, as other things mention it. */
export function viaApp(world: World, login: string): Json | null {
  const app = world.accounts.appOfLogin(login);
  return app === undefined ? null : appShape(world, app);
}

const personShape = ({ name, email, date }: Person): Json => ({
  name,
  email,
  date: formatTime(date),
});

/** A Git commit without what GitHub knows of its people. */
export function gitCommitShape(world: World, repository: Repository, commit: Commit): Json {
  const url = repositoryUrl(world, repository);
  const web = `${world.url}/${repository.fullName}`;
  return {
    sha: commit.id,
    node_id: nodeId("Commit", commit.id),
    url: `${url}/git/commits/${commit.id}`,
    html_url: `${web}/commit/${commit.id}`,
    author: personShape(commit.author),
    committer: personShape(commit.committer),
    tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/git/commits/${sha}`,
      html_url: `${web}/commit/${sha}`,
    })),
    verification: unverified,
  };
}

const unverified = {
  verified: false,
  reason: "unsigned",
  signature: null,
  payload: null,
  verified_at: null,
};

/** A commit as the commits API tells it: with the accounts that its addresses belong to. */
export function commitShape(world: World, repository: Repository, commit: Commit): Json {
  const url = `${repositoryUrl(world, repository)}/commits/${commit.id}`;
  const { tree, parents, author, committer, message, ...names } = gitCommitShape(
    world,
    repository,
    commit,
  );
  const gitUrl = names["url"];
  return {
    sha: commit.id,
    node_id: names["node_id"],
    commit: {
      author,
      committer,
      message,
      tree,
      url: gitUrl,
      comment_count: 0,
      verification: unverified,
    },
    url,
    html_url: names["html_url"],
    comments_url: `${url}/comments`,
    author: accountOf(world, commit.author),
    committer: accountOf(world, commit.committer),
    parents,
  };
}

/** GitHub finds people by their address; here `…+login@users.noreply…` or `login@…` names one. */
function accountOf(world: World, { email }: Person): Json | null {
  const login = email.replace(/@.*$/, "").replace(/^\d+\+/, "");
  const account = world.accounts.find(login);
  return account === undefined ? null : userShape(world, account);
}
