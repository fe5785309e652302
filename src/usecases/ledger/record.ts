import type { LedgerEntry } from "../../domain/ledger/event.ts";
import { LedgerFold } from "../../domain/ledger/fold.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import { cairnIdentity } from "../../domain/ledger/tag.ts";
import type { GitMirror, PushOutcome, RefUpdate } from "../../git/git.ts";
import { renderLedgerMessage } from "../../registry/ledger-event-yaml.ts";
import { CairnError } from "../../shared/errors.ts";
import type { Clock } from "../../shared/clock.ts";
import { dateDraft, groupOf, type DatedEvent, type EventDraft } from "./draft.ts";

const ledgerRef = "refs/heads/cairn-ledger";

/** Large enough that adoption of thousands of assets is a few pushes, small enough for one command line. */
const batchSize = 200;

export interface RecordContext {
  readonly mirror: GitMirror;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

export interface RefusedDraft {
  readonly draft: EventDraft;
  readonly reason: string;
}

export type RecordOutcome =
  /** Written up to here; `refused` are drafts that the remote does not take, each alone. */
  | {
      readonly outcome: "recorded";
      readonly state: LedgerState | undefined;
      readonly recorded: readonly EventDraft[];
      readonly refused: readonly RefusedDraft[];
    }
  /** Another controller wrote first, or it is in `doubt` who did: look again, decide again. */
  | {
      readonly outcome: "lost-race";
      readonly recorded: readonly EventDraft[];
      readonly doubt?: CairnError;
    };

/**
 * Appends events to the ledger with their tags, in few atomic pushes. Each push moves the ledger
 * from the tip that was seen (the lease), so of two controllers one wins. When the remote refuses
 * a batch for another reason, the batch is halved until the culprit stands alone.
 */
export async function recordEvents(
  context: RecordContext,
  state: LedgerState | undefined,
  drafts: readonly EventDraft[],
): Promise<RecordOutcome> {
  let current = state;
  const recorded: EventDraft[] = [];
  const refused: RefusedDraft[] = [];
  const queue = splitInto(toGroups(drafts), batchSize);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const batch = heldBack(withoutDependents(next, refused), refused, current);
    if (batch.length === 0) continue;
    const pushed = await pushBatch(context, current, batch);
    if (pushed.outcome === "lost-race") return { ...pushed, recorded };
    if (pushed.outcome === "recorded") {
      current = pushed.state;
      recorded.push(...batch);
    } else if (toGroups(batch).length > 1) {
      queue.unshift(...splitInto(toGroups(batch), Math.ceil(batch.length / 2)));
    } else {
      refused.push(...batch.map((draft) => ({ draft, reason: pushed.reason })));
    }
  }
  return { outcome: "recorded", state: current, recorded, refused };
}

/**
 * Stage files are judged when they land: while the remote refuses what came of that, the ledger
 * must not say that the landing is dealt with, or nobody would look at it again.
 */
function heldBack(
  drafts: readonly EventDraft[],
  refused: readonly RefusedDraft[],
  state: LedgerState | undefined,
): readonly EventDraft[] {
  if (state === undefined || refused.every(({ draft }) => groupOf(draft) === undefined)) {
    return drafts;
  }
  return drafts.map((draft) => ({ ...draft, processed: state.processed }));
}

/**
 * The drafts that can still come true: what builds on a version that the remote refused is added
 * to `refused`. Drafts come after what they build on.
 */
function withoutDependents(
  drafts: readonly EventDraft[],
  refused: RefusedDraft[],
): readonly EventDraft[] {
  if (refused.length === 0) return drafts;
  return toGroups(drafts).flatMap((group) => {
    const missing = refused.find((other) => group.some((draft) => isBuiltOn(draft, other.draft)));
    if (missing === undefined) return group;
    const reason = `it builds on what was refused: ${missing.reason}`;
    refused.push(...group.map((draft) => ({ draft, reason })));
    return [];
  });
}

function isBuiltOn(draft: EventDraft, other: EventDraft): boolean {
  if (other.type !== "published") return false;
  if (draft.type === "published") return draft.uses.includes(`${other.asset}@${other.version}`);
  return (
    draft.type === "accepted" && draft.asset === other.asset && draft.version === other.version
  );
}

