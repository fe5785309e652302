import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { runGitBackend, type BackendAnswer } from "../git-http-backend.ts";
import { may, type Session } from "./accounts.ts";
import { Refusal } from "./answers.ts";
import { noCommit, type Repository } from "./model.ts";
import { refsMoved, type RefUpdate } from "./pushes.ts";
import { inTurn } from "./repositories.ts";
import { need } from "./route-kit.ts";
import { pushObstacles, refusesRewriting } from "./rules.ts";
import type { World } from "./world.ts";

export interface GitRequest {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly session: Session | undefined;
  readonly root: string;
  readonly body: Buffer;
}

const pathPattern =
  /^\/([^/]+)\/([^/]+?)(?:\.git)?(\/(?:info\/refs|git-upload-pack|git-receive-pack))$/;

/** Serves Git below `/<owner>/<repo>.git`; throws refusals. */
export async function serveGit(world: World, git: GitRequest): Promise<BackendAnswer> {
  const [, owner = "", name = "", service = ""] =
    pathPattern.exec(decodeURIComponent(git.url.pathname)) ?? [];
  const repository = world.repositories.find(`${owner}/${name}`);
  const isPush =
    service === "/git-receive-pack" || git.url.searchParams.get("service") === "git-receive-pack";
  if (repository === undefined) throw needsLogin(git.session) ?? new Refusal(404, "Not Found");
  const needed = need(isPush ? "write" : "read", "contents");
  requireGitAccess(repository, git.session, needed);
  if (service !== "/git-receive-pack") return runBackend(world, git, { repository, service });
  return inTurn(repository, async () => receive(world, git, { repository, service }));
}

function needsLogin(session: Session | undefined): Refusal | undefined {
  if (session !== undefined) return undefined;
  return new Refusal(401, "Bad credentials", {}, { "www-authenticate": 'Basic realm="GitHub"' });
}

function requireGitAccess(
  repository: Repository,
  session: Session | undefined,
  needed: ReturnType<typeof need>,
): void {
  if (session === undefined) {
    if (needed.access === "read" && !repository.isPrivate) return;
    throw needsLogin(session) ?? new Refusal(401, "Bad credentials");
  }
  if (may(session, repository, needed)) return;
  const canRead = may(session, repository, need("read", "contents"));
  throw canRead
    ? new Refusal(
        403,
        `Permission to ${repository.fullName}.git denied to ${session.account.login}.`,
      )
    : new Refusal(404, "Repository not found.");
}

interface Target {
  readonly repository: Repository;
  readonly service: string;
  readonly environment?: Readonly<Record<string, string>>;
}

async function runBackend(
  world: World,
  git: GitRequest,
  { repository, service, environment = {} }: Target,
): Promise<BackendAnswer> {
  const settings: [string, string][] = [["core.hooksPath", `${git.root}/.hooks`]];
  if (world.deceit.isHidingPullRefs) settings.push(["uploadpack.hideRefs", "refs/pull"]);
  return runGitBackend({
    root: git.root,
    method: git.request.method ?? "GET",
    path: `/${repository.fullName}.git${service}`,
    query: git.url.search.slice(1),
    headers: git.request.headers,
    body: Readable.from([git.body]),
    user: git.session?.account.login ?? "",
    environment: { ...configuration(settings), ...environment },
  });
}

function configuration(settings: readonly (readonly [string, string])[]) {
  const entries = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(entries) };
}

/** Takes a push: what really moved is what differs afterwards. */
async function receive(world: World, git: GitRequest, target: Target): Promise<BackendAnswer> {
  const { repository } = target;
  const { session } = git;
  if (session === undefined) throw new Refusal(401, "Bad credentials");
  const isZipped = git.request.headers["content-encoding"] === "gzip";
  const commands = parseCommands(isZipped ? gunzipSync(git.body) : git.body);
  const before = new Map<string, string | undefined>();
  for (const { ref } of commands) before.set(ref, await repository.refs.get(ref));
  const environment = guards(world, repository, session, commands);
  const answer = await runBackend(world, git, { ...target, environment });
  const updates: RefUpdate[] = [];
  for (const [ref, old] of before) {
    const after = await repository.refs.get(ref);
    if (after !== old) updates.push({ ref, before: old, after });
  }
  await refsMoved(world, repository, updates, { by: session.account });
  return answer;
}

interface Command {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

/** The pkt-lines before the flush: `<old> <new> <ref>`, the first with capabilities behind a NUL. */
function parseCommands(body: Buffer): readonly Command[] {
  const commands: Command[] = [];
  for (let at = 0; at + 4 <= body.length;) {
    const length = Number.parseInt(body.toString("latin1", at, at + 4), 16);
    if (!(length > 4)) break;
    const line = body.toString("utf8", at + 4, at + length);
    const found = /^([0-9a-f]{40}) ([0-9a-f]{40}) ([^\0\n]+)/.exec(line);
    if (found !== null) {
      const [, before = "", after = "", ref = ""] = found;
      commands.push({ before, after, ref });
    }
    at += length;
  }
  return commands;
}

/** What the update hook has to refuse. */
function guards(
  world: World,
  repository: Repository,
  { account, permissions }: Session,
  commands: readonly Command[],
): Readonly<Record<string, string>> {
  const denied = commands.filter(({ ref, before, after }) => {
    const kind = before === noCommit ? "creation" : after === noCommit ? "deletion" : "update";
    return pushObstacles(repository, { ref, kind }, account).length > 0;
  });
  const kept = commands.filter(({ ref }) => refusesRewriting(repository, ref, account));
  const names = (list: readonly Command[]) => list.map(({ ref }) => ref).join(" ");
  const needsWorkflows =
    world.deceit.isRefusingWorkflowTags && permissions["workflows"] !== "write";
  return {
    DOUBLE_DENIED: names(denied),
    DOUBLE_FORWARD_ONLY: names(kept),
    DOUBLE_WORKFLOWS: needsWorkflows ? "refused" : "",
  };
}

/** Runs for each ref of a push; must not need anything but a shell and git. */
export const updateHook = `#!/bin/sh
ref=$1 old=$2 new=$3
refuse() {
  echo "error: GH013: Repository rule violations found for $ref." >&2
  echo "$1" >&2
  exit 1
}
case " $DOUBLE_DENIED " in
*" $ref "*) refuse "- Changes must be made through a pull request." ;;
esac
case " $DOUBLE_FORWARD_ONLY " in
*" $ref "*)
  case "$old$new" in
  *${noCommit}*) ;;
  *) git merge-base --is-ancestor "$old" "$new" || refuse "- Cannot force-push to this branch" ;;
  esac
  ;;
esac
if [ "$DOUBLE_WORKFLOWS" = refused ] && [ "$new" != ${noCommit} ]; then
  case "$ref" in
  refs/tags/*)
    path=$(git diff-tree --root -m -r --name-only --no-commit-id "$new^{commit}" -- .github/workflows | head -n 1)
    if [ -n "$path" ]; then
      echo "refusing to allow a GitHub App to create or update workflow \\\`$path\\\` without \\\`workflows\\\` permission" >&2
      exit 1
    fi
    ;;
  esac
fi
exit 0
`;
