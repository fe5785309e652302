import type { AssetKey } from "../../domain/asset.ts";
import { stageFileOf } from "../../domain/lookup.ts";
import type { Registry } from "../../domain/registry.ts";
import { editYaml, type YamlEdit } from "../../registry/edit-yaml.ts";
import type { RegistrySession } from "../session.ts";

/** Where the stage file of an asset is, or belongs. */
export function stageFilePath(registry: Registry, stage: string, asset: AssetKey): string {
  return stageFileOf(registry, stage, asset)?.document.path ?? `stages/${stage}/${asset}.yaml`;
}

/** A stage file with some keys changed; comments and the rest stay. */
export async function editStageFile(
  { mirror }: Pick<RegistrySession, "mirror">,
  registry: Registry,
  path: string,
  edits: readonly YamlEdit[],
): Promise<string> {
  const id = registry.files.objectIdOf(path);
  const text = id === undefined ? "" : new TextDecoder().decode(await mirror.readBlob(id));
  return editYaml(text, edits);
}

/**
 * The edits that make a stage run a version. When the file says all that already and yet nothing
 * came of it, the reason says that this is another try: a file that does not change asks nothing.
 */
export async function moveStageFile(
  session: Pick<RegistrySession, "mirror">,
  registry: Registry,
  move: {
    readonly asset: AssetKey;
    readonly stage: string;
    readonly version: string;
    readonly reason: string | undefined;
    readonly override: readonly string[] | undefined;
  },
): Promise<{ readonly path: string; readonly text: string }> {
  const { asset, stage, version, reason, override } = move;
  const path = stageFilePath(registry, stage, asset);
  const known = stageFileOf(registry, stage, asset);
  const edits = (words: string | undefined): readonly YamlEdit[] => [
    { pointer: ["version"], value: version },
    { pointer: ["reason"], value: words },
    {
      pointer: ["override"],
      value:
        override === undefined || override.length === 0
          ? undefined
          : { version, gates: [...override], reason: words ?? "" },
    },
  ];
  const text = await editStageFile(session, registry, path, edits(reason));
  const isSame = known?.version === version && known.reason === reason;
  if (!isSame) return { path, text };
  const again = `${reason ?? "once more"} (again)`;
  return { path, text: await editStageFile(session, registry, path, edits(again)) };
}
