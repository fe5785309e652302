import type { Finding } from "../../domain/finding.ts";
import { redact } from "../../shared/redact.ts";
import type { RefusedDraft } from "../ledger/record.ts";
import type { RemoteTags } from "../reconcile/observe.ts";

/** What the remote did not take, each with the tag that stands in its way if one does. */
export async function refusals(
  refused: readonly RefusedDraft[],
  tags: Pick<RemoteTags, "all">,
): Promise<readonly Finding[]> {
  if (refused.length === 0) return [];
  const names = [...(await tags.all()).keys()];
  return refused.map(({ draft, reason }) => {
    const what =
      draft.type === "published" ? `${draft.asset} ${draft.version}` : `this ${draft.type} event`;
    const obstacle = obstacleOf(reason, names);
    const advice = obstacle === undefined ? `.${rightsAdvice(reason)}` : `: ${obstacle}`;
    return {
      rule: "remote-refused",
      severity: "error",
      message: `The remote does not take ${what}: ${reason}${advice}`,
      path: draft.type === "published" ? draft.manifest : "registry.yaml",
    };
  });
}

/** One ref that is refused takes the others of its push along: those are called atomic. */
function rightsAdvice(reason: string): string {
  const isRefused = /refs\/(?:heads|tags)\/[^\s:]+: (?!atomic)/.test(reason);
  return isRefused
    ? " Let Cairn's account write there past the rules of the host (cairn doctor looks at them): nothing is lost, and Cairn tries again."
    : "";
}

/**
 * Hosts only say that the push failed. Git keeps a ref where a file would be, so `models` leaves no
 * room for `models/taxi@v1`, and `models/taxi@v1/x` none either.
 */
function obstacleOf(reason: string, names: readonly string[]): string | undefined {
  for (const [, wanted = ""] of reason.matchAll(/refs\/tags\/([^\s:]+)/g)) {
    const found = names.find((n) => wanted.startsWith(`${n}/`) || n.startsWith(`${wanted}/`));
    if (found === undefined) continue;
    const how = found.length < wanted.length ? "the beginning" : "a continuation";
    return `the tag "${redact(found)}" stands in the way of ${wanted}, because its name is ${how} of that one. Delete it at the remote: git push --delete origin "refs/tags/${redact(found)}".`;
  }
  return undefined;
}
