import { personOf } from "../../domain/promotion/people.ts";
import type { AccessPolicy, Person } from "../../domain/promotion/policy.ts";
import { formatAccount, type Account } from "../../domain/pull-request.ts";
import { redact } from "../../shared/redact.ts";
import type { RegistrySession } from "../session.ts";
import { cairnIdentity } from "../../domain/ledger/tag.ts";
import { accountReserved, accountUnclear } from "./errors.ts";

/**
 * Who acts: what `--as` says, a person of the policy or `Name <mail>`; else whom Git is configured
 * for. Rejects with `ACCOUNT_UNKNOWN`.
 */
export async function actingAccount(
  session: Pick<RegistrySession, "gitAccount">,
  as: string | undefined,
  access: AccessPolicy | undefined,
): Promise<Account> {
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
