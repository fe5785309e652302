import type { Decided } from "./oracle-decided.ts";
import type { Stay } from "./oracle-gates.ts";
import { assets, wishKey, type Asset } from "./tree.ts";
import type { World } from "./world.ts";

/** The titles of what Cairn would propose by itself now: what is new in dev goes to test. */
export function wantedAutomatically(world: World, decided: Decided): ReadonlySet<string> {
  const policy = world.trees.at(decided.policies.at(-1)?.commit ?? "").policy;
  if (policy.automatic === "nothing") return new Set();
  const wanted = assets.flatMap((asset) => {
    const version = wantedOf(asset, world, decided);
    return version === undefined ? [] : [`Promote ${asset} ${version} to test`];
  });
  return new Set(wanted);
}

function wantedOf(asset: Asset, { tree }: World, decided: Decided): string | undefined {
  const inTest = decided.stays[wishKey("test", asset)] ?? [];
  const version = decided.stays[wishKey("dev", asset)]?.at(-1)?.version;
  const isAsked = tree.wishes[wishKey("test", asset)]?.version === version;
  if (version === undefined || isAsked) return undefined;
  if (inTest.some((stay) => stay.version === version)) return undefined;
  const last = inTest.at(-1);
  const isNew =
    last === undefined ? !wasThere(asset, version, decided) : follows(asset, last, decided);
  return isNew ? version : undefined;
}

/** What was there before Cairn stays where it was. */
function wasThere(asset: Asset, version: string, { versions, baseline }: Decided): boolean {
  return versions[asset].find((known) => known.version === version)?.commit === baseline;
}

/** Forward only, and not past what a person chose. */
function follows(asset: Asset, last: Stay, { stays, versions }: Decided): boolean {
  if (last.until !== undefined || versions[asset].at(-1)?.version === last.version) return false;
  const inDev = stays[wishKey("dev", asset)] ?? [];
  const newestThen = inDev.findLast(({ since }) => since <= last.since)?.version;
  return last.by !== "person" || last.version === newestThen;
}
