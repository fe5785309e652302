import { performance } from "node:perf_hooks";
import { stripVTControlCharacters } from "node:util";

import { expectSame } from "./expect.ts";
import type { Screen } from "./screen.ts";
import { program, type Run, type World } from "./world.ts";

/** One part of the story. */
export interface Chapter {
  readonly title: string;
  readonly play: (tour: Tour) => Promise<void>;
}

export interface Step {
  /** Lines of the output with one of these texts are printed, the others folded; all unless given. */
  readonly show?: readonly string[];
  readonly exits?: number;
  /** The clone unless given. */
  readonly cwd?: string;
}

/** Tells the story: types commands, prints what they print, and checks what became of it. */
export class Tour {
  /** How long a command takes here, in seconds. */
  pace = 1;

  readonly world: World;
  readonly screen: Screen;

  constructor(world: World, screen: Screen) {
    this.world = world;
    this.screen = screen;
  }

  say(text: string): void {
    this.screen.say(text);
  }

  /** Runs `cairn …` or `git …` and resolves to what it printed; quotes work as in a shell. */
  async type(typed: string, step: Step = {}): Promise<string> {
    const words = typed.match(/(?:[^\s']|'[^']*')+/g) ?? [];
    const line = words.join(" ");
    this.screen.command(words);
    const [name, ...args] = words.map((word) => word.replaceAll("'", ""));
    const run = await this.#start(name === "git" ? "git" : "cairn", args, step.cwd);
    this.#finish(run, line, step);
    return stripVTControlCharacters(run.stdout);
  }

  /** States a fact once it has been checked. */
  check(fact: string, actual: unknown, expected: unknown): void {
    expectSame(fact, actual, expected);
    this.screen.fact(fact);
  }

  async checkNewest(...events: readonly string[]): Promise<void> {
    const found = await this.world.events(events.length);
    this.check(
      `newest in the ledger: ${events.map((event) => `"${event}"`).join(", ")}`,
      found,
      events,
    );
  }

  async checkWorkspace(workspace: string, version: string): Promise<void> {
    const found = await this.world.versionIn(workspace);
    this.check(`the workspace ${workspace} has taxi-fare ${version}`, found, version);
  }

  /** Which gates of a pull request's promotion fail. */
  async checkFailed(number: number, ...expected: readonly string[]): Promise<void> {
    const { check } = await this.world.askCairn<PullRequestAnswer>("pr", "show", String(number));
    const gates = check.moves.flatMap((move) => move.gates);
    const failed = gates.filter(({ outcome }) => outcome === "failed").map(({ gate }) => gate);
    this.check(`what fails in #${number}: ${expected.join(", ")}`, failed, expected);
  }

  /** Runs `cairn apply` until the newest event is this one; only the last run is printed. */
  async applyUntil(event: string, step: Step, seconds: number): Promise<void> {
    const deadlineMs = performance.now() + seconds * 1000;
    let run: Run;
    let rounds = 0;
    do {
      rounds += 1;
      run = await this.#start("cairn", ["apply"]);
    } while ((await this.world.events(1))[0] !== event && performance.now() < deadlineMs);
    if (rounds > 1) this.say(`(${rounds} rounds of it; this is the last.)`);
    this.screen.command(["cairn", "apply"]);
    this.#finish(run, "cairn apply", step);
    await this.checkNewest(event);
  }

  #start(name: "cairn" | "git", args: readonly string[], cwd = this.world.clone): Promise<Run> {
    return name === "git"
      ? this.world.run("git", args, cwd)
      : this.world.run(process.execPath, [program, ...args], cwd, this.screen.hasColor);
  }

  /** Progress and warnings are shown when something went wrong. */
  #finish({ stdout, shown, exitCode }: Run, line: string, { show, exits = 0 }: Step): void {
    const isFine = exitCode === exits;
    this.screen.output(isFine ? stdout : shown, isFine ? show : undefined);
    expectSame(`"${line}" ends with ${exits}`, exitCode, exits);
    if (exits !== 0) this.screen.fact(`it ends with exit code ${exits}`);
  }
}

/** As `cairn pr show --json` prints it. */
interface PullRequestAnswer {
  readonly check: {
    readonly moves: readonly {
      readonly gates: readonly { readonly gate: string; readonly outcome: string }[];
    }[];
  };
}
