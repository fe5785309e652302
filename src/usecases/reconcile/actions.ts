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
        return [
          {
            kind: draft.cause === "rollback" ? "roll-back" : "accept",
            asset: draft.asset,
            stage: draft.stage,
            version: draft.version,
          },
        ];
      case "withdrawn":
        return [
          { kind: "withdraw", asset: draft.asset, stage: draft.stage, version: draft.version },
        ];
      case "waiting":
      case "blocked":
        return draft.moves.map(({ asset, stage, version, gates }) => ({
          kind: draft.type === "waiting" ? "wait" : "block",
          asset,
          stage,
          ...(version === undefined ? {} : { version }),
          reasons: gates.map(({ reason }) => reason),
        }));
      case "policy-accepted":
        return [{ kind: "accept-policy", commit: draft.commit }];
      case "deprecated":
        return [
          {
            kind: draft.reason === undefined ? "end-deprecation" : "deprecate",
            asset: draft.asset,
            version: draft.version,
          },
        ];
      case "incident":
        return [{ kind: "record-incident", incident: draft.kind, message: draft.message }];
      case "adopted":
      case "resolved":
        return [];
    }
  });
}
