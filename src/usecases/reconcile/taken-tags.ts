import type { LedgerState } from "../../domain/ledger/state.ts";
import { ledgerTags } from "../../domain/plan/incidents.ts";
import type { EventDraft } from "../ledger/draft.ts";
import type { RemoteTags } from "./observe.ts";

/** Tells the moves which names of stage tags somebody else took: they are passed over. */
export async function avoidTakenTags(
  drafts: readonly EventDraft[],
  state: LedgerState,
  tags: RemoteTags,
): Promise<readonly EventDraft[]> {
  const keys = [...new Set(drafts.flatMap((draft) => (isMove(draft) ? [draft.asset] : [])))];
  if (keys.length === 0) return drafts;
  const expected = ledgerTags(state, keys);
  const remote = await tags.of(keys);
  const takenTags = [...remote.keys()].filter((name) => name.includes("#") && !expected.has(name));
  if (takenTags.length === 0) return drafts;
  return drafts.map((draft) => (isMove(draft) ? { ...draft, takenTags } : draft));
}

function isMove(
  draft: EventDraft,
): draft is Extract<EventDraft, { readonly type: "accepted" | "withdrawn" }> {
  return draft.type === "accepted" || draft.type === "withdrawn";
}
