import type { PullRequestSummary } from "../../../domain/pull-request.ts";
import { answerBroken } from "../../errors.ts";
import { readFields, type Fields } from "./shapes.ts";
import { cutText } from "./texts.ts";

/** A pull request as GitHub shows it, in a list or alone. */
export interface ShownPull {
  readonly summary: PullRequestSummary;
  readonly baseBranch: string;
  /** Where its branch is, as `eve/ml-registry`; `undefined` once that is gone. */
  readonly headRepository: string | undefined;
  /** When it was merged or closed. */
  readonly endedAt: string | undefined;
  /** GitHub's own word: `clean`, `dirty`, `blocked`, …; absent in lists. */
  readonly mergeability: string | undefined;
}

export interface Registry {
  readonly owner: string;
  readonly repository: string;
  /** Without `refs/heads/`. */
  readonly branch: string;
}

/** Of very old ones that were merged, GitHub has forgotten what they became. */
export function isForgotten(value: unknown): boolean {
  const fields = readFields(value, "a pull request");
  return fields.has("merged_at") && !fields.has("merge_commit_sha");
}

/** GitHub tells when a conversation changed in whole seconds, and its servers' clocks differ a little. */
const settledMs = 3000;

/**
 * With the time when GitHub was asked, in milliseconds: what changed just before may change again
 * within the same second, and has no mark yet. Rejects with `FORGE_ANSWER_BROKEN`.
 */
export function readPull(value: unknown, registry: Registry, askedAt?: number): ShownPull {
  const fields = readFields(value, "a pull request");
  const head = fields.object("head");
  const base = fields.object("base");
  const baseBranch = base.string("ref");
  const headRepository = head.optionalObject("repo")?.string("full_name");
  const fork = forkOf(headRepository, registry);
  const state = stateOf(fields);
  return {
    summary: {
      number: fields.number("number"),
      title: cutText(fields.string("title")),
      body: cutText(fields.optionalString("body") ?? ""),
      state,
      author: fields.account("user"),
      openedAt: fields.date("created_at"),
      head: head.commit("sha"),
      branch: head.string("ref"),
      ...(baseBranch === registry.branch ? {} : { base: baseBranch }),
      ...(fork === undefined ? {} : { fork }),
      isDraft: fields.has("draft") && fields.boolean("draft"),
      ...revisionOf(fields, askedAt),
      labels: fields.objects("labels").flatMap((label) => label.optionalString("name") ?? []),
      merged:
        state === "merged"
          ? {
              commit: fields.commit("merge_commit_sha"),
              // A list does not tell.
              by: fields.has("merged_by") ? fields.account("merged_by") : {},
              at: fields.date("merged_at"),
            }
          : undefined,
    },
    baseBranch,
    headRepository,
    endedAt: state === "open" ? undefined : fields.date("closed_at"),
    mergeability: fields.optionalString("mergeable_state"),
  };
}

function revisionOf(fields: Fields, askedAt = Infinity): Pick<PullRequestSummary, "revision"> {
  const updatedAt = fields.date("updated_at");
  if (askedAt - Date.parse(updatedAt) < settledMs) return {};
  const [head, base] = ["head", "base"].map((name) => fields.object(name).commit("sha"));
  return { revision: [updatedAt, head, base].join(" ") };
}

function stateOf(fields: Fields): PullRequestSummary["state"] {
  const state = fields.string("state");
  if (state === "closed") return fields.has("merged_at") ? "merged" : "closed";
  if (state !== "open" || fields.has("merged_at")) {
    throw answerBroken(`a pull request is ${JSON.stringify(state.slice(0, 50))}.`);
  }
  return state;
}

function forkOf(headRepository: string | undefined, registry: Registry): string | undefined {
  if (headRepository === undefined) return "unknown";
  const own = `${registry.owner}/${registry.repository}`.toLowerCase();
  return headRepository.toLowerCase() === own ? undefined : headRepository;
}
