import { isAtLeast, levelOf } from "./accounts.ts";
import { created, forbidden, noContent, notFound, ok, Refusal, type Answer } from "./answers.ts";
import { formatTime } from "./clock.ts";
import type { Comment, Json, Pull } from "./model.ts";
import { pageOf } from "./paging.ts";
import { note, payloadShape, tellPull, touch } from "./pull-events.ts";
import { associationOf, labelShape, pullShape } from "./pull-shape.ts";
import { isJson, need, onRepository, parameter, pullOf, textOf } from "./route-kit.ts";
import type { RepositoryCall, Route } from "./routing.ts";
import { appShape, nodeId, repositoryUrl, userShape } from "./shapes.ts";
import type { World } from "./world.ts";

const either = "issues|pull_requests";
const reading = need("read", either);
const talking = need("write", either, "read");
const labelling = need("write", either, "triage");
const issue = "issue_number";

export const mostBody = 65_536;

/** Comments and labels: the issue half of a pull request. */
export const conversationRoutes: readonly Route[] = [
  onRepository("GET", "/issues/{issue_number}/comments", reading, async (call) => {
    const pull = pullOf(call, issue);
    const comments = pull.timeline.flatMap((entry) =>
      entry.event === "commented" ? [entry.comment] : [],
    );
    return pageOf(call, comments, (comment) => commentShape(call.world, comment));
  }),
  onRepository("POST", "/issues/{issue_number}/comments", talking, addComment),
  onRepository("GET", "/issues/comments/{comment_id}", reading, (call) =>
    ok(commentShape(call.world, commentOf(call))),
  ),
  onRepository("PATCH", "/issues/comments/{comment_id}", talking, editComment),
  onRepository("DELETE", "/issues/comments/{comment_id}", talking, async (call) => {
    const comment = commentOf(call);
    requireOwn(call, comment);
    call.repository.comments.delete(comment.id);
    const { timeline } = comment.pull;
    const isIts = (entry: (typeof timeline)[number]) =>
      entry.event === "commented" && entry.comment === comment;
    timeline.splice(timeline.findIndex(isIts), 1);
    Object.assign(comment.pull, { commentCount: comment.pull.commentCount - 1 });
    touch(comment.pull, call.world.clock.stamp());
    await tellComment(call, comment, "deleted");
    return noContent;
  }),
  onRepository("GET", "/issues/{issue_number}/labels", reading, async (call) => {
    const names = [...pullOf(call, issue).labels];
    return pageOf(call, names, (name) => labelShape(call.world, call.repository, name));
  }),
  onRepository("POST", "/issues/{issue_number}/labels", labelling, async (call) =>
    setLabels(call, (names) => new Set([...pullOf(call, issue).labels, ...names])),
  ),
  onRepository("PUT", "/issues/{issue_number}/labels", labelling, async (call) =>
    setLabels(call, (names) => new Set(names)),
  ),
  onRepository("DELETE", "/issues/{issue_number}/labels", labelling, async (call) => {
    await changeLabels(call, new Set());
    return noContent;
  }),
  onRepository("DELETE", "/issues/{issue_number}/labels/{name}", labelling, async (call) => {
    const { labels } = pullOf(call, issue);
    const name = parameter(call, "name");
    if (!labels.has(name)) throw new Refusal(404, "Label does not exist");
    await changeLabels(call, new Set([...labels].filter((label) => label !== name)));
    return ok([...labels].map((label) => labelShape(call.world, call.repository, label)));
  }),
];

async function addComment(call: RepositoryCall): Promise<Answer> {
  const { world, session, repository } = call;
  const pull = pullOf(call, issue);
  const at = world.clock.stamp();
  const comment: Comment = {
    id: world.nextId(),
    pull,
    user: session.account,
    app: session.app,
    body: bodyOf(call.body),
    createdAt: at,
    updatedAt: at,
  };
  repository.comments.set(comment.id, comment);
  Object.assign(pull, { commentCount: pull.commentCount + 1 });
  note(world, pull, { event: "commented", actor: session.account, comment }, at);
  await tellComment(call, comment, "created");
  return created(commentShape(world, comment));
}

function bodyOf(body: Json): string {
  const text = textOf(body, "body") ?? "";
  if (text !== "" && text.length <= mostBody) return text;
  const message =
    text === "" ? "body can't be blank" : `body is too long (maximum is ${mostBody} characters)`;
  const error = { resource: "IssueComment", code: "unprocessable", field: "data", message };
  throw new Refusal(422, "Validation Failed", { errors: [error] });
}

