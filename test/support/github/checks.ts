import {
  created,
  forbidden,
  invalidRequest,
  notFound,
  ok,
  Refusal,
  type Answer,
} from "./answers.ts";
import { parseRunChange, type RunChange } from "./check-input.ts";
import type { CheckRun, Json, Repository } from "./model.ts";
import { pageOf } from "./paging.ts";
import { payloadShape, timeOrNull } from "./pull-events.ts";
import { commitOf, need, onRepository, parameter, textOf } from "./route-kit.ts";
import { latestRuns } from "./rules.ts";
import type { RepositoryCall, Route } from "./routing.ts";
import { appShape, nodeId, repositoryUrl } from "./shapes.ts";
import type { World } from "./world.ts";

const reading = need("read", "checks");
const writing = need("write", "checks", "read");

export const checkRoutes: readonly Route[] = [
  onRepository("POST", "/check-runs", writing, createRun),
  onRepository("PATCH", "/check-runs/{check_run_id}", writing, updateRun),
  onRepository("GET", "/check-runs/{check_run_id}", reading, (call) =>
    ok(runShape(call.world, call.repository, runOf(call))),
  ),
  onRepository("GET", "/check-runs/{check_run_id}/annotations", reading, async (call) =>
    pageOf(call, runOf(call).annotations, (annotation) => annotation),
  ),
  onRepository("GET", "/commits/{ref}/check-runs", reading, async (call) => {
    const runs = (await listed(call)).toReversed();
    return pageOf(
      call,
      runs,
      (run) => runShape(call.world, call.repository, run),
      (check_runs, total_count) => ({ total_count, check_runs }),
    );
  }),
];

async function listed(call: RepositoryCall): Promise<readonly CheckRun[]> {
  const { repository, query } = call;
  const all = repository.checkRunsByHead.get(await commitOf(call)) ?? [];
  const chosen = query.get("filter") === "all" ? all : latestRuns(all);
  const name = query.get("check_name");
  const status = query.get("status");
  const app = query.get("app_id");
  return chosen.filter(
    (run) =>
      (name === null || run.name === name) &&
      (status === null || run.status === status) &&
      (app === null || String(run.app?.id) === app),
  );
}

/** Only apps and workflows have check runs of their own. */
function requireApp({ world, session }: RepositoryCall): void {
  if (world.deceit.isRefusingCheckRuns) {
    throw forbidden("Resource not accessible by integration");
  }
  if (session.kind === "user") throw forbidden("You must authenticate via a GitHub App.");
}

function runOf(call: RepositoryCall): CheckRun {
  const run = call.repository.checkRuns.get(Number(parameter(call, "check_run_id")));
  if (run === undefined) throw notFound();
  return run;
}

async function createRun(call: RepositoryCall): Promise<Answer> {
  requireApp(call);
  const { world, repository, body, session } = call;
  const head = textOf(body, "head_sha");
  const name = textOf(body, "name");
  if (name === undefined) throw invalidRequest(`"name" wasn't supplied.`);
  if (head === undefined) throw invalidRequest(`"head_sha" wasn't supplied.`);
  if ((await repository.commits.get(head))?.id !== head) {
    throw new Refusal(422, `No commit found for SHA: ${head}`);
  }
  const change = parseRunChange(body);
  const id = world.nextId();
  const run: CheckRun = {
    id,
    suiteId: suiteOf(repository, head, session.app?.id) ?? id,
    app: session.app,
    head,
    name,
    status: "queued",
    conclusion: undefined,
    startedAt: world.clock.stamp(),
    completedAt: undefined,
    detailsUrl: undefined,
    externalId: "",
    output: { title: null, summary: null, text: null },
    annotations: [],
  };
  applyChange(world, repository, run, change);
  repository.checkRuns.set(id, run);
  const runs = repository.checkRunsByHead.get(head);
  if (runs === undefined) repository.checkRunsByHead.set(head, [run]);
  else runs.push(run);
  await tellRun(call, run, "created");
  if (run.status === "completed") await tellRun(call, run, "completed");
  return created(runShape(world, repository, run));
}

