import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";

export interface GitObject {
  readonly id: string;
  readonly type: "commit" | "tree" | "blob" | "tag";
  readonly content: Buffer;
}

interface Question {
  readonly resolve: (object: GitObject | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Reads objects of one repository through one `git cat-file --batch` that stays. */
export class ObjectReader {
  readonly #folder: string;
  #child: ChildProcessWithoutNullStreams | undefined;
  #questions: Question[] = [];
  #pending = Buffer.alloc(0);

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** `expression` is whatever `git rev-parse` takes; `undefined` when there is no such object. */
  async read(expression: string): Promise<GitObject | undefined> {
    if (expression === "" || /[\n\0]/.test(expression)) return undefined;
    const child = this.#started();
    return new Promise((resolve, reject) => {
      this.#questions.push({ resolve, reject });
      child.stdin.write(`${expression}\n`);
    });
  }

  close(): void {
    this.#child?.stdin.end();
    this.#child = undefined;
  }

  #started(): ChildProcessWithoutNullStreams {
    if (this.#child !== undefined) return this.#child;
    const child = spawn("git", ["cat-file", "--batch"], { cwd: this.#folder });
    child.stdin.on("error", () => {});
    child.stderr.resume();
    child.stdout.on("data", (chunk: Buffer) => this.#take(chunk));
    child.on("error", (error) => this.#fail(error));
    child.on("close", () => this.#fail(new Error("git cat-file ended")));
    this.#child = child;
    return child;
  }

  #fail(error: Error): void {
    this.#child = undefined;
    this.#pending = Buffer.alloc(0);
    for (const { reject } of this.#questions.splice(0)) reject(error);
  }

  #take(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const end = this.#pending.indexOf(0x0a);
      if (end < 0) return;
      const header = this.#pending.toString("utf8", 0, end);
      const found = /^([0-9a-f]{40}) (commit|tree|blob|tag) (\d+)$/.exec(header);
      const size = found === null ? -1 : Number(found[3]);
      if (this.#pending.length < end + 1 + size + 1) return;
      const content = this.#pending.subarray(end + 1, end + 1 + Math.max(size, 0));
      this.#pending = this.#pending.subarray(end + 1 + (size + 1));
      this.#questions.shift()?.resolve(found === null ? undefined : toObject(found, content));
    }
  }
}

function toObject(found: RegExpExecArray, content: Buffer): GitObject {
  return {
    id: found[1] ?? "",
    type: found[2] as GitObject["type"],
    content: Buffer.from(content),
  };
}
