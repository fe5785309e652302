import type { Octokit } from "@octokit/rest";

import type { GitRepository } from "../support/git-repository.ts";

/** A repository behind GitHub's API. */
export interface ApiRepository {
  readonly owner: string;
  readonly repo: string;
}

/**
 * Git's transport for a GitHub that has only an API: objects and refs are carried between it and a
 * bare repository. Each object must have the same id on both sides, or it is an error: so each
 * answer is a check of what both think that Git is.
 */
export class ObjectBridge {
  readonly #bare: GitRepository;
  readonly #at: ApiRepository;
  /** Objects that both sides have. */
  readonly #shared = new Set<string>();
  /** By ref: emulate gives tag objects ids of its own, so that theirs say nothing about ours. */
  readonly #tags = new Map<string, { readonly ours: string; readonly theirs: string }>();

  constructor(bare: GitRepository, at: ApiRepository) {
    this.#bare = bare;
    this.#at = at;
  }

  /** Brings what happened behind the API to the bare repository, with a ref for each pull request. */
  async bring(api: Octokit): Promise<void> {
    const wanted = new Map<string, string>();
    for (const { ref, sha } of await this.#theirRefs(api)) {
      const tag = this.#tags.get(ref);
      if (ref.startsWith("refs/heads/")) wanted.set(ref, sha);
      else if (tag?.theirs !== sha) throw new Error(`${ref} was made by somebody else`);
      else wanted.set(ref, tag.ours);
    }
    const { data: pulls } = await api.rest.pulls.list({ ...this.#at, state: "all" });
    for (const { number, head } of pulls) wanted.set(`refs/pull/${number}/head`, head.sha);
    for (const id of wanted.values()) if (!this.#shared.has(id)) await this.#bringCommit(api, id);
    const ours = this.#ourRefs();
    const changed = [...wanted].filter(([ref, id]) => ours.get(ref) !== id);
    const gone = [...ours.keys()].filter((ref) => !wanted.has(ref));
    const lines = [
      ...changed.map(([ref, id]) => `update ${ref} ${id}\n`),
      ...gone.map((ref) => `delete ${ref}\n`),
    ];
    this.#bare.gitWith(lines.join(""), "update-ref", "--stdin");
  }

  /** Takes what was pushed to the bare repository to the other side. */
  async take(api: Octokit): Promise<void> {
    const theirs = new Map((await this.#theirRefs(api)).map(({ ref, sha }) => [ref, sha]));
    const ours = this.#ourRefs();
    for (const [ref, id] of ours) {
      if (ref.startsWith("refs/pull/") || this.#tags.get(ref)?.ours === id) continue;
      const known = theirs.get(ref);
      if (known === id) continue;
      const sha = await this.#takeTarget(api, ref, id);
      const name = ref.slice("refs/".length);
      if (known === undefined) await api.rest.git.createRef({ ...this.#at, ref, sha });
      else await api.rest.git.updateRef({ ...this.#at, ref: name, sha, force: true });
    }
    for (const ref of theirs.keys()) {
      if (ours.has(ref)) continue;
      await api.rest.git.deleteRef({ ...this.#at, ref: ref.slice("refs/".length) });
    }
  }

  async #theirRefs(api: Octokit): Promise<readonly { ref: string; sha: string }[]> {
    const kinds = ["heads", "tags"].map(async (ref) =>
      api.rest.git.listMatchingRefs({ ...this.#at, ref }),
    );
    const found = (await Promise.all(kinds)).flatMap(({ data }) => data);
    return found.map(({ ref, object }) => ({ ref, sha: object.sha }));
  }

  #ourRefs(): ReadonlyMap<string, string> {
    const lines = this.#bare.refs().split("\n").filter(Boolean);
    return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
  }

  async #bringCommit(api: Octokit, id: string): Promise<void> {
    const { data } = await api.rest.git.getCommit({ ...this.#at, commit_sha: id });
    const { tree, parents, author, committer, message } = data;
    for (const { sha } of parents) if (!this.#shared.has(sha)) await this.#bringCommit(api, sha);
    await this.#bringTree(api, tree.sha);
    const lines = [
      `tree ${tree.sha}`,
      ...parents.map(({ sha }) => `parent ${sha}`),
      `author ${signatureOf(author)}`,
      `committer ${signatureOf(committer)}`,
    ];
    this.#write("commit", `${lines.join("\n")}\n\n${message.replace(/\n?$/, "\n")}`, id);
  }

  async #bringTree(api: Octokit, id: string): Promise<void> {
    if (this.#shared.has(id)) return;
    const { data } = await api.rest.git.getTree({ ...this.#at, tree_sha: id });
    for (const { type, sha } of data.tree) {
      if (type === "tree") await this.#bringTree(api, sha);
      else await this.#bringBlob(api, sha);
    }
    const lines = data.tree.map(({ mode, type, sha, path }) => `${mode} ${type} ${sha}\t${path}\n`);
    this.#share(this.#bare.gitWith(lines.join(""), "mktree"), id);
  }

  async #bringBlob(api: Octokit, id: string): Promise<void> {
    if (this.#shared.has(id)) return;
    const { data } = await api.rest.git.getBlob({ ...this.#at, file_sha: id });
    this.#write("blob", Buffer.from(data.content, "base64"), id);
  }

  /** Text only: of anything else the id would come out differently. */
  #read(id: string): string {
    const [, content = ""] = this.#bare.gitWith(id, "cat-file", "--batch").split(/\n(.*)/s);
    return content;
  }

  #write(type: "blob" | "commit", content: string | Buffer, id: string): void {
    this.#share(this.#bare.gitWith(content, "hash-object", "-w", "-t", type, "--stdin"), id);
  }

  #share(ours: string, theirs: string): void {
    if (ours !== theirs) throw new Error(`what is ${theirs} there is ${ours} here`);
    this.#shared.add(ours);
  }

  /** The object that the ref is to name on the other side. */
  async #takeTarget(api: Octokit, ref: string, id: string): Promise<string> {
    const commits = this.#bare.git("rev-list", "--reverse", "--topo-order", id).split("\n");
    for (const commit of commits) await this.#takeCommit(api, commit);
    if (this.#bare.git("cat-file", "-t", id) === "commit") return id;
    const { headers, message } = parseObject(this.#read(id));
    const { data } = await api.rest.git.createTag({
      ...this.#at,
      tag: headers.get("tag")?.[0] ?? "",
      message,
      object: headers.get("object")?.[0] ?? "",
      type: "commit",
      tagger: parseSignature(headers.get("tagger")?.[0] ?? ""),
    });
    this.#tags.set(ref, { ours: id, theirs: data.sha });
    this.#shared.add(id);
    return data.sha;
  }

  async #takeCommit(api: Octokit, id: string): Promise<void> {
    if (this.#shared.has(id)) return;
    const { headers, message } = parseObject(this.#read(id));
    const tree = headers.get("tree")?.[0] ?? "";
    await this.#takeTree(api, tree);
    const { data } = await api.rest.git.createCommit({
      ...this.#at,
      message,
      tree,
      parents: [...(headers.get("parent") ?? [])],
      author: parseSignature(headers.get("author")?.[0] ?? ""),
      committer: parseSignature(headers.get("committer")?.[0] ?? ""),
    });
    this.#share(id, data.sha);
  }

  async #takeTree(api: Octokit, id: string): Promise<void> {
    if (this.#shared.has(id)) return;
    const tree = [];
    for (const line of this.#bare.git("ls-tree", "-z", id).split("\0").filter(Boolean)) {
      const [, mode = "", type = "", sha = "", path = ""] = treeLine.exec(line) ?? [];
      if (type === "tree") await this.#takeTree(api, sha);
      else await this.#takeBlob(api, sha);
      tree.push({ mode: mode as "100644", type: type as "blob", sha, path });
    }
    const { data } = await api.rest.git.createTree({ ...this.#at, tree });
    this.#share(id, data.sha);
  }

  async #takeBlob(api: Octokit, id: string): Promise<void> {
    if (this.#shared.has(id)) return;
    const content = Buffer.from(this.#read(id)).toString("base64");
    const blob = { ...this.#at, content, encoding: "base64" };
    const { data } = await api.rest.git.createBlob(blob);
    this.#share(id, data.sha);
  }
}

const treeLine = /^(\d{6}) (\w+) ([0-9a-f]{40})\t(.+)$/s;

interface ApiSignature {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}

/** GitHub tells times in UTC, as does emulate. */
function signatureOf({ name, email, date }: ApiSignature): string {
  return `${name} <${email}> ${Math.floor(Date.parse(date) / 1000)} +0000`;
}

function parseSignature(text: string): ApiSignature {
  const [, name, email, seconds] = /^(.*) <(.*)> (\d+) \+0000$/.exec(text) ?? [];
  if (name === undefined || email === undefined) throw new Error(`no signature in UTC: ${text}`);
  return { name, email, date: new Date(Number(seconds) * 1000).toISOString() };
}

function parseObject(text: string): {
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly message: string;
} {
  const end = text.indexOf("\n\n");
  const headers = new Map<string, readonly string[]>();
  for (const line of text.slice(0, end).split("\n")) {
    const [name = "", value = ""] = line.split(/ (.*)/s);
    headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  return { headers, message: text.slice(end + 2) };
}
