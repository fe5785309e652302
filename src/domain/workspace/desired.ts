import type { Digest } from "../../shared/digest.ts";
import type { AssetKey } from "../asset.ts";
import { compareFindings, type Finding } from "../finding.ts";
import {
  assetState,
  findVersion,
  hasAccepted,
  stageVersion,
  stateKeys,
  type LedgerState,
  type PublishedVersion,
} from "../ledger/state.ts";
import { targetOf } from "../lookup.ts";
import type { ReferenceUse, Registry, Workspace } from "../registry.ts";
import type { Role } from "./index-document.ts";
import {
  compareVersionIds,
  formatVersionKey,
  parseVersionKey,
  type VersionId,
  type VersionKey,
} from "./version-key.ts";

export interface DesiredVersion extends VersionId {
  readonly digest: Digest;
  readonly commit: string;
  readonly ledgerCommit: string;
  readonly roles: readonly Role[];
  readonly references: readonly VersionKey[];
}

export interface DesiredState {
  /** Sorted by asset and version. */
  readonly versions: readonly DesiredVersion[];
  readonly findings: readonly Finding[];
}

export interface DesiredInput {
  readonly workspace: Workspace;
  readonly registry: Registry;
  readonly state: LedgerState;
}

/**
 * What a workspace should have: what its stage runs and its globs take, what its endpoints name,
 * and everything those refer to, at exactly the versions they name.
 */
export function desiredVersions(input: DesiredInput): DesiredState {
  const { state, registry, workspace } = input;
  const ofState = known.get(state) ?? new WeakMap<Registry, Map<Workspace, DesiredState>>();
  known.set(state, ofState);
  const ofRegistry = ofState.get(registry) ?? new Map<Workspace, DesiredState>();
  ofState.set(registry, ofRegistry);
  const desired = ofRegistry.get(workspace) ?? deriveDesired(input);
  ofRegistry.set(workspace, desired);
  return desired;
}

/** Asked again about the same, the answer is there: a reconcile that finds nothing new asks often. */
const known = new WeakMap<LedgerState, WeakMap<Registry, Map<Workspace, DesiredState>>>();

function deriveDesired(input: DesiredInput): DesiredState {
  const collected = new Map<
    VersionKey,
    { readonly id: VersionId; readonly roles: readonly Role[] }
  >();
  const findings: Finding[] = [];
  const pending: VersionId[] = [];
  function want(id: VersionId, role: Role): void {
    const key = formatVersionKey(id);
    const known = collected.get(key);
    if (known === undefined) pending.push(id);
    if (known?.roles.includes(role) === true) return;
    collected.set(key, {
      id,
      roles: known === undefined ? oneRole[role] : [...known.roles, role].sort(),
    });
  }

  for (const id of stageVersions(input)) want(id, "stage");
  for (const use of endpointReferences(input)) {
    const id = resolveUse(input, use);
    if (id === undefined) findings.push(unresolvedUse(use));
    else if (!isAccepted(input, id)) findings.push(unacceptedUse(input, use, id));
    else want(id, "endpoint");
  }
  for (let id = pending.shift(); id !== undefined; id = pending.shift()) {
    for (const reference of referencesOf(input, id)) {
      want(reference, "dependency");
      const finding = dependencyFinding(input, id, reference);
      if (finding !== undefined) findings.push(finding);
    }
  }
  const versions = [...collected.values()].flatMap(({ id, roles }) => toDesired(input, id, roles));
  return {
    versions: versions.sort(compareVersionIds),
    findings: findings.sort(compareFindings),
  };
}

/** What nearly every version has; kept once for all of them. */
const oneRole: Readonly<Record<Role, readonly Role[]>> = {
  stage: ["stage"],
  endpoint: ["endpoint"],
  dependency: ["dependency"],
};

function stageVersions({ workspace, state }: DesiredInput): readonly VersionId[] {
  return stateKeys(state).flatMap((asset) => {
    const running = stageVersion(assetState(state, asset), workspace.stage);
    if (running === undefined || !workspace.selects(asset)) return [];
    return [{ asset, version: running.version }];
  });
}

function endpointReferences({ registry, workspace }: DesiredInput): readonly ReferenceUse[] {
  const names = new Set(
    registry.endpoints
      .filter((endpoint) => endpoint.metadata?.workspaces.includes(workspace.name) === true)
      .map((endpoint) => endpoint.name),
  );
  return registry.deployments
    .filter((deployment) => names.has(deployment.endpoint) && !deployment.isBroken)
    .flatMap((deployment) => deployment.references)
    .filter((use) => targetOf(use, registry) !== undefined);
}

