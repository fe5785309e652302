import type { AssetKey } from "../../src/domain/asset.ts";
import { canonicalJson, type JsonValue } from "../../src/shared/json.ts";
import type { MemoryRemote } from "../support/memory-mirror.ts";
import { missing } from "../support/memory-objects.ts";
import { firstPolicy, policyFilesOf, type Policy } from "./people.ts";

export const assets = ["data/b", "models/a"] as const satisfies readonly AssetKey[];
export type Asset = (typeof assets)[number];
export const stages = ["dev", "test", "prod"] as const;
export type Stage = (typeof stages)[number];

/** Everything that an asset may hold. */
export const contents = ["x", "y", "z"] as const;

/** What a stage file says. */
export interface Wish {
  readonly version: string;
  readonly reason?: string;
  readonly override?: {
    readonly version: string;
    readonly gates: readonly string[];
    readonly reason: string;
  };
}

/** A registry as the worlds know it; its files are made from it and tell it again. */
export interface Tree {
  readonly contents: Readonly<Record<Asset, string>>;
  /** `r2` on the holdout, in hundredths. */
  readonly evidence: Readonly<Record<Asset, number>>;
  /** By stage and asset: `prod/models/a`. */
  readonly wishes: Readonly<Record<string, Wish>>;
  readonly policy: Policy;
}

export const firstTree: Tree = {
  contents: { "models/a": "x", "data/b": "x" },
  evidence: { "models/a": 85, "data/b": 85 },
  wishes: {},
  policy: firstPolicy,
};

/** Direct changes of models are refused by the landing check, those of data are not. */
export function needsPullRequest(asset: Asset): boolean {
  return asset.startsWith("models/");
}

export function wishKey(stage: Stage, asset: Asset): string {
  return `${stage}/${asset}`;
}

export function filesOfTree({ contents, evidence, wishes, policy }: Tree): Record<string, string> {
  const files: Record<string, string> = {
    "registry.yaml": JSON.stringify({ requirePullRequest: ["models/**"] }),
    ...policyFilesOf(policy),
  };
  for (const asset of assets) {
    const metrics = { r2: evidence[asset] / 100 };
    files[`${asset}/asset.yaml`] = JSON.stringify({ key: asset, content: contents[asset] });
    files[`${asset}/asset.meta.yaml`] = JSON.stringify({
      evaluations: [{ data: "holdout", metrics }],
    });
  }
  for (const [key, wish] of Object.entries(wishes)) {
    const stage = key.slice(0, key.indexOf("/"));
    const asset = key.slice(stage.length + 1);
    files[`stages/${key}.yaml`] = JSON.stringify({ stage, asset, ...wish });
  }
  return files;
}

/** Reads what `filesOfTree` wrote, whoever merged it with what. */
export class TreeReader {
  readonly #remote: MemoryRemote;
  readonly #known = new Map<string, Tree>();

  constructor(remote: MemoryRemote) {
    this.#remote = remote;
  }

  at(commit: string): Tree {
    const { tree } = this.#remote.objects.commits.get(commit) ?? missing(commit);
    const known = this.#known.get(tree) ?? this.#read(tree);
    this.#known.set(tree, known);
    return known;
  }

  #read(id: string): Tree {
    const { objects } = this.#remote;
    const contents: Record<string, string> = {};
    const evidence: Record<string, number> = {};
    const wishes: Record<string, Wish> = {};
    let policy: Policy = firstPolicy;
    for (const [path, { objectId }] of objects.itemsOf(id)) {
      const text = new TextDecoder().decode(objects.blobs.get(objectId) ?? missing(objectId));
      const value = JSON.parse(text);
      const asset = /^(.*)\/asset(?:\.meta)?\.yaml$/.exec(path)?.[1] ?? "";
      if (path.endsWith("/asset.yaml")) contents[asset] = value.content;
      else if (path.endsWith("/asset.meta.yaml")) {
        evidence[asset] = Math.round(value.evaluations[0].metrics.r2 * 100);
      } else if (path === "policies/world.yaml") policy = value.policy;
      else if (path.startsWith("stages/")) {
        const { stage: _stage, asset: _asset, ...wish } = value;
        wishes[path.slice("stages/".length, -".yaml".length)] = wish;
      }
    }
    return { contents, evidence, wishes, policy } as Tree;
  }
}

export function isSame(left: unknown, right: unknown): boolean {
  if (left === undefined || right === undefined) return left === right;
  return canonicalJson(left as JsonValue) === canonicalJson(right as JsonValue);
}
