import type { Account, PullRequest } from "../../../domain/pull-request.ts";
import { hasCode } from "../../../shared/errors.ts";
import { keptCommits, parseAct } from "./act.ts";
import { actsThatCount, foldActs, stateOf, type RecordedAct } from "./fold.ts";
import type { GitCommit, PullRequestGit } from "./pull-request-git.ts";

/** Where pull requests are, and nothing else. */
export const pullRequestRefs = "refs/cairn/pull/";

/** Longer ones are no conversation among people; reading them would hold up all others. */
const maxCommits = 10_000;
const maxConversationBytes = 32 * 2 ** 20;
/** Numbers are counted up from one. Who makes up a larger one makes no pull request. */
export const maxNumber = 999_999_999;

type SignedAct = RecordedAct & { readonly signer: () => Promise<string | undefined> };

interface Chain {
  readonly tip: string;
  /** Every act, oldest first, with what it took to read them: to be continued from. */
  readonly all: readonly SignedAct[];
  readonly commits: number;
  readonly bytes: number;
}

/** One pull request as its refs tell it. */
export interface Conversation {
  readonly number: number;
  readonly state: PullRequest["state"];
  /** Tip of `meta`. */
  readonly tip: string;
  /** What the head ref holds; it may be gone after the end. */
  readonly ref: string | undefined;
  readonly branch: string;
  /** The acts that count, oldest first. */
  readonly acts: readonly RecordedAct[];
  /** The whole of it, with the keys that signed. */
  resolve(): Promise<PullRequest>;
}

/** Reads conversations, each act once. Refs that make none are passed over. */
export class Conversations {
  readonly #git: PullRequestGit;
  readonly #read = new Map<number, { readonly tip: string; readonly chain: Chain | undefined }>();
  readonly #commits = new Map<string, boolean>();
  #emptyTree: Promise<string> | undefined;

  constructor(git: PullRequestGit) {
    this.#git = git;
  }

  /** By number, ascending. `refs` is all that the remote has below `refs/cairn/pull/`. */
  async read(refs: ReadonlyMap<string, string>): Promise<readonly Conversation[]> {
    const found: Conversation[] = [];
    for (const [number, { head, meta }] of groupByNumber(refs)) {
      const conversation = meta && (await this.#conversation(number, meta, head));
      if (conversation) found.push(conversation);
    }
    return found.sort((left, right) => left.number - right.number);
  }

  async #conversation(
    number: number,
    tip: string,
    ref: string | undefined,
  ): Promise<Conversation | undefined> {
    const chain = await this.#chain(number, tip);
    const acts = actsThatCount(chain?.all ?? []);
    const [opened] = acts;
    if (opened?.act !== "opened") return undefined;
    const state = stateOf(acts);
    if (state === "open" && !(ref !== undefined && (await this.#isCommit(ref)))) return undefined;
    return {
      number,
      state,
      tip,
      ref,
      branch: opened.branch,
      acts,
      resolve: async () => {
        const [first, ...later] = await withKeys(acts);
        if (first?.act !== "opened") throw new Error(`Pull request #${number} has no opening.`);
        return foldActs(first, later, ref);
      },
    };
  }

  /** `undefined` for what is no chain of acts. */
  async #chain(number: number, tip: string): Promise<Chain | undefined> {
    const known = this.#read.get(number);
    if (known?.tip === tip) return known.chain;
    const chain = await this.#walk(number, tip, known?.chain).catch(undefinedIfNoCommit);
    this.#read.set(number, { tip, chain });
    return chain;
  }

  /** From the newest back to what is known, or to the root. */
  async #walk(number: number, tip: string, known: Chain | undefined): Promise<Chain | undefined> {
    const emptyTree = await this.#emptyTreeId();
    const newer: SignedAct[] = [];
    let { commits, bytes } = { commits: 0, bytes: 0 };
    let id: string | undefined = tip;
    while (id !== undefined && id !== known?.tip) {
      const commit: GitCommit = await this.#git.readCommit(id);
      commits += 1;
      bytes += commit.message.length;
      if (commit.tree !== emptyTree || isTooLong(commits, bytes)) return undefined;
      const act = readAct(number, commit);
      if (act) newer.push({ ...act, id, signer: this.#signerOf(id) });
      id = commit.parents[0];
    }
    newer.reverse();
    if (id === undefined || known === undefined) return { tip, all: newer, commits, bytes };
    commits += known.commits;
    bytes += known.bytes;
    if (isTooLong(commits, bytes)) return undefined;
    return { tip, all: [...known.all, ...newer], commits, bytes };
  }

  /** Asked when somebody wants to know, once: a signature takes a process to check. */
  #signerOf(commit: string): () => Promise<string | undefined> {
    let key: Promise<string | undefined> | undefined;
    return async () => {
      key ??= this.#git.signingKeyOf(commit);
      try {
        return await key;
      } catch (error) {
        key = undefined;
        throw error;
      }
    };
  }

  async #isCommit(id: string): Promise<boolean> {
    let isCommit = this.#commits.get(id);
    if (isCommit === undefined) {
      isCommit = await this.#git.readCommit(id).then(() => true, falseIfNoCommit);
      if (this.#commits.size > 10_000) this.#commits.clear();
      this.#commits.set(id, isCommit);
    }
    return isCommit;
  }

  async #emptyTreeId(): Promise<string> {
    this.#emptyTree ??= this.#git.writeEmptyTree();
    try {
      return await this.#emptyTree;
    } catch (error) {
      this.#emptyTree = undefined;
      throw error;
    }
  }
}

/** The act of a commit: of this pull request, and keeping what it speaks of. */
function readAct(number: number, { message, parents }: GitCommit) {
  const act = parseAct(message);
  if (act?.number !== number) return undefined;
  return keptCommits(act).every((id, index) => parents[index + 1] === id) ? act : undefined;
}

function isTooLong(commits: number, bytes: number): boolean {
  return commits > maxCommits || bytes > maxConversationBytes;
}

/** One after the other: each may be a process. */
async function withKeys(acts: readonly SignedAct[]): Promise<readonly RecordedAct[]> {
  const signed: RecordedAct[] = [];
  for (const act of acts) {
    const key = await act.signer();
    const by: Account = key === undefined ? act.by : { ...act.by, signingKey: key };
    signed.push({ ...act, by });
  }
  return signed;
}

function groupByNumber(refs: ReadonlyMap<string, string>) {
  const groups = new Map<number, { readonly head?: string; readonly meta?: string }>();
  for (const [ref, id] of refs) {
    const match = /^refs\/cairn\/pull\/([1-9]\d{0,8})\/(head|meta)$/.exec(ref);
    if (!match) continue;
    const number = Number(match[1]);
    groups.set(number, {
      ...groups.get(number),
      ...(match[2] === "head" ? { head: id } : { meta: id }),
    });
  }
  return groups;
}

function isNoCommit(error: unknown): boolean {
  return hasCode(error, "GIT_OBJECT_MISSING", "GIT_OBJECT_TOO_LARGE");
}

function falseIfNoCommit(error: unknown): false {
  if (isNoCommit(error)) return false;
  throw error;
}

function undefinedIfNoCommit(error: unknown): undefined {
  if (!isNoCommit(error)) throw error;
}
