import { personOf } from "../../domain/promotion/people.ts";
import type { AccessPolicy } from "../../domain/promotion/policy.ts";
import type { PullRequest } from "../../domain/pull-request.ts";
import type { HostServices } from "../../forge/host-services.ts";
import type { Clock } from "../../shared/clock.ts";

type Rights = Pick<HostServices, "mayWrite">;

/** How long an answer holds: about one look at the world. */
const answerHoldsMs = 60_000;

interface Answer {
  readonly mayWrite: boolean | undefined;
  readonly askedMs: number;
}

const answers = new WeakMap<Rights, Map<string, Answer>>();

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
    if ((await askOnce(host, clock, login)) === false) outsiders.add(login);
  }
  return outsiders;
}

async function askOnce(host: Rights, clock: Clock, login: string): Promise<boolean | undefined> {
  const known = answers.get(host) ?? new Map<string, Answer>();
  answers.set(host, known);
  const askedMs = clock.monotonicMs();
  const last = known.get(login);
  if (last !== undefined && askedMs - last.askedMs < answerHoldsMs) return last.mayWrite;
  const mayWrite = await host.mayWrite?.(login);
  known.set(login, { mayWrite, askedMs });
  return mayWrite;
}
