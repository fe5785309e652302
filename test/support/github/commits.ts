import { linesOf, runGit } from "./git-program.ts";
import type { ObjectReader } from "./object-reader.ts";

export interface Person {
  readonly name: string;
  readonly email: string;
  readonly date: Date;
}

export interface Commit {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
}

export interface ChangedFile {
  readonly path: string;
  readonly status: "added" | "removed" | "modified" | "changed";
  readonly blob: string;
  readonly additions: number;
  readonly deletions: number;
}

const remembered = 2000;

const testMerger = {
  GIT_AUTHOR_NAME: "GitHub",
  GIT_AUTHOR_EMAIL: "noreply@github.com",
  GIT_AUTHOR_DATE: "1700000000 +0000",
  GIT_COMMITTER_NAME: "GitHub",
  GIT_COMMITTER_EMAIL: "noreply@github.com",
  GIT_COMMITTER_DATE: "1700000000 +0000",
};

/** What commits say and how they relate. Nothing about a commit changes, so answers are kept. */
export class CommitReader {
  readonly #folder: string;
  readonly #objects: ObjectReader;
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(folder: string, objects: ObjectReader) {
    this.#folder = folder;
    this.#objects = objects;
  }

  /** By id, ref name or any other expression; `undefined` when it is no commit. */
  async get(expression: string): Promise<Commit | undefined> {
    const object = await this.#objects.read(`${expression}^{commit}`);
    return object?.type === "commit"
      ? parseCommit(object.id, object.content.toString("utf8"))
      : undefined;
  }

  /** Those that `to` has and `from` has not, oldest first. */
  async between(from: string, to: string): Promise<readonly string[]> {
    return this.#once(`between ${from} ${to}`, async () =>
      linesOf(
        await runGit(this.#folder, ["rev-list", "--reverse", "--topo-order", to, `^${from}`]),
      ),
    );
  }

  async isAncestor(ancestor: string, of: string): Promise<boolean> {
    return (await this.between(of, ancestor)).length === 0;
  }

  async mergeBase(one: string, other: string): Promise<string | undefined> {
    return this.#once(`base ${one} ${other}`, async () =>
      runGit(this.#folder, ["merge-base", one, other]).then(
        (text) => text.trim(),
        () => undefined,
      ),
    );
  }

  /** The tree of the merge, or `undefined` when it conflicts. */
  async mergeTree(base: string, head: string): Promise<string | undefined> {
    return this.#once(`merge ${base} ${head}`, async () =>
      runGit(this.#folder, ["merge-tree", "--write-tree", "--no-messages", base, head]).then(
        (text) => text.trim(),
        () => undefined,
      ),
    );
  }

  /** The commit that a merge would make, as GitHub keeps it in `refs/pull/N/merge`. */
  async testMerge(base: string, head: string): Promise<string | undefined> {
    return this.#once(`test ${base} ${head}`, async () => {
      const tree = await this.mergeTree(base, head);
      if (tree === undefined) return undefined;
      const message = `Merge ${head} into ${base}`;
      const args = ["commit-tree", tree, "-p", base, "-p", head, "-m", message];
      return (await runGit(this.#folder, args, { environment: testMerger })).trim();
    });
  }

  /** Files that differ. */
  async changes(base: string, head: string): Promise<readonly ChangedFile[]> {
    return this.#once(`changes ${base} ${head}`, async () => {
      const flags = ["--raw", "--numstat", "-z", "--no-renames", "--no-abbrev"];
      return parseChanges(await runGit(this.#folder, ["diff", ...flags, base, head]));
    });
  }

  async #once<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(question);
    if (known !== undefined) return known as Promise<T>;
    const asked = ask();
    if (this.#answers.size >= remembered) this.#answers.clear();
    this.#answers.set(question, asked);
    asked.catch(() => this.#answers.delete(question));
    return asked;
  }
}

function parseCommit(id: string, text: string): Commit {
  const end = text.indexOf("\n\n");
  const header = text.slice(0, end < 0 ? text.length : end);
  const field = (name: string) => new RegExp(`^${name} (.*)$`, "m").exec(header)?.[1] ?? "";
  return {
    id,
    tree: field("tree"),
    parents: [...header.matchAll(/^parent (\S+)$/gm)].map(([, parent = ""]) => parent),
    author: parsePerson(field("author")),
    committer: parsePerson(field("committer")),
    message: end < 0 ? "" : text.slice(end + 2).replace(/\n$/, ""),
  };
}

function parsePerson(text: string): Person {
  const [, name = "", email = "", seconds = "0"] = /^(.*?) ?<(.*)> (-?\d+) \S+$/.exec(text) ?? [];
  return { name, email, date: new Date(Number(seconds) * 1000) };
}

/** `--raw --numstat -z`: first all raw records (the path is a field of its own), then all counts. */
function parseChanges(text: string): readonly ChangedFile[] {
  const fields = text.split("\0");
  const counts = parseCounts(fields);
  return fields.flatMap((field, index) => {
    const raw = /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) ([A-Z])$/.exec(field);
    if (raw === null) return [];
    const [, before = "", after = "", letter = ""] = raw;
    const path = fields[index + 1] ?? "";
    const [additions = 0, deletions = 0] = counts.get(path) ?? [];
    const blob = letter === "D" ? before : after;
    return [{ path, status: statusOf(letter), blob, additions, deletions }];
  });
}

/** Of binary files there is only a dash. */
function parseCounts(fields: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const counts = new Map<string, readonly number[]>();
  for (const field of fields) {
    const [, added, deleted, path] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(field) ?? [];
    if (path !== undefined) counts.set(path, [Number(added) || 0, Number(deleted) || 0]);
  }
  return counts;
}

function statusOf(letter: string): ChangedFile["status"] {
  const names: Readonly<Record<string, ChangedFile["status"]>> = { A: "added", D: "removed" };
  return names[letter] ?? (letter === "T" ? "changed" : "modified");
}
