import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import type { ManifestDocument, Registry } from "./registry.ts";
import { isSecretName, isSecretValue, secretIn } from "./secrets.ts";
import { supportingTexts } from "./supporting-texts.ts";

/** Where a secret stands, and what kind it is; never the secret. */
export interface FoundSecret {
  readonly pointer: readonly (string | number)[];
  readonly what: string;
}

/** Reported of one file: whoever left this many has to go through it anyway. */
const maxFound = 20;
const found = new WeakMap<JsonObject, readonly FoundSecret[]>();

/** Every document in which a secret would be one too many. */
export function* secretDocuments(registry: Registry): Iterable<ManifestDocument> {
  const { settings, assets, endpoints, deployments, jobs, otherManifests, workspaces } = registry;
  if (settings !== undefined) yield settings.document;
  for (const owners of [assets, endpoints, deployments, jobs, otherManifests, workspaces]) {
    for (const { document } of owners) yield document;
  }
  for (const { metadata } of [...assets, ...endpoints]) {
    if (metadata !== undefined) yield metadata.document;
  }
  for (const { document, extraConfig } of registry.layouts ?? []) {
    yield document;
    if (extraConfig !== undefined) yield extraConfig;
  }
  for (const { document } of supportingTexts(registry, "conda")) {
    if (document !== undefined) yield document;
  }
}

/** Every value of a document that looks like a secret. Files of the same text are looked at once. */
export function findSecrets(value: JsonObject): readonly FoundSecret[] {
  const known = found.get(value);
  if (known !== undefined) return known;
  const search = new Search();
  search.members(value);
  found.set(value, search.secrets);
  return search.secrets;
}

class Search {
  readonly secrets: FoundSecret[] = [];
  readonly #pointer: (string | number)[] = [];

  members(value: JsonObject): void {
    for (const key in value) {
      if (!Object.hasOwn(value, key)) continue;
      const member = value[key];
      if (member === undefined || this.secrets.length >= maxFound) continue;
      this.#pointer.push(key);
      this.#text(key);
      this.#value(member, key);
      this.#pointer.pop();
    }
    const { name, value: variable } = value;
    if (typeof name === "string" && typeof variable === "string") {
      this.#named(name, variable, "value");
    }
  }

  #value(value: JsonValue, key: string): void {
    if (typeof value === "string") {
      if (!this.#text(value)) this.#named(key, value);
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        if (this.secrets.length >= maxFound) return;
        this.#pointer.push(index);
        this.#value(item, "");
        this.#pointer.pop();
      }
    } else if (isJsonObject(value)) {
      this.members(value);
      // An input of that name with its default.
      const fallback = value["default"];
      if (typeof fallback === "string") this.#named(key, fallback, "default");
    }
  }

  #text(text: string): boolean {
    const what = secretIn(text);
    if (what !== undefined) this.secrets.push({ pointer: [...this.#pointer], what });
    return what !== undefined;
  }

  #named(name: string, value: string, ...at: readonly string[]): void {
    if (name === "" || !isSecretName(name) || !isSecretValue(name, value)) return;
    this.secrets.push({ pointer: [...this.#pointer, ...at], what: "a secret" });
  }
}
