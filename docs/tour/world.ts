import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { TourStopped } from "./expect.ts";

const checkout = fileURLToPath(new URL("../..", import.meta.url));
export const program = join(checkout, "dist", "main.js");
export const sample = join(checkout, "sample-registry");
const trained = fileURLToPath(new URL("models", import.meta.url));

export interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  /** Both streams: what a person at a terminal sees. */
  readonly shown: string;
}

/** A folder with everything that the tour makes, and nothing of this machine's own settings. */
export class World {
  /** A bare repository: what a Git server would hold. */
  readonly remote: string;
  /** Somebody's clone of it. */
  readonly clone: string;
  readonly stores: string;

  readonly root: string;
  #endRunning = (): void => undefined;
  #isStopped = false;

  private constructor(root: string) {
    this.root = root;
    this.remote = join(root, "registry.git");
    this.clone = join(root, "registry");
    this.stores = join(this.clone, "cairn-stores");
  }

  static async create(): Promise<World> {
    const world = new World(await mkdtemp(join(tmpdir(), "cairn-tour-")));
    await mkdir(join(world.root, "home"));
    await writeFile(
      join(world.root, "home", ".gitconfig"),
      "[user]\n\tname = Dee Ramos\n\temail = dee@contoso.example\n[advice]\n\tdetachedHead = false\n",
    );
    for (const name of ["better", "worse", "best"]) await world.#train(name);
    return world;
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true, maxRetries: 10 });
  }

  /** Ends the command that runs, and with it the tour. */
  stop(): void {
    this.#isStopped = true;
    this.#endRunning();
  }

  run(file: string, args: readonly string[], cwd: string, hasColor = false): Promise<Run> {
    const options = { cwd, env: this.#environment(hasColor), maxBuffer: 16 * 1024 * 1024 };
    return new Promise((resolve, reject) => {
      let shown = "";
      const child = execFile(file, args, options, (error, stdout) => {
        if (this.#isStopped) reject(new TourStopped("It was interrupted."));
        else if (error === null) resolve({ exitCode: 0, stdout, shown });
        else if (typeof error.code === "number") resolve({ exitCode: error.code, stdout, shown });
        else reject(error);
      });
      this.#endRunning = () => void child.kill();
      const add = (chunk: string): void => void (shown += chunk);
      child.stdout?.on("data", add);
      child.stderr?.on("data", add);
    });
  }

  /** What a Git command in the bare repository says; it must succeed. */
  async ask(...args: readonly string[]): Promise<string> {
    const { exitCode, stdout, shown } = await this.run("git", args, this.remote);
    if (exitCode !== 0) throw new Error(`git ${args.join(" ")} ended with ${exitCode}: ${shown}`);
    return stdout.trim();
  }

  /** The answer of a Cairn command that is not part of the story. */
  async askCairn<Answer>(...args: readonly string[]): Promise<Answer> {
    const run = await this.run(process.execPath, [program, ...args, "--json"], this.clone);
    return JSON.parse(run.stdout) as Answer;
  }

  /** Subjects of the newest events, newest first. */
  async events(count: number): Promise<readonly string[]> {
    const log = await this.ask("log", `-${count}`, "--format=%s", "refs/heads/cairn-ledger");
    return log.split("\n");
  }

  /** The version of a model that a workspace's readers find. */
  async versionIn(workspace: string): Promise<string | undefined> {
    const text = await readFile(join(this.stores, workspace, "index.json"), "utf8");
    const { assets } = JSON.parse(text) as {
      readonly assets: readonly Record<"kind" | "name" | "version" | "state", string>[];
    };
    const running = assets.filter(
      ({ kind, name, state }) => `${kind}/${name}/${state}` === "model/taxi-fare/current",
    );
    return running
      .map(({ version }) => version)
      .sort()
      .at(-1);
  }

  async edit(path: string, change: (text: string) => string): Promise<void> {
    const file = join(this.clone, path);
    const before = await readFile(file, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`${path} is not what the tour expects.`);
    await writeFile(file, after);
  }

  /** Puts a model there as if it had just been trained: make_models.py is how it was. */
  async #train(name: string): Promise<void> {
    const folder = join(this.root, "trained", name);
    await cp(join(sample, "models", "taxi-fare", "model"), join(folder, "model"), {
      recursive: true,
    });
    for (const file of ["MLmodel", "model.onnx"]) {
      await cp(join(trained, name, file), join(folder, "model", file));
    }
    await cp(join(trained, name, "metrics.json"), join(folder, "metrics.json"));
  }

  #environment(hasColor: boolean): NodeJS.ProcessEnv {
    const home = join(this.root, "home");
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(?:CAIRN_|GIT_|VITEST|NODE_OPTIONS$|FORCE_COLOR$|NO_COLOR$|XDG_)/.test(name),
    );
    return {
      ...Object.fromEntries(inherited),
      HOME: home,
      GIT_CONFIG_GLOBAL: join(home, ".gitconfig"),
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
      LC_ALL: "C",
      ...(hasColor ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" }),
    };
  }
}
