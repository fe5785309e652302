import { branchOfRef } from "../../../domain/branch-of-ref.ts";
import type { HostInspection } from "../../host-services.ts";
import { doubtful, fine, type Inspected } from "./inspection.ts";
import { isRefusal } from "./refusal.ts";
import { readFields } from "./shapes.ts";

const workflow = ".github/workflows/cairn.yml";
const owners = ".github/CODEOWNERS";

/** Files that GitHub reads, and who tells Cairn of changes. */
export async function inspectFiles(
  inspected: Inspected,
  signal: AbortSignal | undefined,
): Promise<readonly HostInspection[]> {
  const [hasWorkflow, hasOwners, errors, webhook] = await Promise.all([
    hasFile(inspected, workflow, signal),
    hasFile(inspected, owners, signal),
    ownerErrors(inspected, signal),
    inspectWebhook(inspected, signal),
  ]);
  return [
    hasWorkflow
      ? fine("github workflow", `${workflow} is there: pull requests are checked without a server.`)
      : fine("github workflow", `There is no ${workflow}: cairn serve has to check pull requests.`),
    ...(hasOwners ? [inspectOwners(errors)] : []),
    webhook,
  ];
}

function inspectOwners(errors: number): HostInspection {
  const check = "github code owners";
  if (errors === 0) return fine(check, `${owners} asks the right people for reviews.`);
  const message = `GitHub finds ${errors} errors in ${owners}: those people are not asked.`;
  return doubtful(check, message, "GitHub shows them when you open the file there.");
}

async function hasFile(
  { client, git }: Inspected,
  path: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  // https://docs.github.com/rest/repos/contents#get-repository-content
  const route = "GET /repos/{owner}/{repo}/contents/{+path}";
  const ref = branchOfRef(git.branch);
  return (await client.get(route, { path, ref }, { signal, missing: "undefined" })) !== undefined;
}

async function ownerErrors(
  { client, git }: Inspected,
  signal: AbortSignal | undefined,
): Promise<number> {
  // https://docs.github.com/rest/repos/repos#list-codeowners-errors
  const route = "GET /repos/{owner}/{repo}/codeowners/errors";
  const parameters = { ref: branchOfRef(git.branch) };
  const found = await client.get(route, parameters, { signal, missing: "undefined" });
  return found === undefined ? 0 : readFields(found, "the code owners").list("errors").length;
}

/** Only makes Cairn faster: it looks every minute anyway. */
async function inspectWebhook(
  { client }: Inspected,
  signal: AbortSignal | undefined,
): Promise<HostInspection> {
  const check = "github webhook";
  try {
    // https://docs.github.com/rest/repos/webhooks#list-repository-webhooks
    const hooks = await client.list("GET /repos/{owner}/{repo}/hooks", {}, { signal });
    const isThere = hooks.some((value) => {
      const hook = readFields(value, "a webhook");
      const url = hook.optionalObject("config")?.optionalString("url") ?? "";
      return hook.boolean("active") && /\/webhooks\/github\/?$/.test(url);
    });
    if (isThere) return fine(check, "GitHub tells Cairn of changes at once.");
    return fine(check, "GitHub tells Cairn of nothing itself; Cairn looks in each poll interval.");
  } catch (error) {
    if (!isRefusal(error, [403, 404])) throw error;
    return fine(check, "Not visible with these credentials, and not needed: Cairn polls.");
  }
}
