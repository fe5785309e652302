import type { Digest } from "../../shared/digest.ts";
import type { AssetKey } from "../asset.ts";

/** Bumped when a reader of an older Cairn would misunderstand an event. */
export const ledgerFormat = 1;

/** A tag that an event makes: the ledger names its object, so nothing else counts. */
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
  /** Number on the pull-request host; absent for a commit that none brought. */
  readonly pull_request?: number;
  /** Who asked for it: a person of the policy, else the account as text. */
  readonly requester?: string;
}

/** An approval that a decision counted. */
export interface ApprovalMark {
  readonly person: string;
  readonly at: string;
  /** The commit that was looked at; absent where the author's own wish was enough. */
  readonly commit?: string;
}

/** What one gate said when it was decided. */
export interface GateMark {
  readonly gate: string;
  readonly outcome: "passed" | "failed" | "waiting" | "overridden";
  readonly reason: string;
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
  /**
   * `adopted`: taken over as it was, no gate was run. `promotion`: its gates passed. `rollback`:
   * to a version that the stage accepted before.
   */
  readonly cause: "adopted" | "promotion" | "rollback";
  /** Digest of the evidence that was judged; absent for `adopted`. */
  readonly evidence?: Digest;
  /** Digest of the policy in force. */
  readonly policy?: Digest;
  readonly approvals?: readonly ApprovalMark[];
  readonly gates?: readonly GateMark[];
  /** Break glass: which gates were skipped and why. */
  readonly override?: { readonly gates: readonly string[]; readonly reason: string };
  /** Cairn proposed it, no person did. */
  readonly automatic?: boolean;
  readonly landing: LandingMark;
  readonly tags: readonly TagMark[];
}

/** A stage runs no version of an asset any more. */
export interface WithdrawnEvent extends EventBase {
  readonly type: "withdrawn";
  readonly asset: AssetKey;
  readonly stage: string;
  /** What ran until now. */
  readonly version: string;
  readonly digest: Digest;
  readonly policy: Digest;
  readonly approvals: readonly ApprovalMark[];
  readonly gates: readonly GateMark[];
  readonly landing: LandingMark;
  readonly tags: readonly TagMark[];
}

/** One asset and stage of a landing that is not accepted, or not yet. */
export interface BlockedMove {
  readonly asset: AssetKey;
  readonly stage: string;
  /** Absent for a withdrawal. */
  readonly version?: string;
  /** Only what did not pass. */
  readonly gates: readonly GateMark[];
}

/** All stage files of the landing wait for time alone; looked at again until they are accepted. */
export interface WaitingEvent extends EventBase {
  readonly type: "waiting";
  readonly moves: readonly BlockedMove[];
  /** Not before then, if that is known. */
  readonly until?: string;
  /** Given up then (30 days after the landing). */
  readonly expires: string;
  /** The commit before the landing: what the change is compared with when it is judged again. */
  readonly before: string;
  readonly landing: LandingMark;
}

/** No stage file of the landing takes effect; another pull request is needed. */
export interface BlockedEvent extends EventBase {
  readonly type: "blocked";
  readonly moves: readonly BlockedMove[];
  readonly landing: LandingMark;
}

/** policies/, registry.yaml and workspaces/ are in force as the landing has them. */
export interface PolicyAcceptedEvent extends EventBase {
  readonly type: "policy-accepted";
  readonly policy: Digest;
  readonly commit: string;
  /** `pull-request`: policy owners approved it. `operator`: whoever runs Cairn put it in force. */
  readonly cause: "pull-request" | "operator";
  readonly approvals: readonly ApprovalMark[];
  readonly by?: string;
  readonly reason?: string;
  readonly landing: LandingMark;
}

/** The metadata file warns of a version, or does no longer. */
export interface DeprecatedEvent extends EventBase {
  readonly type: "deprecated";
  readonly asset: AssetKey;
  readonly version: string;
  /** Absent: the warning was taken back. */
  readonly reason?: string;
  readonly successor?: string;
  readonly landing: LandingMark;
}

export const incidentKinds = [
  "tag-moved",
  "tag-missing",
  "tag-foreign",
  "history-rewritten",
  /** An asset changed on the branch otherwise than a pull request proposed it. */
  "unreviewed-content",
  /** The policy changed on the branch without those who own it. */
  "policy-unaccepted",
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
  /**
   * `restored`: made as the ledger says. `acknowledged`: left, and no longer reported. `reviewed`:
   * an approved pull request brought what is there now.
   */
  readonly how: "restored" | "acknowledged" | "reviewed";
  readonly by: string;
  readonly reason?: string;
}

export type LedgerEvent =
  | AdoptedEvent
  | PublishedEvent
  | AcceptedEvent
  | WithdrawnEvent
  | WaitingEvent
  | BlockedEvent
  | PolicyAcceptedEvent
  | DeprecatedEvent
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
    case "published":
      return `publish ${event.asset} ${event.version}${followersSubject(event.stages)}`;
    case "accepted":
      return acceptanceSubject(event);
    case "withdrawn":
      return `withdraw ${event.asset} ${event.version} from ${event.stage}`;
    case "waiting":
      return `wait with ${movesSubject(event.moves)}`;
    case "blocked":
      return `block ${movesSubject(event.moves)}`;
    case "policy-accepted":
      return `put the policy of ${event.commit.slice(0, 12)} in force`;
    case "deprecated":
      return deprecationSubject(event);
    case "incident":
      return `incident: ${event.message}`;
    case "resolved":
      return `resolve ${event.incident} (${event.how}) by ${event.by}`;
  }
}

function followersSubject(stages: readonly string[]): string {
  return stages.length > 0 ? `, followed by ${stages.join(", ")}` : "";
}

function acceptanceSubject({ cause, asset, version, stage }: AcceptedEvent): string {
  return `${cause === "rollback" ? "roll back" : "accept"} ${asset} ${version} in ${stage}`;
}

function deprecationSubject({ reason, asset, version }: DeprecatedEvent): string {
  return `${reason === undefined ? "end the deprecation of" : "deprecate"} ${asset} ${version}`;
}

function movesSubject(moves: readonly BlockedMove[]): string {
  const [first] = moves;
  if (first === undefined) return "nothing";
  const more = moves.length > 1 ? ` and ${moves.length - 1} more` : "";
  return first.version === undefined
    ? `the withdrawal of ${first.asset} from ${first.stage}${more}`
    : `${first.asset} ${first.version} in ${first.stage}${more}`;
}
