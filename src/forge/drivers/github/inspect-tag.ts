import { randomUUID } from "node:crypto";
import type { HostInspection } from "../../host-services.ts";
import type { HostGit } from "./host-git.ts";
import { fine, wrong, type Inspected } from "./inspection.ts";
import { isRefusal } from "./refusal.ts";

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
    const update = { ref, expected: undefined, next: commit };
    const outcome = await inspected.git.push([update], signal);
    if (outcome.accepted) return [fine(check, `A tag on ${what} can be pushed.`)];
    return [refused(what, outcome.refs.get(ref) ?? "no reason given", isOther)];
  } finally {
    await removeTag(inspected, ref);
  }
}

function refused(what: string, reason: string, isOther: boolean): HostInspection {
  const message = `A tag on ${what} is refused: ${reason}.`;
  const rules =
    "See that a ruleset for tags lets Cairn bypass it, and that Cairn has contents: write.";
  // Not every refusal comes with its reason.
  const workflows =
    'Give the App the permission "Workflows: write" (a token the scope workflow) and accept it where it is installed.';
  return wrong(check, message, isOther ? `${workflows} ${rules}` : rules);
}

interface Target {
  readonly commit: string;
  readonly isOther: boolean;
}

/** One of the older commits with other workflows than now, looking twice as far back each time. */
async function findOldCommit(
  { git }: Inspected,
  signal: AbortSignal | undefined,
): Promise<Target | undefined> {
  const { head } = await git.fetch(signal);
  if (head === undefined) return undefined;
  const now = await workflowsAt(git, head);
  const history = await git.firstParentLog(head);
  for (let back = 1; back < 2 * history.length; back *= 2) {
    const older = history[Math.max(history.length - 1 - back, 0)];
    if (older !== undefined && (await workflowsAt(git, older.id)) !== now) {
      return { commit: older.id, isOther: true };
    }
  }
  return { commit: head, isOther: false };
}

async function workflowsAt(git: HostGit, commit: string): Promise<string> {
  const files = await git.listTree(commit);
  return files
    .filter(({ path }) => path.startsWith(".github/workflows/"))
    .map(({ path, objectId }) => `${objectId} ${path}`)
    .join("\n");
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
