import { describe, expect, it } from "vitest";
import { claimedPerson, may, personOf, rolesOf } from "../../../src/domain/promotion/people.ts";
import type { Person } from "../../../src/domain/promotion/policy.ts";
import type { Account } from "../../../src/domain/pull-request.ts";
import { access, person } from "./builders.ts";

const annKey = "ssh-ed25519 AAAAann";
const signer = person("ann", { signingKeys: [`${annKey} ann@laptop`] });
const bo = person("bo");

describe("personOf", () => {
  it.each<{ name: string; account: Account; people: readonly Person[]; is: string | undefined }>([
    { name: "by login", account: { login: "bo-contoso" }, people: [bo], is: "bo" },
    { name: "by login, ignoring case", account: { login: "BO-Contoso" }, people: [bo], is: "bo" },
    { name: "by e-mail", account: { email: "bo@contoso.example" }, people: [bo], is: "bo" },
    {
      name: "by e-mail, ignoring case",
      account: { email: "Bo@Contoso.Example" },
      people: [bo],
      is: "bo",
    },
    {
      name: "the login comes before the e-mail",
      account: { login: "bo-contoso", email: "cy@contoso.example" },
      people: [bo, person("cy")],
      is: "bo",
    },
    {
      name: "another login with this e-mail",
      account: { login: "mallory", email: "bo@contoso.example" },
      people: [bo],
      is: undefined,
    },
    {
      name: "a login beside the e-mail of somebody without one",
      account: { login: "bo2", email: "bo@contoso.example" },
      people: [person("bo", { github: undefined })],
      is: "bo",
    },
    {
      name: "nothing known",
      account: {},
      people: [person("bo", { github: undefined, emails: [] })],
      is: undefined,
    },
    { name: "a name alone", account: { name: "bo" }, people: [bo], is: undefined },
    { name: "somebody else", account: { login: "x", email: "x@y" }, people: [bo], is: undefined },
    {
      name: "two with one e-mail",
      account: { email: "bo@contoso.example" },
      people: [bo, person("bo2", { emails: bo.emails })],
      is: undefined,
    },
    {
      name: "two with one login",
      account: { login: "bo-contoso" },
      people: [bo, person("bo2", { github: "bo-contoso" })],
      is: undefined,
    },
    { name: "the key", account: { signingKey: annKey }, people: [signer, bo], is: "ann" },
    {
      name: "the key with a comment",
      account: { signingKey: `${annKey}  x` },
      people: [signer],
      is: "ann",
    },
    {
      name: "the key, whatever else is claimed",
      account: { signingKey: annKey, email: "bo@contoso.example" },
      people: [signer, bo],
      is: "ann",
    },
    {
      name: "a key of two",
      account: { signingKey: annKey, email: "bo@contoso.example" },
      people: [signer, { ...signer, id: "ann2" }, bo],
      is: undefined,
    },
    {
      name: "a signer without signature",
      account: { login: "ann-contoso", email: "ann@contoso.example" },
      people: [signer],
      is: undefined,
    },
    {
      name: "a signer with another key",
      account: { signingKey: "ssh-ed25519 AAAAeve", email: "ann@contoso.example" },
      people: [signer],
      is: undefined,
    },
    {
      name: "nobody's key, and no key asked",
      account: { signingKey: "ssh-ed25519 AAAAbo", email: "bo@contoso.example" },
      people: [signer, bo],
      is: "bo",
    },
  ])("$name: $is", ({ account, people, is }) => {
    expect(personOf(account, access({ people }))?.id).toBe(is);
  });

  it("is nobody without a policy", () => {
    expect(personOf({ login: "bo-contoso" }, undefined)).toBeUndefined();
    expect(claimedPerson({ login: "bo-contoso" }, undefined)).toBeUndefined();
  });
});

it("tells whom an unsigned account claims to be", () => {
  expect(claimedPerson({ login: "ann-contoso" }, access({ people: [signer] }))?.id).toBe("ann");
});

it("lists roles in order, and no teams", () => {
  expect(rolesOf(person("ann"), access())).toEqual(["ml-leads", "on-call"]);
  expect(rolesOf(person("team:ops"), access())).toEqual(["on-call"]);
  expect(rolesOf(person("ann"), undefined)).toEqual([]);
});

it.each([
  { who: "bo", what: "assets/approve", asset: "models/taxi-fare", is: true },
  { who: "bo", what: "assets/approve", asset: "data/taxi", is: false },
  { who: "bo", what: "assets/override", asset: "models/taxi-fare", is: false },
  { who: "dee", what: "assets/approve", asset: "models/taxi-fare", is: false },
  { who: "dee", what: "assets/approve", asset: "data/taxi", is: true },
  { who: "nobody", what: "assets/read", asset: "models/taxi-fare", is: false },
] as const)("$who $what on $asset: $is", ({ who, what, asset, is }) => {
  expect(may(person(who), what, asset, access())).toBe(is);
  expect(may(person(who), what, asset, undefined)).toBe(false);
});
