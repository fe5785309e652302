import { compileGlob, type Glob } from "./glob.ts";

/** Longer ignore files are cut: nobody writes them by hand. */
const maxLines = 1000;

interface Line {
  readonly isIncluding: boolean;
  readonly matches: Glob;
}

/**
 * Compiles an `.amlignore` (the grammar of gitignore): says of a path relative to the file's
 * folder whether it is left out. A folder that is left out takes everything below with it.
 */
export function compileIgnoreFile(text: string): (path: string) => boolean {
  const lines = text.split(/\r?\n/).slice(0, maxLines).flatMap(compileLine);
  return (path) => {
    const segments = path.split("/");
    for (let length = 1; length <= segments.length; length += 1) {
      const isFolder = length < segments.length;
      const candidate = segments.slice(0, length).join("/") + (isFolder ? "/" : "");
      const last = lines.findLast(({ matches }) => matches(candidate));
      if (last !== undefined && !last.isIncluding) return true;
    }
    return false;
  };
}

function compileLine(raw: string): readonly Line[] {
  const line = raw.trim();
  if (line === "" || line.startsWith("#")) return [];
  const isIncluding = line.startsWith("!");
  const pattern = isIncluding ? line.slice(1) : line;
  const isForFolders = pattern.endsWith("/");
  const body = pattern.replace(/\/+$/, "");
  if (body === "") return [];
  const isAnchored = body.includes("/");
  const matches = compileGlob(isAnchored ? body.replace(/^\//, "") : `**/${body}`);
  return [
    {
      isIncluding,
      matches: (candidate) => {
        const isFolder = candidate.endsWith("/");
        if (isForFolders && !isFolder) return false;
        return matches(isFolder ? candidate.slice(0, -1) : candidate);
      },
    },
  ];
}
