import type { Decided } from "./oracle-decided.ts";
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

function wantedOf(
  asset: Asset,
  { tree }: World,
  { stays, versions, baseline }: Decided,
): string | undefined {
  const inDev = stays[wishKey("dev", asset)] ?? [];
  const inTest = stays[wishKey("test", asset)] ?? [];
  const { version } = inDev.at(-1) ?? {};
  const order = versions[asset].map((known) => known.version);
  if (version === undefined || tree.wishes[wishKey("test", asset)]?.version === version) {
    return undefined;
  }
  if (inTest.some((stay) => stay.version === version)) return undefined;
  const last = inTest.at(-1);
  if (last === undefined) {
    const isOld = versions[asset].find((known) => known.version === version)?.commit === baseline;
    return isOld ? undefined : version;
  }
  if (order.indexOf(version) < order.indexOf(last.version) || last.until !== undefined) {
    return undefined;
  }
  const newestThen = inDev.findLast(({ since }) => since <= last.since)?.version;
  const isChosen = last.by === "person" && last.version !== newestThen;
  return isChosen ? undefined : version;
}
