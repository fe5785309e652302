import type { LocalPath } from "../../domain/registry.ts";
import type { Companion, PathShape } from "../fields.ts";
import { besideKey } from "../content-digest.ts";
import type { FileTable } from "../file-table.ts";
import { strings } from "../values.ts";
import { resolvePath } from "../resolve-path.ts";
import { buildContext, dockerfileName, localModel } from "./extra-config.ts";
import type { LayoutFile, NamedPath } from "./layout-file.ts";

/** A path that is content of an asset and stands in no field of its spec. */
export interface LayoutPath extends Pick<LocalPath, "pointer" | "place" | "text" | "target"> {
  readonly shape: PathShape;
  readonly companions: readonly Companion[];
}

/** What asset.yaml and its extra_config name beside the spec: content, as Azure/azureml-assets has it. */
export function* layoutPaths(options: {
  readonly layout: LayoutFile;
  readonly extra: LayoutFile | undefined;
  /** What fields of the spec name already. */
  readonly named: ReadonlySet<string>;
}): Iterable<LayoutPath> {
  const { layout, extra, named } = options;
  const config = layout.named("extra_config");
  if (config !== undefined) yield* toPath(layout, config, "file");
  for (const include of releasePaths(layout, false)) yield* toPath(layout, include, "any");
  if (extra === undefined) return;
  const context = buildContext(extra);
  if (context?.target !== undefined && !named.has(context.target)) {
    const dockerfile = { role: "dockerfile", name: dockerfileName(extra) } as const;
    yield* toPath(extra, context, "any", [dockerfile]);
  }
  const model = localModel(extra);
  if (model === undefined) return;
  const isMlflow = extra.text("publish", "type") === "mlflow_model";
  yield* toPath(extra, model, isMlflow ? "mlflow" : "any");
}

function* toPath(
  file: LayoutFile,
  named: NamedPath,
  shape: PathShape,
  companions: readonly Companion[] = [],
): Iterable<LayoutPath> {
  const { pointer, text, target } = named;
  // What is not there has its finding already.
  if (target === undefined || !file.exists(target)) return;
  const place = file.document.placeOf(pointer);
  // The order of release_paths is no content.
  const key = pointer.filter((each) => typeof each === "string");
  const last = key.length === pointer.length ? [] : [text];
  yield { pointer: [besideKey, ...key, ...last], place, text, target, shape, companions };
}

/** What release_paths includes, or (`!` in front) takes away. */
export function releasePaths(layout: LayoutFile, isExcluding: boolean): readonly NamedPath[] {
  return strings(layout.document.value["release_paths"]).flatMap((text, index) => {
    if (text.startsWith("!") !== isExcluding) return [];
    return [layout.path(["release_paths", index], isExcluding ? text.slice(1) : text)];
  });
}

/** Files beside an asset that are no content of it. */
export function notContent(layout: LayoutFile, files: FileTable): readonly string[] {
  const named = [layout.named("spec"), layout.named("description_file")];
  const byDefault = resolvePath(layout.document.path, "description.md");
  const excluded = releasePaths(layout, true).flatMap(({ target }) =>
    target === undefined ? [] : [target, ...files.below(target).map(({ path }) => path)],
  );
  return [
    layout.document.path,
    ...named.flatMap((path) => path?.target ?? []),
    ...(byDefault.ok ? [byDefault.value] : []),
    ...excluded,
  ];
}
