import type { Finding } from "../../domain/finding.ts";
import { valueAt } from "../../shared/json.ts";
import type { FileTable } from "../file-table.ts";
import { errorAt } from "../local-paths.ts";
import type { YamlDocument } from "../manifest-document.ts";
import { resolvePath } from "../resolve-path.ts";
import { textOf } from "../values.ts";
import type { PointerPath } from "../yaml/pointer.ts";

/** A field of asset.yaml, or of the file that its extra_config names, with the path it holds. */
export interface NamedPath {
  readonly pointer: PointerPath;
  readonly text: string;
  /** From the root of the registry; absent when it leads out of it. */
  readonly target: string | undefined;
}

/** A file whose fields name others beside it, which must be there. */
export class LayoutFile {
  readonly document: YamlDocument;
  readonly #files: FileTable;

  constructor(document: YamlDocument, files: FileTable) {
    this.document = document;
    this.#files = files;
  }

  text(...pointer: readonly (string | number)[]): string | undefined {
    const text = textOf(valueAt(this.document.value, pointer));
    return text === "" ? undefined : text;
  }

  named(...pointer: readonly (string | number)[]): NamedPath | undefined {
    const text = this.text(...pointer);
    return text === undefined ? undefined : this.path(pointer, text);
  }

  path(pointer: PointerPath, text: string): NamedPath {
    const target = resolvePath(this.document.path, text);
    return { pointer, text, target: target.ok ? target.value : undefined };
  }

  /** Why what is named cannot be used. */
  *missing({ pointer, text, target }: NamedPath, what: string): Iterable<Finding> {
    const place = this.document.placeOf(pointer);
    if (target === undefined) {
      const resolved = resolvePath(this.document.path, text);
      if (!resolved.ok) yield errorAt("path-outside", resolved.problem, place);
    } else if (!this.exists(target)) {
      const message = `There is no ${what} "${text}" (looked for ${target || "the root"}).`;
      yield errorAt("path-missing", message, place);
    }
  }

  exists(target: string): boolean {
    return this.#files.get(target) !== undefined || this.#files.isFolder(target);
  }
}
