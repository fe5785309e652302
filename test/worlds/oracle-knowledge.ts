import type { Version, Stay } from "./oracle-gates.ts";
import { historyOf } from "./oracle-approvals.ts";
import type { Decided } from "./oracle-decided.ts";
import type { Landing } from "./oracle-landings.ts";
import type { Policy } from "./people.ts";
import { assets, manifestOf, saidOf, wishKey } from "./tree.ts";
import type { Asset, Manifest, Said, Stage, Tree } from "./tree.ts";
import type { World } from "./world.ts";

/** A version that the metadata files warn of now, or not any more. */
export interface Mark {
  readonly asset: Asset;
  readonly version: string;
  readonly isOld: boolean;
}

/** What the oracle knows of a world before it decides anything. */
export class Knowledge {
  readonly world: World;
  readonly decided: Decided;

  constructor(world: World, decided: Decided) {
    this.world = world;
    this.decided = decided;
  }

  treeOf(commit: string): Tree {
    return this.world.trees.at(commit);
  }

  stays(stage: Stage, asset: Asset): Stay[] {
    return (this.decided.stays[wishKey(stage, asset)] ??= []);
  }

  runs(stage: Stage, asset: Asset): string | undefined {
    const last = this.stays(stage, asset).at(-1);
    return last?.until === undefined ? last?.version : undefined;
  }

  get inForce(): Policy {
    return this.treeOf(this.policyCommit).policy;
  }

  manifestOf(commit: string, asset: Asset): Manifest | undefined {
    return manifestOf(this.treeOf(commit), asset, this.inForce);
  }

  isBack(stage: Stage, asset: Asset, version: string): boolean {
    const last = this.stays(stage, asset).findLast((stay) => stay.version === version);
    return last !== undefined && last.until === undefined;
  }

  isDeprecated(commit: string, asset: Asset, version: string): boolean {
    const isThere = this.manifestOf(commit, asset) !== undefined;
    const said = isThere && this.treeOf(commit).deprecated[asset].includes(version);
    return said || this.decided.deprecated[asset].has(version);
  }

  /** Of a version that a commit does not hold any more, what was said when it was published. */
  saidAt(commit: string, asset: Asset, { text, commit: made }: Version): Said | undefined {
    const manifest = this.manifestOf(commit, asset);
    if (manifest?.text === text && !manifest.isBroken) return saidOf(this.treeOf(commit), asset);
    const isSeen = this.manifestOf(made, asset) !== undefined;
    return isSeen ? saidOf(this.treeOf(made), asset) : undefined;
  }

  policyAt(at: number = Number.POSITIVE_INFINITY): Policy {
    const { policies } = this.decided;
    const found = policies.findLast(({ since }) => since <= at) ?? policies[0];
    return this.treeOf(found?.commit ?? "").policy;
  }

  /** Nobody approves a number that has nothing behind it yet; a rewritten branch cannot tell. */
  hadVersion(seen: string, { commit }: Version, before: string): boolean {
    const isSeen = historyOf(this.world, seen).has(commit);
    return isSeen || !historyOf(this.world, before).has(commit);
  }

  /** An error of its own, or one that a rule finds. */
  isWrong(commit: string, manifest: Manifest | undefined): boolean {
    return manifest?.isBroken === true || this.refersToNothing(commit, manifest);
  }

  /** A version that is not there, and that this change does not seem to make either. */
  refersToNothing(commit: string, manifest: Manifest | undefined): boolean {
    const { uses } = manifest ?? {};
    const known = this.decided.versions["data/b"];
    if (uses === undefined || known.some(({ version }) => version === uses)) return false;
    return this.manifestOf(commit, "data/b") === undefined || uses !== nextOf(known);
  }

  /** What the metadata files warn of otherwise than the ledger does. */
  changedMarks({ commit }: Landing): readonly Mark[] {
    return assets.flatMap((asset) => {
      const manifest = this.manifestOf(commit, asset);
      if (manifest === undefined || manifest.isBroken) return [];
      const known = this.decided.deprecated[asset];
      const said = new Set(this.treeOf(commit).deprecated[asset]);
      const versions = this.decided.versions[asset].map(({ version }) => version);
      const old = versions.filter((version) => said.has(version) && !known.has(version));
      const fine = versions.filter((version) => !said.has(version) && known.has(version));
      return [
        ...old.map((version) => ({ asset, version, isOld: true })),
        ...fine.map((version) => ({ asset, version, isOld: false })),
      ];
    });
  }

  get policyCommit(): string {
    return this.decided.policies.at(-1)?.commit ?? "";
  }
}

export function nextOf(known: readonly Version[]): string {
  return String(Math.max(0, ...known.map(({ version }) => Number(version))) + 1);
}

/** What binds a move: the rules of its stage, and who the people are whose approval counts. */
export function rulesOf(
  { prodApprovals, soakHours, minimumR2, ...rest }: Policy,
  stage: Stage,
): string {
  const { isFrozen, isClosedAtWeekends, leads, testApprovals } = rest;
  const rule = [prodApprovals, soakHours, minimumR2, isFrozen, isClosedAtWeekends];
  return JSON.stringify([stage === "prod" ? rule : [testApprovals], [...leads].sort()]);
}
