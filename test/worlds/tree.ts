import type { AssetKey } from "../../src/domain/asset.ts";
import { canonicalJson, type JsonObject, type JsonValue } from "../../src/shared/json.ts";
import type { MemoryRemote } from "../support/memory-mirror.ts";
import { parseText } from "../usecases/reconcile/world.ts";
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
  /** As Cairn wrote the file, where it did: another text is another file. */
  readonly raw?: string;
}

/** A registry as the worlds know it; its files are made from it and tell it again. */
export interface Tree {
  /** What has no content has no manifest. */
  readonly contents: Readonly<Partial<Record<Asset, string>>>;
  /** Manifests with an error. */
  readonly broken: Readonly<Partial<Record<Asset, true>>>;
  /** The version of data/b that models/a refers to. */
  readonly uses: string | undefined;
  /** `r2` on the holdout, in hundredths. */
  readonly evidence: Readonly<Record<Asset, number>>;
  /** Versions that the metadata file warns of. */
  readonly deprecated: Readonly<Record<Asset, readonly string[]>>;
  /** By stage and asset: `prod/models/a`. */
  readonly wishes: Readonly<Record<string, Wish>>;
  readonly policy: Policy;
}

export const firstTree: Tree = {
  contents: { "models/a": "x", "data/b": "x" },
  broken: {},
  uses: undefined,
  evidence: { "models/a": 85, "data/b": 85 },
  deprecated: { "models/a": [], "data/b": [] },
  wishes: {},
  policy: firstPolicy,
};

/** A manifest as the policy in force lets it be seen. */
export interface Manifest {
  /** Everything that a version is made of. */
  readonly text: string;
  readonly uses: string | undefined;
  readonly isBroken: boolean;
}

export function manifestOf(tree: Tree, asset: Asset, inForce: Policy): Manifest | undefined {
  const content = tree.contents[asset];
  if (content === undefined || (inForce.hidesData && asset === "data/b")) return undefined;
  const uses = asset === "models/a" ? tree.uses : undefined;
  return { text: manifestText(content, uses), uses, isBroken: tree.broken[asset] === true };
}

export function manifestText(content: string, uses: string | undefined): string {
  return uses === undefined ? content : `${content} using data/b ${uses}`;
}

/** What people measured and warned of; approvals are bound to it. */
export interface Said {
  readonly r2: number;
  readonly deprecated: readonly string[];
}

export function saidOf(tree: Tree, asset: Asset): Said {
  return { r2: tree.evidence[asset], deprecated: tree.deprecated[asset] };
}

/** Direct changes of models are refused by the landing check, those of data are not. */
export function needsPullRequest(asset: Asset, { requires }: Policy): boolean {
  return requires === "models" && asset.startsWith("models/");
}

export function wishKey(stage: Stage, asset: Asset): string {
  return `${stage}/${asset}`;
}

export function usesOf(uses: string | undefined): JsonObject {
  return uses === undefined ? {} : { uses: [{ kind: "data", text: `azureml:b:${uses}` }] };
}

export function filesOfTree(tree: Tree): Record<string, string> {
  const { contents: all, evidence, deprecated, broken, wishes, policy } = tree;
  const files: Record<string, string> = { ...policyFilesOf(policy) };
  for (const asset of assets) {
    const content = all[asset];
    if (content === undefined) continue;
    files[`${asset}/asset.yaml`] = JSON.stringify({
      key: asset,
      content,
      ...(asset === "models/a" ? usesOf(tree.uses) : {}),
      ...(broken[asset] === true ? { isBroken: true } : {}),
    });
    const marks = deprecated[asset].map((version) => [version, { deprecated: { reason: "old" } }]);
    files[`${asset}/asset.meta.yaml`] = JSON.stringify({
      evaluations: [{ data: "holdout", metrics: { r2: evidence[asset] / 100 } }],
      ...(marks.length === 0 ? {} : { versions: Object.fromEntries(marks) }),
    });
  }
  for (const [key, wish] of Object.entries(wishes)) {
    const stage = key.slice(0, key.indexOf("/"));
    const asset = key.slice(stage.length + 1);
    const { raw, ...said } = wish;
    files[`stages/${key}.yaml`] = raw ?? JSON.stringify({ stage, asset, ...said });
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
    const read: Reading = {
      contents: {},
      broken: {},
      uses: undefined,
      evidence: { ...firstTree.evidence },
      deprecated: { ...firstTree.deprecated },
      wishes: {},
      policy: firstPolicy,
    };
    for (const [path, { objectId }] of objects.itemsOf(id)) {
      const text = new TextDecoder().decode(objects.blobs.get(objectId) ?? missing(objectId));
      readFile(read, path, text);
    }
    return read;
  }
}

type Reading = { -readonly [Key in keyof Tree]: Writable<Tree[Key]> };
type Writable<Value> = Value extends Policy
  ? Value
  : Value extends object
    ? { -readonly [Key in keyof Value]: Value[Key] }
    : Value;

/** What any of the files may say. */
interface FileValue extends Partial<Wish> {
  readonly stage?: string;
  readonly asset?: string;
  readonly content?: string;
  readonly isBroken?: boolean;
  readonly uses?: readonly { readonly text: string }[];
  readonly evaluations?: readonly { readonly metrics: { readonly r2: number } }[];
  readonly versions?: JsonObject;
  readonly policy?: Policy;
}

function readFile(read: Reading, path: string, text: string): void {
  const value = parseText(text) as FileValue;
  const asset = assets.find((one) => path.startsWith(`${one}/`));
  if (asset !== undefined && path.endsWith("/asset.yaml")) readManifest(read, asset, value);
  else if (asset !== undefined) readMetadata(read, asset, value);
  else if (path === "policies/world.yaml") read.policy = value.policy ?? firstPolicy;
  else if (path.startsWith("stages/")) {
    const { stage: _stage, asset: _asset, version = "", ...wish } = value;
    const raw = text === JSON.stringify(value) ? {} : { raw: text };
    read.wishes[path.slice("stages/".length, -".yaml".length)] = { version, ...wish, ...raw };
  }
}

function readManifest(read: Reading, asset: Asset, value: FileValue): void {
  read.contents[asset] = value.content ?? "";
  if (value.isBroken === true) read.broken[asset] = true;
  if (asset === "models/a") read.uses = value.uses?.[0]?.text.slice("azureml:b:".length);
}

function readMetadata(read: Reading, asset: Asset, { evaluations, versions }: FileValue): void {
  read.evidence[asset] = Math.round((evaluations?.[0]?.metrics.r2 ?? 0) * 100);
  read.deprecated[asset] = Object.keys(versions ?? {});
}

export function isSame(left: unknown, right: unknown): boolean {
  if (left === undefined || right === undefined) return left === right;
  return canonicalJson(left as JsonValue) === canonicalJson(right as JsonValue);
}

export function policyText(tree: Tree): string {
  return JSON.stringify(policyFilesOf(tree.policy));
}
