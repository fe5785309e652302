import { formatAssetKey, nameProblem, type AssetKind } from "../domain/asset.ts";
import { isHolding, judgeFindings } from "../domain/finding-policy.ts";
import type { Finding, FindingPolicy } from "../domain/finding.ts";
import type {
  Asset,
  Deployment,
  Endpoint,
  Job,
  LocalPath,
  Metadata,
  OtherManifest,
  ReferenceUse,
} from "../domain/registry.ts";
import type { FieldOwner } from "./fields.ts";
import { errorAt } from "./local-paths.ts";
import type { YamlDocument } from "./manifest-document.ts";
import type { PendingPath } from "./resolve-fields.ts";
import { textOf } from "./values.ts";
import type { ManifestRole } from "./classify.ts";

/** A manifest on its way to become a part of the registry; findings gather as it is looked at. */
export interface Draft {
  readonly role: ManifestRole;
  readonly owner: FieldOwner | undefined;
  readonly document: YamlDocument;
  readonly explicitVersion: string | undefined;
  readonly references: readonly ReferenceUse[];
  readonly pending: readonly PendingPath[];
  readonly localPaths: LocalPath[];
  readonly metadata: Metadata | undefined;
  /** About the manifest and its files: an error here keeps it from being published. */
  readonly findings: Finding[];
  /** About its metadata: reported, but no reason not to publish. */
  readonly metadataFindings: Finding[];
}

export function nameOf(draft: Draft): string {
  return textOf(draft.document.value["name"]) ?? "";
}

const assets = new WeakMap<YamlDocument, Asset>();

/**
 * Undefined for a manifest without a usable name: it has no identity. The same manifest is the same
 * asset in every registry that has it.
 */
export function toAsset(draft: Draft, kind: AssetKind): Asset | undefined {
  const known = assets.get(draft.document);
  if (known?.id.kind === kind && known.isBroken === isBroken(draft)) return known;
  const asset = makeAsset(draft, kind);
  if (asset !== undefined) assets.set(draft.document, asset);
  return asset;
}

function makeAsset(draft: Draft, kind: AssetKind): Asset | undefined {
  const name = nameOf(draft);
  if (nameProblem(name) !== undefined) return undefined;
  const id = { kind, name };
  return {
    id,
    key: formatAssetKey(id),
    document: draft.document,
    explicitVersion: draft.explicitVersion,
    references: draft.references,
    localPaths: draft.localPaths,
    isBroken: isBroken(draft),
    metadata: draft.metadata,
  };
}

export function toEndpoint(draft: Draft): Endpoint {
  const { document, metadata } = draft;
  return { document, name: nameOf(draft), metadata, isBroken: isBroken(draft) };
}

export function toDeployment(draft: Draft): Deployment {
  const { document, references, localPaths } = draft;
  const endpoint = textOf(document.value["endpoint_name"]) ?? "";
  return {
    document,
    name: nameOf(draft),
    endpoint,
    references,
    localPaths,
    isBroken: isBroken(draft),
  };
}

export function toJob(draft: Draft): Job {
  const { document, references, localPaths } = draft;
  return { document, references, localPaths, isBroken: isBroken(draft) };
}

export function toOther(draft: Draft, type: OtherManifest["type"]): OtherManifest {
  const { document, references, localPaths } = draft;
  return { type, document, references, localPaths, isBroken: isBroken(draft) };
}

/** Names that Azure ML takes and a Git tag does not; the schema has reported the others. */
export function* nameFindings(draft: Draft): Iterable<Finding> {
  const name = nameOf(draft);
  const problem = nameProblem(name);
  const isReported = draft.findings.some(({ severity }) => severity === "error");
  if (problem === undefined || isReported) return;
  const place = draft.document.placeOf(["name"]);
  const { name: given, version } = draft.document.value;
  // Azure ML makes up a name for data that has neither; without one there is nothing to version.
  const isAnonymous = draft.owner === "data" && given === undefined && version === undefined;
  if (!isAnonymous) yield errorAt("asset-name", problem, place);
  else {
    const message = 'It has no name, so Cairn cannot give it a version: add "name".';
    yield { rule: "asset-name", severity: "warning", message, ...place };
  }
}

/**
 * A draft with what is found beside it, and what the registry says about findings, which decides
 * whether a manifest counts as broken. The draft itself stays as it was read.
 */
export function settleDraft(
  draft: Draft,
  others: readonly Finding[],
  policy: FindingPolicy | undefined,
): Draft {
  if (draft.findings.length + others.length === 0) return draft;
  return { ...draft, findings: [...judgeFindings([...draft.findings, ...others], policy)] };
}

function isBroken(draft: Draft): boolean {
  return draft.findings.some(isHolding);
}
