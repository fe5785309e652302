import { versionTagName } from "../../domain/ledger/tag.ts";
import type { PlannedAction } from "../app.ts";
import type { EventDraft } from "../ledger/draft.ts";

/** A draft as a step that people and programs can read. */
export function draftActions(drafts: readonly EventDraft[]): readonly PlannedAction[] {
  return drafts.flatMap((draft): readonly PlannedAction[] => {
    switch (draft.type) {
      case "published":
        return [publishAction(draft)];
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
        return stoppedActions(draft);
      case "policy-accepted":
        return [{ kind: "accept-policy", commit: draft.commit }];
      case "deprecated":
        return [deprecationAction(draft)];
      case "incident":
        return [{ kind: "record-incident", incident: draft.kind, message: draft.message }];
      case "resolved":
        return [{ kind: "resolve-incident", id: draft.incident, how: draft.how }];
      case "adopted":
        return [];
    }
  });
}

type DraftOf<Type extends EventDraft["type"]> = Extract<EventDraft, { readonly type: Type }>;

function publishAction(draft: DraftOf<"published">): PlannedAction {
  return {
    kind: "publish",
    asset: draft.asset,
    version: draft.version,
    digest: draft.digest,
    ...(draft.same_as === undefined ? {} : { sameAs: draft.same_as }),
    stages: draft.stages,
    commit: draft.landing.commit,
    tag: versionTagName(draft.asset, draft.version),
  };
}

function stoppedActions({
  type,
  moves,
}: DraftOf<"waiting"> | DraftOf<"blocked">): readonly PlannedAction[] {
  return moves.map(({ asset, stage, version, gates }) => ({
    kind: type === "waiting" ? "wait" : "block",
    asset,
    stage,
    ...(version === undefined ? {} : { version }),
    reasons: gates.map(({ reason }) => reason),
  }));
}

function deprecationAction({ reason, asset, version }: DraftOf<"deprecated">): PlannedAction {
  return { kind: reason === undefined ? "end-deprecation" : "deprecate", asset, version };
}
