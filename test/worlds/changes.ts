import * as fc from "fast-check";
import { policyChangeNames, policyChanges, type PolicyChange } from "./people.ts";
import type { Decided } from "./oracle-decided.ts";
import { contents, wishKey, type Asset, type Tree, type Wish } from "./tree.ts";

/** What somebody wants to change; versions are chosen when it is known which there are. */
export type Change =
  | { readonly type: "content"; readonly asset: Asset; readonly content: string }
  | { readonly type: "evidence"; readonly asset: Asset; readonly r2: number }
  | { readonly type: "remove"; readonly asset: Asset }
  | {
      /** A manifest gets an error, or loses it; the content may change with it. */
      readonly type: "error";
      readonly asset: Asset;
      readonly isBroken: boolean;
      readonly content: string | undefined;
    }
  | { readonly type: "use"; readonly pick: "newest" | "next" | "older" | "missing" | "none" }
  | { readonly type: "mark"; readonly asset: Asset; readonly pick: "newest" | "best" | "none" }
  | {
      readonly type: "stage";
      readonly asset: Asset;
      readonly stage: "dev" | "test" | "prod";
      readonly pick: "best" | "back" | "older" | "next" | "missing" | "none";
      readonly override: "none" | "soak" | "metrics" | "freeze";
      readonly reason: number;
    }
  | { readonly type: "policy"; readonly change: PolicyChange };

export const anyAsset: fc.Arbitrary<Asset> = oftenest(["models/a", 3], ["data/b", 1]);
const anyContent = fc.record({
  type: fc.constant("content" as const),
  asset: anyAsset,
  content: fc.constantFrom(...contents),
});
export const anyEvidence = fc.record({
  type: fc.constant("evidence" as const),
  asset: anyAsset,
  r2: fc.constantFrom(90, 86, 85, 84, 82, 79),
});
const anyStage = fc.record({
  type: fc.constant("stage" as const),
  asset: anyAsset,
  stage: oftenest(["test", 10], ["prod", 12], ["dev", 1]),
  pick: oftenest(["best", 16], ["back", 5], ["older", 3], ["next", 1], ["missing", 1], ["none", 3]),
  override: oftenest(["none", 20], ["soak", 5], ["metrics", 1], ["freeze", 1]),
  reason: fc.nat({ max: 3 }),
});
const anyOther: fc.Arbitrary<Change> = fc.oneof(
  {
    arbitrary: fc.record({
      type: fc.constant("error" as const),
      asset: anyAsset,
      isBroken: fc.boolean(),
      content: fc.option(fc.constantFrom(...contents), { nil: undefined }),
    }),
    weight: 2,
  },
  { arbitrary: fc.record({ type: fc.constant("remove" as const), asset: anyAsset }), weight: 1 },
  {
    arbitrary: fc.record({
      type: fc.constant("use" as const),
      pick: oftenest(["newest", 5], ["next", 3], ["older", 1], ["missing", 1], ["none", 2]),
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      type: fc.constant("mark" as const),
      asset: anyAsset,
      pick: oftenest(["newest", 3], ["best", 3], ["none", 3]),
    }),
    weight: 4,
  },
);
export const anyPolicy = fc.record({
  type: fc.constant("policy" as const),
  change: fc.constantFrom(...policyChangeNames),
});

/** One change mostly, sometimes several in one pull request. */
export const anyChanges: fc.Arbitrary<readonly Change[]> = fc.oneof(
  { arbitrary: anyContent.map((change) => [change]), weight: 7 },
  { arbitrary: anyEvidence.map((change) => [change]), weight: 3 },
  { arbitrary: anyStage.map((change) => [change]), weight: 14 },
  { arbitrary: fc.tuple(anyStage, anyStage), weight: 3 },
  { arbitrary: anyPolicy.map((change) => [change]), weight: 4 },
  { arbitrary: anyOther.map((change) => [change]), weight: 5 },
  { arbitrary: fc.tuple(anyOther, anyContent), weight: 1 },
  { arbitrary: fc.tuple(anyOther, anyStage), weight: 1 },
  { arbitrary: fc.tuple(anyEvidence, anyStage), weight: 1 },
  { arbitrary: fc.tuple(anyContent, anyStage), weight: 1 },
  { arbitrary: fc.tuple(anyPolicy, anyStage), weight: 1 },
);

export function oftenest<const Value extends string>(
  ...options: readonly (readonly [Value, number])[]
): fc.Arbitrary<Value> {
  return fc.oneof(...options.map(([value, weight]) => ({ arbitrary: fc.constant(value), weight })));
}

