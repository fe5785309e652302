import type { AssetKey } from "../../domain/asset.ts";
import type { Account } from "../../domain/pull-request.ts";
import type { Reviewers } from "../../forge/forge.ts";
import type { Proposed } from "../promote/propose.ts";
import { propose } from "../promote/propose.ts";
import type {
  ProposalReport,
  ProposeRequest,
  RegisterReport,
  RegisterRequest,
} from "../app-promote.ts";
import { readInForce } from "../promote/in-force.ts";
import { observe } from "../reconcile/observe.ts";
import { requireBranch } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";
import { checkResult } from "./check-result.ts";
import { versionNotSaid } from "./errors.ts";
import { measureFiles, type LocalFiles } from "./local-files.ts";
import { placeAsset, type AssetPlace } from "./place-asset.ts";
import { collectChanges, type RegistrationChanges } from "./registration-changes.ts";
import { parseMetrics } from "./render-registration.ts";
import { openPrimaryReplica, uploadFiles, type UploadedBytes } from "./upload-files.ts";

export interface RegisterPorts {
  /** A file or folder of the user's disk. Rejects with `LOCAL_FILES_UNUSABLE`. */
  openLocalFiles(path: string): Promise<LocalFiles>;
  /** Who asks for it: `as` of the request, else whoever Git is configured for. */
  account(as: string | undefined): Promise<Account>;
  /** Who is to look at what this account proposes of the asset. */
  reviewers(asset: AssetKey, by: Account): Reviewers;
}

/** What is registered: its bytes are in the replica, its files are ready to be proposed. */
export interface Registration extends UploadedBytes {
  readonly place: AssetPlace;
  /** The commit that the files go on top of. */
  readonly base: string;
  /** Path to new text or bytes; `undefined` removes. */
  readonly files: RegistrationChanges["files"];
  /** The files of the asset, from the root of the registry. */
  readonly assetFiles: readonly string[];
  readonly title: string;
  readonly body: string;
  readonly slug: string;
}

const metricsBytes = 1024 * 1024;

/**
 * Uploads files of this machine as the next state of an asset and opens the pull request that
 * brings it: manifest, metadata and lock file. Whatever is wrong with files, request or registry
 * is said before a byte is uploaded; without a complete upload there is no pull request. Repeated,
 * it is the same pull request. `report` checks it, and merges it if that was asked for.
 */
export async function register(
  session: RegistrySession,
  ports: RegisterPorts & {
    report(proposed: Proposed, request: ProposeRequest): Promise<ProposalReport>;
  },
  request: RegisterRequest,
): Promise<RegisterReport> {
  const by = await ports.account(request.as);
  const { base, title, body, slug, files, ...registration } = await prepareRegistration(
    session,
    ports,
    request,
  );
  const proposed = await propose(session, base, {
    title,
    body,
    by,
    labels: ["cairn:registration", ...(request.labels ?? [])],
    reviewers: ports.reviewers(registration.place.key, by),
    slug,
    files,
  });
  return {
    ...(await ports.report(proposed, request)),
    asset: registration.place.key,
    files: registration.assetFiles,
    storedBytes: registration.storedBytes,
    knownBytes: registration.knownBytes,
  };
}

/** Everything but the pull request. */
export async function prepareRegistration(
  session: RegistrySession,
  ports: Pick<RegisterPorts, "openLocalFiles">,
  request: RegisterRequest,
): Promise<Registration> {
  const branch = requireBranch(session, await observe(session.mirror, session.cache));
  const { head, state } = branch;
  const registry = await session.reader.registryAt(head);
  const { settings } = await readInForce(session.reader, state);
  const store = await openPrimaryReplica(settings, session);
  const metrics = await readMetrics(ports, request);
  const local = await ports.openLocalFiles(request.path);
  const place = placeAsset(registry, request, local);
  const oldVersion = place.existing?.explicitVersion;
  if (oldVersion !== undefined && request.version === undefined) {
    throw versionNotSaid(place.manifest, oldVersion);
  }
  const measured = await measureFiles(local, settings?.sizeLimitBytes);
  const changes = await collectChanges({
    session,
    head,
    registry,
    request,
    local,
    place,
    measured,
    metrics,
  });
  await checkResult(session, branch, place, changes);
  const uploaded = await uploadFiles(store, local, changes.locked);
  return {
    ...uploaded,
    place,
    base: head,
    files: changes.files,
    assetFiles: changes.assetFiles,
    ...describe(request, place, changes),
  };
}

async function readMetrics(
  ports: Pick<RegisterPorts, "openLocalFiles">,
  { metrics }: RegisterRequest,
): Promise<ReturnType<typeof parseMetrics> | undefined> {
  if (metrics === undefined) return undefined;
  const { tree, name } = await ports.openLocalFiles(metrics);
  return parseMetrics(await tree.read(name, { maxBytes: metricsBytes }));
}

function describe(
  request: RegisterRequest,
  { key }: AssetPlace,
  { assetFiles, sizeBytes }: RegistrationChanges,
): Pick<Registration, "title" | "body" | "slug"> {
  const version = request.version === undefined ? "" : ` ${request.version}`;
  const files = assetFiles.length === 1 ? "1 file" : `${assetFiles.length} files`;
  const lines = [
    ...(request.reason === undefined ? [] : [request.reason, ""]),
    `${files}, ${sizeBytes} bytes. What is not in Git is in the primary replica.`,
  ];
  return {
    title: `Register ${key}${version}`,
    body: lines.join("\n"),
    slug: `register-${request.kind}-${request.name}`,
  };
}
