import { personOf } from "../../domain/promotion/people.ts";
import type { AccessPolicy, Person } from "../../domain/promotion/policy.ts";
import {
  formatAccount,
  isSameLogin,
  type Account,
  type PullRequestSummary,
} from "../../domain/pull-request.ts";
import type { Forge } from "../../forge/forge.ts";
import { hasCode } from "../../shared/errors.ts";
import { redact } from "../../shared/redact.ts";
import { cairnIdentity } from "../../domain/ledger/tag.ts";
import { accountGiven, accountReserved, accountUnclear } from "./errors.ts";

/** What finding out who acts needs of a session. */
export interface ActingContext {
  readonly forge: Pick<Forge, "account">;
  gitAccount(): Promise<Account>;
}

/**
 * Who acts: on a host that decides by credentials their account; else what `--as` says, a person of
 * the policy or `Name <mail>`; else whom Git is configured for. Rejects with `ACCOUNT_UNKNOWN`, and
 * with `ACCOUNT_GIVEN` for an `--as` that the host would not heed.
 */
export async function actingAccount(
  session: ActingContext,
  as: string | undefined,
  access: AccessPolicy | undefined,
): Promise<Account> {
  const given = await session.forge.account();
  if (given !== undefined) {
    if (as !== undefined) throw accountGiven(redact(formatAccount(given)));
    return withAddress(given, await ownIdentity(session, given, access));
  }
  if (as === undefined) return notCairn(await session.gitAccount());
  const written = /^\s*([^<>\p{Cc}]*?)\s*<([^<>\s\p{Cc}]+@[^<>\s\p{Cc}]+)>\s*$/u.exec(as);
  if (written !== null) {
    const [, name = "", email = ""] = written;
    return notCairn(name === "" ? { email } : { name, email });
  }
  const person = access?.people.find(({ id }) => id === as);
  if (person === undefined) {
    throw accountUnclear(
      as,
      (access?.people ?? []).map(({ id }) => id),
    );
  }
  return accountOf(person);
}

/** What Git is configured for, where that is the same person as the host's account. */
async function ownIdentity(
  session: ActingContext,
  given: Account,
  access: AccessPolicy | undefined,
): Promise<Account | undefined> {
  const person = personOf(given, access);
  if (person === undefined) return undefined;
  try {
    const configured = await session.gitAccount();
    return personOf(configured, access)?.id === person.id ? configured : undefined;
  } catch (error) {
    if (hasCode(error, "ACCOUNT_UNKNOWN")) return undefined;
    throw error;
  }
}

/** Commits need a name and an address: those of the host, so that it knows whose they are. */
function withAddress(given: Account, own: Account | undefined): Account {
  const { login = "unknown" } = given;
  const name = own?.name ?? given.name ?? login;
  const email = own?.email ?? given.email ?? `${login}@users.noreply.github.com`;
  return { ...given, name, email };
}

/** Who Cairn is when it acts by itself: the host's account, else a name that nobody else may take. */
export async function ownAccount(forge: Pick<Forge, "account">): Promise<Account> {
  const given = await forge.account();
  return given === undefined ? { ...cairnIdentity, isBot: true } : withAddress(given, undefined);
}

/** Starts the branches of what Cairn proposes by itself. */
export const automaticSlug = "automatic";

/**
 * Whether Cairn opened it by itself. Where the host vouches for accounts, by its own: there a
 * commit or name that says Cairn is a claim; and what a person had the same account open has
 * another branch.
 */
export function isAutomatic(
  { author, branch = "", fork }: Pick<PullRequestSummary, "author" | "branch" | "fork">,
  given: Account | undefined,
): boolean {
  if (given === undefined) return author.email === cairnIdentity.email;
  return (
    isSameLogin(author, given) && fork === undefined && branch.startsWith(`cairn/${automaticSlug}-`)
  );
}

/** What Cairn proposes is merged without a person: nobody takes its name, by `--as` or by Git's. */
function notCairn(account: Account): Account {
  if (account.email?.toLowerCase() === cairnIdentity.email) throw accountReserved();
  return account;
}

function accountOf({ id, name, github, emails }: Person): Account {
  const [email] = emails;
  return {
    name: name ?? id,
    ...(email === undefined ? {} : { email }),
    ...(github === undefined ? {} : { login: github }),
  };
}

/** The short name of the policy, else the account as text. */
export function nameOf(account: Account, access: AccessPolicy | undefined): string {
  return personOf(account, access)?.id ?? redact(formatAccount(account)).slice(0, 300);
}
