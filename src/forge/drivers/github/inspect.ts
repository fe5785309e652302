import type { HostInspection } from "../../host-services.ts";
import { inspectAccess } from "./inspect-access.ts";
import { inspectFiles } from "./inspect-files.ts";
import { inspectRules } from "./inspect-rules.ts";
import { inspectTag } from "./inspect-tag.ts";
import { attempt, doubtful, fine, type Inspected } from "./inspection.ts";

const largestSkewMs = 60_000;

/** Whether GitHub lets Cairn do its work and protects what is Cairn's alone, for `cairn doctor`. */
export async function inspectGitHub(
  inspected: Inspected,
  signal?: AbortSignal,
): Promise<readonly HostInspection[]> {
  const access = await attempt("github access", async () => inspectAccess(inspected, signal));
  if (access.some(({ check, outcome }) => check === "github access" && outcome === "failed")) {
    return access;
  }
  return [
    ...access,
    ...(await attempt("github rules", async () => inspectRules(inspected, signal))),
    ...(await attempt("github files", async () => inspectFiles(inspected, signal))),
    ...(await attempt("github tags", async () => inspectTag(inspected, signal))),
    ...inspectBudget(inspected),
  ];
}

function inspectBudget({ client: { budget } }: Inspected): readonly HostInspection[] {
  const { remaining, limit, clockSkewMs = 0 } = budget;
  const found: HostInspection[] = [];
  if (remaining !== undefined && limit !== undefined) {
    const said = `${remaining} of ${limit} requests of this hour are left.`;
    const hint = "Poll less often, or give Cairn an App of its own: it has a limit of its own.";
    const isLow = remaining < limit / 4;
    found.push(isLow ? doubtful("github limit", said, hint) : fine("github limit", said));
  }
  if (Math.abs(clockSkewMs) > largestSkewMs) {
    const seconds = Math.round(Math.abs(clockSkewMs) / 1000);
    const message = `This machine's clock is ${seconds} s ${clockSkewMs > 0 ? "behind" : "ahead of"} GitHub's.`;
    found.push(doubtful("github clock", message, "Switch on time synchronisation (NTP)."));
  }
  return found;
}
