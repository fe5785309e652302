import { resolve } from "node:path";

import { ComparedRepository } from "../git/drivers/native/compared-repository.ts";
import { openLocalRepository } from "../git/drivers/locate-repository.ts";
import type { GitMirror } from "../git/git.ts";
import { isFullRef, isObjectId } from "../git/objects.ts";
import { systemClock } from "../shared/clock.ts";
import { CairnError } from "../shared/errors.ts";
import { CommitSourceTree } from "../source/drivers/commit.ts";
import { FolderSourceTree } from "../source/drivers/folder.ts";
import { isLeftOut } from "../source/entry-name.ts";
import type { SourceTree } from "../source/source-tree.ts";
import { WorkTreeSourceTree } from "../source/work-tree.ts";
import type { App } from "../usecases/app.ts";
import {
  nothingChanged,
  validateChange,
  type ChangeReport,
  type ChangeRequest,
} from "../usecases/validate-change.ts";
import { knownState } from "./known-state.ts";
import type { RegistryTarget } from "./settings.ts";
import type { ValidatorContext } from "./validate-paths.ts";

/** `cairn validate --base`: what one state of a registry has wrong that another has not. */
export function createChangeValidator(context: ValidatorContext): App["validateChange"] {
  return async (request) => {
    const { cwd, env } = context.options;
    const target =
      request.path === undefined
        ? await context.locate()
        : await repositoryAt(resolve(cwd, request.path));
    const folder = target.workTree ?? target.gitFolder;
    if (folder === undefined) return validateRemote(context, target.url, request);
    const repository = await ComparedRepository.open({ directory: folder, environment: env });
    try {
      const ends = await endsOf(repository, request, folder, target.workTree !== undefined);
      if (ends === undefined) return nothingChanged;
      const state = request.path === undefined ? await knownState(context.lazy) : undefined;
      const { withExcerpts } = request;
      const cache = await context.texts.documents();
      return await validateChange({ ...ends, state, now: systemClock.now(), withExcerpts, cache });
    } finally {
      await repository.close();
    }
  };
}

interface Ends {
  readonly base: SourceTree;
  readonly head: SourceTree;
}

/** `undefined` when both ends are the same. */
async function endsOf(
  repository: ComparedRepository,
  request: ChangeRequest,
  folder: string,
  hasWorkTree: boolean,
): Promise<Ends | undefined> {
  const git = repository.reader;
  const isWorkTree = request.head === undefined && hasWorkTree;
  const { base, tip } = await commitsOf(repository, request, folder, isWorkTree);
  const paths = isWorkTree ? await repository.changedPaths() : [];
  const changed = new Set([...paths].filter((path) => !isLeftOut(path)));
  const isSame = tip !== undefined && (await treeOf(git, tip)) === (await treeOf(git, base));
  if (isSame && changed.size === 0) return undefined;
  const committed = tip === undefined ? undefined : new CommitSourceTree({ git, commit: tip });
  const isCommitted = committed !== undefined && changed.size === 0;
  const tree = new FolderSourceTree({ folder });
  return {
    base: new CommitSourceTree({ git, commit: base }),
    head: isCommitted ? committed : new WorkTreeSourceTree({ committed, folder: tree, changed }),
  };
}

/** Where the two parted, as a pull request counts; and the tip, unless nothing is committed yet. */
async function commitsOf(
  repository: ComparedRepository,
  { base, head = "HEAD" }: ChangeRequest,
  folder: string,
  isWorkTree: boolean,
): Promise<{ readonly base: string; readonly tip: string | undefined }> {
  const commitOf = async (text: string): Promise<string> => {
    const commit = await repository.resolve(text);
    if (commit === undefined) throw endUnknown(text, folder, await repository.isShallow());
    return commit;
  };
  const named = await commitOf(base);
  const tip = isWorkTree ? await repository.resolve(head) : await commitOf(head);
  if (tip === undefined) return { base: named, tip };
  const parted = await repository.reader.mergeBase(named, tip);
  if (parted === undefined && (await repository.isShallow())) throw historyShallow(base, head);
  return { base: parted ?? named, tip };
}

