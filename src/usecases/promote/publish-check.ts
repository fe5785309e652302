import type { HostCheckReport, HostCheckRequest } from "../app-promote.ts";
import type { RegistrySession } from "../session.ts";
import { checkChange } from "./check.ts";
import { readSituation } from "./situation.ts";

/** The check of what the host knows, by the code that `cairn serve` checks with. */
export async function publishCheck(
  session: RegistrySession,
  request: HostCheckRequest,
): Promise<HostCheckReport> {
  const situation = await readSituation(session);
  if (!("pullRequest" in request)) throw new Error("not yet");
  const pullRequest = await session.forge.get(request.pullRequest);
  const report = await checkChange(session, situation, pullRequest);
  return { report, published: false };
}
