import { randomUUID } from "node:crypto";
import type { HostInspection } from "../../host-services.ts";
import { branchName, fine, wrong, type Inspected } from "./inspection.ts";
import { isRefusal } from "./refusal.ts";
import { readFields, readList, type Fields } from "./shapes.ts";

const check = "github tags";

/**
 * Tries what a landing needs: a tag on an old commit. GitHub takes the workflows of such a commit
 * for new ones, and wants a permission of its own for them. The tag is removed at once.
 */
export async function inspectTag(
  inspected: Inspected,
  signal: AbortSignal | undefined,
): Promise<readonly HostInspection[]> {
  const target = await findOldCommit(inspected, signal);
  if (target === undefined) return [fine(check, "There is no commit yet to try a tag on.")];
  const { commit, isOther } = target;
  const ref = `refs/tags/cairn-doctor/${randomUUID()}`;
  const what = isOther ? "a commit with other workflows than now" : "the newest commit";
  try {
    if (!(await inspected.git.fetchCommit(commit, signal))) {
      return [fine(check, `No tag was tried: ${commit.slice(0, 12)} cannot be fetched.`)];
    }
    const update = { ref, expected: undefined, next: commit };
    const outcome = await inspected.git.push([update], signal);
    if (outcome.accepted) return [fine(check, `A tag on ${what} can be pushed.`)];
    return [refused(what, outcome.refs.get(ref) ?? "no reason given")];
  } finally {
    await removeTag(inspected, ref);
  }
}

function refused(what: string, reason: string): HostInspection {
  const message = `A tag on ${what} is refused: ${reason}.`;
  const hint = /workflow/i.test(reason)
    ? 'Give the App the permission "Workflows: write" (a token the scope workflow) and accept it where it is installed.'
    : "See that a ruleset for tags lets Cairn bypass it, and that Cairn has contents: write.";
  return wrong(check, message, hint);
}

interface Target {
  readonly commit: string;
  readonly isOther: boolean;
}

/** What was there before the workflows were changed last; else the newest commit. */
async function findOldCommit(
  { client, git }: Inspected,
  signal: AbortSignal | undefined,
): Promise<Target | undefined> {
  // https://docs.github.com/rest/commits/commits#list-commits
  const route = "GET /repos/{owner}/{repo}/commits";
  const newest = { sha: branchName(git), per_page: 1 };
  const changed = await client.get(route, { ...newest, path: ".github/workflows" }, { signal });
  const [before] = parentsOf(changed);
  if (before !== undefined) return { commit: before, isOther: true };
  const [head] = commitsOf(await client.get(route, newest, { signal }));
  return head === undefined ? undefined : { commit: head.commit("sha"), isOther: false };
}

function parentsOf(answer: unknown): readonly string[] {
  const [newest] = commitsOf(answer);
  return newest?.objects("parents").map((parent) => parent.commit("sha")) ?? [];
}

function commitsOf(answer: unknown): readonly Fields[] {
  return readList(answer, "the commits").map((value) => readFields(value, "a commit"));
}

/** Also when it is not known whether it is there, and although the caller has gone. */
async function removeTag({ client }: Inspected, ref: string): Promise<void> {
  try {
    // https://docs.github.com/rest/git/refs#delete-a-reference
    const route = "DELETE /repos/{owner}/{repo}/git/refs/{+ref}";
    await client.send(route, { ref: ref.slice("refs/".length) });
  } catch (error) {
    // It never came to be.
    if (!isRefusal(error, [404, 409, 422])) throw error;
  }
}