async function treeOf(git: Pick<GitMirror, "readCommit">, commit: string): Promise<string> {
  return (await git.readCommit(commit)).tree;
}

/** A registry that is not on this machine: its branch, or what else its host has by that name. */
async function validateRemote(
  { lazy, texts }: ValidatorContext,
  url: string,
  { base: revision, head, withExcerpts }: ChangeRequest,
): Promise<ChangeReport> {
  const { mirror } = await lazy.get();
  const known = { mirror, url, branchTip: (await mirror.fetch()).head };
  const named = await remoteCommit(known, revision);
  const tip = await remoteCommit(known, head ?? "HEAD");
  const base = (await mirror.mergeBase(named, tip)) ?? named;
  if ((await treeOf(mirror, base)) === (await treeOf(mirror, tip))) return nothingChanged;
  return validateChange({
    base: new CommitSourceTree({ git: mirror, commit: base }),
    head: new CommitSourceTree({ git: mirror, commit: tip }),
    state: await knownState(lazy),
    now: systemClock.now(),
    withExcerpts,
    cache: await texts.documents(),
  });
}

interface KnownRemote {
  readonly mirror: GitMirror;
  readonly url: string;
  /** Of the branch that is watched. */
  readonly branchTip: string | undefined;
}

async function remoteCommit(remote: KnownRemote, revision: string): Promise<string> {
  const { mirror, url } = remote;
  const [, name = revision, steps = ""] = /^(.*?)((?:[~^]\d*)*)$/s.exec(revision) ?? [];
  const id = isObjectId(name) ? name : await remoteTip(remote, name);
  const commit = id === undefined ? undefined : await mirror.resolveCommit(id + steps);
  if (commit === undefined) throw endUnknown(revision, url, false);
  return commit;
}

async function remoteTip(
  { mirror, branchTip }: KnownRemote,
  name: string,
): Promise<string | undefined> {
  const names = [name, `refs/heads/${name}`, `refs/tags/${name}`];
  if (name === "HEAD" || names.includes(mirror.branch)) return branchTip;
  const wanted = names.filter((each) => isFullRef(each));
  const found = await mirror.fetchRefs(wanted);
  return wanted.map((each) => found.get(each)).find((id) => id !== undefined);
}

async function repositoryAt(
  path: string,
): Promise<Pick<RegistryTarget, "url" | "gitFolder" | "workTree">> {
  const found = await openLocalRepository(path);
  if (found === undefined) {
    throw new CairnError({
      code: "GIT_NOT_A_REPOSITORY",
      kind: "missing",
      message: `There is no Git repository: ${path} is not the root of one.`,
      hint: "A change is seen between two commits of a repository: give its root, or leave --base out.",
    });
  }
  return { url: path, gitFolder: found.gitFolder, workTree: found.workTree };
}

function endUnknown(revision: string, repository: string, isShallow: boolean): CairnError {
  return new CairnError({
    code: "REVISION_UNKNOWN",
    kind: "missing",
    message: `${repository} has no commit "${revision}".`,
    hint: isShallow
      ? "The history of this clone was cut: fetch all of it (git fetch --unshallow; in a pipeline, fetch-depth: 0) and the branch that you name."
      : "Give a commit id, or a branch or tag that exists; fetch it if only the remote has it.",
  });
}

function historyShallow(base: string, head: string): CairnError {
  return new CairnError({
    code: "HISTORY_SHALLOW",
    kind: "missing",
    message: `The history of this clone was cut before the commit in which "${base}" and "${head}" parted.`,
    hint: "Fetch all of it: git fetch --unshallow, or fetch-depth: 0 in a pipeline.",
  });
}
