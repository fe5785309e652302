import type { Account } from "../../../domain/pull-request.ts";
import type { CheckForm, RunAnnotation } from "./check-form.ts";
import type { GitHubClient } from "./api.ts";
import { isRefusal } from "./refusal.ts";
import { readFields, type Fields } from "./shapes.ts";

/** GitHub takes this many with one request. */
const batchSize = 50;
const version = "cairn-1";

/** A run of Cairn's own that is at the commit. */
interface Run {
  readonly id: string;
  readonly state: string;
  readonly digest: string | undefined;
  readonly annotationsDigest: string | undefined;
  readonly annotations: number;
}

/** Check runs: what GitHub shows at the lines of a pull request. Only Apps may write them. */
export class CheckRuns {
  readonly #client: GitHubClient;
  readonly #name: string;

  constructor(client: GitHubClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  /** True when something was written. What was written by half is finished. */
  async publish(form: CheckForm, signal?: AbortSignal): Promise<boolean> {
    const run = await this.#newest(form.head, signal);
    if (run === undefined || !canBecome(run, form)) {
      if (run?.state === "in_progress") await this.#end(run, signal);
      await this.#create(form, signal);
      return true;
    }
    const isSame = run.digest === form.digest && run.state === stateText(form.state);
    const missing = form.annotations.slice(run.annotations);
    if (isSame && missing.length === 0) return false;
    await this.#update(run.id, { form, annotations: missing, isOnlyRest: isSame }, signal);
    return true;
  }

  async #newest(head: string, signal: AbortSignal | undefined): Promise<Run | undefined> {
    const account = await this.#client.account(signal);
    // https://docs.github.com/rest/checks/runs#list-check-runs-for-a-git-reference
    const found = await this.#client.list(
      "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
      { ref: head, check_name: this.#name, filter: "all" },
      { signal, essential: true },
    );
    const own = found
      .map((value) => readFields(value, "a check run"))
      .filter((fields) => fields.string("name") === this.#name && isBy(account, fields));
    const newest = own.reduce<Fields | undefined>(
      (latest, fields) => (latest === undefined || isNewer(fields, latest) ? fields : latest),
      undefined,
    );
    return newest === undefined ? undefined : readRun(newest);
  }

  async #create(form: CheckForm, signal: AbortSignal | undefined): Promise<void> {
    const first = form.annotations.slice(0, batchSize);
    // https://docs.github.com/rest/checks/runs#create-a-check-run
    const answer = await this.#client.send(
      "POST /repos/{owner}/{repo}/check-runs",
      { name: this.#name, head_sha: form.head, ...bodyOf(form, first) },
      { signal },
    );
    const id = readFields(answer, "the new check run").id("id");
    const rest = form.annotations.slice(batchSize);
    if (rest.length > 0) {
      await this.#update(id, { form, annotations: rest, isOnlyRest: true }, signal);
    }
  }

  /** The first request says what became of it, the others add annotations. */
  async #update(
    id: string,
    change: {
      readonly form: CheckForm;
      readonly annotations: readonly RunAnnotation[];
      readonly isOnlyRest: boolean;
    },
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { form, annotations, isOnlyRest } = change;
    const batches = Math.max(Math.ceil(annotations.length / batchSize), isOnlyRest ? 0 : 1);
    for (let batch = 0; batch < batches; batch += 1) {
      const part = annotations.slice(batch * batchSize, (batch + 1) * batchSize);
      // https://docs.github.com/rest/checks/runs#update-a-check-run
      await this.#client.send(
        "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",
        { check_run_id: id, ...bodyOf(form, part) },
        { signal },
      );
    }
  }

  /** A run that waits would be shown for ever beside the one that takes its place. */
  async #end(run: Run, signal: AbortSignal | undefined): Promise<void> {
    await this.#client.send(
      "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",
      {
        check_run_id: run.id,
        status: "completed",
        conclusion: "cancelled",
        output: { title: "Looked at again", summary: "A newer check takes the place of this one." },
      },
      { signal },
    );
  }
}

/** Annotations are only ever added, and what has ended does not begin again. */
function canBecome(run: Run, form: CheckForm): boolean {
  if (run.digest === form.digest && run.state !== stateText(form.state)) return false;
  if (run.annotations > 0 && run.annotationsDigest !== form.annotationsDigest) return false;
  if (run.annotations > form.annotations.length) return false;
  return run.state === "in_progress" || form.state.status === "completed";
}

function bodyOf(form: CheckForm, annotations: readonly RunAnnotation[]): object {
  return {
    external_id: `${version} ${form.digest} ${form.annotationsDigest}`,
    ...form.state,
    output: { ...form.output, ...(annotations.length === 0 ? {} : { annotations }) },
  };
}

function stateText(state: CheckForm["state"]): string {
  return state.status === "completed" ? state.conclusion : state.status;
}

function readRun(fields: Fields): Run {
  const [prefix, digest, annotationsDigest] = (fields.optionalString("external_id") ?? "").split(
    " ",
  );
  const isKnown = prefix === version;
  const status = fields.string("status");
  return {
    id: fields.id("id"),
    state: status === "completed" ? (fields.optionalString("conclusion") ?? "") : status,
    digest: isKnown ? digest : undefined,
    annotationsDigest: isKnown ? annotationsDigest : undefined,
    annotations: fields.object("output").number("annotations_count"),
  };
}

/** A run says which App made it; others may use the same name. */
function isBy({ login = "" }: Account, run: Fields): boolean {
  const slug = run.optionalObject("app")?.optionalString("slug");
  return slug !== undefined && `${slug}[bot]`.toLowerCase() === login.toLowerCase();
}

/** Ids only grow; they may be longer than a number. */
export function isNewer(left: Fields, right: Fields): boolean {
  const [one, other] = [left.id("id"), right.id("id")];
  return one.length === other.length ? one > other : one.length > other.length;
}

/** True for what GitHub says to users, and to Apps without the permission. */
export function areRunsRefused(error: unknown): boolean {
  return isRefusal(error, [403], /resource not accessible|must authenticate via a github app/i);
}
