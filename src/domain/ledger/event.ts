import type { Digest } from "../../shared/digest.ts";
import type { AssetKey } from "../asset.ts";

/** Bumped when a reader of an older Cairn would misunderstand an event. */
export const ledgerFormat = 1;

/** A tag that an event makes: the ledger names its object, so nothing else counts (DESIGN 4). */
export interface TagMark {
  /** Without `refs/tags/`: `models/taxi-fare@v3`. */
  readonly name: string;
  /** The id of the annotated tag object. */
  readonly object: string;
}

/** What brought a change to the default branch. */
export interface LandingMark {
  readonly commit: string;
  readonly author: string;
  readonly subject: string;
}

interface EventBase {
  readonly format: number;
  /** Cairn's clock, ISO 8601 in UTC with seconds; never before the event before it. */
  readonly at: string;
  /** The last commit of the default branch that is dealt with, this event's landing included. */
  readonly processed: string;
}

/** The registry was put under Cairn's care; nothing before its commit is judged or versioned. */
export interface AdoptedEvent extends EventBase {
  readonly type: "adopted";
  readonly registry: string;
  readonly commit: string;
  /** Digest of policies/, registry.yaml and workspaces/ as they were: the policy in force. */
  readonly policy: Digest;
  /** Stage to asset to version: what ran before Cairn, taken over once the version exists. */
  readonly stages: Readonly<Record<string, Readonly<Record<AssetKey, string>>>>;
  /** Tags in Cairn's grammar that were there already: not Cairn's, their names are passed over. */
  readonly existing_tags: readonly TagMark[];
}

export interface PublishedEvent extends EventBase {
  readonly type: "published";
  readonly asset: AssetKey;
  readonly version: string;
  readonly digest: Digest;
  /** Which way of computing the digest was used. */
  readonly recipe: number;
  /** Over the ids of the Git objects behind the content: equal means nothing to compute. */
  readonly objects: Digest;
  /** The manifest's path in the landing's commit. */
  readonly manifest: string;
  /** Digest of the metadata file and the metric files it names. */
  readonly evidence: Digest;
  /** What the content refers to in this registry, resolved: `environments/taxi-env@1`. */
  readonly uses: readonly string[];
  /** The older version that had the same content. */
  readonly same_as?: string;
  /** Stages that follow, and run this version from now on. */
  readonly stages: readonly string[];
  readonly landing: LandingMark;
  readonly tags: readonly TagMark[];
}

/** A stage runs a version from now on. */
export interface AcceptedEvent extends EventBase {
  readonly type: "accepted";
  readonly asset: AssetKey;
  readonly stage: string;
  readonly version: string;
  readonly digest: Digest;
  /** `adopted`: taken over as it was, no gate was run. */
  readonly cause: "adopted";
  readonly landing: LandingMark;
  readonly tags: readonly TagMark[];
}

export const incidentKinds = [
  "tag-moved",
  "tag-missing",
  "tag-foreign",
  "history-rewritten",
] as const;
export type IncidentKind = (typeof incidentKinds)[number];

/** Something happened that nobody should have done; the ledger's word stays in force. */
export interface IncidentEvent extends EventBase {
  readonly type: "incident";
  /** `tag-moved/models/taxi-fare@v3/<object>`: the same fact is recorded once. */
  readonly id: string;
  readonly kind: IncidentKind;
  readonly asset?: AssetKey;
  readonly tag?: string;
  /** What the ledger says. */
  readonly expected?: string;
  /** What is there instead. */
  readonly observed?: string;
  readonly message: string;
}

export interface ResolvedEvent extends EventBase {
  readonly type: "resolved";
  readonly incident: string;
  /** `restored`: made as the ledger says. `acknowledged`: left, and no longer reported. */
  readonly how: "restored" | "acknowledged";
  readonly by: string;
  readonly reason?: string;
}

export type LedgerEvent =
  | AdoptedEvent
  | PublishedEvent
  | AcceptedEvent
  | IncidentEvent
  | ResolvedEvent;

/** An event and the ledger commit that holds it. */
export interface LedgerEntry {
  readonly commit: string;
  readonly event: LedgerEvent;
}

/** The subject line of an event's commit: `git log --oneline cairn-ledger` is the audit log. */
export function eventSubject(event: LedgerEvent): string {
  switch (event.type) {
    case "adopted":
      return `adopt ${event.registry} at ${event.commit.slice(0, 12)}`;
    case "published": {
      const stages = event.stages.length > 0 ? `, followed by ${event.stages.join(", ")}` : "";
      return `publish ${event.asset} ${event.version}${stages}`;
    }
    case "accepted":
      return `accept ${event.asset} ${event.version} in ${event.stage}`;
    case "incident":
      return `incident: ${event.message}`;
    case "resolved":
      return `resolve ${event.incident} (${event.how}) by ${event.by}`;
  }
}