/**
 * The version that a deployment in this workspace means. Labels are stages; `latest`, or nothing
 * said, is what the workspace's own stage runs: for Azure it is the newest that the workspace has.
 */
function resolveUse(
  { registry, state, workspace }: DesiredInput,
  use: ReferenceUse,
): VersionId | undefined {
  const target = targetOf(use, registry);
  if (target === undefined) return undefined;
  const { key: asset, selector } = target;
  const published = assetState(state, asset);
  if (selector.type === "version") {
    const found = findVersion(published, selector.version);
    return found === undefined ? undefined : { asset, version: found.version };
  }
  const isLatest = selector.type === "default" || selector.label === "latest";
  const found = stageVersion(published, isLatest ? workspace.stage : selector.label);
  return found === undefined ? undefined : { asset, version: found.version };
}

/** An endpoint is no way around the gates: only what the stage accepted comes to its workspaces. */
function isAccepted({ state, workspace }: DesiredInput, { asset, version }: VersionId): boolean {
  return hasAccepted(assetState(state, asset), workspace.stage, version);
}

function unacceptedUse({ workspace }: DesiredInput, use: ReferenceUse, id: VersionId): Finding {
  return {
    rule: "endpoint-not-accepted",
    severity: "warning",
    message: `${workspace.stage} never accepted ${formatVersionKey(id)}, so "${use.text}" is not delivered to ${workspace.name}: promote it first.`,
    ...use.place,
  };
}

function unresolvedUse(use: ReferenceUse): Finding {
  return {
    rule: "endpoint-unresolved",
    severity: "warning",
    message: `"${use.text}" is no published version yet, so it cannot be delivered: publish it or change the deployment.`,
    ...use.place,
  };
}

function referencesOf({ state }: DesiredInput, id: VersionId): readonly VersionId[] {
  const published = findVersion(assetState(state, id.asset), id.version);
  return (published?.uses ?? []).flatMap(parseVersionKey);
}

/** Many snapshots of a registry, and many workspaces, want the same: it is one object in them all. */
const wanted = new WeakMap<PublishedVersion, DesiredVersion>();

function toDesired(
  input: DesiredInput,
  id: VersionId,
  roles: readonly Role[],
): readonly DesiredVersion[] {
  const { asset, version } = id;
  const published = findVersion(assetState(input.state, asset), version);
  if (published === undefined) return [];
  const known = wanted.get(published);
  if (known?.asset === asset && known.version === version && isSame(known.roles, roles))
    return [known];
  const { digest, commit, ledgerCommit } = published;
  const references = referencesOf(input, id).map(formatVersionKey).sort();
  // Spelled out: each object that begins with a spread would have a hidden class of its own.
  const desired = { asset, version, digest, commit, ledgerCommit, roles, references };
  wanted.set(published, desired);
  return [desired];
}

function isSame(left: readonly Role[], right: readonly Role[]): boolean {
  return left.length === right.length && left.every((role, index) => role === right[index]);
}

function dependencyFinding(
  { state, workspace }: DesiredInput,
  from: VersionId,
  reference: VersionId,
): Finding | undefined {
  const key = formatVersionKey(reference);
  const path = workspace.document.path;
  if (findVersion(assetState(state, reference.asset), reference.version) === undefined) {
    const message = `${formatVersionKey(from)} refers to ${key}, which the ledger does not have: it cannot be delivered.`;
    return { rule: "dependency-unpublished", severity: "error", message, path };
  }
  if (workspace.selects(reference.asset) || !isExcluded(workspace, reference.asset))
    return undefined;
  const message = `${formatVersionKey(from)} needs ${key}, which a "!" pattern of the workspace excludes: it is delivered all the same. Exclude both or neither.`;
  return {
    rule: "dependency-excluded",
    severity: "warning",
    message,
    ...workspace.document.placeOf(["assets"]),
  };
}

/** Whether a `!` pattern may mean this asset: patterns are compared up to their first wildcard. */
function isExcluded(workspace: Workspace, asset: AssetKey): boolean {
  const patterns = workspace.document.value["assets"];
  if (!Array.isArray(patterns)) return false;
  return patterns.some((pattern: unknown) => {
    if (typeof pattern !== "string" || !pattern.startsWith("!")) return false;
    const glob = pattern.slice(1);
    const literal = /^[^*?[\]{}()!+@]*/.exec(glob)?.[0] ?? "";
    return literal === glob ? asset === glob : asset.startsWith(literal);
  });
}
