import { versionTagName } from "../../domain/ledger/tag.ts";
import type { PlannedAction } from "../app.ts";
import type { EventDraft } from "../ledger/draft.ts";

/** A draft as a step that people and programs can read. */
export function draftActions(drafts: readonly EventDraft[]): readonly PlannedAction[] {
  return drafts.flatMap((draft): readonly PlannedAction[] => {
    switch (draft.type) {
      case "published":
        return [
          {
            kind: "publish",
            asset: draft.asset,
            version: draft.version,
            digest: draft.digest,
            ...(draft.same_as === undefined ? {} : { sameAs: draft.same_as }),
            stages: draft.stages,
            commit: draft.landing.commit,
            tag: versionTagName(draft.asset, draft.version),
          },
        ];
      case "accepted":
        return [{ kind: "accept", asset: draft.asset, stage: draft.stage, version: draft.version }];
      case "incident":
        return [{ kind: "record-incident", incident: draft.kind, message: draft.message }];
      case "adopted":
      case "resolved":
        return [];
    }
  });
}
