import { expect, it } from "vitest";
import {
  accountsOfCommit,
  authorsOf,
  isAuthorAccount,
  parseCoAuthors,
} from "../../../src/domain/promotion/authors.ts";
import type { Account } from "../../../src/domain/pull-request.ts";
import { access, person } from "./builders.ts";

it.each<{ message: string; accounts: Account[] }>([
  { message: "Fix", accounts: [] },
  {
    message: "Fix\n\nCo-authored-by: Ann Carter <ann@contoso.example>\n",
    accounts: [{ name: "Ann Carter", email: "ann@contoso.example" }],
  },
  {
    message: "Fix\r\n\r\n  CO-AUTHORED-BY:Bo <bo@x>  \r\nCo-authored-by: <cy@x>",
    accounts: [{ name: "Bo", email: "bo@x" }, { email: "cy@x" }],
  },
  { message: "Co-authored-by: A <B> <c@x>", accounts: [{ name: "A <B>", email: "c@x" }] },
  { message: "Co-authored-by: nobody", accounts: [] },
  { message: "Co-authored-by: A <>", accounts: [] },
  { message: "Co-authored-by: A <a@x", accounts: [] },
  { message: "Co-authored-by: a@x>", accounts: [] },
  { message: "Reviewed-by: A <a@x>", accounts: [] },
])("$message", ({ message, accounts }) => {
  expect(parseCoAuthors(message)).toEqual(accounts);
});

it("reads a hostile message in no time", () => {
  const line = `Co-authored-by: ${"<".repeat(200_000)}`;
  expect(parseCoAuthors(`${line}\n${line}`)).toEqual([]);
});

it("counts author, committer and co-authors of a commit", () => {
  const [author, committer] = [{ email: "a@x" }, { email: "b@x" }];
  const message = "Fix\n\nCo-authored-by: C <c@x>";
  expect(accountsOfCommit({ author, committer, message }).map(({ email }) => email)).toEqual([
    "a@x",
    "b@x",
    "c@x",
  ]);
});

it.each<{ name: string; wrote: Account; reviews: Account; is: boolean }>([
  {
    name: "the same login",
    wrote: { login: "Ann-Contoso" },
    reviews: { login: "ann-contoso" },
    is: true,
  },
  {
    name: "the address of the one with this login",
    wrote: { email: "ANN@contoso.example" },
    reviews: { login: "ann-contoso" },
    is: true,
  },
  {
    name: "her other address",
    wrote: { email: "ann@home.example" },
    reviews: { email: "ann@contoso.example" },
    is: true,
  },
  {
    name: "the login of the one with this address",
    wrote: { login: "ann-contoso" },
    reviews: { email: "ann@contoso.example" },
    is: true,
  },
  {
    name: "a hidden address",
    wrote: { email: "12+ann-contoso@users.noreply.github.com" },
    reviews: { login: "ann-contoso" },
    is: true,
  },
  {
    name: "an old hidden address",
    wrote: { email: "ann-contoso@users.noreply.github.com" },
    reviews: { login: "ann-contoso" },
    is: true,
  },
  {
    name: "unsigned work under a signer's address",
    wrote: { email: "sue@contoso.example" },
    reviews: { signingKey: "ssh-ed25519 AAAAsue" },
    is: true,
  },
  {
    name: "work under another login and her address",
    wrote: { login: "x", email: "ann@contoso.example" },
    reviews: { login: "ann-contoso" },
    is: true,
  },
  {
    name: "somebody unknown with the same address",
    wrote: { email: "x@y" },
    reviews: { email: "X@y" },
    is: true,
  },
  {
    name: "somebody else",
    wrote: { login: "ann-contoso" },
    reviews: { login: "bo-contoso", email: "bo@contoso.example" },
    is: false,
  },
  {
    name: "another key of one person",
    wrote: { signingKey: "k 1" },
    reviews: { signingKey: "k 2" },
    is: true,
  },
  { name: "two without any name", wrote: {}, reviews: {}, is: false },
])("$name: $is", ({ wrote, reviews, is }) => {
  const people = [
    person("ann", { emails: ["ann@contoso.example", "ann@home.example"] }),
    person("bo"),
    person("kim", { github: undefined, emails: [], signingKeys: ["k 1", "k 2"] }),
    person("sue", { signingKeys: ["ssh-ed25519 AAAAsue"] }),
  ];
  const policy = access({ people });
  expect(isAuthorAccount(reviews, authorsOf([wrote], policy), policy)).toBe(is);
});
