import type { PullRequest, PullRequestSummary } from "../../src/domain/pull-request.ts";
import type { MergeOutcome, MergeRequest, PullRequestState } from "../../src/forge/forge.ts";
import { sha256 } from "../../src/shared/digest.ts";
import { MemoryForge } from "./memory-forge.ts";

/** What only a host with a server tells. */
type Marks = Partial<Pick<PullRequestSummary, "fork" | "base" | "isDraft" | "revision">>;

/** The host of a memory remote as a server shows it: with forks, drafts and a mark of each conversation. */
export class ServerForge extends MemoryForge {
  readonly marks = new Map<number, Marks>();
  /** Thrown instead of an answer about this pull request. */
  readonly failures = new Map<number, Error>();
  /** Thrown instead of merging. */
  mergeRefusal: Error | undefined;
  /** Called before each answer about one, with its number: others may come between. */
  beforeGet: (number: number) => Promise<void> = async () => undefined;
  /** Conversations that were read. */
  readonly read: number[] = [];
  readonly merges: number[] = [];

  override async list(states: readonly PullRequestState[]): Promise<readonly PullRequest[]> {
    const all = await super.list(states);
    return all.map((pullRequest) => this.#marked(pullRequest));
  }

  override async get(number: number): Promise<PullRequest> {
    await this.beforeGet(number);
    const failure = this.failures.get(number);
    if (failure !== undefined) throw failure;
    this.read.push(number);
    return this.#marked(await super.get(number));
  }

  override async merge(number: number, request: MergeRequest): Promise<MergeOutcome> {
    this.merges.push(number);
    if (this.mergeRefusal !== undefined) throw this.mergeRefusal;
    return super.merge(number, request);
  }

  #marked(pullRequest: PullRequest): PullRequest {
    const revision = sha256(JSON.stringify(pullRequest));
    return { ...pullRequest, revision, ...this.marks.get(pullRequest.number) };
  }
}
