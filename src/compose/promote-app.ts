import type { AssetKey } from "../domain/asset.ts";
import { reviewersOf } from "../domain/promotion/reviewers.ts";
import type { Account } from "../domain/pull-request.ts";
import { actingAccount } from "../usecases/promote/who.ts";
import type { AppOptions } from "../usecases/app-options.ts";
import type { PromoteApp } from "../usecases/app-promote.ts";
import { register } from "../usecases/author/register.ts";
import type { LazySession } from "../usecases/lazy-session.ts";
import { explain } from "../usecases/promote/explain.ts";
import { archive, deprecate } from "../usecases/promote/mark-version.ts";
import { acceptPolicy, explainPolicy } from "../usecases/promote/policy.ts";
import { hold } from "../usecases/promote/hold.ts";
import { promote, rollback, withdraw } from "../usecases/promote/promote.ts";
import { publishCheck } from "../usecases/report/publish-check.ts";
import { reportProposed } from "../usecases/promote/proposals.ts";
import {
  check,
  closePullRequest,
  commentOnPullRequest,
  listPullRequests,
  mergePullRequest,
  openPullRequest,
  reviewPullRequest,
  showPullRequest,
} from "../usecases/promote/pull-requests.ts";
import { readSituation } from "../usecases/promote/situation.ts";
import { openLocalFiles } from "./local-files.ts";

/** The part of the application that proposes, reviews and decides. */
export function promoteAppFor(
  options: AppOptions,
  lazy: LazySession,
): Omit<PromoteApp, "policyTest"> {
  return {
    check: async (request) => check(await lazy.get(), request),
    checkOnHost: async (request) => publishCheck(await lazy.get(), request),
    pullRequests: async (request) => listPullRequests(await lazy.get(), request),
    pullRequest: async (request) => showPullRequest(await lazy.get(), request),
    openPullRequest: async (request) => openPullRequest(await lazy.get(), request),
    reviewPullRequest: async (request) => reviewPullRequest(await lazy.get(), request),
    commentOnPullRequest: async (request) => commentOnPullRequest(await lazy.get(), request),
    mergePullRequest: async (request) => mergePullRequest(await lazy.get(), request),
    closePullRequest: async (request) => closePullRequest(await lazy.get(), request),
    promote: async (request) => promote(await lazy.get(), request),
    rollback: async (request) => rollback(await lazy.get(), request),
    withdraw: async (request) => withdraw(await lazy.get(), request),
    hold: async (request) => hold(await lazy.get(), request),
    deprecate: async (request) => deprecate(await lazy.get(), request),
    archive: async (request) => archive(await lazy.get(), request),
    explain: async (request) => explain(await lazy.get(), request),
    policyExplain: async () => explainPolicy(await lazy.get()),
    policyAccept: async (request) => acceptPolicy(await lazy.get(), request),
    register: async (request) => {
      const session = await lazy.get();
      const situation = await readSituation(session);
      const { policies } = situation.inForce;
      const ports = {
        openLocalFiles: (path: string) => openLocalFiles(options.cwd, path),
        account: (as: string | undefined) => actingAccount(session, as, policies.access),
        reviewers: (asset: AssetKey, by: Account) => reviewersOf(policies, [{ asset }], by),
        report: (...[proposed, asked]: Parameters<Parameters<typeof register>[1]["report"]>) =>
          reportProposed(session, situation, asked, proposed),
      };
      return register(session, ports, request);
    },
  };
}
