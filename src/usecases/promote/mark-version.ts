import { formatAssetKey, type AssetKey } from "../../domain/asset.ts";
import { manifestsOf } from "../../domain/lookup.ts";
import type { Registry } from "../../domain/registry.ts";
import { editYaml } from "../../registry/edit-yaml.ts";
import type { JsonValue } from "../../shared/json.ts";
import type { ArchiveRequest, DeprecateRequest, ProposalReport } from "../app-promote.ts";
import { findAsset, selectVersion } from "../consume/find-asset.ts";
import type { RegistrySession } from "../session.ts";
import { nothingToPropose } from "./errors.ts";
import { submit } from "./proposals.ts";
import { readSituation } from "./situation.ts";

/** Proposes to warn of a version in the asset's metadata file, or to take the warning back. */
export async function deprecate(
  session: RegistrySession,
  request: DeprecateRequest,
): Promise<ProposalReport> {
  const { successor, sunset, undo = false, reason = "deprecated" } = request;
  return mark(session, request, {
    verb: undo ? "End the deprecation of" : "Deprecate",
    slug: "deprecate",
    key: "deprecated",
    value: undo
      ? undefined
      : {
          reason,
          ...(successor === undefined ? {} : { successor }),
          ...(sunset === undefined ? {} : { sunset }),
        },
  });
}

/** Proposes to hide a version from lists, or to show it again. */
export async function archive(
  session: RegistrySession,
  request: ArchiveRequest,
): Promise<ProposalReport> {
  const { undo = false } = request;
  return mark(session, request, {
    verb: undo ? "Unarchive" : "Archive",
    slug: "archive",
    key: "archived",
    value: undo ? undefined : true,
  });
}

interface Mark {
  readonly verb: string;
  readonly slug: string;
  readonly key: "deprecated" | "archived";
  readonly value: JsonValue | undefined;
}

async function mark(
  session: RegistrySession,
  request: DeprecateRequest | ArchiveRequest,
  { verb, slug, key, value }: Mark,
): Promise<ProposalReport> {
  const situation = await readSituation(session);
  const found = findAsset(situation.state, request.asset);
  if (found.selector.type === "default") {
    throw nothingToPropose("It is not said which version.", "Write models/taxi-fare@3.");
  }
  const asset = formatAssetKey(found.id);
  const { version } = selectVersion(found);
  const registry = await session.reader.registryAt(situation.head);
  const path = metadataPath(registry, asset);
  const id = registry.files.objectIdOf(path);
  const text = id === undefined ? "" : new TextDecoder().decode(await session.mirror.readBlob(id));
  const edited = editYaml(text, [{ pointer: ["versions", version, key], value }]);
  if (edited === text) {
    throw nothingToPropose(`${path} says that already.`, "cairn show tells how a version is.");
  }
  return submit(session, situation, request, {
    title: `${verb} ${asset} ${version}`,
    label: `cairn:${slug}`,
    asks: [{ asset }],
    slug: `${slug}-${asset.replaceAll(/[^A-Za-z0-9-]+/g, "-")}`,
    files: new Map([[path, edited]]),
  });
}

/** The metadata file of the asset; where there is none yet, the place beside its newest manifest. */
function metadataPath(registry: Registry, asset: AssetKey): string {
  const manifests = manifestsOf(asset, registry);
  const known = manifests.find(({ metadata }) => metadata !== undefined)?.metadata?.document.path;
  if (known !== undefined) return known;
  const manifest = manifests.at(-1)?.document.path;
  if (manifest !== undefined) return manifest.replace(/\.ya?ml$/, ".meta.yaml");
  throw nothingToPropose(
    `${asset} has no manifest any more, so there is nowhere to say it.`,
    "Bring the manifest back first.",
  );
}
