import { isSameLogin, type Account, type PullRequest } from "../../domain/pull-request.ts";
import { sha256 } from "../../shared/digest.ts";
import { canonicalJson } from "../../shared/json.ts";
import type { Forge, Reviewers } from "../../forge/forge.ts";
import type { TreeFile } from "../../git/git.ts";
import type { RegistrySession } from "../session.ts";
import { proposalTaken } from "./errors.ts";

/** A change of files that becomes a pull request. */
export interface Proposal {
  readonly title: string;
  readonly body: string;
  readonly by: Account;
  readonly labels: readonly string[];
  /** Who is asked to look at it. */
  readonly reviewers: Reviewers;
  /** What it does, for the branch name: `promote-taxi-fare-prod`. */
  readonly slug: string;
  /** Path to new text or bytes; `undefined` removes the file. */
  readonly files: ReadonlyMap<string, string | Uint8Array | undefined>;
  /** Cairn's own: what others pushed to it is put back. */
  readonly isOwn?: boolean;
}

export interface Proposed {
  readonly pullRequest: PullRequest;
  /** False when the same change was proposed before. */
  readonly created: boolean;
}

/**
 * Opens a pull request with these files on top of the branch. Its name is made from the content:
 * proposed twice, it is one pull request. One that the branch has left behind is brought up to date.
 */
export async function propose(
  { mirror, forge, clock }: RegistrySession,
  base: string,
  proposal: Proposal,
): Promise<Proposed> {
  const prepared = await prepareProposal(mirror, proposal);
  const { branch, changes } = prepared;
  const known = await openOf(forge, branch);
  if (known !== undefined && !(await hasConflict(mirror, base, known.head))) {
    if (await isExactly(mirror, base, known.head, prepared))
      return { pullRequest: known, created: false };
    if (proposal.isOwn !== true) {
      // Anybody can work out the name, and put there what nobody asked for.
      if (!isWorkOf(known, proposal.by)) throw proposalTaken(known);
      return { pullRequest: known, created: false };
    }
  }
  const { name = proposal.by.login ?? "unknown", email = "" } = proposal.by;
  const head = await mirror.writeCommit({
    tree: await mirror.writeTree(base, changes),
    parents: [base],
    author: { name, email, timestamp: Math.floor(clock.now().getTime() / 1000) },
    message: `${proposal.title}\n\n${proposal.body}`,
  });
  const { title, body, by, labels, reviewers } = proposal;
  const pullRequest = await forge.open({ title, body, by, labels, branch, head, reviewers });
  return { pullRequest, created: known === undefined };
}

/** Whether nobody else had a hand in it, as far as the host knows. */
function isWorkOf({ author, pushes }: PullRequest, by: Account): boolean {
  return [author, ...pushes.map((push) => push.by)].every(
    (account) => account !== undefined && isSameAccount(account, by),
  );
}

function isSameAccount(left: Account, right: Account): boolean {
  if (left.login !== undefined || right.login !== undefined) return isSameLogin(left, right);
  return left.email !== undefined && left.email.toLowerCase() === right.email?.toLowerCase();
}

/** The objects of a proposal, and the branch that is named by them. */
export interface PreparedProposal {
  readonly branch: string;
  readonly changes: ReadonlyMap<string, TreeFile | undefined>;
}

export async function prepareProposal(
  mirror: RegistrySession["mirror"],
  proposal: Pick<Proposal, "slug" | "files">,
): Promise<PreparedProposal> {
  const changes = new Map<string, TreeFile | undefined>();
  for (const [path, content] of proposal.files) {
    changes.set(path, await toTreeFile(mirror, content));
  }
  return { branch: branchName(proposal, changes), changes };
}

/** Whether a commit is these changes on top of the branch and nothing else, whoever pushed it. */
export async function isExactly(
  mirror: RegistrySession["mirror"],
  base: string,
  head: string,
  { changes }: PreparedProposal,
): Promise<boolean> {
  const { tree, parents } = await mirror.readCommit(head);
  const [parent, ...others] = parents;
  if (parent === undefined || others.length > 0) return false;
  if (!(await mirror.isAncestor(parent, base))) return false;
  return tree === (await mirror.writeTree(parent, changes));
}

/** The open pull request of a branch, with its commits where the mirror can read them. */
async function openOf(forge: Forge, branch: string): Promise<PullRequest | undefined> {
  const found = (await forge.ofBranch(branch)).find(({ state }) => state === "open");
  return found === undefined ? undefined : forge.get(found.number);
}

async function hasConflict(
  mirror: RegistrySession["mirror"],
  base: string,
  head: string,
): Promise<boolean> {
  return (await mirror.previewMerge(base, head)).outcome === "conflict";
}

async function toTreeFile(
  mirror: RegistrySession["mirror"],
  content: string | Uint8Array | undefined,
): Promise<TreeFile | undefined> {
  if (content === undefined) return undefined;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { mode: "100644", objectId: await mirror.writeBlob(bytes) };
}

/** The same change on another day, or by another person, has the same name. */
function branchName(
  { slug }: Pick<Proposal, "slug">,
  changes: ReadonlyMap<string, TreeFile | undefined>,
): string {
  const content = [...changes].map(([path, file]) => [path, file?.objectId ?? ""]);
  const digest = sha256(canonicalJson(content)).slice("sha256:".length, "sha256:".length + 10);
  return `cairn/${slug}-${digest}`;
}
