import { onTestFinished } from "vitest";
import { LocalForge } from "../../src/forge/drivers/local/local-forge.ts";
import type {
  GitRefUpdate,
  PullRequestGit,
} from "../../src/forge/drivers/local/pull-request-git.ts";
import { NativeGitMirror } from "../../src/git/drivers/native/mirror.ts";
import { remoteUnavailable } from "../../src/git/errors.ts";
import { GitRepository, makeTemporaryFolder } from "../support/git-repository.ts";
import { namedPeople, type Files, type ForgeHarness, type ShownCommit } from "./forge.contract.ts";
import { TestClock } from "./test-clock.ts";

/** A mirror whose pushes can arrive without an answer. */
export class LossyGit implements PullRequestGit {
  /** How many of the next pushes. */
  lost = 0;
  readonly #git: PullRequestGit;

  constructor(git: PullRequestGit) {
    this.#git = git;
  }

  get branch(): string {
    return this.#git.branch;
  }
  fetch = async () => this.#git.fetch();
  fetchRefs = async (names: readonly string[]) => this.#git.fetchRefs(names);
  readCommit = async (id: string) => this.#git.readCommit(id);
  isAncestor = async (left: string, right: string) => this.#git.isAncestor(left, right);
  mergeBase = async (left: string, right: string) => this.#git.mergeBase(left, right);
  previewMerge = async (ours: string, theirs: string) => this.#git.previewMerge(ours, theirs);
  writeEmptyTree = async () => this.#git.writeEmptyTree();
  writeCommit: PullRequestGit["writeCommit"] = async (draft) => this.#git.writeCommit(draft);
  signingKeyOf = async (commit: string) => this.#git.signingKeyOf(commit);

  async push(updates: readonly GitRefUpdate[]) {
    const outcome = await this.#git.push(updates);
    if (this.lost === 0) return outcome;
    this.lost -= 1;
    throw remoteUnavailable("the connection broke");
  }
}

export interface NativeHost extends ForgeHarness {
  /** The bare repository that holds everything. */
  readonly remote: GitRepository;
  readonly clock: TestClock;
  readonly lossy: LossyGit;
}

/** A local host in real repositories; `signingKey` is the key that its first client signs with. */
export async function openNativeHost(
  options: { readonly signingKey?: string } = {},
): Promise<NativeHost> {
  const remote = await GitRepository.create({ bare: true });
  const work = await GitRepository.create();
  const clock = new TestClock();
  const mirrors: NativeGitMirror[] = [];
  const openMirror = async (): Promise<NativeGitMirror> => {
    const directory = await makeTemporaryFolder();
    const environment = process.env;
    const branch = "refs/heads/main";
    const mirror = await NativeGitMirror.open({ directory, url: remote.path, branch, environment });
    onTestFinished(async () => mirror.close());
    mirrors.push(mirror);
    return mirror;
  };
  const push = (commit: string, ref: string): void => {
    work.git("push", "--quiet", "--force", remote.path, `${commit}:${ref}`);
  };
  const change = async (parent: string, files: Files): Promise<string> => {
    if (parent !== "") {
      work.git("fetch", "--quiet", remote.path, "refs/heads/main");
      work.git("checkout", "--quiet", "--force", "--detach", parent);
    }
    return work.commit("change", files);
  };
  push(await change("", { "a.txt": "1", "b.txt": "1" }), "refs/heads/main");
  const lossy = new LossyGit(await openMirror());
  const base = async (): Promise<string> => remote.id("refs/heads/main");
  const forge = new LocalForge({ git: lossy, clock, ...options });
  return {
    remote,
    clock,
    lossy,
    forge,
    people: namedPeople,
    as: () => forge,
    another: async () => {
      const git = await openMirror();
      for (const mirror of mirrors) await mirror.fetchCommitFrom(work.path, "HEAD");
      return new LocalForge({ git, clock });
    },
    async commit(parent, files) {
      const commit = await change(parent, files);
      for (const mirror of mirrors) await mirror.fetchCommitFrom(work.path, commit);
      return commit;
    },
    pushHead: async (number, commit) => push(commit, `refs/cairn/pull/${number}/head`),
    async land(files) {
      const commit = await change(await base(), files);
      push(commit, "refs/heads/main");
      return commit;
    },
    base,
    show: async (commit) => show(remote, commit),
    loseNextAnswer: () => {
      lossy.lost = 1;
    },
    tick: () => clock.tick(),
  };
}

function show(repository: GitRepository, commit: string): ShownCommit {
  const format = "--format=%P%n%an%n%s";
  const [parents = "", author = "", subject = ""] = repository
    .git("show", "--no-patch", format, commit)
    .split("\n");
  const names = repository.git("ls-tree", "-r", "--name-only", commit).split("\n");
  const files = names.map((name) => [name, repository.git("show", `${commit}:${name}`)] as const);
  return { parents: parents.split(" "), author, subject, files: Object.fromEntries(files) };
}