type BatchOutcome =
  | { readonly outcome: "recorded"; readonly state: LedgerState | undefined }
  | { readonly outcome: "lost-race"; readonly doubt?: CairnError }
  | { readonly outcome: "refused"; readonly reason: string };

async function pushBatch(
  context: RecordContext,
  state: LedgerState | undefined,
  drafts: readonly EventDraft[],
): Promise<BatchOutcome> {
  const { mirror, clock, signal } = context;
  const tree = await mirror.writeEmptyTree();
  const updates: RefUpdate[] = [];
  const fold = new LedgerFold(state);
  for (const draft of drafts) {
    const dated = dateDraft(draft, fold.state, clock.now());
    const { entry, tags } = await writeEntry(mirror, tree, fold.state, dated);
    updates.push(...tags);
    fold.add(entry);
  }
  const current = fold.state;
  const tip = current?.head;
  if (tip === undefined) return { outcome: "recorded", state };
  const ledger = { ref: ledgerRef, expected: state?.head, next: tip };
  const outcome = await pushOrDoubt(mirror, [ledger, ...updates], signal);
  if (outcome instanceof CairnError) return { outcome: "lost-race", doubt: outcome };
  if (outcome.accepted) return { outcome: "recorded", state: current };
  if (outcome.refs.has(ledgerRef) && (await ledgerMoved(mirror, state?.head, signal))) {
    return { outcome: "lost-race" };
  }
  const reasons = [...outcome.refs].map(([ref, reason]) => `${ref}: ${reason}`);
  return { outcome: "refused", reason: reasons.join("; ") || "the remote refused the push" };
}

/**
 * A connection that ends in the middle, or two pushes that trip over each other's locks, leave it
 * open whether the remote took this one. As long as it can be asked, asking is the answer.
 */
async function pushOrDoubt(
  mirror: GitMirror,
  updates: readonly RefUpdate[],
  signal: AbortSignal | undefined,
): Promise<PushOutcome | CairnError> {
  try {
    return await mirror.push(updates, signal);
  } catch (error) {
    if (!(error instanceof CairnError) || error.kind !== "unavailable") throw error;
    await mirror.fetch(signal);
    return error;
  }
}

/** The refusal alone does not say whose fault it was: with --atomic every ref is reported. */
async function ledgerMoved(
  mirror: GitMirror,
  seen: string | undefined,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return (await mirror.fetch(signal)).ledger !== seen;
}

async function writeEntry(
  mirror: GitMirror,
  tree: string,
  state: LedgerState | undefined,
  { event, tag }: DatedEvent,
): Promise<{ readonly entry: LedgerEntry; readonly tags: readonly RefUpdate[] }> {
  const signature = { ...cairnIdentity, timestamp: Math.floor(Date.parse(event.at) / 1000) };
  const tags: RefUpdate[] = [];
  let written = event;
  if (tag !== undefined && "tags" in event) {
    const { name, target, message, timestamp } = tag;
    const tagger = { ...cairnIdentity, timestamp };
    const object = await mirror.writeTag({ name, target, message, tagger });
    tags.push({ ref: `refs/tags/${name}`, expected: undefined, next: object });
    written = { ...event, tags: [{ name, object }] };
  }
  const commit = await mirror.writeCommit({
    tree,
    parents: state === undefined ? [] : [state.head],
    author: signature,
    message: renderLedgerMessage(written),
  });
  return { entry: { commit, event: written }, tags };
}

/** Drafts that stand or fall together: the stage files of one landing, else each alone. */
function toGroups(drafts: readonly EventDraft[]): readonly (readonly EventDraft[])[] {
  const groups: EventDraft[][] = [];
  let last: string | undefined;
  for (const draft of drafts) {
    const group = groupOf(draft);
    const open = groups.at(-1);
    if (group !== undefined && group === last && open !== undefined) open.push(draft);
    else groups.push([draft]);
    last = group;
  }
  return groups;
}

/** Batches of whole groups, each of about this size. */
function splitInto(
  groups: readonly (readonly EventDraft[])[],
  size: number,
): (readonly EventDraft[])[] {
  const batches: EventDraft[][] = [];
  for (const group of groups) {
    const open = batches.at(-1);
    if (open !== undefined && open.length + group.length <= size) open.push(...group);
    else batches.push([...group]);
  }
  return batches;
}
