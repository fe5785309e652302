import type { AssetKey } from "../../domain/asset.ts";
import { isBlocking, type Finding } from "../../domain/finding.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import {
  isForeignTag,
  ledgerTags,
  observeTagIncidents,
  type ObservedIncident,
} from "../../domain/plan/incidents.ts";
import { stageChanges, type Move } from "../../domain/promotion/moves.ts";
import type { Asset } from "../../domain/registry.ts";
import { foldDrafts, type EventDraft } from "../ledger/draft.ts";
import type { Change, JudgeContext } from "../promote/change.ts";
import {
  judgeContent,
  type ChangedContent,
  type ContentJudgement,
} from "../promote/judge-content.ts";
import { judgeMoves, type MovesJudgement } from "../promote/judge-moves.ts";
import { judgePolicy, type PolicyJudgement } from "../promote/judge-policy.ts";
import { findProblems } from "../validate.ts";
import {
  blockedAssets,
  changedAssets,
  derivePublications,
  type Publications,
} from "./derive-publications.ts";
import type { RemoteTags } from "./observe.ts";

/** Everything that is decided about one landing, or about the preview of one. */
export interface LandingJudgement {
  /** The change, judged by a ledger that knows of these incidents already. */
  readonly change: Change;
  readonly incidents: readonly EventDraft[];
  readonly content: ContentJudgement;
  readonly publications: Publications;
  readonly policy: PolicyJudgement;
  readonly moves: MovesJudgement;
  readonly findings: readonly Finding[];
}

export async function judgeLanding(
  context: JudgeContext,
  before: Change,
  tags: RemoteTags,
): Promise<LandingJudgement> {
  const changed = contentOf(context, before);
  const moving = stageChanges(before.registryBefore, before.registry, before.state).moves;
  const keys = [...new Set([...changed.changed, ...moving].map(keyOf))];
  const incidents = await observedIncidents(keys, before.state, tags);
  const state = foldDrafts(before.state, incidents, context.clock.now()) ?? before.state;
  const change = { ...before, state };
  const policy = await judgePolicy(context, change);
  const content = await judgeContent(context, change, changed);
  const moves = await judgeMoves(context, change, {
    isPolicyChanged: policy.outcome !== "none",
    unreviewed: content.unreviewed.map(({ asset }) => asset.key),
  });
  const publications = await publicationsOf(context, change, { ...changed, content, tags });
  return {
    change,
    incidents,
    content,
    publications,
    policy,
    moves,
    findings: [...publications.findings, ...contentFindings(content)],
  };
}

/** An asset's tags are compared before each of its events. */
export async function observedIncidents(
  keys: readonly AssetKey[],
  state: LedgerState,
  tags: RemoteTags,
): Promise<readonly EventDraft[]> {
  const observed = observeTagIncidents(state, onlyOf(keys, await tags.of(keys)), keys);
  return observed.map((incident) => draftIncident(incident, state));
}

export function draftIncident(incident: ObservedIncident, { processed }: LedgerState): EventDraft {
  const message = incident.message.slice(0, 2000);
  return { ...incident, message, type: "incident", processed };
}

function keyOf(subject: Asset | Move): AssetKey {
  return "key" in subject ? subject.key : subject.asset;
}

interface Changed extends ChangedContent {
  readonly blockedPaths: ReadonlySet<string>;
}

/** Assets whose content may be new, and those that an error holds back. */
function contentOf({ reader }: JudgeContext, change: Change): Changed {
  const { registry, state, after: commit, landing } = change;
  const { settings } = registry;
  const errors = findProblems(registry, state).filter(isBlocking);
  const blockedPaths = new Set(errors.map((finding) => finding.path));
  if (settings === undefined) return { changed: [], blocked: [], blockedPaths };
  const known = { reader, commit, landing, registry, settings, state, blockedPaths };
  return { changed: changedAssets(known), blocked: blockedAssets(known), blockedPaths };
}

async function publicationsOf(
  { reader }: JudgeContext,
  { registry, state, after: commit, landing }: Change,
  {
    changed,
    blockedPaths,
    content,
    tags,
  }: Changed & { readonly content: ContentJudgement; readonly tags: RemoteTags },
): Promise<Publications> {
  const { settings } = registry;
  if (settings === undefined) return { drafts: [], findings: [] };
  const keys = [...new Set(changed.map(keyOf))];
  const remote = await tags.of(keys);
  const expected = ledgerTags(state, keys);
  const isTagTaken = (tag: string): boolean => isForeignTag(tag, expected, remote);
  const input = { reader, commit, landing, registry, settings, state, blockedPaths, isTagTaken };
  return derivePublications(input, content.published);
}

function contentFindings({ unreviewed, held }: ContentJudgement): readonly Finding[] {
  return [...unreviewed, ...held].map(({ asset, reason }) => ({
    rule: "unreviewed-content",
    severity: "error",
    message: reason,
    ...asset.document.placeOf([]),
  }));
}

function onlyOf(
  keys: readonly string[],
  tags: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const wanted = new Set(keys);
  return new Map([...tags].filter(([name]) => wanted.has(name.split(/[@#]/, 1)[0] ?? "")));
}
