import type { Account } from "../pull-request.ts";
import { personOf } from "./people.ts";
import type { AccessPolicy, Person } from "./policy.ts";

/**
 * Everybody who had a hand in a change: people of the policy, and the names and addresses as they
 * were written. Taking somebody for an author too readily costs a second look; too rarely, the
 * four eyes.
 */
export interface Authors {
  readonly people: ReadonlySet<string>;
  /** In lower case. */
  readonly emails: ReadonlySet<string>;
  /** Names on the host, in lower case. */
  readonly logins: ReadonlySet<string>;
}

/** Who wrote a commit, as Git has it. */
export interface CommitIdentity {
  readonly author: Account;
  readonly committer: Account;
  readonly message: string;
}

/** The requester, the pushers and whoever is named in a commit, as one set. */
export function authorsOf(accounts: readonly Account[], access: AccessPolicy | undefined): Authors {
  const people = accounts.flatMap((account) => personOf(account, access)?.id ?? []);
  const emails = accounts.flatMap(({ email }) => email?.toLowerCase() ?? []);
  const logins = accounts.flatMap(({ login }) => login?.toLowerCase() ?? []);
  return {
    people: new Set(people),
    emails: new Set(emails),
    logins: new Set([...logins, ...emails.flatMap((email) => loginOfEmail(email) ?? [])]),
  };
}

/** Whether this account, or any other of the same person, is one of the authors. */
export function isAuthorAccount(
  account: Account,
  authors: Authors,
  access: AccessPolicy | undefined,
): boolean {
  const person = personOf(account, access);
  return (
    (person !== undefined && authors.people.has(person.id)) ||
    namesOf(account, person).some((login) => authors.logins.has(login.toLowerCase())) ||
    addressesOf(account, person).some((email) => authors.emails.has(email.toLowerCase()))
  );
}

/** Author, committer and co-authors of a commit. */
export function accountsOfCommit({
  author,
  committer,
  message,
}: CommitIdentity): readonly Account[] {
  return [author, committer, ...parseCoAuthors(message)];
}

const trailer = "co-authored-by:";

/** The accounts of `Co-authored-by: Ann Carter <ann@contoso.example>` lines, wherever they stand. */
export function parseCoAuthors(message: string): readonly Account[] {
  return message
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line.slice(0, trailer.length).toLowerCase() === trailer)
    .flatMap((line) => parseIdentity(line.slice(trailer.length)) ?? []);
}

/** No expression for `Name <mail>`: on hostile text those get slow. */
function parseIdentity(text: string): Account | undefined {
  const open = text.lastIndexOf("<");
  const close = text.indexOf(">", open);
  const email = text.slice(open + 1, close).trim();
  if (open < 0 || close < 0 || email === "") return undefined;
  const name = text.slice(0, open).trim();
  return name === "" ? { email } : { name, email };
}

/**
 * The account that an address of a commit stands for, where it is one that GitHub gives. Like every
 * address it is a claim: it says who wants to have written something, and gives nobody a right.
 */
export function claimedAccount(account: Account): Account {
  const login = account.email === undefined ? undefined : loginOfEmail(account.email.toLowerCase());
  return login === undefined ? account : { ...account, login };
}

/** GitHub writes `1234+ann-contoso@users.noreply.github.com` for those who hide their address. */
function loginOfEmail(lowerCased: string): string | undefined {
  return /^(?:\d+\+)?([a-z0-9-]+)@users\.noreply\.github\.com$/.exec(lowerCased)?.[1];
}

function namesOf({ login }: Account, person: Person | undefined): readonly string[] {
  return [login, person?.github].filter((name) => name !== undefined);
}

function addressesOf({ email }: Account, person: Person | undefined): readonly string[] {
  return [...(email === undefined ? [] : [email]), ...(person?.emails ?? [])];
}
