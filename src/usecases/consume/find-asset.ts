import {
  assetKinds,
  formatAssetKey,
  parseAssetKey,
  type AssetId,
  type AssetKind,
} from "../../domain/asset.ts";
import {
  assetState,
  findVersion,
  latestVersion,
  stageVersion,
  type AssetState,
  type LedgerState,
  type PublishedVersion,
} from "../../domain/ledger/state.ts";
import { parseReference, type VersionSelector } from "../../domain/reference.ts";
import { CairnError } from "../../shared/errors.ts";

/** An asset of the ledger, and which of its versions was asked for. */
export interface FoundAsset {
  readonly id: AssetId;
  readonly state: AssetState;
  readonly selector: VersionSelector;
}

/**
 * Reads every way a person names an asset: `models/taxi-fare`, `models/taxi-fare@3`, `@prod`,
 * `@latest`, `azureml:taxi-fare:1`, `azureml://registries/…`. Rejects with `REFERENCE_INVALID`,
 * `REFERENCE_AMBIGUOUS` or `ASSET_MISSING`.
 */
export function findAsset(state: LedgerState, text: string, kind?: AssetKind): FoundAsset {
  const { id, selector } = parseQuery(state, text, kind);
  const found = assetState(state, formatAssetKey(id));
  if (found === undefined || found.versions.length === 0) throw assetMissing(formatAssetKey(id));
  return { id, state: found, selector };
}

/** The version a selector means; stages and `latest` are labels. Rejects with `VERSION_MISSING`. */
export function selectVersion(found: FoundAsset): PublishedVersion {
  const { state, selector } = found;
  const version = versionName(found);
  const published = version === undefined ? undefined : findVersion(state, version);
  if (published !== undefined) return published;
  const key = formatAssetKey(found.id);
  const wanted =
    selector.type === "version"
      ? selector.version
      : selector.type === "label"
        ? selector.label
        : "latest";
  throw new CairnError({
    code: "VERSION_MISSING",
    kind: "missing",
    message: `${key} has no version "${wanted}", and no stage of that name runs it.`,
    hint: `Its versions are ${state.versions
      .map((known) => known.version)
      .slice(-10)
      .join(", ")}; see cairn show ${key}.`,
  });
}

function versionName({ state, selector }: FoundAsset): string | undefined {
  if (selector.type === "version") return selector.version;
  const label = selector.type === "label" ? selector.label : "latest";
  if (label === "latest") return latestVersion(state)?.version;
  const staged = stageVersion(state, label)?.version;
  if (staged !== undefined) return staged;
  return (
    findVersion(state, label)?.version ?? findVersion(state, label.replace(/^v(?=\d)/, ""))?.version
  );
}

function parseQuery(
  state: LedgerState,
  text: string,
  kind: AssetKind | undefined,
): { readonly id: AssetId; readonly selector: VersionSelector } {
  if (text.startsWith("azureml:")) return parseAzureQuery(state, text, kind);
  const at = text.indexOf("@");
  const key = at < 0 ? text : text.slice(0, at);
  const label = at < 0 ? undefined : text.slice(at + 1);
  const id = key.includes("/")
    ? parseAssetKey(key)
    : { ok: true as const, value: byName(state, key, kind) };
  if (!id.ok) throw referenceInvalid(id.problem);
  if (label === "")
    throw referenceInvalid(`"${text}" ends in @: write a version, a stage or latest after it.`);
  return {
    id: id.value,
    selector: label === undefined ? { type: "default" } : { type: "label", label },
  };
}

function parseAzureQuery(
  state: LedgerState,
  text: string,
  kind: AssetKind | undefined,
): { readonly id: AssetId; readonly selector: VersionSelector } {
  const parsed = parseReference(text);
  if (!parsed.ok) throw referenceInvalid(parsed.problem);
  const reference = parsed.value;
  if (reference.type === "external") {
    throw referenceInvalid(`"${text}" is not an asset of a registry.`);
  }
  if (reference.type === "registry") {
    if (reference.registry.toLowerCase() !== state.registry.toLowerCase()) {
      throw referenceInvalid(
        `"${text}" belongs to the registry "${reference.registry}", this is "${state.registry}".`,
      );
    }
    return { id: { kind: reference.kind, name: reference.name }, selector: reference.selector };
  }
  return { id: byName(state, reference.name, kind), selector: reference.selector };
}

/** A bare name is enough as long as one kind only has it. */
function byName(state: LedgerState, name: string, kind: AssetKind | undefined): AssetId {
  const candidates = (kind === undefined ? assetKinds : [kind])
    .map((candidate) => ({ kind: candidate, name }))
    .filter((id) => assetState(state, formatAssetKey(id)) !== undefined);
  const [first, ...others] = candidates;
  if (first === undefined) throw assetMissing(name);
  if (others.length === 0) return first;
  throw new CairnError({
    code: "REFERENCE_AMBIGUOUS",
    kind: "invalid",
    message: `"${name}" is the name of ${candidates.map(formatAssetKey).join(" and ")}.`,
    hint: "Write the kind in front, as in models/taxi-fare.",
  });
}

function referenceInvalid(message: string): CairnError {
  return new CairnError({
    code: "REFERENCE_INVALID",
    kind: "invalid",
    message,
    hint: "Write kinds/name, with @version, @stage or @latest behind it: models/taxi-fare@prod.",
  });
}

function assetMissing(name: string): CairnError {
  return new CairnError({
    code: "ASSET_MISSING",
    kind: "missing",
    message: `The registry has published no asset "${name}".`,
    hint: "cairn list shows what there is; a new manifest is published when it lands on the default branch.",
  });
}
