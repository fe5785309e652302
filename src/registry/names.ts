import { pluralOfKind, type AssetKind } from "../domain/asset.ts";
import type { Finding } from "../domain/finding.ts";
import { isJsonObject, type JsonObject } from "../shared/json.ts";
import { nameOf, type Draft } from "./drafts.ts";
import { compileGlobs } from "./glob.ts";
import { errorAt } from "./local-paths.ts";
import { strings } from "./values.ts";

/**
 * What names say only together: each is unique per kind, whatever the case. Of drafts
 * about which there is nothing to say nothing is said.
 */
export function checkNames(
  drafts: readonly Draft[],
  settings: JsonObject | undefined,
): ReadonlyMap<Draft, readonly Finding[]> {
  const found = new Map<Draft, readonly Finding[]>();
  const add = (draft: Draft, findings: readonly Finding[]): void => {
    if (findings.length > 0) found.set(draft, [...(found.get(draft) ?? []), ...findings]);
  };
  const groups = new Map<string, Draft[]>();
  for (const draft of drafts) {
    if (draft.role.type !== "asset") continue;
    add(draft, checkPattern(draft, draft.role.kind, settings));
    const key = `${draft.role.kind}/${nameOf(draft).toLowerCase()}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [draft]);
    else group.push(draft);
  }
  for (const group of groups.values()) {
    for (const draft of group.length > 1 ? group : []) {
      const other = group.find((candidate) => candidate !== draft && isClash(candidate, draft));
      if (other !== undefined) add(draft, [duplicate(draft, other)]);
    }
  }
  return found;
}

/** Manifests of one name are several versions of one asset if each says which. */
function isClash(left: Draft, right: Draft): boolean {
  if (nameOf(left) !== nameOf(right)) return true;
  return (
    left.explicitVersion === undefined ||
    right.explicitVersion === undefined ||
    left.explicitVersion === right.explicitVersion
  );
}

function duplicate(draft: Draft, other: Draft): Finding {
  const name = nameOf(draft);
  const otherName = nameOf(other);
  const message =
    name === otherName
      ? `"${name}" is also defined in ${other.document.path}: rename one, or give each a version of its own.`
      : `"${name}" differs only in case from "${otherName}" in ${other.document.path}: rename one.`;
  return errorAt("duplicate-name", message, draft.document.placeOf(["name"]));
}

/** The registry's own patterns (`naming` in registry.yaml). */
function checkPattern(
  draft: Draft,
  kind: AssetKind,
  settings: JsonObject | undefined,
): readonly Finding[] {
  const naming = settings?.["naming"];
  const patterns = isJsonObject(naming) ? strings(naming[pluralOfKind[kind]]) : [];
  const name = nameOf(draft);
  if (patterns.length === 0 || name === "" || compileGlobs(patterns)(name)) return [];
  const message = `The name "${name}" matches none of this registry's patterns for ${pluralOfKind[kind]}: ${patterns.join(", ")}.`;
  return [errorAt("asset-name", message, draft.document.placeOf(["name"]))];
}
