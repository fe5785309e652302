import { fail, ok, type Result } from "../shared/result.ts";

/** The kinds that are versioned. Pipelines are components too. */
export const assetKinds = ["model", "environment", "component", "data"] as const;
export type AssetKind = (typeof assetKinds)[number];

/** The word that stands for a kind in paths, tags and URIs: `models/taxi-fare`. */
export const pluralOfKind = {
  model: "models",
  environment: "environments",
  component: "components",
  data: "data",
} as const satisfies Record<AssetKind, string>;

/** An asset is its kind and name, never the path of its manifest. */
export interface AssetId {
  readonly kind: AssetKind;
  readonly name: string;
}

/** `models/taxi-fare`: an asset as text, used as map key, in tags and on the command line. */
export type AssetKey = `${(typeof pluralOfKind)[AssetKind]}/${string}`;

export function formatAssetKey(id: AssetId): AssetKey {
  return `${pluralOfKind[id.kind]}/${id.name}`;
}

export function parseAssetKey(text: string): Result<AssetId, string> {
  const slash = text.indexOf("/");
  const kind = slash < 0 ? undefined : kindOfPlural(text.slice(0, slash));
  const name = text.slice(slash + 1);
  if (kind === undefined) {
    return fail(
      `"${text}" names no asset: write models/, environments/, components/ or data/ and a name.`,
    );
  }
  const problem = nameProblem(name);
  return problem === undefined ? ok({ kind, name }) : fail(problem);
}

export function kindOfPlural(plural: string): AssetKind | undefined {
  return assetKinds.find((kind) => pluralOfKind[kind] === plural);
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;

/**
 * Why a name cannot be used, or `undefined`. It also refuses what a Git ref cannot
 * hold (`git check-ref-format`), because every name becomes part of a tag.
 */
export function nameProblem(name: string): string | undefined {
  if (!namePattern.test(name)) {
    return `The name ${JSON.stringify(name)} must start with a letter or digit and hold only letters, digits, ".", "_" and "-" (255 at most).`;
  }
  if (name.includes("..") || name.endsWith(".") || name.toLowerCase().endsWith(".lock")) {
    return `The name "${name}" cannot be part of a Git tag: no "..", no "." or ".lock" at the end.`;
  }
  return undefined;
}
