import { kindOfPlural, nameProblem, type AssetKind } from "./asset.ts";
import { fail, ok, type Result } from "../shared/result.ts";

/** Which version of an asset a reference asks for. */
export type VersionSelector =
  | { readonly type: "version"; readonly version: string }
  | { readonly type: "label"; readonly label: string }
  /** Nothing said: whatever the reader takes as default. */
  | { readonly type: "default" };

/** What a reference in a manifest points at (the grammar of azureml-reference.md). */
export type Reference =
  /** `azureml:name:1`: an asset of this registry; the kind comes from the field it stands in. */
  | { readonly type: "local"; readonly name: string; readonly selector: VersionSelector }
  /** `azureml://registries/<registry>/models/<name>/versions/<version>`. */
  | {
      readonly type: "registry";
      readonly registry: string;
      readonly kind: AssetKind;
      readonly name: string;
      readonly selector: VersionSelector;
    }
  /** Another workspace's asset, a datastore path, a job output: nothing that Cairn can resolve. */
  | { readonly type: "external"; readonly uri: string };

/** True for text that is meant as a reference, right or wrong. */
export function isReference(text: string): boolean {
  return /^azureml:/i.test(text) || text.startsWith("runs:/");
}

/** Parses every form of the grammar; the problem says what to write instead. */
export function parseReference(text: string): Result<Reference, string> {
  if (text.startsWith("azureml://registries/")) return parseRegistryUri(text);
  if (text.startsWith("azureml://") || text.startsWith("azureml:/") || text.startsWith("runs:/")) {
    return parseExternal(text);
  }
  if (!text.startsWith("azureml:"))
    return fail(`"${text}" is not a reference: it must start with azureml:.`);
  return parseShort(text);
}

/** `azureml:taxi-env:3`, as it stands in a manifest. */
export function formatReference(name: string, selector: VersionSelector): string {
  if (selector.type === "version") return `azureml:${name}:${selector.version}`;
  if (selector.type === "label") return `azureml:${name}@${selector.label}`;
  return `azureml:${name}`;
}

function parseShort(text: string): Result<Reference, string> {
  const body = text.slice("azureml:".length);
  const colon = body.indexOf(":");
  const at = body.lastIndexOf("@");
  if (colon >= 0 && at >= 0) {
    return fail(
      `"${text}" gives a version and a label: write azureml:name:version or azureml:name@label.`,
    );
  }
  const end = firstPresent(colon, at) ?? body.length;
  const name = body.slice(0, end);
  const rest = body.slice(end + 1);
  const problem = nameProblem(name);
  if (problem !== undefined) return fail(`"${text}" is not a usable reference. ${problem}`);
  if (end < body.length && rest === "") {
    return fail(
      `"${text}" ends without a version: write azureml:${name}:1 or azureml:${name}@latest.`,
    );
  }
  if (rest.includes("/")) {
    return fail(`"${text}" has a "/" in its version: write azureml:${name}:1.`);
  }
  if (colon >= 0) return ok({ type: "local", name, selector: { type: "version", version: rest } });
  if (at >= 0) return ok({ type: "local", name, selector: { type: "label", label: rest } });
  return ok({ type: "local", name, selector: { type: "default" } });
}

function parseRegistryUri(text: string): Result<Reference, string> {
  const [registry, plural, name, axis, value, ...more] = text
    .slice("azureml://registries/".length)
    .split("/");
  const example = "azureml://registries/<registry>/models/<name>/versions/<version>";
  if (!registry || !plural || !name || more.length > 0) {
    return fail(`"${text}" is not a registry reference: write ${example}.`);
  }
  const kind = kindOfPlural(plural);
  if (kind === undefined) return parseOtherRegistryKind(text, plural, example);
  const problem = nameProblem(name);
  if (problem !== undefined) return fail(`"${text}" is not a usable reference. ${problem}`);
  const selector = parseAxis(axis, value);
  if (selector === undefined)
    return fail(`"${text}" must end in /versions/<version> or /labels/<label>.`);
  return ok({ type: "registry", registry, kind, name, selector });
}

/** Kinds that Azure's registries know and Cairn does not version, and the singular by mistake. */
function parseOtherRegistryKind(
  text: string,
  plural: string,
  example: string,
): Result<Reference, string> {
  if (["codes", "evaluators", "deploymenttemplates"].includes(plural)) {
    return ok({ type: "external", uri: text });
  }
  if (kindOfPlural(`${plural}s`) !== undefined) {
    return fail(`"${text}" says "${plural}" where the plural "${plural}s" belongs.`);
  }
  return fail(`"${text}" names no known kind of asset ("${plural}"): write ${example}.`);
}

function parseAxis(
  axis: string | undefined,
  value: string | undefined,
): VersionSelector | undefined {
  if (axis === undefined) return { type: "default" };
  if (!value) return undefined;
  if (axis === "versions") return { type: "version", version: value };
  if (axis === "labels") return { type: "label", label: value };
  return undefined;
}

const externalForms = [
  // Nothing after `paths/` is the datastore's root; in the managed one the service chooses the path.
  /^azureml:\/\/datastores\/[^/]+\/paths\/.*$/,
  /^azureml:\/\/datastores\/workspacemanageddatastore(?:\/.*)?$/,
  /^azureml:\/\/jobs\/[^/]+\/outputs\/[^/]+(?:\/paths\/.*)?$/,
  /^azureml:\/\/locations\/[^/]+\/workspaces\/[^/]+\/[a-z]+\/[^/]+\/versions\/.+$/,
  /^azureml:\/\/feeds\/.+$/,
  /^azureml:(?:\/\/|\/)subscriptions\/.+$/i,
  /^runs:\/[^/]+(?:\/.*)?$/,
];

function parseExternal(text: string): Result<Reference, string> {
  if (externalForms.some((form) => form.test(text))) return ok({ type: "external", uri: text });
  return fail(
    `"${text}" is none of the forms Azure ML knows: azureml:name:version, azureml://registries/…, azureml://datastores/…/paths/…, azureml://jobs/…/outputs/….`,
  );
}

function firstPresent(...indexes: readonly number[]): number | undefined {
  const present = indexes.filter((index) => index >= 0);
  return present.length === 0 ? undefined : Math.min(...present);
}

/** `models` in the address of an asset elsewhere; `undefined` for what is no asset. */
export function pluralOfExternal(uri: string): string | undefined {
  const match =
    /^azureml:\/\/locations\/[^/]+\/workspaces\/[^/]+\/([^/]+)\//i.exec(uri) ??
    /^azureml:\/\/registries\/[^/]+\/([^/]+)\//i.exec(uri) ??
    /^azureml:\/{1,2}subscriptions\/.{1,1000}\/workspaces\/[^/]+\/([^/]+)\/[^/]+\/(?:versions|labels)\//i.exec(
      uri,
    );
  return match?.[1]?.toLowerCase();
}

/** What was meant, where a reference is wrong in one letter: the prefix, or a kind in the singular. */
export function repairReference(text: string): string | undefined {
  const repaired = text
    .replace(/^azureml:/i, "azureml:")
    .replace(/^(azureml:\/\/registries\/[^/]+\/)(model|environment|component)(?=\/)/, "$1$2s");
  return repaired !== text && parseReference(repaired).ok ? repaired : undefined;
}

/** A file in a store, or what a job left behind. */
export function isArtifact(uri: string): boolean {
  return /^(?:azureml:\/\/(?:datastores|jobs)\/|runs:\/)/i.test(uri) || /\/datastores\//i.test(uri);
}
