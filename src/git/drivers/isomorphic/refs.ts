import { readdir, readFile } from "node:fs/promises";
import { hasCode } from "../../../shared/errors.ts";
import { byCodeUnits } from "../../../shared/json.ts";
import { isFullRef, isObjectId } from "../../objects.ts";

/** Refs whose name starts with a prefix: those in `packed-refs`, and over them those with a file. */
export async function readRefs(
  gitDirectory: string,
  prefix: string,
): Promise<ReadonlyMap<string, string>> {
  const refs = new Map<string, string>();
  for (const line of (await readIfThere(`${gitDirectory}/packed-refs`)).split("\n")) {
    // Lines with # and ^ are comments and peeled tags.
    const name = line.slice(41).trim();
    if (name.startsWith(prefix) && isObjectId(line.slice(0, 40))) refs.set(name, line.slice(0, 40));
  }
  const folder = prefix.slice(0, prefix.lastIndexOf("/"));
  for await (const name of listFiles(gitDirectory, folder)) {
    if (!name.startsWith(prefix) || !isFullRef(name)) continue;
    const id = await resolveLoose(gitDirectory, name, refs);
    if (id !== undefined) refs.set(name, id);
  }
  return new Map([...refs].sort(([left], [right]) => byCodeUnits(left, right)));
}

/** A ref may name another one (`refs/remotes/origin/HEAD`). */
async function resolveLoose(
  gitDirectory: string,
  name: string,
  packed: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  let current = name;
  for (let depth = 0; depth < 5; depth += 1) {
    const text = (await readIfThere(`${gitDirectory}/${current}`)).trim();
    if (isObjectId(text)) return text;
    const target = /^ref: (refs\/.+)$/.exec(text)?.[1];
    if (target === undefined || !isFullRef(target)) return packed.get(current);
    current = target;
  }
  return undefined;
}

async function* listFiles(root: string, folder: string): AsyncGenerator<string> {
  let entries;
  try {
    entries = await readdir(`${root}/${folder}`, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return;
    throw error;
  }
  for (const entry of entries) {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* listFiles(root, name);
    else if (entry.isFile()) yield name;
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EISDIR")) return "";
    throw error;
  }
}
