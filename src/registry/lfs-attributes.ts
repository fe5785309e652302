import { compileIgnoreFile } from "./ignore-file.ts";

const fileName = ".gitattributes";

/** The files that say what Git LFS keeps. */
export function isAttributesFile(path: string): boolean {
  return path === fileName || path.endsWith(`/${fileName}`);
}

/**
 * Says of a path whether Git LFS keeps the file: in a folder nothing but `.gitattributes` tells,
 * for the work tree has the file itself.
 */
export class LfsAttributes {
  readonly #byFolder = new Map<string, (path: string) => boolean>();

  add(path: string, text: string): void {
    const lines = text.split(/\r?\n/).flatMap(toIgnoreLine);
    if (lines.length === 0) return;
    this.#byFolder.set(path.slice(0, -fileName.length), compileIgnoreFile(lines.join("\n")));
  }

  has(path: string): boolean {
    if (this.#byFolder.size === 0) return false;
    for (let end = path.lastIndexOf("/"); end >= 0; end = path.lastIndexOf("/", end - 1)) {
      if (this.#matches(path.slice(0, end + 1), path)) return true;
      if (end === 0) break;
    }
    return this.#matches("", path);
  }

  #matches(folder: string, path: string): boolean {
    return this.#byFolder.get(folder)?.(path.slice(folder.length)) ?? false;
  }
}

/** The grammars differ little: both name paths, and the last line that does decides. */
function toIgnoreLine(line: string): readonly string[] {
  const [, quoted, plain, attributes = ""] =
    /^\s{0,20}(?:"([^"]{1,1000})"|([^\s#"]\S{0,1000}))\s(.{1,2000})$/.exec(line) ?? [];
  const pattern = quoted ?? plain;
  if (pattern === undefined) return [];
  const filter = /(?:^|\s)([-!]filter|filter=\S{1,100})(?=\s|$)/.exec(attributes)?.[1];
  if (filter === undefined) return [];
  return [filter === "filter=lfs" ? pattern : `!${pattern}`];
}