function suiteOf(repository: Repository, head: string, app: number | undefined) {
  const runs = repository.checkRunsByHead.get(head) ?? [];
  return runs.find((run) => run.app?.id === app)?.suiteId;
}

async function updateRun(call: RepositoryCall): Promise<Answer> {
  requireApp(call);
  const { world, repository, session, body } = call;
  const run = runOf(call);
  if (run.app?.id !== session.app?.id) throw forbidden("Invalid app_id for this check run.");
  const wasCompleted = run.status === "completed";
  applyChange(world, repository, run, parseRunChange(body));
  if (run.status === "completed" && !wasCompleted) await tellRun(call, run, "completed");
  return ok(runShape(world, repository, run));
}

function applyChange(
  world: World,
  repository: Repository,
  run: CheckRun,
  { body, output, annotations }: RunChange,
): void {
  applyState(world, run, body);
  run.name = textOf(body, "name") ?? run.name;
  run.detailsUrl = textOf(body, "details_url") ?? run.detailsUrl;
  run.externalId = textOf(body, "external_id") ?? run.externalId;
  if (output === undefined) return;
  run.output = {
    title: textOf(output, "title") ?? run.output.title,
    summary: textOf(output, "summary") ?? null,
    text: textOf(output, "text") ?? null,
  };
  const blob = `${world.url}/${repository.fullName}/blob/${run.head}`;
  run.annotations.push(...annotations.map((annotation) => annotationShape(annotation, blob)));
}

/** A conclusion completes it; another status opens it again. */
function applyState(world: World, run: CheckRun, body: Json): void {
  const conclusion = textOf(body, "conclusion");
  const status = textOf(body, "status");
  if (conclusion !== undefined) {
    if (run.status !== "completed") run.completedAt = world.clock.stamp();
    run.status = "completed";
    run.conclusion = conclusion;
  } else if (status === "queued" || status === "in_progress") {
    run.status = status;
    run.conclusion = undefined;
    run.completedAt = undefined;
  }
}

function annotationShape(annotation: Json, blob: string): Json {
  const path = textOf(annotation, "path") ?? "";
  return {
    path,
    blob_href: `${blob}/${encodeURI(path)}`,
    start_line: annotation["start_line"],
    end_line: annotation["end_line"],
    start_column: annotation["start_column"] ?? null,
    end_column: annotation["end_column"] ?? null,
    annotation_level: annotation["annotation_level"],
    title: textOf(annotation, "title") ?? null,
    message: textOf(annotation, "message") ?? null,
    raw_details: textOf(annotation, "raw_details") ?? null,
  };
}

async function tellRun(
  { world, repository, session }: RepositoryCall,
  run: CheckRun,
  action: string,
): Promise<void> {
  await world.deliveries.tell(repository, "check_run", () => ({
    action,
    check_run: runShape(world, repository, run),
    ...payloadShape(world, repository, session.account),
  }));
}

function runShape(world: World, repository: Repository, run: CheckRun): Json {
  const url = `${repositoryUrl(world, repository)}/check-runs/${run.id}`;
  const web = `${world.url}/${repository.fullName}/runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId("CheckRun", run.id),
    head_sha: run.head,
    external_id: run.externalId,
    url,
    html_url: web,
    details_url: run.detailsUrl ?? web,
    status: run.status,
    conclusion: run.conclusion ?? null,
    started_at: timeOrNull(run.startedAt),
    completed_at: timeOrNull(run.completedAt),
    output: {
      ...run.output,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suiteId },
    app: run.app === undefined ? null : appShape(world, run.app),
    pull_requests: pullsOf(world, repository, run.head),
  };
}

function pullsOf(world: World, repository: Repository, head: string): readonly Json[] {
  const url = repositoryUrl(world, repository);
  const repo = { id: repository.id, url, name: repository.name };
  return [...(repository.pullsByCommit.get(head) ?? [])]
    .filter((pull) => pull.state === "open" && pull.head.repository === repository)
    .map((pull) => ({
      id: pull.id,
      number: pull.number,
      url: `${url}/pulls/${pull.number}`,
      head: { ref: pull.head.branch, sha: pull.head.sha, repo },
      base: { ref: pull.base.branch, sha: pull.base.sha, repo },
    }));
}
