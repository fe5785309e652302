import { personOf } from "../../domain/promotion/people.ts";
import type { AccessPolicy } from "../../domain/promotion/policy.ts";
import type { PullRequest } from "../../domain/pull-request.ts";
import type { HostServices } from "../../forge/host-services.ts";
import type { Clock } from "../../shared/clock.ts";
import { HeldAnswers } from "./held-answers.ts";

type Rights = Pick<HostServices, "mayWrite">;

const answers = new HeldAnswers<Rights, boolean | undefined>();

/**
 * Those who approved under a name of the policy and may not write to the repository now: somebody
 * who left, or who took over the name that somebody gave up. Nobody else is asked about, so that
 * strangers cost nothing. Rejects when the host does not answer.
 */
export async function outsidersOf(
  { host, clock }: { readonly host: Rights | undefined; readonly clock: Clock },
  { reviews }: Pick<PullRequest, "reviews">,
  access: AccessPolicy | undefined,
): Promise<ReadonlySet<string>> {
  const outsiders = new Set<string>();
  if (host?.mayWrite === undefined) return outsiders;
  const approvers = reviews
    .filter(({ verdict, by }) => verdict === "approved" && personOf(by, access) !== undefined)
    .flatMap(({ by }) => by.login?.toLowerCase() ?? []);
  for (const login of new Set(approvers)) {
    const mayWrite = await answers.of(host, { name: login, clock }, async () =>
      host.mayWrite?.(login),
    );
    if (mayWrite === false) outsiders.add(login);
  }
  return outsiders;
}
