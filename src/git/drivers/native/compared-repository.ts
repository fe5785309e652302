import { commandFailed } from "../../errors.ts";
import { decodeName, isObjectId } from "../../objects.ts";
import { GitProgram, type Environment } from "./program.ts";
import { NativeGitReader } from "./reader.ts";
import { splitAtNul } from "./records.ts";

const maxRecordBytes = 2 ** 20;

/** A repository on this machine, of which two states are compared. */
export class ComparedRepository {
  readonly reader: NativeGitReader;
  readonly #git: GitProgram;
  readonly #folder: string;

  private constructor(reader: NativeGitReader, git: GitProgram, folder: string) {
    this.reader = reader;
    this.#git = git;
    this.#folder = folder;
  }

  /** Rejects with `GIT_NOT_A_REPOSITORY`, `GIT_REPOSITORY_UNSUPPORTED` or `GIT_PROGRAM_MISSING`. */
  static async open(options: {
    /** The root of a work tree, or a bare repository. */
    readonly directory: string;
    readonly environment: Environment;
  }): Promise<ComparedRepository> {
    const { directory, environment } = options;
    const reader = await NativeGitReader.open(options);
    return new ComparedRepository(reader, new GitProgram({ environment }), directory);
  }

  /** The commit that a person means: whatever Git takes, `v1`, `origin/main` or `1a2b3c~2`. */
  async resolve(revision: string): Promise<string | undefined> {
    if (revision === "" || /\p{Cc}/u.test(revision)) return undefined;
    // A search for words of a message (`:/fix`) would take what is behind it for words as well.
    const found = await this.#verify(revision);
    return found === undefined ? undefined : this.#verify(`${found}^{commit}`);
  }

  /** True for a clone whose history was cut. */
  async isShallow(): Promise<boolean> {
    const { stdout } = await this.#run(["rev-parse", "--is-shallow-repository"]);
    return stdout.toString("latin1").trim() === "true";
  }

  /**
   * The paths of the work tree that are not as HEAD has them: changed, staged or not, deleted, and
   * new ones that are not ignored. Before the first commit that is every file.
   */
  async changedPaths(): Promise<ReadonlySet<string>> {
    const tracked =
      (await this.resolve("HEAD")) === undefined
        ? ["ls-files", "-z", "--cached"]
        : ["diff-index", "-z", "--name-only", "--no-renames", "--ignore-submodules", "HEAD", "--"];
    const others = ["ls-files", "-z", "--others", "--exclude-standard"];
    return new Set([...(await this.#paths(tracked)), ...(await this.#paths(others))]);
  }

  async close(): Promise<void> {
    await this.reader.close();
  }

  async #paths(args: readonly string[]): Promise<readonly string[]> {
    const paths: string[] = [];
    const printed = this.#git.stream(["-C", this.#folder, ...args]);
    for await (const record of splitAtNul(printed, maxRecordBytes)) {
      // A repository within is named as a folder.
      paths.push(decodeName(record).name.replace(/\/$/, ""));
    }
    return paths;
  }

  async #verify(revision: string): Promise<string | undefined> {
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", revision];
    const { stdout, exitCode } = await this.#run(args);
    const id = stdout.toString("latin1").trim();
    return exitCode === 0 && isObjectId(id) ? id : undefined;
  }

  async #run(args: readonly string[]): Promise<{ exitCode: number; stdout: Buffer }> {
    const { exitCode, stdout, stderr } = await this.#git.run(["-C", this.#folder, ...args]);
    if (exitCode < 0) throw commandFailed(args[0] ?? "", stderr.trim());
    return { exitCode, stdout };
  }
}
