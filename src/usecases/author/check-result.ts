import type { LedgerState } from "../../domain/ledger/state.ts";
import type { Finding } from "../../domain/finding.ts";
import type { Asset } from "../../domain/registry.ts";
import type { TreeFile } from "../../git/git.ts";
import type { RegistrySession } from "../session.ts";
import { findProblems } from "../validate.ts";
import { nothingChanges, resultInvalid } from "./errors.ts";
import type { AssetPlace } from "./place-asset.ts";
import type { RegistrationChanges } from "./registration-changes.ts";

/**
 * Reads the registry as it would be with the changes. Rejects with `REGISTER_INVALID` when the
 * asset would be broken, missing (`exclude`) or have other files than those that are registered,
 * and with `REGISTER_UNCHANGED` when nothing would be different. Nothing is pushed.
 */
export async function checkResult(
  session: RegistrySession,
  { head, state }: { readonly head: string; readonly state: LedgerState },
  { key, text }: AssetPlace,
  { files, assetFiles }: RegistrationChanges,
): Promise<void> {
  const { mirror, reader, clock } = session;
  const changes = new Map<string, TreeFile | undefined>();
  for (const [path, content] of files) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    changes.set(
      path,
      bytes === undefined ? undefined : { mode: "100644", objectId: await mirror.writeBlob(bytes) },
    );
  }
  const tree = await mirror.writeTree(head, changes);
  if (tree === (await mirror.readCommit(head)).tree) throw nothingChanges(key);
  const timestamp = Math.floor(clock.now().getTime() / 1000);
  const author = { name: "Cairn", email: "", timestamp };
  const commit = await mirror.writeCommit({ tree, parents: [head], author, message: "Preview\n" });
  const registry = await reader.registryAt(commit);
  const error = findProblems(registry, state).find(
    ({ severity, path }) => severity === "error" && files.has(path),
  );
  if (error !== undefined) throw resultInvalid(describeFinding(error));
  const asset = registry.assets.find((candidate) => candidate.key === key);
  if (asset === undefined) {
    throw resultInvalid(`${key} would not be found: include or exclude in registry.yaml hide it.`);
  }
  const covered = filesOf(asset);
  const lost = assetFiles.filter((path) => !covered.has(path));
  if (lost.length > 0 || covered.size !== assetFiles.length) {
    throw resultInvalid(`${text} would not be the files that are registered (${lost[0] ?? text}).`);
  }
}

function filesOf({ localPaths }: Asset): ReadonlySet<string> {
  return new Set(localPaths.flatMap((field) => field.files.map(({ path }) => path)));
}

function describeFinding({ path, line, message }: Finding): string {
  return line === undefined ? `${path}: ${message}` : `${path}:${line}: ${message}`;
}
