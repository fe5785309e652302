import { commandFailed, programTooOld } from "../../errors.ts";
import type { MergePreview } from "../../git.ts";
import { decodeName, isObjectId } from "../../objects.ts";
import { byCodeUnits } from "../../../shared/json.ts";
import { GitProgram, type Environment, type Output } from "./program.ts";

const timeoutMs = 120_000;
const usageExitCode = 129;

/** What decides a merge is in the commits alone, not in what a user or a machine has set up. */
const configuration = {
  "core.attributesFile": "/dev/null",
  // The empty tree: from Git 2.43 on, a bare repository may read attributes from a commit.
  "attr.tree": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  "merge.renameLimit": "1000",
};

/** Merges commits of a bare repository without a work tree. */
export class MergePreviewer {
  readonly #git: GitProgram;

  constructor(gitDirectory: string, environment: Environment) {
    // Merge drivers are programs: none but Git's own may run.
    const own = { ...environment, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
    this.#git = new GitProgram({ gitDirectory, environment: own });
  }

  /** Both commits must be there. Rejects with `GIT_PROGRAM_TOO_OLD` below Git 2.38. */
  async preview(ours: string, theirs: string, closing: AbortSignal): Promise<MergePreview> {
    const signal = AbortSignal.any([closing, AbortSignal.timeout(timeoutMs)]);
    const options = ["--write-tree", "-z", "--name-only", "--no-messages"];
    const output = await this.#git.run(["merge-tree", ...options, ours, theirs], {
      signal,
      configuration,
    });
    if (output.exitCode === usageExitCode) throw programTooOld("2.38");
    if (/refusing to merge unrelated histories/.test(output.stderr)) {
      return { outcome: "conflict", paths: [] };
    }
    const { tree, paths } = parseMerge(output);
    const conflicts =
      output.exitCode === 0 ? await this.#findMoved(ours, theirs, tree, signal) : paths;
    if (output.exitCode === 0 && conflicts.length === 0) return { outcome: "clean", tree };
    const named = conflicts.map((path) => withoutSide(path, [ours, theirs]));
    return { outcome: "conflict", paths: [...new Set(named)].sort(byCodeUnits) };
  }

  /**
   * Git follows renames by likeness: a change of one side may end up in another file that resembles
   * the one it was made for. Two assets often resemble each other, so that this is no clean merge.
   */
  async #findMoved(
    ours: string,
    theirs: string,
    tree: string,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const notOurs = await this.#listChanges(ours, tree, signal);
    const notTheirs = await this.#listChanges(theirs, tree, signal);
    return [...notOurs.keys()].filter(
      (path) => notTheirs.has(path) && (notOurs.get(path) !== "M" || notTheirs.get(path) !== "M"),
    );
  }

  /** Changed paths with what happened to them: A, D, M or T. */
  async #listChanges(
    from: string,
    to: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    const args = ["diff-tree", "-r", "-z", "--no-renames", "--name-status", from, to, "--"];
    const fields = splitRecords(await this.#git.runOrFail(args, { signal, configuration }));
    const changes = new Map<string, string>();
    for (let index = 0; index + 1 < fields.length; index += 2) {
      changes.set(fields[index + 1] ?? "", fields[index] ?? "");
    }
    return changes;
  }
}

/** The tree, then the paths in conflict, each ended by a NUL. */
function parseMerge({ exitCode, stdout, stderr }: Output): {
  readonly tree: string;
  readonly paths: readonly string[];
} {
  const [tree = "", ...paths] = splitRecords(stdout);
  if ((exitCode !== 0 && exitCode !== 1) || !isObjectId(tree)) {
    throw commandFailed("merge-tree", stderr.trim());
  }
  return { tree, paths: paths.filter(Boolean) };
}

function splitRecords(bytes: Buffer): readonly string[] {
  return decodeName(bytes).name.split("\0");
}

/** Where a file stands in the way of a folder, Git names it after the side it is from. */
function withoutSide(path: string, sides: readonly string[]): string {
  const end = path.lastIndexOf("~");
  const side = path.slice(end + 1).replace(/_\d+$/, "");
  return end > 0 && sides.includes(side) ? path.slice(0, end) : path;
}
