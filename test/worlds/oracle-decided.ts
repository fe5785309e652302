import type { Stay, Version } from "./oracle-gates.ts";
import type { Landing } from "./oracle-landings.ts";
import type { Asset } from "./tree.ts";
import type { Adoption, World } from "./world.ts";

/** Everything that was decided so far, kept by the oracle for itself. */
export interface Decided {
  processed: string;
  /** The same, as far as the ledger was told: it is not told of what brings nothing. */
  recorded: string;
  /** Cairn's time of the newest event. */
  at: number;
  readonly versions: Record<Asset, Version[]>;
  /** By stage and asset. */
  readonly stays: Record<string, Stay[]>;
  readonly lastTag: Record<Asset, number>;
  readonly policies: { readonly commit: string; readonly since: number }[];
  readonly waiting: Map<string, Waiting>;
  /** Assets whose content on the branch was never reviewed. */
  readonly held: Set<Asset>;
  readonly deprecated: Record<Asset, Set<string>>;
  /** Where a pull request landed, as far as something was decided about it. */
  readonly landed: Map<number, string>;
  readonly adoption: Adoption;
  readonly baseline: string;
}

export interface Waiting {
  readonly landing: Landing;
  readonly text: string;
  readonly at: number;
  readonly keys: readonly string[];
  readonly until: number | undefined;
  readonly expires: number;
}

/** One thing that the ledger must say, and nothing else of its kind. */
export interface Decision {
  readonly type:
    | "published"
    | "accepted"
    | "withdrawn"
    | "blocked"
    | "waiting"
    | "policy-accepted"
    | "deprecated";
  /** What about, in words that an event of the ledger can be told in as well. */
  readonly text: string;
  readonly at: number;
  readonly landing: string;
  /** For the tally: why it was refused, or what is special about it. */
  readonly notes: readonly string[];
}

export function firstDecided(world: World): Decided {
  const { head, nowMs } = world;
  return {
    processed: head,
    recorded: head,
    at: nowMs,
    versions: { "models/a": [], "data/b": [] },
    stays: {},
    lastTag: { "models/a": 0, "data/b": 0 },
    policies: [{ commit: head, since: nowMs }],
    waiting: new Map(),
    held: new Set(),
    deprecated: { "models/a": new Set(), "data/b": new Set() },
    landed: new Map(),
    adoption: world.adoption,
    baseline: head,
  };
}

export function copyOf(decided: Decided): Decided {
  const { versions, stays, lastTag, policies, waiting, held, deprecated, landed } = decided;
  const copied = Object.entries(stays).map(
    ([key, list]) => [key, list.map((stay) => ({ ...stay }))] as const,
  );
  return {
    ...decided,
    versions: { "models/a": [...versions["models/a"]], "data/b": [...versions["data/b"]] },
    stays: Object.fromEntries(copied),
    lastTag: { ...lastTag },
    policies: [...policies],
    waiting: new Map(waiting),
    held: new Set(held),
    deprecated: {
      "models/a": new Set(deprecated["models/a"]),
      "data/b": new Set(deprecated["data/b"]),
    },
    landed: new Map(landed),
  };
}

export interface Expected {
  readonly decisions: readonly Decision[];
  readonly decided: Decided;
  /** For the tally. */
  readonly places: ReadonlySet<string>;
}

/** What really became of the tags. */
export interface TagFacts {
  isTaken(tag: string): boolean;
  /** Why no promotion of this asset can be believed, or only none of this version. */
  isDamaged(asset: Asset, version?: string): boolean;
}