/** Once in so many times and one more. */
export function sometimes<Value>(
  seldom: number,
  arbitrary: fc.Arbitrary<Value>,
): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ arbitrary: fc.constant(undefined), weight: seldom }, { arbitrary, weight: 1 });
}

export function applyChanges(tree: Tree, changes: readonly Change[], decided: Decided): Tree {
  return changes.reduce((before, change) => applyChange(before, change, decided), tree);
}

function applyChange(tree: Tree, change: Change, decided: Decided): Tree {
  switch (change.type) {
    case "content":
      return { ...tree, contents: { ...tree.contents, [change.asset]: change.content } };
    case "evidence":
      return { ...tree, evidence: { ...tree.evidence, [change.asset]: change.r2 } };
    case "remove": {
      const { [change.asset]: _, ...others } = tree.contents;
      return { ...tree, contents: others };
    }
    case "error": {
      const { asset, isBroken, content = tree.contents[asset] } = change;
      if (content === undefined) return tree;
      const { [asset]: _, ...fine } = tree.broken;
      const broken = isBroken ? { ...fine, [asset]: true as const } : fine;
      return { ...tree, broken, contents: { ...tree.contents, [asset]: content } };
    }
    case "use":
      return { ...tree, uses: usedVersion(change.pick, decided) };
    case "mark":
      return {
        ...tree,
        deprecated: { ...tree.deprecated, [change.asset]: marked(change, decided) },
      };
    case "policy":
      return { ...tree, policy: { ...tree.policy, ...policyChanges[change.change] } };
    case "stage":
      return applyStage(tree, change, decided);
  }
}

function applyStage(
  tree: Tree,
  change: Extract<Change, { readonly type: "stage" }>,
  decided: Decided,
): Tree {
  const { stage, asset, override, reason, pick } = change;
  const key = wishKey(stage, asset);
  const { [key]: _, ...others } = tree.wishes;
  if (pick === "none") return { ...tree, wishes: others };
  const version = versionOf(change, decided);
  const wish: Wish = {
    version,
    ...(reason === 0 ? {} : { reason: `because ${reason}` }),
    ...(override === "none" ? {} : { override: { version, gates: [override], reason: "now" } }),
  };
  return { ...tree, wishes: { ...others, [key]: wish } };
}

function usedVersion(
  pick: Extract<Change, { readonly type: "use" }>["pick"],
  { versions }: Decided,
): string | undefined {
  const known = versions["data/b"];
  if (pick === "none") return undefined;
  if (pick === "missing") return "99";
  if (pick === "next") return String(known.length + 1);
  return known.at(pick === "older" ? -2 : -1)?.version ?? "1";
}

function marked(
  { asset, pick }: Extract<Change, { readonly type: "mark" }>,
  { versions, stays }: Decided,
): readonly string[] {
  if (pick === "none") return [];
  const runs = stays[wishKey("test", asset)]?.at(-1)?.version;
  return [(pick === "best" ? runs : undefined) ?? versions[asset].at(-1)?.version ?? "1"];
}

/** `back` is what the stage ran before, `best` what runs in the stage before. */
function versionOf(
  { stage, asset, pick }: Extract<Change, { readonly type: "stage" }>,
  { stays, versions }: Decided,
): string {
  const before = stays[wishKey(stage === "prod" ? "test" : "dev", asset)] ?? [];
  const best = before.at(-1)?.version ?? "1";
  const picked = {
    best,
    missing: "99",
    next: String(versions[asset].length + 1),
    older: versions[asset].at(-2)?.version,
    back: versionBefore(stays[wishKey(stage, asset)] ?? []),
  };
  return (pick === "none" ? undefined : picked[pick]) ?? best;
}

function versionBefore(stays: readonly { readonly version: string }[]): string | undefined {
  const now = stays.at(-1)?.version;
  return stays.findLast(({ version }) => version !== now)?.version;
}

export function describeChange(change: Change): string {
  switch (change.type) {
    case "content":
      return `content ${change.content} for ${change.asset}`;
    case "evidence":
      return `evidence ${change.r2} for ${change.asset}`;
    case "remove":
      return `no ${change.asset}`;
    case "error": {
      const { asset, isBroken, content } = change;
      const what = isBroken ? "an error in" : "no error in";
      return `${what} ${asset}${content === undefined ? "" : `, with ${content}`}`;
    }
    case "use":
      return `models/a with ${change.pick} of data/b`;
    case "mark":
      return `a warning of ${change.pick} of ${change.asset}`;
    case "policy":
      return `a policy: ${change.change}`;
    case "stage": {
      const override = change.override === "none" ? "" : `, overriding ${change.override}`;
      return `${change.pick} of ${change.asset} in ${change.stage}${override}`;
    }
  }
}
