import { join } from "node:path";

import type { Octokit } from "@octokit/rest";

import type { StoreSettings } from "../../src/domain/registry.ts";
import { stageVersion } from "../../src/domain/ledger/state.ts";
import { createGitHubClient } from "../../src/forge/drivers/github/client.ts";
import { GitHubForge } from "../../src/forge/drivers/github/github-forge.ts";
import { GitHubHost } from "../../src/forge/drivers/github/github-host.ts";
import { NativeGitMirror } from "../../src/git/drivers/native/mirror.ts";
import type { Clock } from "../../src/shared/clock.ts";
import type { Digest } from "../../src/shared/digest.ts";
import type { Logger } from "../../src/shared/log.ts";
import { CommitSourceTree } from "../../src/source/drivers/commit.ts";
import { FileStoreDriver } from "../../src/store/drivers/file/file-store-driver.ts";
import { Store } from "../../src/store/store.ts";
import type { ApplyReport } from "../../src/usecases/app.ts";
import { adopt } from "../../src/usecases/operate/adopt.ts";
import { apply } from "../../src/usecases/operate/apply.ts";
import { observe, TagSchedule } from "../../src/usecases/reconcile/observe.ts";
import { CommitRegistryReader } from "../../src/usecases/registry-reader.ts";
import type { RegistrySession } from "../../src/usecases/session.ts";
import type { GitHubDouble } from "../support/github/github.ts";
import { fullName, owner, people, repository } from "./registry.ts";

const at = { owner, repo: repository };
const marker = "<!-- cairn:check -->\n";
export const cairnLogin = "cairn[bot]";

export interface CairnAccess {
  readonly github: GitHubDouble;
  readonly folder: string;
  readonly appId: string;
  readonly privateKey: string;
  readonly atEnd: (end: () => Promise<void>) => void;
  /** Events that were in the ledger before the story. */
  readonly eventsBefore?: number;
}

/** Cairn as `cairn serve` has it, with the time of the story. */
export class Cairn {
  readonly session: RegistrySession;
  readonly #github: GitHubDouble;
  readonly #octokit: Octokit;
  readonly #logged: string[];
  readonly #eventsBefore: number;
  #told = 0;

  private constructor(
    session: RegistrySession,
    { github, eventsBefore = 0 }: CairnAccess,
    logged: string[],
  ) {
    this.session = session;
    this.#github = github;
    this.#logged = logged;
    this.#eventsBefore = eventsBefore;
    this.#octokit = github.client(people.ann.login);
  }

  static async open(access: CairnAccess): Promise<Cairn> {
    const { github, folder, appId, privateKey, atEnd } = access;
    const clock = clockOf(github);
    const logged: string[] = [];
    const log = logTo(logged);
    const client = createGitHubClient({
      apiUrl: github.apiUrl,
      owner,
      repository,
      credentials: { type: "app", appId, privateKey },
      log,
      clock,
      limits: { writeSpacingMs: 0, retryAfterMs: 1, retries: 1 },
    });
    const mirror = await NativeGitMirror.open({
      directory: join(folder, "mirror"),
      url: github.repositoryUrl(fullName),
      branch: "refs/heads/main",
      environment: process.env,
      login: async (signal) => client.login(signal),
    });
    atEnd(() => mirror.close());
    const forge = new GitHubForge({ client, git: mirror, log, clock, pauseMs: 1 });
    const host = new GitHubHost({ client, git: mirror, log });
    const session = sessionOf({ mirror, forge, host, clock, log }, join(folder, "stores"));
    return new Cairn(session, access, logged);
  }

  async adopts(): Promise<void> {
    await adopt(this.session, { withStages: true });
  }

  /** One reconcile, as after a webhook or at the time of a poll. */
  async looks(): Promise<ApplyReport> {
    return apply(this.session);
  }