function commentOf(call: RepositoryCall): Comment {
  const comment = call.repository.comments.get(Number(parameter(call, "comment_id")));
  if (comment === undefined) throw notFound();
  return comment;
}

/** People who may write can change what others said; an app only what it said itself. */
function requireOwn({ session, repository }: RepositoryCall, comment: Comment): void {
  if (comment.user.id === session.account.id) return;
  if (session.kind !== "user") throw forbidden("Resource not accessible by integration");
  if (isAtLeast(levelOf(repository, session.account), "write")) return;
  throw forbidden("Must have admin rights to Repository.");
}

async function editComment(call: RepositoryCall): Promise<Answer> {
  const { world } = call;
  const comment = commentOf(call);
  requireOwn(call, comment);
  const before = comment.body;
  Object.assign(comment, { body: bodyOf(call.body), updatedAt: world.clock.stamp() });
  touch(comment.pull, comment.updatedAt);
  await tellComment(call, comment, "edited", { changes: { body: { from: before } } });
  return ok(commentShape(world, comment));
}

async function tellComment(
  { world, session }: RepositoryCall,
  comment: Comment,
  action: string,
  more: Json = {},
): Promise<void> {
  const { pull } = comment;
  await world.deliveries.tell(pull.repository, "issue_comment", () => ({
    action,
    ...more,
    issue: issueShape(world, pull),
    comment: commentShape(world, comment),
    ...payloadShape(world, pull.repository, session.account),
  }));
}

/** The issue half of a pull request, as payloads mention it. */
function issueShape(world: World, pull: Pull): Json {
  const { id, node_id, number, title, state, user, labels, body, url, html_url } = pullShape(
    world,
    pull,
  );
  const shared = { id, node_id, number, title, state, user, labels, body, html_url };
  return {
    ...shared,
    url: `${repositoryUrl(world, pull.repository)}/issues/${pull.number}`,
    pull_request: { url, html_url },
  };
}

/** The body is a list, or has one under `labels`. */
function namesIn(body: Json): readonly string[] {
  const list = Array.isArray(body) ? body : body["labels"];
  if (!Array.isArray(list)) return [];
  return list.flatMap((label: unknown) => {
    if (typeof label === "string") return [label];
    const name = isJson(label) ? textOf(label, "name") : undefined;
    return name === undefined ? [] : [name];
  });
}

async function setLabels(
  call: RepositoryCall,
  choose: (names: readonly string[]) => ReadonlySet<string>,
): Promise<Answer> {
  await changeLabels(call, choose(namesIn(call.body)));
  const { labels } = pullOf(call, issue);
  return ok([...labels].map((name) => labelShape(call.world, call.repository, name)));
}

async function changeLabels(call: RepositoryCall, wanted: ReadonlySet<string>): Promise<void> {
  const { world, session, repository } = call;
  const pull = pullOf(call, issue);
  const added = [...wanted].filter((name) => !pull.labels.has(name));
  const removed = [...pull.labels].filter((name) => !wanted.has(name));
  for (const label of [...removed, ...added]) {
    const isAdded = wanted.has(label);
    if (isAdded) pull.labels.add(label);
    else pull.labels.delete(label);
    const event = isAdded ? "labeled" : "unlabeled";
    note(world, pull, { event, actor: session.account, label });
    const more = { label: labelShape(world, repository, label) };
    await tellPull(world, pull, { action: event, by: session.account, more });
  }
}

export function commentShape(world: World, comment: Comment): Json {
  const { id, pull } = comment;
  const api = repositoryUrl(world, pull.repository);
  const web = `${world.url}/${pull.repository.fullName}/pull/${pull.number}`;
  return {
    url: `${api}/issues/comments/${id}`,
    html_url: `${web}#issuecomment-${id}`,
    issue_url: `${api}/issues/${pull.number}`,
    id,
    node_id: nodeId("IssueComment", id),
    user: userShape(world, comment.user),
    created_at: formatTime(comment.createdAt),
    updated_at: formatTime(comment.updatedAt),
    body: comment.body,
    author_association: associationOf(world, pull.repository, comment.user),
    performed_via_github_app: comment.app === undefined ? null : appShape(world, comment.app),
  };
}
