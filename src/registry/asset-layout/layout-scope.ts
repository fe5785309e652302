import type { Finding } from "../../domain/finding.ts";
import { isJsonObject } from "../../shared/json.ts";
import type { ManifestRole } from "../classify.ts";
import { resolvePath } from "../resolve-path.ts";
import { isLayoutPath, type SpecTexts } from "./spec-texts.ts";

/** A file that says what it is. */
export interface FoundManifest {
  readonly path: string;
  readonly role: ManifestRole;
}

/** Which files belong to an asset.yaml and so are no manifests of their own. */
export class LayoutScope {
  readonly #folders: ReadonlySet<string>;
  readonly #specs: ReadonlySet<string>;
  readonly #isRealElsewhere: boolean;

  /** `layouts` are the paths of the asset.yaml files, also of those that cannot be read. */
  constructor(layouts: readonly string[], specs: readonly string[], texts: SpecTexts) {
    const folders = [...layouts.map(folderOf), ...specs.flatMap((path) => codeOf(path, texts))];
    this.#folders = new Set(folders.filter((folder) => folder !== ""));
    this.#specs = new Set(specs);
    this.#isRealElsewhere = layouts.some((path) => !isAmongTests(path));
  }

  /** An asset.yaml that tools are tested with, wrong on purpose or not. */
  isTestLayout(path: string): boolean {
    return this.#isRealElsewhere && isLayoutPath(path) && isAmongTests(path);
  }

  testLayout({ path, role }: FoundManifest): Finding | undefined {
    if (role.type !== "asset-layout" || !this.isTestLayout(path)) return undefined;
    const message = "This asset.yaml lies among tests: it is no asset, and was not checked.";
    return { rule: "not-checked", severity: "info", message, path, line: 1, column: 1 };
  }

  /** What lies beside or below an asset.yaml, or in its code, is what it is made of or tested with. */
  has(path: string): boolean {
    if (this.#folders.size === 0) return this.#specs.has(path);
    if (this.#specs.has(path) || isAmongTests(path)) return true;
    for (let folder = folderOf(path); folder !== ""; folder = folderOf(folder)) {
      if (this.#folders.has(folder)) return true;
    }
    return false;
  }

  /** A spec that lost its asset.yaml. */
  orphan({ path, role }: FoundManifest): Finding | undefined {
    const isSpec = this.#folders.size > 0 && /(?:^|[/_.-])spec[^/]*\.ya?ml$/.test(path);
    if (!isSpec || role.type !== "asset") return undefined;
    const message = "No asset.yaml names this spec: it is not released, and was not checked.";
    return { rule: "asset-layout", severity: "warning", message, path, line: 1, column: 1 };
  }
}

function isAmongTests(path: string): boolean {
  return /(?:^|\/)tests?\//.test(path);
}

/** The folders of code that a spec names; several components often share one. */
function codeOf(path: string, texts: SpecTexts): readonly string[] {
  const value = texts.parsed(path)?.value;
  if (!isJsonObject(value)) return [];
  const { task } = value;
  return [value["code"], isJsonObject(task) ? task["code"] : undefined].flatMap((code) => {
    const folder = typeof code === "string" ? resolvePath(path, code) : undefined;
    return folder?.ok === true ? [folder.value] : [];
  });
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}
