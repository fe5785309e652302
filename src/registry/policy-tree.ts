import { byCodeUnits } from "../shared/json.ts";
import type { SourceEntry, SourceTree } from "../source/source-tree.ts";
import { isPolicyPath } from "./policy-path.ts";

/** Only some paths of a tree. */
export function partOfTree(tree: SourceTree, isWanted: (path: string) => boolean): SourceTree {
  return {
    origin: tree.origin,
    list: async () => (await tree.list()).filter(({ path }) => isWanted(path)),
    read: (path, options) => tree.read(path, options),
    readMany: (paths, options) => tree.readMany(paths, options),
    open: (path) => tree.open(path),
  };
}

/** Whether the files of the policy are the same in both, by their Git ids. */
export async function hasSamePolicy(left: SourceTree, right: SourceTree): Promise<boolean> {
  const [one, other] = [await policyEntries(left), await policyEntries(right)];
  return (
    one.size === other.size &&
    [...one].every(([path, id]) => id !== undefined && other.get(path) === id)
  );
}

async function policyEntries(tree: SourceTree): Promise<ReadonlyMap<string, string | undefined>> {
  const entries = (await tree.list()).filter(({ path }) => isPolicyPath(path));
  return new Map(entries.map((entry) => [entry.path, idOf(entry)]));
}

function idOf(entry: SourceEntry): string | undefined {
  return entry.type === "file" ? entry.objectId : undefined;
}

/** A tree with the policy of another one. */
export function underPolicyTree(tree: SourceTree, policy: SourceTree): SourceTree {
  const sourceOf = (path: string): SourceTree => (isPolicyPath(path) ? policy : tree);
  return {
    origin: tree.origin,
    list: async () =>
      [
        ...(await tree.list()).filter(({ path }) => !isPolicyPath(path)),
        ...(await policy.list()).filter(({ path }) => isPolicyPath(path)),
      ].sort((left, right) => byCodeUnits(left.path, right.path)),
    read: (path, options) => sourceOf(path).read(path, options),
    async *readMany(paths, options) {
      yield* tree.readMany(
        paths.filter((path) => !isPolicyPath(path)),
        options,
      );
      yield* policy.readMany(paths.filter(isPolicyPath), options);
    },
    open: (path) => sourceOf(path).open(path),
  };
}