  /** The same, and something happens before it writes its first check. */
  async looksWhile(act: () => Promise<unknown>): Promise<ApplyReport> {
    const { host } = this.session;
    if (host === undefined) throw new Error("there is a host");
    let hasActed = false;
    const publish: typeof host.checks.publish = async (...draft) => {
      if (!hasActed) await act();
      hasActed = true;
      return host.checks.publish(...draft);
    };
    const say: typeof host.checks.say = async (...words) => host.checks.say(...words);
    const watched = new Proxy(host, {
      get: (target, key): unknown => {
        if (key === "checks") return { publish, say };
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    return apply({ ...this.session, host: watched });
  }

  /**
   * `failed: prod: taxi 1 → 2 (1 of 1 gates fails)` as the check has it at the head, below it what
   * the comment says against it.
   */
  async says(number: number): Promise<string> {
    const { data } = await this.#octokit.rest.pulls.get({ ...at, pull_number: number });
    const check = await this.saysOfCommit(data.head.sha);
    const comment = await this.comment(number);
    if (comment === "") return `${check}\n(no comment)`;
    const [, first = ""] = /^\S+ \*\*Check (.*)$/m.exec(comment) ?? [];
    const isSame = withoutIds(plain(first.replace("**", ":"))) === check;
    return [check, ...(isSame ? [] : [`(comment) ${plain(first)}`]), ...reasonsIn(comment)].join(
      "\n",
    );
  }

  /** The check of a commit. */
  async saysOfCommit(ref: string): Promise<string> {
    const { data } = await this.#octokit.rest.checks.listForRef({ ...at, ref });
    const run = data.check_runs.find(({ name }) => name === "cairn");
    if (run === undefined) return "no check";
    const ended = run.conclusion === "success" ? "passed" : "failed";
    const title = withoutIds(run.output.title ?? "");
    return `${run.status === "completed" ? ended : "pending"}: ${title}`;
  }

  /** The comment that Cairn keeps; empty when there is none. */
  async comment(number: number): Promise<string> {
    const own = await this.#ownComments(number);
    return own[0]?.replace(marker, "") ?? "";
  }

  /** The summary of the check, with what is said to reviewers of the code. */
  async summary(number: number): Promise<string> {
    const { data } = await this.#octokit.rest.pulls.get({ ...at, pull_number: number });
    const ref = data.head.sha;
    const runs = await this.#octokit.rest.checks.listForRef({ ...at, ref });
    return runs.data.check_runs[0]?.output.summary ?? "";
  }

  async annotations(number: number): Promise<readonly string[]> {
    const { data } = await this.#octokit.rest.pulls.get({ ...at, pull_number: number });
    const runs = await this.#octokit.rest.checks.listForRef({ ...at, ref: data.head.sha });
    const run = runs.data.check_runs[0];
    if (run === undefined) return [];
    const listed = await this.#octokit.paginate(this.#octokit.rest.checks.listAnnotations, {
      ...at,
      check_run_id: run.id,
      per_page: 100,
    });
    return listed.map(({ path, start_line: line, title }) => `${title ?? ""} ${path}:${line}`);
  }

  /** What GitHub says became of it. */
  async stateOf(number: number): Promise<"open" | "merged" | "closed"> {
    const { data } = await this.#octokit.rest.pulls.get({ ...at, pull_number: number });
    return data.merged ? "merged" : data.state === "open" ? "open" : "closed";
  }

  /** Subjects of the ledger since the story began, oldest first. */
  async events(): Promise<readonly string[]> {
    const { state } = await this.#observe();
    const lines: string[] = [];
    for (let id = state?.head; id !== undefined;) {
      const { message, parents } = await this.session.mirror.readCommit(id);
      lines.push(withoutIds(message.split("\n")[0] ?? ""));
      [id] = parents;
    }
    return lines.toReversed().slice(this.#eventsBefore);
  }

  /** `models/taxi` to what a stage runs. */
  async runs(stage = "prod"): Promise<Readonly<Record<string, string>>> {
    const { state } = await this.#observe();
    return Object.fromEntries(
      Object.entries(state?.assets ?? {}).flatMap(([key, asset]) => {
        const entry = stageVersion(asset, stage);
        return entry === undefined ? [] : [[key.replace("models/", ""), entry.version]];
      }),
    );
  }

  /** What was asked of GitHub since the last time that could have written something. */
  news(): readonly string[] {
    const fresh = this.#github.requests.slice(this.#told);
    this.#told = this.#github.requests.length;
    return fresh
      .filter(({ login }) => login === cairnLogin)
      .filter(({ kind, method, path }) =>
        kind === "api" ? method !== "GET" : kind === "git" && path.endsWith("/git-receive-pack"),
      )
      .map(({ method, path }) => `${method} ${path.replace(`/repos/${fullName}`, "")}`)
      .filter((line) => !line.endsWith("/access_tokens"));
  }

  /** Pull requests with two comments of Cairn's, and commits with two checks. */
  async saidTwice(): Promise<readonly string[]> {
    const twice: string[] = [];
    for (const { number, head } of await this.#all()) {
      if ((await this.#ownComments(number)).length > 1) twice.push(`comments of #${number}`);
      const { data } = await this.#octokit.rest.checks.listForRef({ ...at, ref: head.sha });
      if (data.check_runs.filter(({ name }) => name === "cairn").length > 1) {
        twice.push(`checks of #${number}`);
      }
    }
    return twice;
  }

  /** Everything that Cairn wrote where people read it. */
  async allTexts(): Promise<string> {
    const texts: string[] = [...this.#logged, ...(await this.events())];
    for (const { number, head, title, body } of await this.#all()) {
      texts.push(title, body ?? "", ...(await this.#ownComments(number)));
      const { data } = await this.#octokit.rest.checks.listForRef({ ...at, ref: head.sha });
      texts.push(...data.check_runs.map(({ output }) => JSON.stringify(output)));
    }
    return texts.join("\n");
  }

  async #all() {
    return this.#octokit.paginate(this.#octokit.rest.pulls.list, { ...at, state: "all" });
  }

  async #ownComments(number: number): Promise<readonly string[]> {
    const { data } = await this.#octokit.rest.issues.listComments({ ...at, issue_number: number });
    return data
      .filter(({ user, body }) => user?.login === cairnLogin && body?.startsWith(marker) === true)
      .map(({ body }) => body ?? "");
  }

  async #observe() {
    return observe(this.session.mirror, this.session.cache);
  }
}

/** `❌ approvals: 0 of 1 …` of the tables, and what stands in the list at the top. */
function reasonsIn(comment: string): readonly string[] {
  const [top = ""] = comment.split("<details>");
  return top.split("\n").flatMap((line) => {
    const [, mark, gate, reason] = /^\| (\S+) \| (.+?) \| (.+) \|$/.exec(line) ?? [];
    if (mark !== undefined && !mark.startsWith("-")) {
      return [`${mark} ${plain(gate ?? "")}: ${plain(reason ?? "")}`];
    }
    return line.startsWith("- ") ? [plain(line.slice(2))] : [];
  });
}

function withoutIds(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{12,40}\b/g, "<commit>");
}

/** As a reader sees it. */
export function plain(markdown: string): string {
  return markdown
    .replaceAll(/\\([!-/:-@[-`{-~])/g, "$1")
    .replaceAll(/[\u200B\u2060]/g, "")
    .replaceAll(/<code>|<\/code>|`/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll(/&#(\d+);/g, (_all, digits: string) => String.fromCharCode(Number(digits)))
    .replaceAll("&amp;", "&");
}

function clockOf({ clock }: GitHubDouble): Clock {
  return { now: () => clock.now(), monotonicMs: () => clock.now().getTime() };
}

function logTo(lines: string[]): Logger {
  const note: Logger["info"] = (fields, message) => {
    const { error, ...others } = fields;
    const text = error instanceof Error ? `${error.message} ${error.stack ?? ""}` : "";
    lines.push(`${message} ${JSON.stringify(others)} ${text}`);
  };
  const log: Logger = { debug: note, info: note, warn: note, error: note, child: () => log };
  return log;
}

type Parts = Pick<RegistrySession, "mirror" | "forge" | "host" | "clock" | "log">;

function sessionOf({ mirror, ...parts }: Parts, storesFolder: string): RegistrySession {
  const texts = new Map<string, string>();
  const stores = new Map<string, Store>();
  const openStore = async (settings: StoreSettings): Promise<Store> => {
    const root = settings.driver === "file" ? settings.root : "other";
    const store =
      stores.get(root) ?? new Store(new FileStoreDriver({ root: join(storesFolder, root) }));
    stores.set(root, store);
    return store;
  };
  return {
    ...parts,
    mirror,
    url: `https://github.example/${fullName}`,
    reader: new CommitRegistryReader({
      treeAt: (commit) => new CommitSourceTree({ git: mirror, commit }),
      openObject: () => {
        throw new Error("everything is in Git");
      },
      hashes: new Map<string, Digest>(),
    }),
    cache: {
      get: async (key) => texts.get(key),
      set: async (key, text) => {
        texts.set(key, text);
      },
    },
    tagSchedule: new TagSchedule(parts.clock),
    openStore,
    gitAccount: async () => ({ name: "Cairn", email: "cairn@contoso.example" }),
    clockProblem: () => undefined,
    workTree: undefined,
    checkedOutBranch: async () => undefined,
    flush: async () => undefined,
  };
}
